"""What was received is recorded, of every kind, and settles invoices. Append-only: a mistake is reversed by a row.

Locks, in this order: the quote, the receipt, the invoices (by id), the head of the ledger.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing.allocating import (
    SettlingError,
    allocate,
    allocate_now,
    lock_quote_of,
    locked_invoices,
    proposed,
    release,
    settle_by_itself,
    settled_by,
)
from billing.carrying import expected_days
from billing.doubting import SurplusError, refuse_day, refuse_more_than_agreed, refuse_surplus, refuse_unprintable
from billing.drafting import lock_client
from billing.issuing import day_of
from billing.missing import miss, missed_on, recorded_days, reverse_missed
from billing.models import AgreedPart, Invoice, MissedDelivery, Receipt
from billing.reversing import reverse_now, reverse_receipt, tell
from lib import law
from lib.money import cents, euros, written
from people.models import Client, User
from quotes.models import Acceptance, Kind, RemunerationTerm

__all__ = [
    "Day",
    "Received",
    "SettlingError",
    "SurplusError",
    "allocate",
    "completed",
    "proposed",
    "record_days",
    "record_missed",
    "record_receipt",
    "recorded_days",
    "release",
    "reverse_missed",
    "reverse_now",
    "reverse_receipt",
    "tell",
    "warnings",
]

Means, Destination = Receipt.Means, Receipt.Destination
MEANS_OF = {
    Kind.MONEY: (Means.TRANSFER, Means.CARD, Means.CHEQUE, Means.CASH, Means.DIRECT_DEBIT),
    Kind.GOODS: (Means.GOODS,),
    Kind.TIME: (Means.TIME,),
    Kind.LOCAL_CURRENCY: (Means.LOCAL_DIGITAL, Means.LOCAL_PAPER),
}


@dataclass(frozen=True)
class Received:
    """What came. Euros: `value` and `means`. Otherwise: `quantity` of `unit` at `unit_value` euros each, on that day.

    Local currency is at par: 1 unit is 1 € (CMF L311-5). Goods say where they went.
    """

    kind: str
    received_on: date
    means: str = ""
    value: Money | None = None
    quantity: Decimal | None = None
    unit_value: Money | None = None
    unit: str = ""
    label: str = ""
    valuation: str = ""
    reference: str = ""
    destination: str = ""
    delivered_by: str = ""
    planned_on: date | None = None

    @property
    def worth(self) -> Money:
        if self.kind == Kind.MONEY:
            return self.value or euros(0)
        return cents(euros((self.quantity or Decimal(0)) * (self.unit_value or euros(0)).amount))


@dataclass(frozen=True)
class Day:
    """What became of one planned day: it came (a receipt) or it did not (a missed delivery)."""

    planned_on: date
    quantity: Decimal
    came: bool
    received_on: date | None = None
    note: str = ""


# Recording --------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def record_receipt(
    *,
    by: User | None,
    at: datetime,
    client: Client,
    received_on: date,
    request_id: uuid.UUID,
    term: RemunerationTerm | None = None,
    part: AgreedPart | None = None,
    kind: str = "",
    invoice: Invoice | None = None,
    allocates: bool = True,
    surplus_is_sure: bool = False,
    **said: Any,
) -> Receipt:
    """Record what came (`said`: the other fields of Received); the same `request_id` again returns the first one.

    With a `term`, or an agreed `part` of an invoice without a quote, what is not said (kind, label, unit, value of a
    unit, valuation) is as agreed; a part settles its own invoice. It settles `invoice`
    if one is chosen, else the oldest open invoice of the same accepted quote (a deposit its own deposit invoice first),
    as far as there is something left; the rest waits. Raises SettlingError: SurplusError for more units of a term in
    kind than are still to come, unless `surplus_is_sure`.
    """
    lock_quote_of(term)
    lock_client(client)
    if (found := Receipt.objects.filter(request_id=request_id).first()) is not None:
        if found.client_id != client.pk:
            raise SettlingError(_("This form was already used."))
        return found
    agreed = term or part
    received = Received(kind=kind or (agreed.kind if agreed else Kind.MONEY), received_on=received_on, **said)
    if term is not None and not surplus_is_sure:
        refuse_surplus(term, received.quantity)
    if part is not None:
        refuse_more_than_agreed(part, client, received.quantity)
        invoice = part.invoice
    receipt = _record(by=by, at=at, client=client, received=received, request_id=request_id, term=term, part=part)
    if invoice is not None:
        allocate_now(receipt, [invoice], at)
    elif allocates:
        settle_by_itself(receipt, at)
    tell(receipt, at)
    return receipt


@transaction.atomic(durable=True)
def record_days(
    *,
    by: User | None,
    at: datetime,
    term: RemunerationTerm,
    days: Sequence[Day],
    request_id: uuid.UUID,
    destination: str = Destination.PERSONAL,
    means: str = "",
) -> list[Receipt | MissedDelivery]:
    """Record what became of several planned days of one term. Days that are already recorded are left as they are, and
    so are those that the same form recorded once and that were undone since.

    Raises SettlingError for a day that is not planned, or is yet to come.
    """
    lock_quote_of(term)
    locked_invoices(settled_by(term))  # all at once: between two days the head of the ledger is locked already
    quote = term.version.quote
    planned, done = dict(expected_days(term)), recorded_days(term)
    made: list[Receipt | MissedDelivery] = []
    for day in sorted(days, key=lambda day: day.planned_on):
        _refuse_day(day, planned, at, quote.business.time_zone)
        one = uuid.uuid5(request_id, day.planned_on.isoformat())
        if day.planned_on in done or _is_used(one):
            continue
        if not day.came:
            made.append(miss(term, day.planned_on, day.quantity, note=day.note, by=by, at=at, request_id=one))
            continue
        received = Received(
            kind=term.kind,
            received_on=day.received_on or day.planned_on,
            planned_on=day.planned_on,
            quantity=day.quantity,
            destination=destination if term.kind == Kind.GOODS else "",
            means=means,
        )
        receipt = _record(
            by=by,
            at=at,
            client=quote.client,
            received=received,
            request_id=one,
            term=term,
        )
        settle_by_itself(receipt, at)
        tell(receipt, at)
        made.append(receipt)
    return made


def _is_used(request_id: uuid.UUID) -> bool:
    return any(rows.objects.filter(request_id=request_id).exists() for rows in (Receipt, MissedDelivery))


@transaction.atomic(durable=True)
def record_missed(
    *, by: User | None, at: datetime, term: RemunerationTerm, planned_on: date, request_id: uuid.UUID, note: str = ""
) -> MissedDelivery:
    """Record that nothing came on a planned day. What follows is the rule agreed in the quote. Raises SettlingError."""
    lock_quote_of(term)
    if (found := missed_on(term, planned_on)) is not None:
        return found
    if MissedDelivery.objects.filter(request_id=request_id).exists():
        raise SettlingError(_("This form was already used."))
    planned = dict(expected_days(term))
    day = Day(planned_on, planned.get(planned_on, Decimal(0)), came=False, note=note)
    _refuse_day(day, planned, at, term.version.quote.business.time_zone)
    if planned_on in recorded_days(term):
        raise SettlingError(_("Something is recorded as received for that day: reverse it first."), "planned_on")
    return miss(term, planned_on, day.quantity, note=note, by=by, at=at, request_id=request_id)


def _refuse_day(day: Day, planned: dict[date, Decimal], at: datetime, time_zone: str) -> None:
    if day.planned_on not in planned:
        raise SettlingError(_("Nothing was planned on that day."), "planned_on")
    if max(day.planned_on if not day.came else day.received_on or day.planned_on, date.min) > day_of(at, time_zone):
        raise SettlingError(_("That day is yet to come."), "planned_on")


def _record(
    *,
    by: User | None,
    at: datetime,
    client: Client,
    received: Received,
    request_id: uuid.UUID,
    term: RemunerationTerm | None,
    part: AgreedPart | None = None,
) -> Receipt:
    """Insert one receipt, completed by its term or part and checked."""
    received = completed(received, term or part)
    activity = client.activity
    _refuse(received, term, client, day_of(at, activity.business.time_zone))
    return Receipt.objects.create(
        business=activity.business,
        activity=activity,
        client=client,
        term=term,
        part=part,
        kind=received.kind,
        received_on=received.received_on,
        planned_on=received.planned_on,
        label=received.label,
        unit=received.unit,
        quantity=received.quantity if received.kind != Kind.MONEY else None,
        unit_value=received.unit_value or euros(0),
        value=received.worth,
        valuation=received.valuation,
        means=received.means,
        reference=received.reference,
        destination=received.destination,
        delivered_by=received.delivered_by,
        recorded_at=at,
        recorded_by=by,
        request_id=request_id,
    )


def completed(received: Received, term: RemunerationTerm | AgreedPart | None) -> Received:
    """Return what came, with what was agreed where nothing was said, and the only possible means where there is one."""
    means = MEANS_OF[Kind(received.kind)]
    one = replace(received, means=received.means or means[0])
    if received.kind == Kind.LOCAL_CURRENCY:
        one = replace(one, unit_value=euros(1))
    if term is None:
        return one
    return replace(
        one,
        label=one.label or term.label,
        unit=one.unit or term.unit,
        unit_value=one.unit_value if one.unit_value is not None else term.unit_value,
        valuation=one.valuation or term.valuation,
    )


def _refuse(received: Received, term: RemunerationTerm | None, client: Client, today: date) -> None:
    refuse_day(received.received_on, term, client, today)
    refuse_unprintable(vars(received))
    if received.kind == Kind.MONEY and (received.value is None or received.value != cents(received.value)):
        raise SettlingError(_("Say how many euros came, to the cent."), "value")
    if received.kind != Kind.MONEY and not (received.quantity and received.quantity > 0):
        raise SettlingError(_("Say how many came."), "quantity")
    if received.worth.amount <= 0:
        field = "value" if received.kind == Kind.MONEY else "unit_value"
        raise SettlingError(_("What came is worth something: say how much."), field)
    if received.means not in MEANS_OF[Kind(received.kind)]:
        raise SettlingError(_("This is not a means of paying in this way."), "means")
    if received.kind == Kind.GOODS and not received.destination:
        raise SettlingError(_("Say where the goods went: the books need it."), "destination")
    if term is not None:
        _refuse_term(received, term, client)


def _refuse_term(received: Received, term: RemunerationTerm, client: Client) -> None:
    if not Acceptance.objects.filter(version=term.version_id, quote__client=client).exists():
        raise SettlingError(_("This is not part of a quote that this client accepted."), "term")
    if received.kind == Kind.GOODS and received.quantity and received.quantity % 1:
        raise SettlingError(_("Goods agreed in a quote come in whole units."), "quantity")


# To think about ---------------------------------------------------------------------------------------------------


def warnings(received: Received, on: date, language: str) -> list[str]:
    """Return what a person should know about what came: it stops nothing."""
    limit = law.fact("cash.limit", on)
    if received.means == Means.CASH and received.worth > euros(limit.value):
        return [limit.text(language, limit=written(euros(limit.value), language))]
    return []
