"""Simple interest on what is paid late, by the day, as partial payments came. Pure.

L441-10, II of the commercial code: due from the day after the day of payment, at the rate of each half-year. A rate
that is not known for sure for one single day of the delay gives no amount at all: see `rates_between`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from djmoney.money import Money

from lib import law
from lib.money import EXACT, cents, euros

A_DAY = timedelta(days=1)
PERCENT = 100


@dataclass(frozen=True)
class Rate:
    """So many percent a year, from one day to another, both included."""

    since: date
    until: date
    percent: Decimal


@dataclass(frozen=True)
class Change:
    """What is owed changes after a day: less by what was paid that day, more by what fell due in euros."""

    on: date
    value: Money


@dataclass(frozen=True)
class Span:
    """So many days at one rate on one amount."""

    since: date
    until: date
    owed: Money
    percent: Decimal

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


@dataclass(frozen=True)
class Interest:
    """The amount, rounded once, and the spans it is made of."""

    amount: Money
    spans: Sequence[Span]


def interest(
    *, owed: Money, due_on: date, on: date, changes: Iterable[Change] = (), rates: Sequence[Rate], year: int = 365
) -> Interest:
    """Return the simple interest of the days after `due_on`, up to `on` included: owed × rate × days / year.

    owed: what was left when it fell due. A payment stops the interest on it from the day after. Raises ValueError when
    a day of the delay has no rate.
    """
    made = list(_spans(owed, due_on, on, sorted(changes, key=lambda change: change.on), rates))
    with localcontext(EXACT):
        weighed = sum((span.owed.amount * span.percent * span.days for span in made), Decimal(0))
        return Interest(cents(euros(weighed / (PERCENT * year))), made)


def _spans(owed: Money, due_on: date, on: date, changes: Sequence[Change], rates: Sequence[Rate]) -> Iterable[Span]:
    """Cut the delay where the amount or the rate changes; a span on which nothing is owed is left out."""
    left, day = owed, due_on + A_DAY
    waiting = list(changes)
    while day <= on:
        while waiting and waiting[0].on < day:
            left += waiting.pop(0).value
        rate = _rate_on(day, rates)
        end = min([on, rate.until, *(change.on for change in waiting[:1])])
        if left.amount > 0:
            yield Span(day, end, left, rate.percent)
        day = end + A_DAY


def _rate_on(day: date, rates: Sequence[Rate]) -> Rate:
    found = next((rate for rate in rates if rate.since <= day <= rate.until), None)
    if found is None:
        raise ValueError(f"No rate is known on {day}.")
    return found


def rates_between(since: date, until: date, *, key: str, times: int = 1, plus: int = 0) -> list[Rate] | None:
    """Return the rate of each half-year that touches these days: `times` the fact, `plus` points.

    None when one of them is not known, is outdated, or is still to check: then no amount may be said.
    """
    found = []
    for first, last in half_years(since, until):
        rate = _sure(key, first)
        if rate is None or _sure(key, last) != rate:
            return None
        found.append(Rate(first, last, rate * times + plus))
    return found


def half_years(since: date, until: date) -> Iterable[tuple[date, date]]:
    """Yield the half-years (1 January, 1 July) of a period, cut at its ends."""
    first = since
    while first <= until:
        next_one = date(first.year, 7, 1) if first.month < 7 else date(first.year + 1, 1, 1)
        yield first, min(next_one - A_DAY, until)
        first = next_one


def _sure(key: str, on: date) -> Decimal | None:
    try:
        known = law.fact(key, on)
    except law.UnknownFact:
        return None
    return None if known.outdated or known.certainty == "to_check" else Decimal(known.value)
