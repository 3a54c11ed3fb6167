"""The year's figures: what was received, by kind and month, at its euro value on the day it came."""

from dataclasses import dataclass
from datetime import date

from djmoney.money import Money

from billing import books
from billing.balances import left_of_all
from billing.models import Invoice, Receipt
from lib.money import euros, total
from people.access import activities_of
from people.models import Membership


@dataclass(frozen=True)
class Year:
    """What a year brought: by kind, by month, and what is still owed to the business."""

    year: int
    by_kind: dict[str, Money]
    by_month: list[tuple[date, dict[str, Money], Money]]
    owed_in_euros: Money
    owed_in_kind: Money

    @property
    def received(self) -> Money:
        return total(self.by_kind.values())

    @property
    def best_month(self) -> Money:
        return max((amount for _month, _kinds, amount in self.by_month), default=euros(0))


def year(membership: Membership, on: date) -> Year:
    """Add up a member's year: reversals are taken off, in kind counts at its value (BOI-BNC-BASE-20-10-10)."""
    months = books.by_month(Receipt.objects.filter(activity__in=activities_of(membership)), on.year)
    by_month = [
        (date(on.year, month, 1), months.get(month, {}), total(months.get(month, {}).values()))
        for month in range(min(months, default=on.month), on.month + 1)
    ]
    owed = left_of_all(Invoice.objects.filter(activity__in=activities_of(membership)))
    return Year(on.year, books.by_kind(months), by_month, owed.in_euros, owed.in_kind)
