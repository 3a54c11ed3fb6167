"""The SEPA transfer code (EPC069-12 v2.1): a QR code that a banking app turns into a filled-in transfer."""

from io import BytesIO

import segno
from djmoney.money import Money
from PIL import Image

from lib.money import cents, plain

SCALE = 6  # pixels of a module: edges stay sharp on paper
MOST_BYTES, LONGEST_NAME = 331, 210
QUIET = 4  # modules of white around it, without which readers fail (ISO/IEC 18004)


def is_possible(amount: Money) -> bool:
    """Say whether a transfer can be of this amount: 0.01 to 999 999 999.99 euros."""
    return 0 < cents(amount).amount < 1_000_000_000


def text(*, name: str, iban: str, bic: str, amount: Money, message: str) -> str:
    """Return the lines of the code: free text on line 11; line 10 is for structured references alone.

    Names and messages are on one line each, cut to what banks read and to the largest symbol (version 13: 331 bytes);
    nothing follows the last field that says something. Raises ValueError for an amount that no transfer has.
    """
    if not is_possible(amount):
        raise ValueError("A transfer is of 0.01 to 999 999 999.99 euros.")
    who = _cut(_on_one_line(name)[:70], LONGEST_NAME)
    lines = ("BCD", "002", "1", "SCT", _solid(bic), who, _solid(iban), f"EUR{plain(cents(amount))}", "", "", "")
    before = "\n".join(lines)
    room = MOST_BYTES - len(before.encode())
    return (before + _cut(_on_one_line(message)[:140], room)).rstrip("\n")


def _on_one_line(words: str) -> str:
    return " ".join(words.split())


def _cut(words: str, most_bytes: int) -> str:
    return words.encode()[:most_bytes].decode(errors="ignore").strip()


def _solid(number: str) -> str:
    return "".join(number.split()).upper()


def picture(content: str) -> bytes:
    """Return the code as a PNG, error correction M as the standard asks.

    A picture and not a drawing: the renderer reads the hundreds of strokes of a drawing twenty times slower.
    """
    code = segno.make(content, error="m", mode="byte", encoding="utf-8", boost_error=False, micro=False)
    rows = [bytes(0 if dark else 255 for dark in row) for row in code.matrix_iter(scale=1, border=QUIET)]
    small = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows))
    out = BytesIO()
    small.resize((len(rows) * SCALE, len(rows) * SCALE), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()
