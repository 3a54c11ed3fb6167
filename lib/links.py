"""Unguessable links for people without a login.

A token is `<id in base 36>-<32 letters>`: the letters are an HMAC-SHA256 (160 bits kept) of the id and a generation,
under LINK_KEY. Nothing secret is stored, a token can be made again to be mailed again, and raising the generation
revokes it. LINK_KEY_FALLBACKS keep the links of earlier keys alive. All lower case: mail programs and people may
change case.
"""

import base64
import hashlib
import hmac
import re

from django.conf import settings

SHAPE = re.compile(r"([1-9a-z][0-9a-z]{0,12}|0)-([a-z2-7]{32})")
LARGEST_ID = 2**63 - 1
BYTES_KEPT = 20
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def make(link_id: int, generation: int, purpose: str = "quote") -> str:
    """Return the token of one generation of a link. A token made for one purpose never opens another's door."""
    if not 0 <= link_id <= LARGEST_ID:
        raise ValueError(f"{link_id} cannot be the id of a link.")
    return f"{_base36(link_id)}-{_signature(settings.LINK_KEY, link_id, generation, purpose)}"


def link_id_of(token: str) -> int | None:
    """Return which link a token claims to be, or None when it cannot be one. `matches()` says whether to believe it."""
    if not (shape := SHAPE.fullmatch(token.lower())):
        return None
    link_id = int(shape[1], 36)
    return link_id if link_id <= LARGEST_ID else None


def matches(token: str, link_id: int, generation: int, purpose: str = "quote") -> bool:
    """Tell whether a token is that of this link and generation, under the present key or an earlier one."""
    if link_id_of(token) != link_id:
        return False
    given = token.lower().rpartition("-")[2]
    keys = [settings.LINK_KEY, *settings.LINK_KEY_FALLBACKS]
    return any(hmac.compare_digest(given, _signature(key, link_id, generation, purpose)) for key in keys)


def _signature(key: str, link_id: int, generation: int, purpose: str) -> str:
    message = f"courgette link 1:{purpose}:{link_id}:{generation}"
    digest = hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:BYTES_KEPT]).decode().lower()


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"
