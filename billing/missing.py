"""Planned days on which nothing came: recorded, and undone by a mirror when that was a mistake. Nothing is erased.

Locks, in this order: the quote, the head of the ledger.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from billing.allocating import SettlingError, lock_quote_of
from billing.dunning.turning import why_asked
from billing.models import CAME, MissedDelivery, Receipt
from lib.money import cents, euros
from people.models import User
from quotes.models import RemunerationTerm
from records import ledger
from records.subjects import ref


def miss(
    term: RemunerationTerm,
    on: date,
    quantity: Decimal,
    *,
    note: str,
    by: User | None,
    at: datetime,
    request_id: uuid.UUID,
) -> MissedDelivery:
    """Insert one missed delivery and tell the ledger. Needs the quote's lock, and a day that nothing is known of."""
    undone = MissedDelivery.objects.filter(term=term, planned_on=on, reverses__isnull=False)
    missed = MissedDelivery.objects.create(
        term=term,
        planned_on=on,
        quantity=quantity,
        value=cents(euros(quantity * term.unit_value.amount)),
        note=note,
        follows=undone.order_by("pk").last(),
        recorded_at=at,
        recorded_by=by,
        request_id=request_id,
    )
    _tell(missed, "delivery_missed", at)
    return missed


def missed_on(term: RemunerationTerm, on: date) -> MissedDelivery | None:
    """Return the missed delivery of a day, unless it was undone."""
    return MissedDelivery.objects.filter(term=term, planned_on=on, reverses=None, reversed_by=None).first()


def recorded_days(term: RemunerationTerm) -> set[date]:
    """Return the planned days of which it is known whether something came."""
    came = Receipt.objects.filter(CAME, term=term, planned_on__isnull=False)
    missed = MissedDelivery.objects.filter(term=term, reverses=None, reversed_by=None)
    return {day for rows in (came, missed) for day in rows.values_list("planned_on", flat=True) if day is not None}


@transaction.atomic(durable=True)
def reverse_missed(*, missed: MissedDelivery, by: User, at: datetime, reason: str) -> MissedDelivery:
    """Undo a missed delivery by its mirror: the day waits for an answer again. A second time returns the first mirror.

    Raises SettlingError without a reason, for a reversal itself, or while a payment request asks for it in euros.
    """
    lock_quote_of(missed.term)
    if missed.reverses_id is not None:
        raise SettlingError(_("A reversal is not reversed: record what came again."))
    if (found := MissedDelivery.objects.filter(reverses=missed).first()) is not None:
        return found
    if not reason.strip():
        raise SettlingError(_("Say why: the books keep the reason."), "reason")
    if why := why_asked(missed):
        raise SettlingError(why)
    mirror = MissedDelivery.objects.create(
        term=missed.term,
        planned_on=missed.planned_on,
        quantity=-missed.quantity,
        value=-missed.value,
        note=reason.strip(),
        reverses=missed,
        recorded_at=at,
        recorded_by=by,
    )
    _tell(mirror, "missed_delivery_reversed", at)
    return mirror


def _tell(missed: MissedDelivery, event: str, at: datetime) -> None:
    term = missed.term
    facts = {
        "planned_on": missed.planned_on,
        "quantity": missed.quantity,
        "value": missed.value,
        "term": term.pk,
        "rule": term.if_missed,
        "reverses": missed.reverses_id,
    }
    ledger.record(business=term.version.quote.business, event=event, subject=ref(missed), facts=facts, at=at)
