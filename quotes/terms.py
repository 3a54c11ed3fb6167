"""One agreed way of paying a part of a price, as plain values, and the days on which it is planned. Pure."""

import calendar as months
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Protocol

from djmoney.money import Money

from lib.money import cents, euros, share
from quotes.models.remuneration import Kind, MoneyDue, Rhythm

DAYS_BETWEEN = {Rhythm.WEEKLY: 7, Rhythm.FORTNIGHTLY: 14}
MOST_DELIVERIES = 520  # ten years of Fridays


@dataclass(frozen=True)
class TermValues:
    """The values of a RemunerationTerm. `value` is given for an amount in euros, and found for everything else.

    MONEY: `percent` of the total (VAT included), or `value`; `closes` takes what is left. GOODS: whole `quantity` ×
    `unit_value`. TIME: hours × euros an hour. LOCAL_CURRENCY: at par, `unit_value` 1 (CMF L311-5).
    """

    kind: str
    label: str = ""
    value: Money = field(default_factory=lambda: euros(0))
    percent: Decimal | None = None
    closes: bool = False
    due: str = ""
    due_on: date | None = None
    due_days: int | None = None
    unit: str = ""
    quantity: Decimal | None = None
    per_delivery: Decimal | None = None
    unit_value: Money = field(default_factory=lambda: euros(0))
    valuation: str = ""
    first_on: date | None = None
    rhythm: str = ""
    if_missed: str = ""

    @property
    def in_euros(self) -> bool:
        return self.kind == Kind.MONEY

    @property
    def is_deposit(self) -> bool:
        return self.in_euros and self.due == MoneyDue.ACCEPTANCE

    def worth(self, total: Money) -> Money:
        """Return its value as a part of this total; nothing for the euros that take what is left."""
        if not self.in_euros:
            return cents(self.unit_value * (self.quantity or Decimal(0)))
        if self.closes:
            return euros(0)
        return self.value if self.percent is None else share(total, self.percent)


class Planned(Protocol):
    """A term, as values or as a row, whose days are planned. Read-only members."""

    @property
    def first_on(self) -> date | None: ...
    @property
    def rhythm(self) -> str: ...
    @property
    def quantity(self) -> Decimal | None: ...
    @property
    def per_delivery(self) -> Decimal | None: ...


def planned_days(term: Planned) -> list[tuple[date, Decimal]]:
    """Return when a term in kind is to be handed over, and how much each time; nothing without a first day."""
    if term.first_on is None or term.quantity is None:
        return []
    return calendar(term.first_on, term.rhythm, term.quantity, term.per_delivery)


def calendar(
    first_on: date, rhythm: str, quantity: Decimal, per_delivery: Decimal | None
) -> list[tuple[date, Decimal]]:
    """Return the days and quantities that hand over `quantity`, `per_delivery` at a time (the last one: what is left).

    Every month keeps the day of the month, or takes the last one there is: 31 January, 28 February, 31 March.
    """
    if quantity <= 0:
        return []
    if rhythm in ("", Rhythm.ONCE) or not per_delivery or per_delivery >= quantity:
        return [(first_on, quantity)]
    times = min(int((quantity / per_delivery).to_integral_value(ROUND_CEILING)), MOST_DELIVERIES)
    last = quantity - per_delivery * (times - 1)
    return [(day_number(first_on, rhythm, n), last if n == times - 1 else per_delivery) for n in range(times)]


def day_number(first_on: date, rhythm: str, n: int) -> date:
    """Return the nth day of a rhythm, from 0: the same day of the month, or the last one there is."""
    if rhythm != Rhythm.MONTHLY:
        return first_on + timedelta(days=DAYS_BETWEEN[Rhythm(rhythm)] * n)
    years, month = divmod(first_on.month - 1 + n, 12)
    year, month = first_on.year + years, month + 1
    return date(year, month, min(first_on.day, months.monthrange(year, month)[1]))
