"""The tables of the accountant's archive: one row per invoice and VAT rate, one row per receipt, and the book's PDF."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import book, books
from billing.models import Deduction, Invoice, InvoiceTax
from desk.controls import deducted_taxes
from desk.periods import Period
from lib.money import euros
from people import parties
from people.letterhead import party
from people.models import Business
from quotes.models import Kind


def invoice_header() -> list[str]:
    """Return the columns of the invoices' table; the invoice's own totals stand on its first row only."""
    return [
        _("number"),
        _("kind of document"),
        _("issued on"),
        _("due on"),
        _("client"),
        _("client's SIREN"),
        _("client's VAT number"),
        _("quote"),
        _("corrects"),
        _("VAT rate"),
        _("base before VAT"),
        _("VAT"),
        _("total before VAT"),
        _("total VAT"),
        _("total"),
        _("deposits deducted"),
        _("received before issue"),
        _("agreed otherwise than in euros"),
        _("payable in euros"),
        _("VAT category"),
    ]


def invoice_rows(invoices: QuerySet[Invoice]) -> Iterator[list[object]]:
    """Yield a row per invoice and VAT rate, then one per deposit and rate it deducts, or of the invoice it replaces.

    Credit notes, deducted deposits and what is replaced are negative: every column adds up, and each sale counts once.
    """
    rows = invoices.select_related("acceptance__quote", "corrects", "replaces")
    for invoice in rows.prefetch_related("taxes", "deductions__deposit__taxes").iterator(chunk_size=100):
        taxes: list[InvoiceTax | None] = [*invoice.taxes.all()] or [None]
        for place, tax in enumerate(taxes):
            category = tax.category if tax else ""
            yield [*_named(invoice), *_taxed(invoice, tax), *_totals(invoice, first=place == 0), category]
        for deduction in invoice.deductions.all():
            yield from _deducted(invoice, deduction)
        if invoice.replaces is not None:
            yield from _replaced(invoice, invoice.replaces)


def _replaced(invoice: Invoice, replaced: Invoice) -> Iterator[list[object]]:
    """Yield what a replacement cancels: the earlier invoice, by rate, on the day of the one that replaces it."""
    named = _named(invoice)
    named[1], named[8] = _("invoice cancelled and replaced"), replaced.number
    sums = [-replaced.net, -replaced.vat, -replaced.total]
    for place, tax in enumerate(replaced.taxes.all()):
        totals = sums if place == 0 else [None] * 3
        yield [*named, tax.rate, -tax.base, -tax.amount, *totals, None, None, None, None, tax.category]


def _deducted(invoice: Invoice, deduction: Deduction) -> Iterator[list[object]]:
    """Yield what a final invoice takes off: the deposit it deducts, by rate, its sums on the first row."""
    named = _named(invoice)
    named[1], named[8] = _("deposit deducted"), deduction.deposit.number
    sums = [deduction.vat - deduction.value, -deduction.vat, -deduction.value]
    for place, tax in enumerate(deducted_taxes(deduction)):
        totals = sums if place == 0 else [None] * 3
        yield [*named, tax.rate, -tax.base, -tax.vat, *totals, None, None, None, None, tax.category]


def _named(invoice: Invoice) -> list[object]:
    buyer = invoice.buyer or {}
    return [
        invoice.number,
        str(invoice.get_type_display()),
        invoice.issued_on,
        invoice.due_on,
        buyer.get("name", ""),
        buyer.get("siren", ""),
        buyer.get("vat_number", ""),
        invoice.acceptance.quote.number if invoice.acceptance else "",
        invoice.corrects.number if invoice.corrects else "",
    ]


def _taxed(invoice: Invoice, tax: InvoiceTax | None) -> list[object]:
    if tax is None:
        return [Decimal(0), _signed(invoice, invoice.net), euros(0)]
    return [tax.rate, _signed(invoice, tax.base), _signed(invoice, tax.amount)]


def _totals(invoice: Invoice, *, first: bool) -> list[object]:
    amounts = [
        invoice.net,
        invoice.vat,
        invoice.total,
        invoice.deducted,
        invoice.settled_at_issue,
        invoice.agreed_otherwise,
        invoice.payable,
    ]
    return [_signed(invoice, amount) if first else None for amount in amounts]


def _signed(invoice: Invoice, amount: Money) -> Money:
    return -amount if invoice.type == Invoice.Type.CREDIT_NOTE else amount


def book_header() -> list[str]:
    """Return the columns of the receipts book (c. com. D123-205-1: cash apart, references of the papers)."""
    return [
        _("received on"),
        _("reference"),
        _("client"),
        _("nature"),
        _("kind of remuneration"),
        _("means"),
        _("in cash"),
        _("value in euros"),
    ]


def book_rows(rows: Iterable[book.BookRow]) -> Iterator[list[object]]:
    for row in rows:
        in_cash = _("yes") if row.is_cash else _("no")
        kind = str(Kind(row.kind).label)
        yield [row.received_on, row.reference, row.client, row.nature, kind, row.means, in_cash, row.value]


def book_pdf(business: Business, period: Period, language: str, *, created: datetime) -> bytes:
    """Return the receipts book of a period as a PDF."""
    whole = book.Book(
        seller=party(parties.seller(business)),
        since=period.since,
        until=period.until,
        rows=list(books.receipts_book(business, period.since, period.until, language)),
        language=language,
        accent=business.accent_colour,
        logo=bytes(business.logo) if business.logo else None,
        is_demonstration=business.is_demonstration,
    )
    return book.book_pdf(whole, created=created)
