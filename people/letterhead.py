"""Who writes to whom, as every document says it: the parties copied onto it, as plain values and as lines of text.

Pure: reads the copies that `people.parties` made, never a live row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lib import countries, identifiers, pdf
from lib.colours import legible

OTHER_PREFIXES = {"LI": "CH"}  # the countries whose VAT numbers begin like a neighbour's


@dataclass(frozen=True)
class Party:
    """Seller or buyer as copied onto a document."""

    name: str
    address: str = ""
    address_more: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "FR"
    trade_name: str = ""
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    registration: str = ""
    rna: str = ""
    court_register: str = ""
    service_code: str = ""
    delivery_address: str = ""
    delivery_postal_code: str = ""
    delivery_city: str = ""
    delivery_country: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    is_consumer: bool = False
    is_outside_vat: bool = False  # an association that is not in business: its purchases are reported, not exchanged

    @property
    def has_vat_number(self) -> bool:
        """Whether the number is one for VAT: it begins with a country (BR-CO-09). Others are printed as typed."""
        prefix = self.vat_number[:2]
        return prefix in identifiers.EUROPEAN or prefix == OTHER_PREFIXES.get(self.country, self.country)

    @property
    def address_lines(self) -> tuple[str, ...]:
        town = f"{self.postal_code} {self.city}".strip()
        return tuple(line for line in (self.address, self.address_more, town) if line)


def party(copied: Mapping[str, Any]) -> Party:
    """Return a party from the copy that a document holds (people.parties)."""
    known = {field.name for field in fields(Party)}
    values = {key: str(value) for key, value in copied.items() if key in known and value}
    outside = copied.get("kind") in ("ASSOCIATION", "AMAP") and not values.get("vat_number")
    return Party(**{"name": "", **values}, is_consumer=copied.get("kind") == "PERSON", is_outside_vat=outside)


def frame(
    *,
    seller: Party,
    buyer: Party,
    language: str,
    accent: str,
    logo: bytes | None,
    title: str,
    stamp: str = "",
    called: str = "",
) -> dict[str, Any]:
    """Return what the base of every document needs; `stamp` is printed in its corner (preview, demonstration), and
    what it is `called` at the foot of each page, since pages part."""
    return {
        "language": language,
        "title": title,
        "accent": legible(accent),
        "logo": pdf.picture_url(logo) if logo else "",
        "seller": seller,
        "seller_lines": list(seller_lines(seller)),
        "buyer": buyer,
        "buyer_lines": list(buyer_lines(buyer)),
        "foot": " · ".join(filter(None, (called, foot(seller)))),
        "stamp": stamp,
    }


def stamp(*, preview: bool, demonstration: bool) -> str:
    """Return the word that says a document is not one to act on."""
    if preview:
        return _("preview")
    return _("demonstration") if demonstration else ""


class Landmarks(NamedTuple):
    """What a reader looks for first, in rows of as many columns; `setting` is their class in documents.css."""

    rows: list[list[tuple[str, str]]]
    setting: str


COLUMNS = 5  # of 31 mm and more: a sixth would be too narrow for a number
SETTINGS = {3: "in-three", 4: "in-four", 5: "in-five"}


def in_rows(landmarks: Iterable[tuple[str, str]]) -> Landmarks:
    """Return labels and values in one row, or where they are many in even rows."""
    pairs = list(landmarks)
    count = -(-len(pairs) // COLUMNS)
    across = -(-len(pairs) // max(count, 1))
    rows = [pairs[start : start + across] for start in range(0, len(pairs), across)] if pairs else []
    return Landmarks(rows, SETTINGS[across] if count > 1 else "in-one")


def seller_lines(seller: Party) -> Iterable[str]:
    yield from seller.address_lines
    website = seller.website.removeprefix("https://").rstrip("/")
    together = " · ".join(part for part in (seller.phone, seller.email) if part)
    yield from (line for line in (together, website) if line)


def buyer_lines(buyer: Party) -> Iterable[str]:
    if buyer.contact and buyer.contact != buyer.name:
        yield buyer.contact
    yield from buyer.address_lines
    if buyer.country not in ("FR", ""):
        yield countries.name(buyer.country, get_language() or "fr")


def delivery_lines(buyer: Party) -> Iterable[str]:
    """Return where goods are delivered, if elsewhere than at the client's (242 nonies A, I 7° bis)."""
    if not buyer.delivery_address:
        return
    yield buyer.delivery_address
    yield f"{buyer.delivery_postal_code} {buyer.delivery_city}".strip()
    if buyer.delivery_country not in ("FR", ""):
        yield countries.name(buyer.delivery_country, get_language() or "fr")


def foot(seller: Party) -> str:
    """Return who sells, as the law wants it on each document (c. com. R123-237, R526-27; 242 nonies A, 1° and 2°)."""
    identity = (
        seller.name,
        seller.registration,
        _("SIRET %(number)s") % {"number": spaced(seller.siret, (3, 3, 3, 5))} if seller.siret else "",
        _("SIREN %(number)s") % {"number": spaced(seller.siren, (3, 3, 3))} if not seller.siret else "",
        (_("VAT %(number)s") % {"number": seller.vat_number}).replace(" ", "\u00a0") if seller.vat_number else "",
    )
    return " · ".join(part for part in identity if part)


def identity_lines(buyer: Party) -> Iterable[str]:
    """Return the client's numbers, which 242 nonies A asks for (1°) and accountants look for."""
    if buyer.siren or buyer.siret:
        yield _("SIREN %(number)s") % {"number": spaced(buyer.siren or buyer.siret[:9], (3, 3, 3))}
    if buyer.vat_number:
        yield _("VAT %(number)s") % {"number": buyer.vat_number} if buyer.has_vat_number else buyer.vat_number
    if buyer.rna:
        yield _("RNA %(number)s") % {"number": buyer.rna}
    if buyer.court_register:
        yield buyer.court_register
    if buyer.service_code:
        yield _("Service code %(code)s") % {"code": buyer.service_code}


def spaced(number: str, groups: tuple[int, ...]) -> str:
    """Return a long number in groups, held together by no-break spaces."""
    parts, rest = [], number.replace(" ", "")
    for size in groups:
        parts.append(rest[:size])
        rest = rest[size:]
    return "\u00a0".join(part for part in (*parts, rest) if part)


def mention_texts(mentions: Any) -> Iterable[str]:
    """Yield what is printed of the mentions copied onto a document: a list of texts or of notes, or {"notes": […]}."""
    notes = mentions.get("notes", ()) if isinstance(mentions, Mapping) else mentions or ()
    for note in notes:
        text = note.get("text", "") if isinstance(note, Mapping) else note
        if text and (not isinstance(note, Mapping) or note.get("on_paper", True)):
            yield str(text)


def picture(stored: Any) -> bytes | None:
    """Return a stored picture as bytes, whatever the database hands over."""
    return bytes(stored) if stored else None
