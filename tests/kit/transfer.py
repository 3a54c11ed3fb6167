"""The SEPA transfer code as a bank's program meets it: pixels, decoded by zxing, then read strictly by EPC069-12 v2.1.

Shares no code with billing.epc.
"""

import io
import re
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

DPI = 200  # a poor printer, or a screen read by a phone
MOST_BYTES, LARGEST_SYMBOL = 331, 13
CHARSETS = {
    "1": "utf-8",
    "2": "iso8859-1",
    "3": "iso8859-2",
    "4": "iso8859-4",
    "5": "iso8859-5",
    "6": "iso8859-7",
    "7": "iso8859-10",
    "8": "iso8859-15",
}
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
AMOUNT = re.compile(r"EUR(0|[1-9]\d{0,8})\.\d{2}")
PURPOSE = re.compile(r"[A-Z0-9]{1,4}")
CREDITOR_REFERENCE = re.compile(r"RF\d{2}[A-Za-z0-9]{1,21}")


class NotTheStandard(ValueError):
    """What of a code is not as EPC069-12 says."""


@dataclass(frozen=True)
class Transfer:
    """What a banking app fills in."""

    name: str
    iban: str
    amount: Decimal
    bic: str = ""
    purpose: str = ""
    reference: str = ""
    message: str = ""


@dataclass(frozen=True)
class Symbol:
    """A QR code as seen: its bytes, its error correction level and its version."""

    content: bytes
    level: str
    version: int


def on_paper(path: Path) -> list[Symbol]:
    """Return every QR code that can be read from the printed pages of a PDF."""
    run = subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", str(path)], capture_output=True, check=True, timeout=120)
    return [symbol for page in _pages(run.stdout) for symbol in seen(page)]


def _pages(printed: bytes) -> list[Image.Image]:
    """Cut what pdftoppm writes, one picture after the other, into pictures."""
    pages: list[Image.Image] = []
    rest = printed
    while rest:
        header = re.match(rb"P5\n(\d+) (\d+)\n255\n", rest)
        assert header
        end = header.end() + int(header[1]) * int(header[2])
        pages.append(Image.open(io.BytesIO(rest[:end])))
        rest = rest[end:]
    return pages


def seen(picture: Image.Image) -> list[Symbol]:
    """Return the QR codes of a picture."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return [_symbol(code) for code in found]


def _symbol(code: Any) -> Symbol:
    return Symbol(code.bytes, code.ec_level, int(code.extra["Version"]))


def read(symbol: Symbol) -> Transfer:
    """Return the transfer that a code asks for. Raises NotTheStandard, strictly."""
    _must(symbol.level == "M", f"error correction {symbol.level}, not M")
    _must(symbol.version <= LARGEST_SYMBOL, f"version {symbol.version}, above {LARGEST_SYMBOL}")
    return parse(symbol.content)


def parse(content: bytes) -> Transfer:
    """Return the transfer that the bytes of a code ask for. Raises NotTheStandard, strictly."""
    _must(len(content) <= MOST_BYTES, f"{len(content)} bytes, above {MOST_BYTES}")
    lines = _lines(content)
    _must(7 <= len(lines) <= 12, f"{len(lines)} lines")
    _must(lines[-1] != "", "an end of line after the last field that says something")
    tag, version, charset, service, bic, name, iban, amount, purpose, reference, message, hint = (
        *lines,
        *[""] * (12 - len(lines)),
    )
    _must(tag == "BCD", f"service tag {tag!r}")
    _must(version in {"001", "002"}, f"version {version!r}")
    _must(charset in CHARSETS, f"character set {charset!r}")
    _must(service == "SCT", f"identification {service!r}")
    _must(BIC.fullmatch(bic) is not None or (bic == "" and version == "002"), f"BIC {bic!r} in version {version}")
    _must(0 < len(name) <= 70 and name == name.strip(), f"name {name!r}")
    _must(IBAN.fullmatch(iban) is not None and _iban_holds(iban), f"IBAN {iban!r}")
    _must(AMOUNT.fullmatch(amount) is not None and Decimal(amount[3:]) > 0, f"amount {amount!r}")
    _must(purpose == "" or PURPOSE.fullmatch(purpose) is not None, f"purpose {purpose!r}")
    _must(not (reference and message), "both a structured reference and free text")
    _must(reference == "" or CREDITOR_REFERENCE.fullmatch(reference) is not None, f"reference {reference!r}")
    _must(len(message) <= 140 and len(hint) <= 70, "a text that is too long")
    return Transfer(name, iban, Decimal(amount[3:]), bic, purpose, reference, message)


def _lines(content: bytes) -> list[str]:
    """Split at one kind of end of line, the same everywhere; the third line says how the text is written."""
    ending = b"\r\n" if b"\r\n" in content else b"\n"
    pieces = content.split(ending)
    _must(not any(b"\r" in piece or b"\n" in piece for piece in pieces), "ends of lines of two kinds")
    charset = CHARSETS.get(pieces[2].decode("ascii", "replace") if len(pieces) > 2 else "", "ascii")
    try:
        return [piece.decode(charset) for piece in pieces]
    except UnicodeDecodeError as error:
        raise NotTheStandard(f"text that is not {charset}: {error}") from None


def _iban_holds(iban: str) -> bool:
    """Return whether the key of an account number is right (ISO 13616: modulo 97)."""
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotTheStandard(otherwise)
