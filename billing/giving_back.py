"""A part of what came is given back: euros paid twice, a basket out of three. A negative row, on the day it went.

It takes what is free of the receipt first, then what settles an invoice beyond what it claims, then what it settled
last. Locks, in this order: the quote, the receipt, the invoices (by id), the head of the ledger.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances
from billing.allocating import SettlingError, lock_quote_of, locked_invoices
from billing.claiming import free_of
from billing.doubting import refuse_unprintable
from billing.issuing import day_of
from billing.models import Allocation, Invoice, Receipt
from billing.partners.compensated import covered_of, why_invoiced, why_made
from billing.reversing import mirrored, tell
from lib.days import day_written
from lib.money import cents, euros, written
from people.models import User
from quotes.models import Kind
from quotes.wording import counted

NOTHING = euros(0)


@transaction.atomic(durable=True)
def give_back(
    *,
    receipt: Receipt,
    by: User,
    at: datetime,
    given_on: date,
    reason: str,
    request_id: uuid.UUID,
    value: Money | None = None,
    quantity: Decimal | None = None,
    means: str = "",
) -> Receipt:
    """Record that a part of a receipt was given back on a day: so many euros, or so many of its units. `means`: how the
    euros went, when otherwise than they came. The same `request_id` again returns the first row.

    What it settled is owed again, as far as nothing of the receipt was free. Raises SettlingError for more than
    `returnable_of`, without a reason, and for a day before it came or yet to come.
    """
    lock_quote_of(receipt.term)
    locked = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if (found := Receipt.objects.filter(request_id=request_id).first()) is not None:
        if found.gives_back_id != locked.pk:
            raise SettlingError(_("This form was already used."))
        return found
    if why := why_not(locked):
        raise SettlingError(why)
    _refuse_day(locked, given_on, day_of(at, locked.business.time_zone))
    if not reason.strip():
        raise SettlingError(_("Say why: the books keep the reason."), "reason")
    refuse_unprintable({"reason": reason})
    row = mirrored(locked, by, at, reason.strip())
    row.gives_back, row.planned_on, row.received_on, row.request_id = locked, None, given_on, request_id
    row.means = means or row.means
    row.reference = row.reference if row.means == locked.means else ""
    row.quantity, row.value = _part(locked, value, quantity)
    taken = _take_back(locked, -row.value, at)
    row.save(force_insert=True)
    tell(row, at, taken)
    return row


def why_not(receipt: Receipt) -> str:
    """Return why nothing of a receipt may be given back, in words; "" when some of it may."""
    if receipt.gives_back_id or receipt.reverses_id:
        return _("This line takes back another one: only what came is given back.")
    if not receipt.came:
        return _("This receipt was undone: nothing of it is left to give back.")
    if why := why_made(receipt) or why_invoiced(receipt):
        return why
    if receipt.kept.amount <= 0:
        return _("All of it was given back already.")
    return "" if returnable_of(receipt).amount > 0 else _("A set-off covers it: undo the set-off first.")


def returnable_of(receipt: Receipt) -> Money:
    """Return the most that may be given back of what came: all that was kept and that no set-off covers."""
    most: Money = max(receipt.kept - covered_of(receipt), NOTHING)
    return most


def units_of(receipt: Receipt) -> Decimal:
    """Return the most units that may be given back: whole ones where whole ones came in goods."""
    most = returnable_of(receipt)
    if most == receipt.kept:
        return receipt.kept_quantity
    units = most.amount / receipt.unit_value.amount
    whole = receipt.kind == Kind.GOODS and not receipt.kept_quantity % 1
    return Decimal(int(units)) if whole else Decimal(int(units * 100)) / 100


def _part(receipt: Receipt, value: Money | None, quantity: Decimal | None) -> tuple[Decimal | None, Money]:
    """Return how many units are given back and what they are worth, both below nothing."""
    if receipt.kind == Kind.MONEY:
        most, language = returnable_of(receipt), get_language() or "fr"
        if value is None or value != cents(value) or not NOTHING < value <= most:
            words = {"most": written(most, language)}
            raise SettlingError(_("At most %(most)s may be given back, to the cent.") % words, "value")
        return None, -value
    quantity = _units(receipt, quantity)
    if quantity == receipt.kept_quantity:
        return -quantity, -receipt.kept
    worth = cents(euros(quantity * receipt.unit_value.amount))
    if worth <= NOTHING:
        raise SettlingError(_("That few units are worth nothing, to the cent."), "quantity")
    return -quantity, -min(worth, receipt.kept)


def _units(receipt: Receipt, quantity: Decimal | None) -> Decimal:
    most = units_of(receipt)
    if quantity is None or not 0 < quantity <= most:
        words = {"most": counted(most, receipt.unit or receipt.label, get_language() or "fr")}
        raise SettlingError(_("At most %(most)s may be given back.") % words, "quantity")
    if receipt.kind == Kind.GOODS and (receipt.term_id or receipt.part_id) and quantity % 1:
        raise SettlingError(_("Goods are counted in whole units."), "quantity")
    return quantity


def _refuse_day(receipt: Receipt, given_on: date, today: date) -> None:
    if given_on > today:
        raise SettlingError(_("That day is yet to come."), "given_on")
    if given_on < receipt.received_on:
        words = {"day": day_written(receipt.received_on)}
        raise SettlingError(_("It came on %(day)s only: it was given back on that day or later.") % words, "given_on")


def _take_back(receipt: Receipt, value: Money, at: datetime) -> list[Allocation]:
    """Take so much off what a receipt settles, by negative rows of its own, once what is free of it is used up."""
    found = receipt.allocations.values("invoice").annotate(last=Max("pk")).order_by("-last")
    wanted = [row["invoice"] for row in found]
    invoices = {row.pk: row for row in locked_invoices(Invoice.objects.filter(pk__in=wanted).order_by("pk"))}
    left, rows = value - free_of(receipt), []
    for invoice, most in _in_order(receipt, [invoices[pk] for pk in wanted]):
        taken = min(left, most)
        if taken.amount > 0:
            rows.append(Allocation.objects.create(receipt=receipt, invoice=invoice, value=-taken, at=at))
            left -= taken
    return rows


def _in_order(receipt: Receipt, invoices: list[Invoice]) -> Iterator[tuple[Invoice, Money]]:
    """Yield what may be taken back of each invoice: first what it got beyond what it claims, then the rest, the last
    settled first. What a set-off covers stays."""
    held = {invoice: _held(receipt, invoice) for invoice in invoices}
    beyond = {invoice: min(held[invoice], max(-balances.left_of(invoice), NOTHING)) for invoice in invoices}
    yield from beyond.items()
    yield from ((invoice, held[invoice] - beyond[invoice]) for invoice in invoices)


def _held(receipt: Receipt, invoice: Invoice) -> Money:
    """Return what a receipt settles of an invoice and no set-off covers."""
    settled = balances.total_of(receipt.allocations.filter(invoice=invoice), "value")
    most: Money = max(settled - covered_of(receipt, invoice), NOTHING)
    return most
