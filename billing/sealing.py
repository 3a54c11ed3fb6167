"""What the seal of an issued invoice and the digest of a receipt cover. A version, once used, never changes."""

from collections.abc import Iterable
from typing import Any

from billing.models import Invoice, Receipt
from lib.seals import seal

LATEST = 1
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
TAX_FIELDS = ("category", "rate", "base", "amount")
TERM_FIELDS = ("position", "kind", "label", "value", "received", "due_on")
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
    if version != 1:
        raise ValueError(f"Invoices have no seal of version {version}.")
    facts = _fields(invoice, INVOICE_FIELDS) | {
        "business": invoice.business_id,
        "client": invoice.client_id,
        "corrects": invoice.corrects.number if invoice.corrects else None,
        "lines": [_fields(line, LINE_FIELDS) for line in invoice.lines.order_by("position")],
        "taxes": [_fields(tax, TAX_FIELDS) for tax in invoice.taxes.order_by("category", "rate")],
        "terms": [_fields(term, TERM_FIELDS) for term in invoice.terms.order_by("position")],
        "deductions": [
            {"deposit": row.deposit.number, "value": row.value, "vat": row.vat}
            for row in invoice.deductions.select_related("deposit").order_by("deposit__number")
        ],
    }
    return seal(facts)


def seal_of_receipt(receipt: Receipt) -> str:
    """Return the SHA-256 of a receipt, written to the ledger the moment it is recorded."""
    return seal(_fields(receipt, RECEIPT_FIELDS))


def _fields(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
