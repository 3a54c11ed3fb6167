"""What becomes of an invoice's agreed parts: it came, in two taps; or it will not, and is due in euros."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing import agreeing, settling
from billing.agreeing import ToCome
from billing.forms_parts import PartInEurosForm, PartReceivedForm
from billing.models import AgreedPart, Shortfall
from billing.views.common import say, today_of, visible_invoices
from lib import clock
from people.access import BusinessRequest, in_business, writers_only


def _part_or_404(request: BusinessRequest, pk: int) -> AgreedPart:
    rows = AgreedPart.objects.select_related("invoice__client__activity__business", "invoice__business")
    part: AgreedPart = get_object_or_404(rows.filter(invoice__in=visible_invoices(request)), pk=pk)
    if part.invoice.issued_at is None:
        raise Http404
    return part


def _page(request: BusinessRequest, to_come: ToCome, form: Any, what: str) -> HttpResponse:
    context = {"to_come": to_come, "part": to_come.part, "invoice": to_come.part.invoice, "form": form, "what": what}
    return render(request, "billing/part.html", context, status=422 if form.is_bound else 200)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def part_received(request: BusinessRequest, pk: int) -> HttpResponse:
    """Record what came of an agreed part: it settles its invoice."""
    part = _part_or_404(request, pk)
    to_come = ToCome(part, agreeing.left_of(part))
    form = PartReceivedForm(
        request.POST if request.method == "POST" else None, to_come=to_come, today=today_of(request)
    )
    if form.is_bound and form.is_valid():
        try:
            settling.record_receipt(
                by=request.user, at=clock.now(), client=part.invoice.client, part=part, **form.cleaned_data
            )
        except settling.SettlingError as refusal:
            say(form, refusal)
        else:
            messages.success(request, _("Recorded."))
            return redirect(part.invoice)
    return _page(request, to_come, form, "received")


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def part_in_euros(request: BusinessRequest, pk: int) -> HttpResponse:
    """Decide that some of an agreed part will not come, and is due in euros."""
    part = _part_or_404(request, pk)
    to_come = ToCome(part, agreeing.left_of(part))
    form = PartInEurosForm(request.POST if request.method == "POST" else None, to_come=to_come)
    if form.is_bound and form.is_valid():
        try:
            agreeing.due_in_euros(part=part, by=request.user, at=clock.now(), **form.cleaned_data)
        except agreeing.AgreeingError as refusal:
            say(form, refusal)
        else:
            messages.success(request, _("Due in euros from now on: ask your client for them."))
            return redirect(part.invoice)
    return _page(request, to_come, form, "in_euros")


@in_business
@require_POST
def part_in_euros_undo(request: BusinessRequest, pk: int, shortfall_pk: int) -> HttpResponse:
    """Undo such a decision, with a reason: the units are to come again."""
    part = _part_or_404(request, pk)
    shortfall: Shortfall = get_object_or_404(Shortfall.objects.filter(part=part, reverses=None), pk=shortfall_pk)
    try:
        agreeing.undo_due_in_euros(
            shortfall=shortfall, by=request.user, at=clock.now(), reason=request.POST.get("reason", "")[:200]
        )
    except agreeing.AgreeingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Undone: this is to come again."))
    return redirect(part.invoice)
