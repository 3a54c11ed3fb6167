"""CSV files that open right with a double click in French LibreOffice and Excel, and cannot run formulas.

UTF-8 with a byte-order mark, semicolons, decimal commas, CRLF (RFC 4180 otherwise). Numbers and dates are data. Text
that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise
from djmoney.money import Money

from lib.money import plain

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield the file row by row, holding no more than one.

    Cells: text, whole numbers, Decimal (its decimals kept), Money (the number alone), dates, moments (ISO 8601, with
    their offset), None (empty). Anything else is a TypeError: a float near money, a truth value without words.
    """
    line = _Line()
    writer = csv.writer(line, delimiter=";", lineterminator="\r\n")
    writer.writerow([_cell(title) for title in header])
    yield (BYTE_ORDER_MARK + line.text).encode()
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield line.text.encode()


class _Line:
    """What csv writes to: it calls write() once a row."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str | Promise):
        return _harmless(str(value))
    if isinstance(value, Money):
        return plain(value).replace(".", ",")
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}".replace(".", ",")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _day_or_moment(value)


def _day_or_moment(value: object) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("A moment in a spreadsheet needs its time zone.")
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"A {type(value).__name__} has no place in a spreadsheet.")


def _harmless(text: str) -> str:
    text = text.replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
