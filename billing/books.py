"""The receipts book (livre des recettes): what was received, day by day, of every kind, at its value in euros.

CGI art. 50-0-5 and 102 ter-4; c. com. D123-205-1: chronological, payments in cash apart, with the references of the
papers. Goods, hours and local currency count like euros (BOI-BNC-BASE-20-10-10). A reversal is a line of its own, on
the day it is made: a past period never changes. So is what was given back, on the day it went.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing.book import BookRow
from billing.models import Receipt
from lib.money import euros, summed, total
from people.models import Business
from quotes.models import Kind
from quotes.wording import counted

CASH = (Receipt.Means.CASH, Receipt.Means.LOCAL_PAPER)


def receipts_of(business: Business, since: date, until: date) -> QuerySet[Receipt]:
    """Return the receipts of a period, first to last, with what a row needs."""
    rows = Receipt.objects.filter(business=business, received_on__range=(since, until))
    related = rows.select_related("client", "term__version", "reverses", "gives_back")
    return related.prefetch_related("allocations__invoice", "gives_back__allocations__invoice").order_by(
        "received_on", "pk"
    )


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
    settled = receipt.gives_back or receipt
    invoices = sorted({row.invoice.number for row in settled.allocations.all() if row.invoice.number})
    quote = receipt.term.version.number if receipt.term and not invoices else ""
    return ", ".join(part for part in (receipt.reference, *invoices, quote) if part)


def nature_of(receipt: Receipt, language: str) -> str:
    """Return what came: « Services », « 2 paniers de légumes »; a reversal, or what was given back, says so and why."""
    if receipt.kind == Kind.MONEY or receipt.quantity is None:
        said = receipt.label or _("Services")
    else:
        said = counted(abs(receipt.quantity), receipt.unit, language)
        said = f"{said} ({receipt.label})" if receipt.label and receipt.label != receipt.unit else said
    if receipt.reverses:
        words = {"what": said, "reason": receipt.reason, "number": receipt.reverses_id}
        if receipt.gives_back_id:
            return _("Not given back after all, line %(number)s (%(what)s): %(reason)s") % words
        return _("Reversal of receipt %(number)s (%(what)s): %(reason)s") % words
    if receipt.gives_back_id:
        words = {"what": said, "reason": receipt.reason, "number": receipt.gives_back_id}
        return _("Given back, of receipt %(number)s (%(what)s): %(reason)s") % words
    return said


def by_month(receipts: QuerySet[Receipt], year: int) -> dict[int, dict[str, Money]]:
    """Return what the months (1 to 12) of a year brought, per kind, in one query; months that brought nothing are not
    there. This is what thresholds and declarations count, in kind included; reversals and what was given back are taken
    off."""
    grouped = (
        receipts.filter(received_on__range=(date(year, 1, 1), date(year, 12, 31)))
        .annotate(month=ExtractMonth("received_on"))
        .order_by()
        .values_list("month", "kind")
        .annotate(sum=Sum("value"))
    )
    found: dict[int, dict[str, Money]] = {}
    for month, kind, value in grouped:
        found.setdefault(month, {})[kind] = summed(value)
    return found


def by_kind(months: Mapping[int, Mapping[str, Money]]) -> dict[str, Money]:
    """Return what these months brought together, per kind of remuneration; every kind is there."""
    return {kind: total(kinds.get(kind, euros(0)) for kinds in months.values()) for kind in Kind.values}
