"""The list of invoices, and one invoice's page: what it says, what came, what is left, what to do next."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing import agreeing, balances, crediting, issuing, mailing, replaceable, stating
from billing.advising import doubts
from billing.checking import obstacles
from billing.dunning import reminding
from billing.forms import MailForm
from billing.forms_parts import forms_of
from billing.models import CAME, Allocation, Invoice, Receipt
from billing.not_coming import Gone, gone_of
from billing.roles import role_of
from billing.views.common import bar_of, invoice_or_404, may_write, today_of, visible_invoices
from billing.views.next_steps import DRAFTS, FILTERS, STATES, in_state, next_step, state_of
from billing.waiving import is_proposed
from lib import clock
from lib.addresses import row_id
from lib.bars import Segment
from lib.money import cents, euros
from people.access import BusinessRequest, in_business
from people.models import Contact
from records import keeping
from records.models import Errand, Mail
from records.subjects import ref

PER_PAGE = 20
SORTS = {"number": "number", "client": "client__name", "due": "due_on", "total": "total", "left": "left"}


@in_business
@require_GET
def invoices(request: BusinessRequest) -> HttpResponse:
    """List the invoices: filtered by state, searched, sorted, with what is left by kind and what to do next."""
    today = today_of(request)
    searched, state = matching(visible_invoices(request), request), request.GET.get("state", "")
    gone = gone_of(searched)
    found: QuerySet[Invoice] = balances.with_balances(searched, today, gone)
    if state in FILTERS:  # found once: balances inside the queries of the sums below would be costly
        searched = Invoice.objects.filter(pk__in=list(in_state(found, state).values_list("pk", flat=True)))
        found = balances.with_balances(searched, today, gone)
    sort = request.GET.get("sort", "")
    page = Paginator(_sorted(found, sort).values_list("pk", flat=True), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = _rows(list(page.object_list), today, gone)
    context = {
        "page": page,
        "q": request.GET.get("q", ""),
        "state": state,
        "states": STATES,
        "sort": sort,
        "left": balances.left_of_all(searched, gone) if page.paginator.count else None,
        "may_write": may_write(request),
        "drafts": drafts_listed(request).count() if may_write(request) else 0,
    }
    return render(request, "billing/invoices.html", context)


def _rows(pks: list[int], on: date, gone: Mapping[int, Gone]) -> list[Any]:
    """Return these invoices in this order with their balances, computed for them alone."""
    mine = {pk: gone[pk] for pk in pks if pk in gone}
    rows: Any = balances.with_balances(Invoice.objects.filter(pk__in=pks), on, mine)
    by_pk = {row.pk: row for row in rows.select_related("client", "business", "corrects")}
    reminders = reminding.last_of_each(pks)
    for row in by_pk.values():
        row.state, row.next, row.reminder = state_of(row), next_step(row), reminders.get(row.pk)
    return [by_pk[pk] for pk in pks]


def matching(rows: QuerySet[Invoice], request: BusinessRequest) -> QuerySet[Invoice]:
    """Keep the invoices that hold every word searched, and those of the client chosen."""
    for word in request.GET.get("q", "").split()[:8]:
        rows = rows.filter(Q(client__name__icontains=word) | Q(number__icontains=word) | Q(title__icontains=word))
    if (client := row_id(request.GET.get("client", ""))) is not None:
        rows = rows.filter(client=client)
    return rows


def drafts_listed(request: BusinessRequest) -> QuerySet[Invoice]:
    """Return the drafts of the list as it is filtered, whatever the page of it."""
    state = request.GET.get("state", "")
    drafts = visible_invoices(request).filter(issued_at=None)
    return matching(in_state(drafts, state), request) if state in ("", *DRAFTS) else drafts.none()


def _sorted(rows: QuerySet[Invoice], sort: str) -> QuerySet[Invoice]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by(F("issued_at").desc(nulls_first=True), "-pk")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "-pk")


@in_business
@require_GET
def invoice(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show an invoice: a draft to review, or an issued one with its PDF, its balance and what settles it."""
    found = invoice_or_404(request, pk)
    if found.issued_at is None:
        return _draft(request, found)
    row = balances.with_balances(Invoice.objects.filter(pk=pk), today_of(request)).get()
    balance = balances.balance_from(row)
    document = issuing.pdf_of(found)
    context = {
        "invoice": found,
        "said": stating.facts_of(found),
        "state": state_of(row),
        "row": row,
        "balance": balance,
        "waived": balance.waived if is_proposed(balance.waived) else None,
        "overpaid": -balance.in_euros if balance.in_euros.amount < 0 else None,
        "segments": _segments(found),
        "settled": _settled(found),
        "document": document,
        "late": None if document else _errand(found),
        "mails": Mail.objects.filter(subject_ref=ref(found)).order_by("-made_at"),
        "mail_form": MailForm(contacts=_contacts(found)),
        "credit_notes": found.credit_notes.order_by("pk"),
        "may_write": may_write(request),
        "why_no_credit": crediting.why_not(found),
        "why_not_replaced": "" if found.corrects_id else replaceable.why_not_replaced(found),
        "replacement": Invoice.objects.filter(replaces=found).first(),
        "parts": [forms_of(one, today_of(request)) for one in agreeing.to_come(found)],
        "shortfalls": agreeing.shortfalls_of(found),
        "waiting": _waiting(found, row),
    }
    return render(request, "billing/invoice.html", context)


