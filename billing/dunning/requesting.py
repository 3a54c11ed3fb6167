"""What became due in euros is asked for: a payment request is recorded, printed, mailed on demand, and undone by a row.

No number of the invoices' series, no VAT, no revenue: the invoice it belongs to already says the whole price (CGI 289).
Locks, in this order: the quote, the invoice, the head of the ledger.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances, to_contacts
from billing.allocating import lock_quote_of
from billing.dunning import request_paper, turning
from billing.dunning.turning import Askable
from billing.issuing import day_of
from billing.models import Invoice, PaymentRequest
from billing.to_contacts import MailingError
from lib import clock, pdf
from lib.days import day_written
from lib.money import number_written
from lib.seals import seal
from people import parties
from people.models import Contact, User
from quotes.models import Kind
from quotes.wording import counted
from records import errands, keeping, ledger
from records.models import Document, Errand
from records.subjects import id_of, ref

PDF = "payment_request_pdf"
PDF_ERRAND = "render_payment_request"
MAIL_ERRAND = "mail_payment_request"
EVENT = "billing/payment_request"


class RequestingError(Exception):
    """Why euros cannot be asked for, in words for the person; `field` is the form's, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Wish:
    """What a person asks for: so many units of which part (Askable.key), by when and why."""

    key: str
    quantity: Decimal
    due_on: date
    reason: str


def askable_of(invoice: Invoice, on: date) -> list[Askable]:
    """Return what may be asked for in euros of an invoice: nothing of a draft, nor of a credit note."""
    if invoice.issued_at is None or invoice.corrects_id:
        return []
    balance = balances.balance_of(invoice, on)
    return turning.askable(invoice, turning.in_euros(invoice, balance.in_euros).unasked, balance.in_kind)


@transaction.atomic(durable=True)
def request_payment(*, invoice: Invoice, wish: Wish, by: User, at: datetime, request_id: uuid.UUID) -> PaymentRequest:
    """Record a payment request and promise its PDF; the same form again returns the first one.

    Raises RequestingError for more than may be asked for, a day that is past, or no reason.
    """
    locked = _locked(invoice)
    if (found := PaymentRequest.objects.filter(request_id=request_id).first()) is not None:
        if found.invoice_id != locked.pk:
            raise RequestingError(_("This form was already used."))
        return found
    on = day_of(at, locked.business.time_zone)
    item = _checked(locked, wish, on)
    row = PaymentRequest(
        **_copied(locked),
        invoice=locked,
        term=item.term,
        part=item.part,
        basis=item.basis,
        position=1 + PaymentRequest.objects.filter(invoice=locked, reverses=None).count(),
        label=_label(item, wish.quantity, locked.language),
        quantity=wish.quantity,
        value=item.worth(wish.quantity),
        reason=wish.reason.strip(),
        requested_on=on,
        due_on=wish.due_on,
        recorded_at=at,
        recorded_by=by,
        request_id=request_id,
    )
    if why := pdf.why_unprintable(row.label, row.seller, row.buyer):
        raise RequestingError(why)
    _save(row, "payment_requested", at)
    errands.promise(what=PDF_ERRAND, subject=ref(row), at=at, business=row.business)
    return row


@transaction.atomic(durable=True)
def withdraw(*, request: PaymentRequest, by: User, at: datetime) -> PaymentRequest:
    """Undo a request by its mirror: what was agreed to be asked in euros is awaited in kind again. A second time
    returns the first mirror. Raises RequestingError for a mirror, or once some of it was paid."""
    invoice = _locked(request.invoice)
    if request.reverses_id is not None:
        raise RequestingError(_("This row only undoes another one."))
    if (found := PaymentRequest.objects.filter(reverses=request).first()) is not None:
        return found
    if _was_paid(request, day_of(at, invoice.business.time_zone)):
        raise RequestingError(_("Something was already paid on it: it stays."))
    copied = ("business", "activity", "client", "invoice", "term", "part", "basis", "position", "label", "reason")
    same = {name: getattr(request, name) for name in (*copied, "language", "seller", "buyer", "logo", "due_on")}
    mirror = PaymentRequest(
        **same,
        requested_on=request.requested_on,
        quantity=-request.quantity,
        value=-request.value,
        reverses=request,
        recorded_at=at,
        recorded_by=by,
    )
    _save(mirror, "payment_request_withdrawn", at)
    return mirror


def _was_paid(request: PaymentRequest, on: date) -> bool:
    """Tell whether euros came for it: less is left than it asks for, and not because the invoice was credited."""
    invoice = request.invoice
    if left_of(request, on) >= request.value or not balances.stands(invoice):
        return False
    in_euros = balances.total_of(invoice.allocations.filter(receipt__kind=Kind.MONEY), "value")
    before = balances.total_of(invoice.terms.filter(kind=Kind.MONEY), "received")
    own = max(invoice.payable - balances.balance_of(invoice, on).credited, turning.NOTHING)
    return bool(in_euros - before > own)


def left_of(request: PaymentRequest, on: date) -> Money:
    """Return what is left to pay of a request; nothing of one that was undone."""
    parts = turning.in_euros(request.invoice, balances.balance_of(request.invoice, on).in_euros)
    return next((left for row, left in parts.requested if row.pk == request.pk), turning.NOTHING)


