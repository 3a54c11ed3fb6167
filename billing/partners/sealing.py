"""What the seals of set-offs and slips, and the digest of a received invoice, cover. A version never changes."""

from typing import Any

from billing.models import ReceivedInvoice, SetOff, Slip
from lib.seals import seal

LATEST = 1
RECEIVED_FIELDS = (
    "number",
    "issued_on",
    "due_on",
    "subject",
    "net",
    "vat",
    "total",
    "source",
    "read",
    "wrong",
    "recorded_at",
    "business_id",
    "client_id",
    "corrects_id",
    "follows_id",
)
SET_OFF_FIELDS = (
    "number",
    "settled_on",
    "value",
    "covered",
    "rest",
    "said",
    "language",
    "reason",
    "recorded_at",
    "business_id",
    "client_id",
    "invoice_id",
    "received_id",
    "receipt_id",
    "reverses_id",
)
SLIP_FIELDS = (
    "number",
    "made_on",
    "handed_over_by",
    "received_by",
    "place",
    "total",
    "said",
    "language",
    "recorded_at",
    "business_id",
    "client_id",
)
LINE_FIELDS = ("receipt_id", "position", "received_on", "label", "unit", "quantity", "unit_value", "value")


def seal_of_received(received: ReceivedInvoice) -> str:
    """Return the SHA-256 of a received invoice, written to the ledger the moment it is recorded.

    What was already paid is sealed where there is any: without it, a seal is the one of before there was such a column.
    """
    document = received.document.sha256 if received.document else ""
    paid = {"already_paid": received.already_paid} if received.paid_before is not None else {}
    return seal(_fields(received, RECEIVED_FIELDS) | {"document": document} | paid)


def seal_of_set_off(set_off: SetOff, covers: list[tuple[int, Any]]) -> str:
    """Return the SHA-256 of all that a set-off says; `covers`: the receipts it covers, by id, and their values."""
    rows = [{"receipt": receipt, "value": value} for receipt, value in sorted(covers)]
    return seal(_fields(set_off, SET_OFF_FIELDS) | {"covers": rows})


def seal_of_slip(slip: Slip, lines: list[Any]) -> str:
    """Return the SHA-256 of all that a delivery slip says."""
    return seal(_fields(slip, SLIP_FIELDS) | {"lines": [_fields(line, LINE_FIELDS) for line in lines]})


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
