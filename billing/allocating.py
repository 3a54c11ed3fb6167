"""Receipts settle invoices: by themselves inside one accepted quote, by a person's choice elsewhere.

Never more is allocated than is left, to the cent, of the receipt and of the invoice. Nothing is erased: what is taken
back is a negative row. Locks, in this order: the quote, the receipt, the invoices (by id), the head of the ledger.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances
from billing.claiming import free_of
from billing.models import Allocation, Invoice, Receipt
from billing.partners.compensated import why_bound
from billing.roles import CLOSING, DEPOSIT, ISSUED, NOT_REPLACED, PROGRESS, role_is, role_of
from lib.money import euros, written
from people.models import User
from quotes.models import Kind, Quote, RemunerationTerm
from records import ledger
from records.subjects import ref


class SettlingError(Exception):
    """Why a receipt cannot be recorded or allocated, in words for the person; `field` is the form's, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def proposed(receipt: Receipt) -> list[Invoice]:
    """Return the open invoices that a receipt would settle by itself, in order: for a deposit its deposit invoice, then
    those of the same accepted quote, oldest first. None without a quote: a person chooses."""
    return settled_by(receipt.term) if receipt.term else []


def settled_by(term: RemunerationTerm) -> list[Invoice]:
    """Return the issued invoices that what comes for a term settles by itself, in order."""
    issued = Invoice.objects.filter(ISSUED, NOT_REPLACED, acceptance__version=term.version_id, corrects=None)
    own = issued.filter(role_is(DEPOSIT), pk__in=_claiming(term))
    rest = issued.filter(role_is(PROGRESS, *CLOSING))
    return [*own.order_by("issued_on", "number"), *rest.order_by("issued_on", "number")]


def _claiming(term: RemunerationTerm) -> set[int]:
    """Return the invoices that are of a term, or claim some of it."""
    of_it = Invoice.objects.filter(Q(term=term) | Q(terms__term=term), issued_at__isnull=False)
    return set(of_it.values_list("pk", flat=True))


def settle_by_itself(receipt: Receipt, at: datetime) -> list[Allocation]:
    """Let a receipt settle the open invoices of its accepted quote, within the caller's transaction; tells nothing.

    What comes in kind takes no more of a progress invoice than is to come so, and euros no more than is to be paid: the
    rest waits for the next one, which claims it first.
    """
    return allocate_now(receipt, proposed(receipt), at, by_itself=True)


@transaction.atomic(durable=True)
def allocate(
    *, receipt: Receipt, invoice: Invoice, by: User | None, at: datetime, value: Money | None = None
) -> Allocation:
    """Settle an invoice with what is free of a receipt: all that fits, or exactly `value`. Raises SettlingError."""
    lock_quote_of(receipt.term)
    locked = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if locked.client_id != invoice.client_id:
        raise SettlingError(_("This invoice is to another client."), "invoice")
    rows = allocate_now(locked, [invoice], at, value)
    if not rows:
        raise SettlingError(_("Nothing is left to settle: of this receipt, or of this invoice."), "value")
    _tell_allocations(rows, at)
    return rows[0]


@transaction.atomic(durable=True)
def release(*, receipt: Receipt, invoice: Invoice, by: User | None, at: datetime) -> Allocation:
    """Take back what a receipt had settled of an invoice, by a negative row: it may settle another. SettlingError."""
    lock_quote_of(receipt.term)
    locked = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    locked_invoices([invoice])
    settled = balances.total_of(locked.allocations.filter(invoice=invoice), "value")
    if settled.amount <= 0 or not locked.came:  # its mirror took it back
        raise SettlingError(_("This receipt settles nothing of this invoice."), "invoice")
    if why := why_bound(locked, invoice):
        raise SettlingError(why, "invoice")
    row = Allocation.objects.create(receipt=locked, invoice=invoice, value=-settled, at=at)
    _tell_allocations([row], at)
    return row


def allocate_now(
    receipt: Receipt, invoices: Iterable[Invoice], at: datetime, value: Money | None = None, *, by_itself: bool = False
) -> list[Allocation]:
    """Do what `allocate` does, within the caller's transaction, over several invoices; tells the ledger nothing."""
    free = free_of(receipt)
    if value is not None and not euros(0) < value <= free:
        words = {"free": written(free, get_language() or "fr")}
        raise SettlingError(_("Of this receipt, %(free)s is free.") % words, "value")
    rows = []
    room = free if value is None else value
    for invoice in locked_invoices(invoices):
        if invoice.issued_at is None or invoice.corrects_id:
            raise SettlingError(_("Only an issued invoice can be settled."), "invoice")
        left = balances.left_of(invoice)
        if by_itself:
            left = min(left, _to_come(invoice, receipt))
        if value is not None and value > left:
            raise SettlingError(_("Of this invoice, less than that is left."), "value")
        taken = min(room, left)
        if taken.amount > 0:
            rows.append(Allocation.objects.create(receipt=receipt, invoice=invoice, value=taken, at=at))
            room -= taken
    return rows


def _to_come(invoice: Invoice, receipt: Receipt) -> Money:
    """Return how much of an invoice a receipt settles unasked."""
    if role_of(invoice) != PROGRESS:
        return balances.left_of(invoice)
    balance = balances.balance_of(invoice, receipt.received_on)
    return balance.in_euros if receipt.kind == Kind.MONEY else balance.in_kind


def locked_invoices(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Lock invoices by id, and return them in the order they came."""
    order = [invoice.pk for invoice in invoices]
    rows = Invoice.objects.select_for_update(of=("self",)).filter(pk__in=order).order_by("pk")
    locked = {row.pk: row for row in rows}
    return [locked[pk] for pk in order]


def lock_quote_of(term: RemunerationTerm | None) -> None:
    """Take the first of the locks."""
    if term is not None:
        Quote.objects.select_for_update().get(pk=term.version.quote_id)


def _tell_allocations(rows: Iterable[Allocation], at: datetime) -> None:
    for row in rows:
        facts = {"receipt": row.receipt_id, "invoice": row.invoice_id, "value": row.value}
        ledger.record(
            business=row.receipt.business, event="receipt_allocated", subject=ref(row.receipt), facts=facts, at=at
        )
