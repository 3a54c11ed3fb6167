"""What ties up, for a period: numbers from first to last, gaps, totals, and whether the sealed ledger is intact."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from djmoney.money import Money

from billing import deducting
from billing.models import Deduction, Invoice, InvoiceTax, Receipt
from desk.pairs import Pairs, pairs_of
from desk.periods import Period
from lib.money import euros, summed
from people.models import Business
from records import ledger

COUNTER = re.compile(r"(.*?)(\d+)$")


@dataclass(frozen=True)
class Sequence:
    """The numbers of one series used in a period."""

    first: str
    last: str
    count: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class RateTotal:
    """VAT of one category (UNCL 5305) and rate over the period: invoices less credit notes, less deposits deducted."""

    rate: Decimal
    base: Money
    vat: Money
    category: str


@dataclass(frozen=True)
class Controls:
    """The control totals of a period. A deposit counts once: where another invoice deducts it, it is taken off; so does
    an invoice that another one replaces."""

    invoices: int
    credit_notes: int
    net: Money
    vat: Money
    total: Money
    by_rate: list[RateTotal]
    received: dict[str, Money]
    sequences: list[Sequence]
    pairs: Pairs
    problems: list[str] = field(default_factory=list)

    @property
    def gaps(self) -> int:
        return sum(len(sequence.missing) for sequence in self.sequences)

    @property
    def received_total(self) -> Money:
        return sum(self.received.values(), euros(0))


def invoices_of(business: Business, period: Period, basis: str = "ISSUE") -> QuerySet[Invoice]:
    """Return the invoices issued in the period, or (basis RECEIPT) those that something received in it settled."""
    issued = Invoice.objects.filter(business=business, issued_at__isnull=False)
    if basis == "RECEIPT":
        came = receipts_of(business, period)
        settled = Q(allocations__receipt__in=came) | Q(allocations__receipt__in=came.values("gives_back"))
        issued = issued.filter(pk__in=Invoice.objects.filter(settled, business=business).values("pk"))
    else:
        issued = issued.filter(issued_on__range=(period.since, period.until))
    return issued.order_by("issued_on", "issued_at", "pk")


def replaced_by(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Return the invoices that these cancel and replace: they are taken off on the day of the one that does, so that a
    past period never changes."""
    return Invoice.objects.filter(replaced_by__in=invoices.order_by())


def receipts_of(business: Business, period: Period) -> QuerySet[Receipt]:
    days = (period.since, period.until)
    return Receipt.objects.filter(business=business, received_on__range=days).order_by("received_on", "pk")


def sequences(numbers: Iterable[str]) -> list[Sequence]:
    """Group numbers by what stands before their counter, and name those missing between first and last."""
    groups: dict[str, dict[int, str]] = defaultdict(dict)
    for number in numbers:
        if match := COUNTER.fullmatch(number):
            groups[match[1]][int(match[2])] = number
    found = []
    for prefix, used in sorted(groups.items()):
        low, high = min(used), max(used)
        width = len(used[low]) - len(prefix)
        missing = tuple(f"{prefix}{n:0{width}d}" for n in range(low, high) if n not in used)
        found.append(Sequence(used[low], used[high], len(used), missing))
    return found


def controls(business: Business, period: Period, basis: str = "ISSUE", *, verify: bool = True) -> Controls:
    """Count and add up a period. With `verify`, walk the whole ledger and say what does not hold."""
    invoices = invoices_of(business, period, basis)
    plus, minus = _sums(invoices.exclude(type="CREDIT_NOTE")), _sums(invoices.filter(type="CREDIT_NOTE"))
    gone = _sums(replaced_by(invoices))
    return Controls(
        invoices=plus.count,
        credit_notes=minus.count,
        net=plus.net - minus.net - gone.net,
        vat=plus.vat - minus.vat - gone.vat,
        total=plus.total - minus.total - gone.total,
        by_rate=_by_rate(invoices),
        received=_received(receipts_of(business, period)),
        sequences=sequences(number for number in _issued_numbers(business, period) if number),
        pairs=pairs_of(business, period),
        problems=ledger.verify(business) if verify else [],
    )


def _issued_numbers(business: Business, period: Period) -> Iterable[str | None]:
    return invoices_of(business, period).values_list("number", flat=True)


@dataclass(frozen=True)
class _Sums:
    count: int
    net: Money
    vat: Money
    total: Money


def _sums(invoices: QuerySet[Invoice]) -> _Sums:
    row = invoices.order_by().aggregate(count=Count("pk"), net=Sum("net"), vat=Sum("vat"), total=Sum("total"))
    off = Deduction.objects.filter(invoice__in=invoices.order_by()).aggregate(value=Sum("value"), vat=Sum("vat"))
    value, vat = summed(off["value"]), summed(off["vat"])
    return _Sums(
        row["count"], summed(row["net"]) - (value - vat), summed(row["vat"]) - vat, summed(row["total"]) - value
    )


def _by_rate(invoices: QuerySet[Invoice]) -> list[RateTotal]:
    """Add up VAT by category and rate: a sale counts, a credit note and a deducted deposit (less what was credited of
    it) do not."""
    kept = invoices.order_by()
    found = _Rates()
    taxes = InvoiceTax.objects.order_by("-rate", "category")
    for sign, rows in (
        (1, taxes.filter(invoice__in=kept.exclude(type="CREDIT_NOTE"))),
        (-1, taxes.filter(invoice__in=kept.filter(type="CREDIT_NOTE"))),
        (-1, taxes.filter(invoice__in=replaced_by(kept))),
    ):
        grouped = rows.values_list("category", "rate").annotate(base=Sum("base"), vat=Sum("amount"))
        for category, rate, base, vat in grouped:
            found.add(category, rate, summed(base) * sign, summed(vat) * sign)
    for deduction in Deduction.objects.filter(invoice__in=kept).select_related("deposit", "invoice"):
        for tax in deducted_taxes(deduction):
            found.add(tax.category, tax.rate, -tax.base, -tax.vat)
    return found.totals()


def deducted_taxes(deduction: Deduction) -> list[RateTotal]:
    """Return what an invoice takes off by rate: its deposit's VAT, less what had been credited of the deposit; or the
    part of it that a progress invoice takes off."""
    return [RateTotal(tax.rate, tax.base, tax.amount, tax.category) for tax in deducting.taxes_of(deduction)]


class _Rates:
    """Sums of base and VAT, by category and rate."""

    def __init__(self) -> None:
        self._found: dict[tuple[Decimal, str], tuple[Money, Money]] = {}

    def add(self, category: str, rate: Decimal, base: Money, vat: Money) -> None:
        old = self._found.get((-rate, category), (euros(0), euros(0)))
        self._found[-rate, category] = (old[0] + base, old[1] + vat)

    def totals(self) -> list[RateTotal]:
        """Return them from the highest rate down."""
        return [RateTotal(abs(rate), *sums, category) for (rate, category), sums in sorted(self._found.items())]


def _received(receipts: QuerySet[Receipt]) -> dict[str, Money]:
    rows = receipts.order_by().values_list("kind").annotate(value=Sum("value"))
    return {kind: summed(value) for kind, value in rows}
