"""The SEPA transfer code (EPC069-12 v2.1): a QR code that a banking app turns into a filled-in transfer."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from djmoney.money import Money

from lib.money import cents, plain

QUIET = 4  # modules of white around it, without which readers fail (ISO/IEC 18004)


def text(*, name: str, iban: str, bic: str, amount: Money, message: str) -> str:
    """Return the lines of the code: free text on line 11; line 10 is for structured references alone."""
    if not 0 < cents(amount).amount < 1_000_000_000:
        raise ValueError("A transfer is of 0.01 to 999 999 999.99 euros.")
    lines = ("BCD", "002", "1", "SCT", bic, name[:70], iban.replace(" ", ""), f"EUR{plain(cents(amount))}", "", "")
    return "\n".join((*lines, message[:140]))


def drawing(content: str, *, title: str) -> SafeString:
    """Return the code as an inline SVG: one black shape, error correction M as the standard asks."""
    code = segno.make(content, error="m", mode="byte", encoding="utf-8", boost_error=False, micro=False)
    rows = [list(row) for row in code.matrix_iter(scale=1, border=0)]
    size = len(rows) + 2 * QUIET
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="code" role="img" viewBox="0 0 {0} {0}">'
        '<title>{1}</title><path fill="#000000" d="{2}"/></svg>',
        size,
        title,
        mark_safe("".join(_runs(rows))),  # noqa: S308 - numbers only
    )


def _runs(rows: list[list[int]]) -> list[str]:
    """Return each horizontal run of dark modules as one filled rectangle."""
    drawn = []
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                drawn.append(f"M{start + QUIET} {y + QUIET}h{x - start}v1h{start - x}z")
                start = None
    return drawn
