"""When a term in kind is to come, as agreed and as it turned out: what was missed and is carried over gets new days,
and what came beyond what was planned takes the last ones."""

from datetime import date
from decimal import Decimal

from billing.dunning.turning import agreed_units
from quotes.models import IfMissed, RemunerationTerm, Rhythm
from quotes.terms import calendar, day_number, planned_days

STILL_COMING = (IfMissed.CARRIED_OVER, IfMissed.REPLACED)


def expected_days(term: RemunerationTerm) -> list[tuple[date, Decimal]]:
    """Return the agreed days, then those that missed deliveries add after the last one, at the same rhythm.

    Reads the term's receipts, missed deliveries and payment requests, reversals included (their quantities are
    negative): prefetch them for a list. What comes once, or is due in euros or waived when missed, gets no other day.
    What a payment request asks for in euros instead, by agreement, is no longer expected: the last days go. So do they
    where more came than was planned: no more is waited for than is still to come.
    """
    days = _less(_with_new_days(term), agreed_units(term))
    answered = answered_days(term)
    waiting = [(day, quantity) for day, quantity in days if day not in answered]
    kept = _less(waiting, sum((quantity for _day, quantity in waiting), Decimal(0)) - _units_left(term))
    return sorted([*((day, quantity) for day, quantity in days if day in answered), *kept])


def answered_days(term: RemunerationTerm) -> set[date]:
    """Return the days of which it is known whether something came: those that were planned, or else the days it came.
    Reads the same rows, with what reverses them."""
    missed = {row.planned_on for row in term.missed.all() if row.stands}
    return missed | {row.planned_on or row.received_on for row in term.receipts.all() if row.came}


def _units_left(term: RemunerationTerm) -> Decimal:
    """Return how many units of a term are still to come, counting those that were missed and come again."""
    agreed = sum((quantity for _day, quantity in planned_days(term)), Decimal(0))
    came = sum((row.quantity or Decimal(0) for row in term.receipts.all()), Decimal(0))
    gone = Decimal(0)
    if term.if_missed not in STILL_COMING:
        gone = sum((row.quantity for row in term.missed.all()), Decimal(0))
    return agreed - came - gone - agreed_units(term)


def _with_new_days(term: RemunerationTerm) -> list[tuple[date, Decimal]]:
    agreed = planned_days(term)
    again = sum((missed.quantity for missed in term.missed.all()), Decimal(0))
    if not agreed or again <= 0 or term.if_missed not in STILL_COMING or not _recurs(term):
        return agreed
    assert term.first_on is not None
    new = calendar(term.first_on, term.rhythm, again, term.per_delivery)
    # Each is counted from the first day: after 30 April comes 31 May again, where the first was a 31st.
    return agreed + [
        (day_number(term.first_on, term.rhythm, n), quantity) for n, (_day, quantity) in enumerate(new, len(agreed))
    ]


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
