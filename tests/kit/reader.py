"""What somebody else's program understands of our invoices: the parser of the package factur-x, on the file's bytes.

It shares no code with billing.facturx. Its fields are named after EN 16931: BT-112, BG-23…
"""

import contextlib
import io
import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import facturx

logging.getLogger("factur-x").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Read:
    """An invoice as read: amounts are Decimal, what is not there is None or empty."""

    number: str
    kind: str
    issued_on: date
    due_on: date | None
    delivered_on: date | None
    period: tuple[date | None, date | None]
    frame: str
    seller: dict[str, Any]
    buyer: dict[str, Any]
    lines: list[tuple[str, str, Decimal, Decimal, str, Decimal, Decimal]]
    taxes: list[tuple[str, Decimal, Decimal, Decimal]]
    references: list[tuple[str, date]]
    net: Decimal
    vat: Decimal
    total: Decimal
    prepaid: Decimal
    payable: Decimal
    means: str
    iban: str
    order_reference: str
    notes: dict[str, list[str]]


def read_pdf(path: Path) -> Read:
    """Return what the parser finds in a PDF; it raises where the file is no Factur-X."""
    with contextlib.redirect_stdout(io.StringIO()):
        _name, xml = facturx.get_xml_from_pdf(path.read_bytes(), check_xsd=True, check_schematron=False)
    return read(xml)


def read(xml: bytes) -> Read:
    """Return what the parser finds in the XML of an invoice."""
    said: dict[str, Any] = facturx.parse_ubl_cii_xml(xml)
    return Read(
        number=said["BT-1"],
        kind=said["BT-3"],
        issued_on=said["BT-2"],
        due_on=said.get("BT-9"),
        delivered_on=said.get("BT-72"),
        period=(said.get("BT-73"), said.get("BT-74")),
        frame=said.get("BT-23", ""),
        seller=said["BG-4"],
        buyer=said["BG-7"],
        lines=[_line(found) for found in said["BG-25"]],
        taxes=[_tax(found) for found in said["BG-23"]],
        references=[(found["BT-25"], found["BT-26"]) for found in said.get("BG-3", ())],
        net=Decimal(said["BT-109"]),
        vat=Decimal(said.get("BT-110", "0")),
        total=Decimal(said["BT-112"]),
        prepaid=Decimal(said.get("BT-113", "0")),
        payable=Decimal(said["BT-115"]),
        means=said.get("BT-81", ""),
        iban=said.get("BT-84", ""),
        order_reference=said.get("BT-13", ""),
        notes=_notes(said.get("BG-1", ())),
    )


def _line(found: dict[str, Any]) -> tuple[str, str, Decimal, Decimal, str, Decimal, Decimal]:
    """Return title, quantity's unit, quantity, price, category, rate and net."""
    return (
        found["BT-153"],
        found["BT-130"],
        Decimal(found["BT-129"]),
        Decimal(found["BT-146"]),
        found["BT-151"],
        Decimal(found.get("BT-152", "0")),
        Decimal(found["BT-131"]),
    )


def _tax(found: dict[str, Any]) -> tuple[str, Decimal, Decimal, Decimal]:
    """Return category, rate, base and VAT."""
    numbers = (found.get("BT-119", "0"), found["BT-116"], found.get("BT-117", "0"))
    rate, base, amount = map(Decimal, numbers)
    return found["BT-118"], rate, base, amount


def _notes(found: Any) -> dict[str, list[str]]:
    notes: dict[str, list[str]] = {}
    for note in found:
        notes.setdefault(note.get("BT-21", ""), []).append(note["BT-22"])
    return notes
