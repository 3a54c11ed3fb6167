"""The receipts book (livre des recettes): what was received, day by day, of every kind, at its value in euros.

CGI art. 50-0-5 and 102 ter-4; c. com. D123-205-1: chronological, payments in cash apart, with the references of the
papers. Goods, hours and local currency count like euros (BOI-BNC-BASE-20-10-10). A reversal is a line of its own, on
the day it is made: a past period never changes.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing.book import BookRow
from billing.models import Receipt
from lib.money import euros, total
from people.models import Business
from quotes.models import Kind
from quotes.wording import counted

CASH = (Receipt.Means.CASH, Receipt.Means.LOCAL_PAPER)


def receipts_of(business: Business, since: date, until: date) -> QuerySet[Receipt]:
    """Return the receipts of a period, first to last, with what a row needs."""
    rows = Receipt.objects.filter(business=business, received_on__range=(since, until))
    related = rows.select_related("client", "term__version", "reverses")
    return related.prefetch_related("allocations__invoice").order_by("received_on", "pk")


def receipts_book(business: Business, since: date, until: date, language: str = "fr") -> Iterator[BookRow]:
    """Yield the lines of the book for a period, both days included; in flat memory."""
    for receipt in receipts_of(business, since, until).iterator(chunk_size=500):
        yield row_of(receipt, language)


def row_of(receipt: Receipt, language: str) -> BookRow:
    return BookRow(
        received_on=receipt.received_on,
        reference=reference_of(receipt),
        client=receipt.client.name,
        nature=nature_of(receipt, language),
        value=receipt.value,
        means=str(receipt.get_means_display()),
        kind=receipt.kind,
        is_cash=receipt.means in CASH,
    )


def reference_of(receipt: Receipt) -> str:
    invoices = sorted({row.invoice.number for row in receipt.allocations.all() if row.invoice.number})
    quote = receipt.term.version.number if receipt.term and not invoices else ""
    return ", ".join(part for part in (receipt.reference, *invoices, quote) if part)


def nature_of(receipt: Receipt, language: str) -> str:
    """Return what came: « Services », « 2 paniers de légumes »; a reversal says so and why."""
    if receipt.kind == Kind.MONEY or receipt.quantity is None:
        said = receipt.label or _("Services")
    else:
        said = counted(abs(receipt.quantity), receipt.unit, language)
        said = f"{said} ({receipt.label})" if receipt.label and receipt.label != receipt.unit else said
    if receipt.reverses:
        words = {"what": said, "reason": receipt.reason, "number": receipt.reverses_id}
        return _("Reversal of receipt %(number)s (%(what)s): %(reason)s") % words
    return said


def by_kind(business: Business, since: date, until: date) -> dict[str, Money]:
    """Return what a period brought, per kind of remuneration; every kind is there."""
    sums: dict[str, list[Money]] = {kind: [] for kind in Kind.values}
    for kind, value in Receipt.objects.filter(business=business, received_on__range=(since, until)).values_list(
        "kind", "value"
    ):
        sums[kind].append(_euros(value))
    return {kind: total(values) for kind, values in sums.items()}


def by_month(business: Business, year: int) -> list[dict[str, Money]]:
    """Return the twelve months of a year, each per kind: what thresholds and declarations count, in kind included."""
    months: list[dict[str, Money]] = [{kind: euros(0) for kind in Kind.values} for _month in range(12)]
    rows = Receipt.objects.filter(business=business, received_on__year=year)
    for day, kind, value in rows.values_list("received_on", "kind", "value"):
        months[day.month - 1][kind] += _euros(value)
    return months


def turnover(business: Business, year: int) -> Money:
    """Return what a year brought, of every kind: the figure that thresholds are compared with."""
    return total(value for month in by_month(business, year) for value in month.values())


def _euros(value: Any) -> Money:
    """Return a bare column as money: `values_list` forgets the currency."""
    return value if isinstance(value, Money) else euros(value)
