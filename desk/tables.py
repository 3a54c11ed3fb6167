"""The tables of the accountant's archive: one row per invoice and VAT rate, one row per receipt."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing.models import Invoice, InvoiceTax
from lib.money import euros


def invoice_header() -> list[str]:
    """Return the columns of the invoices' table; the invoice's own totals stand on its first row only."""
    return [
        _("number"),
        _("kind"),
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
    ]


def invoice_rows(invoices: QuerySet[Invoice]) -> Iterator[list[object]]:
    """Yield a row per invoice and VAT rate. Credit notes are negative, so that every column adds up."""
    rows = invoices.select_related("acceptance__quote", "corrects").prefetch_related("taxes")
    for invoice in rows.iterator(chunk_size=100):
        taxes = list(invoice.taxes.all()) or [None]
        for first, tax in zip([True] + [False] * len(taxes), taxes, strict=False):
            yield _named(invoice) + _taxed(invoice, tax) + _totals(invoice, first)


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


def _totals(invoice: Invoice, first: bool) -> list[object]:
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
