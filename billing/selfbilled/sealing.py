"""What the seal of a mandate and of a self-billed invoice cover. A version, once used, never changes."""

from collections.abc import Iterable
from typing import Any

from billing.models import Mandate, SelfBilledInvoice
from lib.seals import seal

LATEST = 1
MANDATE_FIELDS = (
    *("legal_name", "address", "address_more", "postal_code", "city", "country"),
    *("siren", "siret", "registration", "vat_regime", "vat_number", "vat_rates"),
    *("covers", "contest_days", "starts_on", "language", "proposed_at", "proposed_on", "agent", "clauses"),
    *("business_id", "client_id"),
)
INVOICE_FIELDS = (
    *("type", "number", "issued_on", "issued_at", "contest_until", "title", "reason"),
    *("delivered_on", "period_since", "period_until", "settlement", "due_on", "language"),
    *("seller", "buyer", "mentions", "calculation_version", "net", "vat", "total", "agreed_otherwise", "payable"),
    *("business_id", "client_id", "mandate_id"),
)
LINE_FIELDS = (
    *("position", "section", "title", "description", "quantity", "unit", "unit_price", "discount_percent"),
    *("vat_rate", "nature", "exemption", "net"),
)
TAX_FIELDS = ("category", "rate", "base", "amount")


def seal_of_mandate(mandate: Mandate, version: int = LATEST) -> str:
    """Return the SHA-256 of all that a proposed mandate says."""
    _known(version)
    return seal({"document": "courgette mandate version 1"} | _fields(mandate, MANDATE_FIELDS))


def seal_of_self_billed(invoice: SelfBilledInvoice, version: int = LATEST) -> str:
    """Return the SHA-256 of all that a self-billed invoice says. Reads its rows; writes nothing."""
    _known(version)
    facts = {
        "document": "courgette self-billed invoice version 1",
        "corrects": invoice.corrects.number if invoice.corrects else None,
        "lines": [_fields(line, LINE_FIELDS) for line in invoice.lines.order_by("position")],
        "taxes": [_fields(tax, TAX_FIELDS) for tax in invoice.taxes.order_by("category", "rate")],
        "receipts": sorted(invoice.receipts.values_list("receipt_id", flat=True)),
    }
    return seal(facts | _fields(invoice, INVOICE_FIELDS))


def _known(version: int) -> None:
    if version != LATEST:
        raise ValueError(f"There is no seal of version {version}.")


def _fields(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
