"""What was received: the list, recording, one receipt, settling an invoice with it, undoing it."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing import settling
from billing.balances import balance_from, with_balances
from billing.claiming import free_of, values_of
from billing.expecting import MOST, Expectations, euro_term_of, expected
from billing.forms_receipts import ReceiptForm, ReverseForm, SettleForm, WhoForm
from billing.giving_back import why_not
from billing.models import Invoice, Receipt
from billing.views.common import (
    count_of,
    invoice_or_404,
    language,
    may_write,
    receipt_or_404,
    say,
    segments,
    today_of,
    visible_invoices,
    visible_receipts,
)
from lib import clock
from lib.addresses import row_id, year
from lib.money import cents
from people.access import BusinessRequest, clients_of, in_business, writers_only
from people.models import Client
from quotes.models import Kind, RemunerationTerm
from quotes.wording import headline

PER_PAGE = 10
SORTS = {"day": "received_on", "client": "client__name", "value": "value"}


@in_business
@require_GET
def receipts(request: BusinessRequest) -> HttpResponse:
    """List what came: filtered by kind and year, searched, sorted, with totals by kind."""
    found = _found(visible_receipts(request), request)
    sort = request.GET.get("sort", "-day")
    column = SORTS.get(sort.removeprefix("-"), "received_on")
    rows = found.order_by(f"-{column}" if sort.startswith("-") else column, "-pk")
    related = ("client", "term__version", "reverses", "reversed_by")
    rows = rows.select_related(*related).prefetch_related("given_back").annotate(settled=Sum("allocations__value"))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.count = count_of(row)  # type: ignore[attr-defined]
        row.is_used_up = bool(row.settled) and cents(row.settled) == row.kept.amount  # type: ignore[attr-defined]
    sums = found.order_by().values_list("kind").annotate(Sum("value"))
    context = {
        "page": page,
        "q": request.GET.get("q", ""),
        "kind": request.GET.get("kind", ""),
        "year": request.GET.get("year", ""),
        "kinds": Kind.choices,
        "years": [day.year for day in visible_receipts(request).dates("received_on", "year", order="DESC")],
        "sort": sort,
        "totals": segments(sums) if page.paginator.count else [],
        "expected": _expected(request) if may_write(request) else None,
        "sees_all": "all" in request.GET,
        "may_write": may_write(request),
    }
    return render(request, "billing/receipts.html", context)


def _expected(request: BusinessRequest) -> Expectations:
    return expected(request.membership, today_of(request), most=None if "all" in request.GET else MOST)


def _found(rows: QuerySet[Receipt], request: BusinessRequest) -> QuerySet[Receipt]:
    for word in request.GET.get("q", "").split()[:8]:
        said = Q(client__name__icontains=word) | Q(label__icontains=word) | Q(reference__icontains=word)
        rows = rows.filter(said)
    if (kind := request.GET.get("kind", "")) in Kind.values:
        rows = rows.filter(kind=kind)
    if (in_year := year(request.GET.get("year", ""))) is not None:
        rows = rows.filter(received_on__year=in_year)
    if (client := row_id(request.GET.get("client", ""))) is not None:
        rows = rows.filter(client=client)
    return rows


# Recording --------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_new(request: BusinessRequest) -> HttpResponse:
    """Record what came. First choose what it belongs to; then only the fields of its kind are there.

    `?invoice=`: euros for that invoice, with its client, its term and what is left of it filled in.
    """
    invoice = _invoice(request)
    term = euro_term_of(invoice) if invoice else _term(request)
    client = invoice.client if invoice else term.version.quote.client if term else _client(request)
    kind = term.kind if term else Kind.MONEY if invoice else request.GET.get("kind", "")
    if client is None or kind not in Kind.values:
        return _choose(request, client)
    invoices = _open_invoices(request, client, also=invoice)
    data = request.POST if request.method == "POST" else None
    form = ReceiptForm(
        data,
        kind=kind,
        today=today_of(request),
        client=client,
        invoices=invoices.order_by("issued_on", "pk"),
        term=term,
        settles=invoice,
        initial={"value": invoice.in_euros.amount} if invoice else None,  # type: ignore[attr-defined]
    )
    if data is not None and form.is_valid() and (made := _recorded(request, form)) is not None:
        return redirect("receipt", request.business.slug, made.pk)
    agreed = headline(values_of(term), language()) if term else ""
    context = {"form": form, "term": term, "agreed": agreed, "client": client, "kind": kind, "invoice": invoice}
    return render(request, "billing/receipt_new.html", context, status=422 if data is not None else 200)


def _recorded(request: BusinessRequest, form: ReceiptForm) -> Receipt | None:
    said = form.said()
    try:
        receipt = settling.record_receipt(
            by=request.user,
            at=clock.now(),
            client=form.client,
            term=form.term,
            kind=form.kind,
            request_id=form.cleaned_data["request_id"],
            **said,
        )
    except settling.SettlingError as refusal:
        if isinstance(refusal, settling.SurplusError):
            form.ask_about_surplus()
        say(form, refusal)
        return None
    messages.success(request, _("Recorded."))
    for warning in settling.warnings(_what(receipt), receipt.received_on, language()):
        messages.warning(request, warning)
    return receipt


def _what(receipt: Receipt) -> settling.Received:
    return settling.Received(
        kind=receipt.kind, received_on=receipt.received_on, means=receipt.means, value=receipt.value
    )


def _term(request: BusinessRequest) -> RemunerationTerm | None:
    if (pk := row_id(request.GET.get("term", ""))) is None:
        return None
    terms = RemunerationTerm.objects.select_related("version__quote__client__activity__business")
    mine = terms.filter(version__quote__client__in=clients_of(request.membership), version__acceptance__isnull=False)
    return get_object_or_404(mine, pk=pk)


def _invoice(request: BusinessRequest) -> Invoice | None:
    """Return the invoice that the address names, with its `in_euros` left: nothing, after a first click."""
    if (pk := row_id(request.GET.get("invoice", ""))) is None:
        return None
    rows = visible_invoices(request).filter(issued_at__isnull=False, corrects=None)
    mine: Any = with_balances(rows.select_related("client__activity__business", "term"), today_of(request))
    found: Any = get_object_or_404(mine, pk=pk)
    found.in_euros = balance_from(found).in_euros
    return cast("Invoice", found)


def _client(request: BusinessRequest) -> Client | None:
    if (pk := row_id(request.GET.get("client", ""))) is None:
        return None
    return get_object_or_404(clients_of(request.membership).select_related("activity__business"), pk=pk)


def _choose(request: BusinessRequest, client: Client | None) -> HttpResponse:
    """Show what is expected, from this client or from all, and a way to record anything else."""
    if request.method == "POST":
        raise Http404
    rows = expected(request.membership, today_of(request), client=client)
    clients = clients_of(request.membership).filter(archived_at=None)
    form = WhoForm(initial={"client": client}, clients=clients, kinds=_kinds(request))
    return render(request, "billing/receipt_choose.html", {"expected": rows, "form": form, "client": client})


def _kinds(request: BusinessRequest) -> list[tuple[str, Any]]:
    """Return the kinds that this business accepts."""
    business = request.business
    accepted = {
        Kind.MONEY: True,
        Kind.GOODS: business.accepts_goods,
        Kind.TIME: business.accepts_time,
        Kind.LOCAL_CURRENCY: business.local_currencies.exists(),
    }
    return [(kind.value, kind.label) for kind in Kind if accepted[kind]]


def _open_invoices(request: BusinessRequest, client: Client, also: Invoice | None = None) -> QuerySet[Invoice]:
    """Return the client's invoices of which something is left, and `also` one that the page is about."""
    rows: Any = with_balances(visible_invoices(request).filter(client=client), today_of(request))
    return cast("QuerySet[Invoice]", rows.filter(Q(left__gt=0) | Q(pk=also.pk if also else None)))