def _draft(request: BusinessRequest, draft: Invoice) -> HttpResponse:
    on = today_of(request)
    try:
        claim, said = issuing.fill(draft, on)
    except issuing.IssuingError as missing:
        messages.error(request, str(missing))
        return redirect("invoices", request.business.slug)
    context = {
        "invoice": draft,
        "said": said,
        "claim": claim,
        "obstacles": obstacles(draft, said, on),
        "doubts": doubts(draft, claim, on),
        "is_deposit": role_of(draft) == Invoice.Type.DEPOSIT,
        "segments": bar_of(said),
        "may_write": may_write(request),
    }
    return render(request, "billing/draft.html", context)


def _segments(found: Invoice) -> list[Segment]:
    return [Segment(term.kind, term.value, term.label) for term in found.terms.all()]


def _settled(found: Invoice) -> list[Allocation]:
    return list(found.allocations.select_related("receipt").order_by("receipt__received_on", "pk"))


def _waiting(found: Invoice, row: Any) -> list[Receipt]:
    """Return the client's receipts that could still settle this invoice, where something is left of it."""
    if found.corrects_id or cents(row.left) <= 0:
        return []
    rows = Receipt.objects.filter(CAME, client=found.client_id).prefetch_related("given_back")
    used = rows.annotate(used=Sum("allocations__value")).order_by("received_on", "pk")
    return [receipt for receipt in used if receipt.kept > euros(cents(receipt.used or Decimal(0)))]


def _contacts(found: Invoice) -> QuerySet[Contact]:
    return Contact.objects.filter(client=found.client_id, archived_at=None).order_by("pk")


def _errand(found: Invoice) -> Errand | None:
    return Errand.objects.filter(what=issuing.PDF_ERRAND, subject=ref(found)).first()


@in_business
@require_GET
def invoice_pdf(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Serve the kept PDF; while it is being made, go back to the page that says so."""
    found = invoice_or_404(request, pk)
    document = issuing.pdf_of(found) if found.issued_at else None
    if document is None:
        messages.info(request, _("The PDF is being made: it will be here in a moment."))
        return redirect(found)
    return keeping.response(document, inline="inline" in request.GET)


@in_business
@require_POST
def invoice_mail(request: BusinessRequest, pk: int) -> HttpResponse:
    """Mail an issued invoice to the contacts chosen."""
    found = invoice_or_404(request, pk)
    form = MailForm(request.POST, contacts=_contacts(found))
    if not form.is_valid():
        messages.error(request, _("Choose at least one person to send it to."))
        return redirect(found)
    try:
        mailing.mail_invoice(
            invoice=found, by=request.user, at=clock.now(), contacts=list(form.cleaned_data["contacts"])
        )
    except mailing.MailingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invoice leaves by mail."))
    return redirect(found)