def _locked(invoice: Invoice) -> Invoice:
    found = Invoice.objects.select_related("term", "acceptance__version").get(pk=invoice.pk)
    term = found.acceptance.version.terms.first() if found.acceptance else None
    lock_quote_of(term)
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("business", "client", "activity")
    return rows.get(pk=invoice.pk)


def _checked(invoice: Invoice, wish: Wish, on: date) -> Askable:
    """Return what is asked for, or say what is wrong with asking for it."""
    item = next((item for item in askable_of(invoice, on) if item.key == wish.key), None)
    if item is None:
        raise RequestingError(_("Nothing of that may be asked for in euros (any more)."), "key")
    if not 0 < wish.quantity <= item.quantity:
        most = number_written(item.quantity, get_language() or "fr")
        raise RequestingError(_("At most %(most)s: that is what will not come.") % {"most": most}, "quantity")
    if item.kind == Kind.GOODS and wish.quantity % 1:
        raise RequestingError(_("Goods move in whole units."), "quantity")
    if wish.due_on < on:
        raise RequestingError(_("This day is past."), "due_on")
    if not wish.reason.strip():
        raise RequestingError(_("Say why: it is printed on the request."), "reason")
    if why := pdf.why_unprintable(wish.reason):
        raise RequestingError(why, "reason")
    return item


def _copied(invoice: Invoice) -> dict[str, Any]:
    business = invoice.business
    return {
        "business": business,
        "activity": invoice.activity,
        "client": invoice.client,
        "language": invoice.language,
        "seller": parties.seller(business),
        "buyer": parties.buyer(invoice.client),
        "logo": bytes(business.logo) if business.logo else None,
    }


def _label(item: Askable, quantity: Decimal, language: str) -> str:
    """Return « Panier de légumes : 2 paniers », in the language of the document."""
    with override(language):
        if item.kind == Kind.LOCAL_CURRENCY:  # the name of a currency has no plural
            return f"{number_written(quantity, language)} {item.unit or item.label}"
        words = {"what": item.label, "count": counted(quantity, item.unit or item.label, language)}
        return _("%(what)s: %(count)s") % words if item.unit and item.unit != item.label else words["count"]


def _save(row: PaymentRequest, event: str, at: datetime) -> None:
    row.seal = seal(row.said())
    row.save(force_insert=True)
    facts = {
        "invoice": row.invoice_id,
        "value": row.value,
        "due_on": row.due_on,
        "basis": row.basis,
        "seal": row.seal,
        "reverses": row.reverses_id,
    }
    ledger.record(business=row.business, event=event, subject=ref(row), facts=facts, at=at)


# The PDF ----------------------------------------------------------------------------------------------------------


def render_request(errand: Errand) -> None:
    """Errand: make the PDF of a payment request and keep it. Made once: a second run finds it."""
    made_pdf(request_of(errand.subject))


def made_pdf(request: PaymentRequest) -> Document:
    """Return the kept PDF of a request, making it if it is not there yet. Never made again."""
    if (kept := pdf_of(request)) is not None:
        return kept
    facts = request_paper.facts_of(request)
    content = pdf.render(
        request_paper.request_html(facts),
        language=facts.language,
        created=request.recorded_at,
        title=request_paper.title_of(facts),
        pictures=[facts.logo] if facts.logo else [],
    )
    with transaction.atomic():
        return keeping.keep(
            business=request.business,
            what=PDF,
            subject=ref(request),
            name=f"{request.reference.replace(' ', '-')}.pdf",
            media_type="application/pdf",
            content=content,
            at=clock.now(),
        )


def pdf_of(request: PaymentRequest) -> Document | None:
    """Return the kept PDF, or None while the worker has not made it."""
    return keeping.find(PDF, ref(request))


def request_of(subject: str) -> PaymentRequest:
    """Return the request that an errand names."""
    rows = PaymentRequest.objects.select_related("business", "client", "activity", "invoice")
    return rows.get(pk=id_of(subject, "payment_request"))


# By mail ----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def mail_request(*, request: PaymentRequest, by: User, at: datetime, contacts: Sequence[Contact]) -> None:
    """Mail a request, its PDF attached, to some of the client's contacts; once to each address.

    Raises RequestingError when there is nobody, when all have had it, or when it was undone.
    """
    if not request.stands:
        raise RequestingError(_("This request was undone: it is not sent any more."))
    if not contacts or any(contact.client_id != request.client_id for contact in contacts):
        raise RequestingError(_("Choose at least one person to send it to."), "contacts")
    try:
        to_contacts.promise(request, contacts, event=EVENT, what=MAIL_ERRAND, at=at)
    except MailingError as refusal:
        raise RequestingError(str(refusal), "contacts") from None


def post_request(errand: Errand) -> None:
    """Errand: write the mail of one request to one contact, its PDF attached."""
    request_subject, contact = to_contacts.named(errand)
    request = request_of(request_subject)
    if not request.stands:
        return
    with override(request.language):
        due = day_written(request.due_on)
    context = {"request": request, "invoice": request.invoice, "due": due}
    to_contacts.post(request, contact, made_pdf(request), event=EVENT, context=context)
