"""The two taps: for each planned day of a term, it came or it did not; one day, or a month at once."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from billing import settling
from billing.carrying import answered_days, expected_days
from billing.expecting import outstanding_of
from billing.forms_receipts import DaysForm, ReverseForm, name_of
from billing.models import MissedDelivery, Receipt
from billing.views.common import language, may_write, say, today_of
from lib import clock
from people.access import BusinessRequest, clients_of, in_business
from quotes.models import Kind, RemunerationTerm
from quotes.wording import counted


@in_business
@require_http_methods(["GET", "HEAD", "POST"])
def term_confirm(request: BusinessRequest, pk: int) -> HttpResponse:
    """List the planned days of a term: those that passed are answered in two taps, several at once."""
    term = _term_or_404(request, pk)
    today = today_of(request)
    known, days = answered_days(term), expected_days(term)
    to_answer = [(day, quantity) for day, quantity in days if day <= today and day not in known]
    data = request.POST if request.method == "POST" else None
    form = DaysForm(data, term=term, days=to_answer)
    if data is not None and form.is_valid() and _recorded(request, form, term):
        return redirect("term_confirm", request.business.slug, pk)
    unit = term.unit or term.label
    context = {
        "term": term,
        "form": form,
        "rows": [(form[name_of(day)], day, counted(quantity, unit, language())) for day, quantity in to_answer],
        "coming": [(day, counted(quantity, unit, language())) for day, quantity in days if day > today],
        "past": _past(term),
        "reverse_form": ReverseForm(),
        "outstanding": outstanding_of(term),
        "may_write": may_write(request),
    }
    return render(request, "billing/term.html", context, status=422 if data is not None else 200)


def _term_or_404(request: BusinessRequest, pk: int) -> RemunerationTerm:
    rows = RemunerationTerm.objects.select_related("version__quote__client", "version__quote__business")
    mine = rows.filter(version__quote__client__in=clients_of(request.membership), version__acceptance__isnull=False)
    term: RemunerationTerm = get_object_or_404(mine.exclude(kind=Kind.MONEY), pk=pk)
    return term


@in_business
@require_POST
def missed_reverse(request: BusinessRequest, pk: int, missed_pk: int) -> HttpResponse:
    """Undo a day marked as not received by mistake, with a reason: the day waits for an answer again."""
    rows = MissedDelivery.objects.filter(term=_term_or_404(request, pk))
    missed: MissedDelivery = get_object_or_404(rows, pk=missed_pk)
    try:
        settling.reverse_missed(
            missed=missed, by=request.user, at=clock.now(), reason=request.POST.get("reason", "")[:200]
        )
    except settling.SettlingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Undone: this day waits for your answer again."))
    return redirect("term_confirm", request.business.slug, pk)


def _recorded(request: BusinessRequest, form: DaysForm, term: RemunerationTerm) -> bool:
    said = form.cleaned_data
    days = [
        settling.Day(planned_on=day, quantity=quantity, came=came, note="" if came else said.get("note", ""))
        for day, quantity, came in form.answers()
    ]
    if not days:
        form.add_error(None, _("Say of at least one day whether it came."))
        return False
    try:
        made = settling.record_days(
            by=request.user,
            at=clock.now(),
            term=term,
            days=days,
            request_id=said["request_id"],
            destination=said.get("destination") or Receipt.Destination.PERSONAL,
        )
    except settling.SettlingError as refusal:
        say(form, refusal)
        return False
    if not made:
        messages.warning(request, _("Nothing new was recorded: this form was already used, or these days answered."))
        return True
    messages.success(
        request, ngettext("%(count)s day recorded.", "%(count)s days recorded.", len(made)) % {"count": len(made)}
    )
    return True


def _past(term: RemunerationTerm) -> list[tuple[date, Any, bool]]:
    """Return what is known already, last day first: the row, and whether something came."""
    came = Receipt.objects.filter(term=term, reverses=None).select_related("reversed_by")
    missed = MissedDelivery.objects.filter(term=term, reverses=None).select_related("reversed_by")
    rows = [(receipt.received_on, receipt, True) for receipt in came]
    rows += [(row.planned_on, row, False) for row in missed]  # type: ignore[misc]
    return sorted(rows, key=lambda row: row[0], reverse=True)
