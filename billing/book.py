"""The receipts book on paper (livre des recettes: CGI 50-0-5 and 102 ter-4, c. com. D123-205-1). Pure.

Day by day, what was received of every kind, at its value in euros on that day, the means of payment and the reference
of the proof; cash stands apart. A row that takes back another one is negative, and nothing is ever left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from lib import pdf
from lib.money import total, written
from people import letterhead
from people.letterhead import Party
from quotes.paper import day
from quotes.wording import KINDS


@dataclass(frozen=True)
class BookRow:
    """One receipt: `reference` is the paper's own, then the invoices it settles; `means` how it came, in words."""

    received_on: date
    reference: str
    client: str
    nature: str
    kind: str
    means: str
    value: Money
    is_cash: bool = False


@dataclass(frozen=True)
class Book:
    """The receipts of a business over a period, in order of day."""

    seller: Party
    since: date
    until: date
    rows: Sequence[BookRow]
    language: str = "fr"
    accent: str = "#2f6b3c"
    logo: bytes | None = None
    is_demonstration: bool = False


def book_pdf(book: Book, *, created: datetime) -> bytes:
    """Return the PDF of a receipts book."""
    return pdf.render(
        book_html(book),
        language=book.language,
        created=created,
        title=title_of(book),
        pictures=[book.logo] if book.logo else [],
    )


def book_html(book: Book) -> str:
    with override(book.language):
        return render_to_string("documents/receipts_book.html", _page(book))


def title_of(book: Book) -> str:
    with override(book.language):
        words = {"since": day(book.since), "until": day(book.until), "name": book.seller.name}
        return _("Receipts book from %(since)s to %(until)s – %(name)s") % words


def _page(book: Book) -> dict[str, Any]:
    return {
        **letterhead.frame(
            seller=book.seller,
            buyer=Party(name=""),
            language=book.language,
            accent=book.accent,
            logo=book.logo,
            title=title_of(book),
            stamp=letterhead.stamp(preview=False, demonstration=book.is_demonstration),
        ),
        "since": day(book.since),
        "until": day(book.until),
        "rows": [_row(row, book.language) for row in book.rows],
        "sums": list(_sums(book)),
    }


def _row(row: BookRow, language: str) -> dict[str, str]:
    return {
        "day": f"{row.received_on:%d/%m/%Y}",
        "reference": row.reference,
        "client": row.client,
        "nature": row.nature,
        "means": row.means,
        "value": written(row.value, language),
    }


def _sums(book: Book) -> Iterable[dict[str, Any]]:
    """Return what was received of each kind, and in all."""
    for kind, words in KINDS.items():
        of_kind = [row.value for row in book.rows if row.kind == kind]
        if of_kind:
            label = _("Received %(how)s") % {"how": words}
            yield {"label": label, "amount": written(total(of_kind), book.language)}
    whole = total(row.value for row in book.rows)
    yield {"label": _("Received in all"), "amount": written(whole, book.language), "main": True}
