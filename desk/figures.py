"""The year's figures: what was received, by kind and month, at its euro value on the day it came."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.db.models.functions import ExtractMonth, ExtractYear
from djmoney.money import Money

from billing.balances import left_of_all
from billing.models import Invoice, Receipt
from desk.periods import year_of
from lib.money import cents, euros, total
from people.access import activities_of
from people.models import Membership
from quotes.models import Kind


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
    months = _months(membership, on)
    by_kind = {kind: total(kinds.get(kind, euros(0)) for kinds in months.values()) for kind in Kind.values}
    by_month = [
        (date(on.year, month, 1), months.get(month, {}), total(months.get(month, {}).values()))
        for month in range(min(months, default=on.month), on.month + 1)
    ]
    owed = left_of_all(Invoice.objects.filter(activity__in=activities_of(membership)))
    return Year(on.year, by_kind, by_month, owed.in_euros, owed.in_kind)


def _months(membership: Membership, on: date) -> dict[int, dict[str, Money]]:
    whole = year_of(on)
    rows = (
        Receipt.objects.filter(activity__in=activities_of(membership), received_on__range=(whole.since, whole.until))
        .annotate(year=ExtractYear("received_on"), month=ExtractMonth("received_on"))
        .order_by()
        .values_list("month", "kind")
        .annotate(value=Sum("value"))
    )
    found: dict[int, dict[str, Money]] = defaultdict(dict)
    for month, kind, value in rows:
        found[month][kind] = _money(value)
    return found


def _money(amount: object) -> Money:
    return cents(euros(str(amount or 0)))
