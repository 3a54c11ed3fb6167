"""What the seal of a sent version covers: named fields, by version of the seal. A version once used never changes.

The seal is the SHA-256 of the canonical text (lib.seals) of these fields. Frozen tables may gain columns later: they
enter the seal with its next version only, so that what was sealed verifies for ever.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from lib.seals import seal
from quotes.models import QuoteVersion

LATEST = 2

VERSION_FIELDS_1 = (
    "number",
    "version",
    "title",
    "introduction",
    "conditions",
    "valid_until",
    "language",
    "sent_at",
    "sent_on",
    "seller",
    "buyer",
    "mentions",
    "calculation_version",
    "net",
    "vat",
    "total",
)
LINE_FIELDS_1 = (
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
LINE_FIELDS_2 = (*LINE_FIELDS_1, "section", "nature", "exemption")
TERM_FIELDS_1 = (
    "position",
    "kind",
    "label",
    "value",
    "percent",
    "closes",
    "due",
    "due_on",
    "due_days",
    "unit",
    "quantity",
    "per_delivery",
    "unit_value",
    "valuation",
    "first_on",
    "rhythm",
    "if_missed",
)


def seal_of(version: QuoteVersion) -> str:
    """Return the seal that a version's rows deserve now: that of `version.seal` as long as nothing was altered."""
    return seal(sealed_fields(version), CANONICAL_TEXT[version.seal_version])


def sealed_fields(version: QuoteVersion) -> Mapping[str, Any]:
    """Return the fields that the seal covers. Raises ValueError for a version of the seal not known."""
    if version.seal_version not in FIELDS:
        raise ValueError(f"Quotes have no seal version {version.seal_version}.")
    return FIELDS[version.seal_version](version)


def is_intact(version: QuoteVersion) -> bool:
    """Tell whether a sent version still says what was sealed."""
    return bool(version.seal) and version.seal_version in FIELDS and seal_of(version) == version.seal


def _fields_1(version: QuoteVersion) -> Mapping[str, Any]:
    logo = bytes(version.logo) if version.logo else b""
    return {
        "document": "courgette quote version 1",
        **_named(version, VERSION_FIELDS_1),
        "logo_sha256": hashlib.sha256(logo).hexdigest() if logo else None,
        "lines": [_named(line, LINE_FIELDS_1) for line in version.lines.order_by("position")],
        "terms": [_named(term, TERM_FIELDS_1) for term in version.terms.order_by("position")],
    }


def _fields_2(version: QuoteVersion) -> Mapping[str, Any]:
    """Say as well how lines are grouped, whether they are goods or services, and why one is exempt."""
    return {
        **_fields_1(version),
        "document": "courgette quote version 2",
        "lines": [_named(line, LINE_FIELDS_2) for line in version.lines.order_by("position")],
    }


def _named(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


FIELDS: dict[int, Callable[[QuoteVersion], Mapping[str, Any]]] = {1: _fields_1, 2: _fields_2}
CANONICAL_TEXT = {1: 1, 2: 1}