# One receipt ------------------------------------------------------------------------------------------------------


@in_business
@require_GET
def receipt(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show what came, what it settles, what of it is free; it is undone by a reversal, never changed."""
    found = receipt_or_404(request, pk)
    free = free_of(found)
    invoices = _open_invoices(request, found.client)
    by_invoice = (
        found.allocations.values("invoice", number=F("invoice__number"), title=F("invoice__title"))
        .annotate(value=Sum("value"))
        .filter(value__gt=0)
        .order_by("invoice")
    )
    context = {
        "receipt": found,
        "count": count_of(found),
        "reversal": getattr(found, "reversed_by", None),
        "given_back": found.given_back.filter(reverses=None).select_related("reversed_by"),
        "may_give_back": found.came and not why_not(found),
        "free": free,
        "settled": by_invoice,
        "settle_form": SettleForm(invoices=invoices) if free.amount > 0 and invoices.exists() else None,
        "reverse_form": ReverseForm(),
        "may_write": may_write(request),
    }
    return render(request, "billing/receipt.html", context)


@in_business
@require_POST
def receipt_reverse(request: BusinessRequest, pk: int) -> HttpResponse:
    """Undo a receipt by its mirror, with a reason."""
    found = receipt_or_404(request, pk)
    try:
        mirror = settling.reverse_receipt(
            receipt=found, by=request.user, at=clock.now(), reason=request.POST.get("reason", "")[:200]
        )
    except settling.SettlingError as refusal:
        messages.error(request, str(refusal))
        return redirect("receipt", request.business.slug, pk)
    messages.success(request, _("Undone: the books show both lines."))
    return redirect("receipt", request.business.slug, mirror.pk)


@in_business
@require_POST
def receipt_settle(request: BusinessRequest, pk: int) -> HttpResponse:
    """Settle an invoice with what is free of a receipt. `back`: return to the invoice's page."""
    found = receipt_or_404(request, pk)
    form = SettleForm(request.POST, invoices=visible_invoices(request).filter(client=found.client_id))
    if not form.is_valid():
        messages.error(request, _("Choose an invoice of this client, and an amount if you wish."))
        return redirect("receipt", request.business.slug, pk)
    invoice = form.cleaned_data["invoice"]
    try:
        settling.allocate(
            receipt=found, invoice=invoice, by=request.user, at=clock.now(), value=form.cleaned_data["value"] or None
        )
    except settling.SettlingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("This receipt settles invoice %(number)s.") % {"number": invoice.number})
    return redirect(invoice) if "back" in request.POST else redirect("receipt", request.business.slug, pk)


@in_business
@require_POST
def receipt_release(request: BusinessRequest, pk: int, invoice_pk: int) -> HttpResponse:
    """Take back what a receipt had settled of an invoice."""
    found, invoice = receipt_or_404(request, pk), invoice_or_404(request, invoice_pk)
    try:
        settling.release(receipt=found, invoice=invoice, by=request.user, at=clock.now())
    except settling.SettlingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back: this receipt may settle another invoice."))
    return redirect("receipt", request.business.slug, pk)
