"""When a term in kind is to come, as agreed and as it turned out: what was missed and is carried over gets new days."""

from datetime import date
from decimal import Decimal

from billing.dunning.turning import agreed_units
from quotes.models import IfMissed, RemunerationTerm, Rhythm
from quotes.terms import calendar, day_number, planned_days

STILL_COMING = (IfMissed.CARRIED_OVER, IfMissed.REPLACED)


def expected_days(term: RemunerationTerm) -> list[tuple[date, Decimal]]:
    """Return the agreed days, then those that missed deliveries add after the last one, at the same rhythm.

    Reads the term's missed deliveries and payment requests, reversals included (their quantities are negative):
    prefetch both for a list. What comes once, or is due in euros or waived when missed, gets no other day. What a
    payment request asks for in euros instead, by agreement, is no longer expected: the last days go.
    """
    return _less(_with_new_days(term), agreed_units(term))


def _with_new_days(term: RemunerationTerm) -> list[tuple[date, Decimal]]:
    agreed = planned_days(term)
    again = sum((missed.quantity for missed in term.missed.all()), Decimal(0))
    if not agreed or again <= 0 or term.if_missed not in STILL_COMING or not _recurs(term):
        return agreed
    assert term.first_on is not None
    return agreed + calendar(day_number(term.first_on, term.rhythm, len(agreed)), term.rhythm, again, term.per_delivery)


def _less(days: list[tuple[date, Decimal]], quantity: Decimal) -> list[tuple[date, Decimal]]:
    """Take so many units off the last days."""
    kept = list(days)
    while kept and quantity > 0:
        day, planned = kept.pop()
        if planned > quantity:
            kept.append((day, planned - quantity))
        quantity -= planned
    return kept


def _recurs(term: RemunerationTerm) -> bool:
    return term.rhythm not in ("", Rhythm.ONCE) and bool(term.per_delivery)
