"""Invoices that come back: the list with the next day of each, one's page, and what a person does with it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing import recurring
from billing.forms_recurring import RhythmForm
from billing.models import Occurrence, Recurrence
from billing.views.common import invoice_or_404, may_write, say, today_of
from lib import clock
from lib.addresses import row_id
from people.access import BusinessRequest, in_business, visible_activities, writers_only

PER_PAGE = 20
DRAFTS_SHOWN = 12


def visible_recurrences(request: BusinessRequest) -> QuerySet[Recurrence]:
    return Recurrence.objects.filter(visible_activities(request.membership), business=request.business)


def recurrence_or_404(request: BusinessRequest, pk: int) -> Recurrence:
    related = ("business", "client", "activity", "model")
    found = visible_recurrences(request).select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@in_business
@require_GET
def recurrences(request: BusinessRequest) -> HttpResponse:
    """List what comes back: those that go on first, by their next day."""
    coming = Occurrence.objects.filter(recurrence=OuterRef("pk"), drafted_at=None, skipped_at=None)
    rows = visible_recurrences(request).select_related("client", "model", "business")
    rows = rows.annotate(next_on=Subquery(coming.values("planned_on")[:1]))
    page = Paginator(rows.order_by("ended_at", "next_on", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "billing/recurrences.html", {"page": page, "may_write": may_write(request)})


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def recurrence_new(request: BusinessRequest, pk: int) -> HttpResponse:
    """Let an issued invoice come back."""
    model = invoice_or_404(request, pk)
    if not recurring.may_be_model(model):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = RhythmForm(data) if data is not None else RhythmForm.for_model(model, today_of(request))
    if data is not None and form.is_valid():
        try:
            made = recurring.repeat(
                invoice=model,
                wanted=form.wanted(),
                by=request.user,
                at=clock.now(),
                request_id=form.cleaned_data["request_id"],
            )
        except recurring.RecurringError as refusal:
            say(form, refusal)
        else:
            messages.success(request, _("This invoice comes back: the clock drafts it, you issue it."))
            return redirect(made)
    context = {"form": form, "model": model}
    return render(request, "billing/recurrence_new.html", context, status=422 if data is not None else 200)


@in_business
@require_http_methods(["GET", "HEAD", "POST"])
def recurrence(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show what comes next and what came; change the rhythm."""
    found = recurrence_or_404(request, pk)
    data = request.POST if request.method == "POST" else None
    form = RhythmForm(data) if data is not None else RhythmForm.of(found)
    if data is not None and form.is_valid():
        try:
            recurring.change(recurrence=found, wanted=form.wanted(), by=request.user, at=clock.now())
        except recurring.RecurringError as refusal:
            say(form, refusal)
        else:
            messages.success(request, _("Saved. What was drafted stays as it is."))
            return redirect(found)
    past = found.occurrences.exclude(drafted_at=None, skipped_at=None).select_related("invoice__business")
    context = {
        "recurrence": found,
        "form": form,
        "next_days": recurring.next_days(found),
        "past": past.order_by("-planned_on")[:DRAFTS_SHOWN],
        "may_write": may_write(request),
    }
    return render(request, "billing/recurrence.html", context, status=422 if data is not None else 200)


@in_business
@require_POST
def recurrence_do(request: BusinessRequest, pk: int) -> HttpResponse:
    """Pause, resume, skip the next day, or end."""
    found = recurrence_or_404(request, pk)
    said: dict[str, Any] = {"recurrence": found, "by": request.user, "at": clock.now()}
    try:
        match request.POST.get("do"):
            case "pause":
                recurring.pause(**said)
            case "resume":
                recurring.resume(**said)
            case "end":
                recurring.end(**said)
            case "skip":
                _skip(request, said)
    except recurring.RecurringError as refusal:
        messages.error(request, str(refusal))
    return redirect(found)


def _skip(request: BusinessRequest, said: dict[str, Any]) -> None:
    try:
        day = parse_date(request.POST.get("planned_on", ""))
    except ValueError:
        day = None
    if day is not None:
        recurring.skip(planned_on=day, **said)


@in_business
@require_POST
def recurrence_model(request: BusinessRequest, pk: int) -> HttpResponse:
    """Make an issued invoice the model of what comes back."""
    model = invoice_or_404(request, pk)
    found = recurrence_or_404(request, row_id(request.POST.get("recurrence", "")) or 0)
    try:
        recurring.take_as_model(recurrence=found, invoice=model, by=request.user, at=clock.now())
    except recurring.RecurringError as refusal:
        messages.error(request, str(refusal))
        return redirect(model)
    messages.success(request, _("The next drafts are made like this invoice."))
    return redirect(found)
