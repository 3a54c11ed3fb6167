"""What the seal of an issued invoice and the digest of a receipt cover. A version, once used, never changes."""

from collections.abc import Iterable
from typing import Any

from billing.models import Deduction, Invoice, Receipt
from lib.seals import seal

LATEST = 3
INVOICE_FIELDS = (
    "type",
    "number",
    "issued_on",
    "issued_at",
    "title",
    "introduction",
    "reason",
    "order_reference",
    "delivered_on",
    "due_on",
    "language",
    "seller",
    "buyer",
    "mentions",
    "calculation_version",
    "net",
    "vat",
    "total",
    "deducted",
    "settled_at_issue",
    "agreed_otherwise",
    "payable",
)
INVOICE_FIELDS_2 = (
    *INVOICE_FIELDS,
    "engagement",
    "buyer_accounting_reference",
    "period_since",
    "period_until",
    "second_language",
    "deposit_month",
)
LINE_FIELDS = (
    "position",
    "title",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_percent",
    "vat_rate",
    "net",
)
LINE_FIELDS_2 = (*LINE_FIELDS, "section", "nature", "exemption", "done_percent")
TAX_FIELDS = ("category", "rate", "base", "amount")
TERM_FIELDS = ("position", "kind", "label", "value", "received", "due_on")
TERM_FIELDS_2 = (*TERM_FIELDS, "received_since", "received_on")
TERM_FIELDS_3 = (*TERM_FIELDS_2, "not_coming")
PART_FIELDS = ("position", "kind", "label", "unit", "quantity", "unit_value", "value", "valuation", "due_on")
RECEIPT_FIELDS = (
    "kind",
    "received_on",
    "planned_on",
    "label",
    "unit",
    "quantity",
    "unit_value",
    "value",
    "valuation",
    "means",
    "reference",
    "destination",
    "delivered_by",
    "reason",
    "recorded_at",
    "business_id",
    "client_id",
    "term_id",
    "reverses_id",
)


def seal_of_invoice(invoice: Invoice, version: int = LATEST) -> str:
    """Return the SHA-256 of all that an invoice says. Reads its rows; writes nothing."""
    if version not in range(1, LATEST + 1):
        raise ValueError(f"Invoices have no seal of version {version}.")
    facts = _fields_1(invoice)
    for added, fields in enumerate((_fields_2, _fields_3), start=2):
        facts |= fields(invoice) if version >= added else {}
    return seal(facts)


def _fields_2(invoice: Invoice) -> dict[str, Any]:
    """Return what version 2 adds or says in more detail."""
    return _fields(invoice, INVOICE_FIELDS_2) | {
        "document": "courgette invoice version 2",
        "replaces": invoice.replaces.number if invoice.replaces else None,
        "lines": [_fields(line, LINE_FIELDS_2) for line in invoice.lines.order_by("position")],
        "terms": [_fields(term, TERM_FIELDS_2) for term in invoice.terms.order_by("position")],
        "stands_for": invoice.stands_for,
        "agreed_parts": [_fields(part, PART_FIELDS) for part in invoice.agreed_parts.order_by("position")],
    }


def _fields_3(invoice: Invoice) -> dict[str, Any]:
    """Return what version 3 adds: what of a term was not counted on any more, what a credit note takes off in kind."""
    return _fields(invoice, ("in_kind", "is_waiver")) | {
        "document": "courgette invoice version 3",
        "terms": [_fields(term, TERM_FIELDS_3) for term in invoice.terms.order_by("position")],
    }


def _fields_1(invoice: Invoice) -> dict[str, Any]:
    return _fields(invoice, INVOICE_FIELDS) | {
        "business": invoice.business_id,
        "client": invoice.client_id,
        "corrects": invoice.corrects.number if invoice.corrects else None,
        "lines": [_fields(line, LINE_FIELDS) for line in invoice.lines.order_by("position")],
        "taxes": [_fields(tax, TAX_FIELDS) for tax in invoice.taxes.order_by("category", "rate")],
        "terms": [_fields(term, TERM_FIELDS) for term in invoice.terms.order_by("position")],
        "deductions": [
            {"deposit": row.deposit.number, "value": row.value, "vat": row.vat} | _part_of_deposit(row)
            for row in invoice.deductions.select_related("deposit").order_by("deposit__number")
        ],
    }


def _part_of_deposit(row: Deduction) -> dict[str, Any]:
    """Return which part of a deposit is taken off, where it is not the whole: seals of before there were any stay."""
    return {} if row.by_rate is None else {"by_rate": row.by_rate}


def seal_of_receipt(receipt: Receipt) -> str:
    """Return the SHA-256 of a receipt, written to the ledger the moment it is recorded."""
    later = {name: getattr(receipt, name) for name in ("part_id", "gives_back_id") if getattr(receipt, name)}
    return seal(_fields(receipt, RECEIPT_FIELDS) | later)


def _fields(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
