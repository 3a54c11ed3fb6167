"""Canonical text of a value, and its SHA-256. Anybody can do it again with `sha256sum`.

A version, once used, never changes: seals made with it must verify for ever. Another way of writing is another version.
Version 1: JSON in UTF-8, keys sorted, no spaces, no escapes but the required ones;
- Decimal: fixed-point text without useless zeros ("20", "5.5"), so that a value read back from a database seals alike;
- Money: at least two decimals, then the currency ("1200.00 EUR");
- date: "2026-11-22"; datetime: in UTC with microseconds ("2026-11-22T10:00:00.000000Z"); UUID: its usual text;
- text, whole numbers, true, false, null, lists and objects as in JSON. Anything else is refused, floats first.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from djmoney.money import Money

from lib.money import plain

LATEST = 1


def canonical(value: object, version: int = LATEST) -> str:
    """Return the one text that stands for a value. Raises ValueError for a version not known, TypeError for a value."""
    if version not in WRITERS:
        raise ValueError(f"Canonical text has no version {version}.")
    return WRITERS[version](value)


def seal(value: object, version: int = LATEST) -> str:
    """Return the SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value, version).encode()).hexdigest()


def salted(value: str, salt: str) -> str:
    """Return a digest (HMAC-SHA256, hexadecimal) that tells nothing about a short value once its salt is erased."""
    if not salt:
        raise ValueError("A digest without salt can be guessed.")
    return hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest()


def _version_1(value: object) -> str:
    return json.dumps(_simple(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _simple(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Mapping):
        return {_key(key): _simple(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_simple(item) for item in value]
    return _as_text(value)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"A sealed object has text keys, not {key!r}.")
    return str.__str__(key)


def _as_text(value: object) -> str:
    if isinstance(value, Money):
        return f"{plain(value)} {value.currency}"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical text.")


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise TypeError(f"{value} has no canonical text.")
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if value == 0 else text


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("A moment without time zone has no canonical text.")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


WRITERS: dict[int, Callable[[object], str]] = {1: _version_1}
