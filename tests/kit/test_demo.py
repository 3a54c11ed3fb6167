"""Every document of the demonstration, played once: the validators accept it, its amounts agree everywhere, and it is
in its own language though the one who issued it used another."""

import io
import re
import subprocess
import tempfile
import uuid
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import TestCase
from django.utils.translation import override

from billing import drafting, facts, issuing, stating
from billing.models import Invoice
from desk import exporting, tables
from desk.demo.cast import COMPTA
from desk.demo.performance import perform
from desk.periods import Period, year_of
from people.models import Business, User
from quotes.models import Quote
from records import keeping
from records.models import Document
from tests import kit, make
from tests.kit import agreement

pytestmark = pytest.mark.kit
TODAY = date(2026, 12, 1)
NOW = datetime.fromisoformat("2026-12-01T09:00:00+00:00")
OURS = ("quote_pdf", "acceptance_pdf", "invoice_pdf")
PARTNERS = ("mandate_pdf", "mandate_accepted_pdf", "self_billed_pdf")
ALSO_FRENCH = {"main"}  # words of ours that French has with another sense
VALUE = re.compile(r"%\(\w+\)\w")


def text_of(path: Path, *, layout: bool = True) -> str:
    options = ["-layout"] if layout else []
    return subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, text=True, check=True).stdout


class OnTheDemonstration(TestCase):
    """The one who acts reads English; every client is French."""

    folder: Path
    kept: dict[str, list[Path]]
    invoices: dict[str, Invoice]

    @classmethod
    def setUpTestData(cls) -> None:
        with override("en"):
            perform(TODAY)
            _issue_what_is_paid_in_hours()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.kept = {what: [] for what in (*OURS, *PARTNERS)}
        for document in Document.objects.filter(what__in=cls.kept).order_by("pk"):
            path = cls.folder / f"{document.subject.replace(':', '-')}.pdf"
            path.write_bytes(keeping.read(document))
            cls.kept[document.what].append(path)

    @staticmethod
    def issued(path: Path) -> Invoice:
        return Invoice.objects.get(pk=path.stem.partition("-")[2])

    def test_it_has_an_invoice_of_every_kind(self):
        said = [stating.facts_of(invoice) for invoice in Invoice.objects.filter(issued_at__isnull=False)]
        assert {one.kind for one in said} >= {facts.DEPOSIT, facts.STANDARD, facts.FINAL, facts.CREDIT_NOTE}
        assert {one.franchise for one in said} == {True, False}
        assert max(len(one.taxes) for one in said) == 2
        kinds = [{part.kind for part in one.parts} for one in said]
        assert {"goods"} in kinds
        for mixed in ("goods", "time", "local_currency"):
            assert {"money", mixed} in kinds
        assert [problem for one in said for problem in facts.problems(one)] == []

    def test_every_invoice_passes_every_validator(self):
        assert len(self.kept["invoice_pdf"]) == Invoice.objects.filter(issued_at__isnull=False).count() >= 10
        assert kit.validate(self.kept["invoice_pdf"] + self.kept["self_billed_pdf"]) == []

    def test_quotes_agreements_and_receipts_books_are_pdf_a_3a_and_pdf_ua_1(self):
        mandates = [*self.kept["mandate_pdf"], *self.kept["mandate_accepted_pdf"]]
        paths = [*self.kept["quote_pdf"], *self.kept["acceptance_pdf"], *mandates, *self.books()]
        assert len(paths) > 15
        assert kit.validate(paths, invoices=False) == []

    def books(self) -> list[Path]:
        paths = []
        for business in Business.objects.filter(is_demonstration=True):
            paths.append(self.folder / f"book-{business.slug}.pdf")
            paths[-1].write_bytes(tables.book_pdf(business, year_of(TODAY), "fr", created=NOW))
        return paths

    def test_nothing_weighs_more_than_45_kb(self):
        paths = [path for kept in self.kept.values() for path in kept]
        assert {path.name: path.stat().st_size for path in paths if path.stat().st_size > 45_000} == {}

    def test_an_invoice_of_two_lines_with_its_payment_is_one_page(self):
        for path in self.kept["invoice_pdf"]:
            assert text_of(path).count("\f") == 1, path.name

    def test_paper_xml_database_and_table_say_the_same_to_the_cent(self):
        rows = self.rows_of_the_table()
        for path in self.kept["invoice_pdf"]:
            one = agreement.issued(self.issued(path))
            agreement.with_facts(one)
            agreement.with_reader(one, path)
            agreement.with_paper(one, path)
            agreement.with_archive(one, rows[one.row.business.slug, one.row.number])

    def rows_of_the_table(self) -> dict[tuple[str, str], list[dict[str, str]]]:
        """Return the rows of the accountant's table of invoices, by business and number."""
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        for business in Business.objects.filter(is_demonstration=True):
            rows = agreement.archive_rows(_archive(business, year_of(TODAY)))
            found |= {(business.slug, number): every for number, every in rows.items()}
        return found

    def test_no_english_word_of_ours_is_on_a_french_document(self):
        ours = _english_words()
        assert len(ours) > 300
        said = {}
        for path in [path for kept in self.kept.values() for path in kept] + self.books():
            text = " ".join(text_of(path, layout=False).split())
            said[path.name] = [word for word in ours if _says(text, word)]
        assert {name: words for name, words in said.items() if words} == {}


def _issue_what_is_paid_in_hours() -> None:
    """Issue the one invoice the demonstration leaves to be made: a part is paid in hours of work."""
    quote = Quote.objects.get(versions__title="Le site de la menuiserie")
    by = User.objects.get(email="lou@example.org")
    draft = drafting.draft_final(acceptance=quote.acceptance, by=by, at=NOW, request_id=uuid.uuid4())
    issuing.issue(invoice=draft, by=by, at=NOW)
    make.run_errands(NOW)


def _archive(business: Business, period: Period) -> zipfile.ZipFile:
    export = exporting.ask(
        business=business,
        by=User.objects.get(email=COMPTA),
        at=NOW,
        period=period,
        basis="ISSUE",
        language="fr",
        request_id=uuid.uuid4(),
    )
    make.run_errands(NOW)
    export.refresh_from_db()
    assert export.document is not None, export.error
    return zipfile.ZipFile(io.BytesIO(keeping.read(export.document)))


def _english_words() -> list[str]:
    """Return our English texts that French does not share; of those that hold values, the longest run of words."""
    catalogue: Any
    with (settings.LOCALE_PATHS[0] / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file)
    french = " ".join(str(message.string) for message in catalogue if message.id)
    texts = [message.id for message in catalogue if message.id]
    runs = {max(VALUE.split(text if isinstance(text, str) else text[1]), key=len).strip() for text in texts}
    return sorted(run for run in runs - ALSO_FRENCH if len(run) > 3 and not _says(french, run))


def _says(text: str, words: str) -> bool:
    return words in text and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None
