"""What an accepted quote is invoiced by besides its final invoice, and the invoice that replaces another one."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from billing import depositing, drafting, months, progress, progressing, replaceable, replacing
from billing.forms_deals import DepositForm, ProgressForm
from billing.views.common import invoice_or_404, language, say, today_of
from lib import clock
from people.access import BusinessRequest, clients_of, visible_activities, writers_only
from people.models import new_request_id
from quotes.forms import RequestForm
from quotes.models import Acceptance, Kind, RemunerationTerm


def _acceptance_or_404(request: BusinessRequest, quote_pk: int) -> Acceptance:
    mine = Acceptance.objects.filter(visible_activities(request.membership, "quote__activity"))
    rows = mine.filter(quote__business=request.business).select_related("version", "quote__client", "quote__business")
    return get_object_or_404(rows, quote=quote_pk)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def quote_deposit(request: BusinessRequest, pk: int) -> HttpResponse:
    """Ask for a deposit that no term of the quote foresaw."""
    deal = _acceptance_or_404(request, pk)
    data = request.POST if request.method == "POST" else None
    form = DepositForm(data, price=deal.version.total)
    if data is not None and form.is_valid():
        try:
            draft = depositing.ask_deposit(
                acceptance=deal,
                value=form.cleaned_data["amount"],
                by=request.user,
                at=clock.now(),
                request_id=form.cleaned_data["request_id"],
            )
        except drafting.DraftingError as refusal:
            say(form, refusal)
        else:
            return redirect(draft)
    context = {"deal": deal, "form": form, "left": depositing.left_to_ask(deal)}
    return render(request, "billing/deposit_new.html", context, status=422 if data is not None else 200)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def quote_progress(request: BusinessRequest, pk: int) -> HttpResponse:
    """Draft the next progress invoice: by percentage of the whole, or line by line."""
    deal = _acceptance_or_404(request, pk)
    advances = progress.advances(deal)
    data = request.POST if request.method == "POST" else None
    form = ProgressForm(data, advances=advances)
    if data is not None and form.is_valid():
        try:
            draft = progressing.draft_progress(
                acceptance=deal,
                done=form.done(),
                by=request.user,
                at=clock.now(),
                request_id=form.cleaned_data["request_id"],
            )
        except drafting.DraftingError as refusal:
            say(form, refusal)
        else:
            return redirect(draft)
    left = progressing.left_to_invoice(deal)
    context = {"deal": deal, "form": form, "taken": deal.version.total - left, "left": left}
    return render(request, "billing/progress_new.html", context, status=422 if data is not None else 200)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def month_in_kind(request: BusinessRequest, pk: int, year: int, month: int) -> HttpResponse:
    """Show what came of a term in a month and is not invoiced; a click drafts its deposit invoice."""
    rows = RemunerationTerm.objects.select_related("version__quote__client", "version__acceptance__quote__business")
    mine = rows.filter(version__quote__client__in=clients_of(request.membership), version__acceptance__isnull=False)
    term: RemunerationTerm = get_object_or_404(mine.exclude(kind=Kind.MONEY), pk=pk)
    first = _first_day(year, month)
    if request.method == "POST":
        return _month_drafted(request, term, first)
    found = months.months_to_invoice([term.version.acceptance], today_of(request))
    one = next((row for row in found if row.term == term and row.month == first), None)
    words = one.words(language()) if one else ""
    context = {"term": term, "month": one, "words": words, "request_id": new_request_id()}
    return render(request, "billing/month_new.html", context)


def _first_day(year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError:
        raise Http404 from None


def _month_drafted(request: BusinessRequest, term: RemunerationTerm, first: date) -> HttpResponse:
    form = RequestForm(request.POST)
    if not form.is_valid():
        return redirect(term.version.quote)
    try:
        draft = months.draft_month(
            term=term,
            month=first,
            by=request.user,
            at=clock.now(),
            on=today_of(request),
            request_id=form.cleaned_data["request_id"],
        )
    except drafting.DraftingError as refusal:
        messages.error(request, str(refusal))
        return redirect(term.version.quote)
    return redirect(draft)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_replace(request: BusinessRequest, pk: int) -> HttpResponse:
    """Draft the invoice that cancels and replaces an issued one."""
    replaced = invoice_or_404(request, pk)
    if why := replaceable.why_not_replaced(replaced):
        messages.error(request, why)
        return redirect(replaced)
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = replacing.draft_replacement(
                invoice=replaced, by=request.user, at=clock.now(), request_id=form.cleaned_data["request_id"]
            )
        except replacing.ReplacingError as refusal:
            messages.error(request, str(refusal))
            return redirect(replaced)
        return redirect(draft)
    context: dict[str, Any] = {"invoice": replaced, "form": form}
    return render(request, "billing/invoice_replace.html", context)
