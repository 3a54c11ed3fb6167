"""Every document of the demonstration, played once: the validators accept it, its amounts agree everywhere, and it is
in its own language though the one who issued it used another."""

import csv
import io
import re
import subprocess
import tempfile
import uuid
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import TestCase
from django.utils.translation import gettext as _
from django.utils.translation import override
from lxml import etree

from billing import drafting, facts, issuing, stating
from billing.models import Invoice
from desk import exporting, tables
from desk.demo.cast import COMPTA
from desk.demo.performance import perform
from desk.periods import Period, year_of
from lib.money import percent_written, written
from people.models import Business, User
from quotes.models import Quote
from records import keeping
from records.models import Document
from tests import kit, make
from tests.kit import container
from tests.kit.rules import RAM

pytestmark = pytest.mark.kit
TODAY = date(2026, 12, 1)
NOW = datetime.fromisoformat("2026-12-01T09:00:00+00:00")
ALSO_FRENCH = {"main"}  # words of ours that French has with another sense
VALUE = re.compile(r"%\(\w+\)\w")
HEADER = ".//ram:ApplicableHeaderTradeSettlement/"
SUMS = f"{HEADER}ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"


def without_spaces(text: str) -> str:
    return re.sub(r"[\s\u202f\u2009\u00a0]+", "", text)


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
        cls.kept = {"quote_pdf": [], "acceptance_pdf": [], "invoice_pdf": []}
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
        assert kit.validate(self.kept["invoice_pdf"]) == []

    def test_quotes_agreements_and_receipts_books_are_pdf_a_3a_and_pdf_ua_1(self):
        paths = [*self.kept["quote_pdf"], *self.kept["acceptance_pdf"], *self.books()]
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
            invoice = self.issued(path)
            self.agrees_with_paper(invoice, without_spaces(text_of(path)))
            self.agrees_with_xml(invoice, container.read(path)[1])
            self.agrees_with_table(invoice, rows[invoice.business.slug, invoice.number])

    def agrees_with_paper(self, invoice: Invoice, text: str) -> None:
        amounts = [line.net for line in invoice.lines.all()]
        sums = {"Total": invoice.total}
        if (invoice.seller or {})["vat_regime"] == Business.VatRegime.NORMAL:
            sums = {"Total HT": invoice.net, "TVA": invoice.vat, "Total TTC": invoice.total}
            for tax in invoice.taxes.all():
                row = percent_written(tax.rate, "fr") + written(tax.base, "fr") + written(tax.amount, "fr")
                assert without_spaces(row) in text, (invoice, row)
        if not invoice.corrects_id:
            sums["À payer en euros"] = invoice.payable
            amounts += [term.received for term in invoice.terms.all() if term.received.amount]
        for label, amount in sums.items():
            assert without_spaces(label + written(amount, "fr")) in text, (invoice, label)
        for amount in amounts:
            assert without_spaces(written(amount, "fr")) in text, (invoice, amount)

    def agrees_with_xml(self, invoice: Invoice, xml: bytes | None) -> None:
        root = etree.fromstring(xml or b"")

        def amounts(path: str) -> list[Decimal]:
            return [Decimal(found.text or "") for found in root.iterfind(path, RAM)]

        assert root.findtext(".//{*}ExchangedDocument/ram:ID", namespaces=RAM) == invoice.number
        assert amounts(f"{SUMS}TaxBasisTotalAmount") == [invoice.net.amount]
        assert amounts(f"{SUMS}TaxTotalAmount") == [invoice.vat.amount]
        assert amounts(f"{SUMS}GrandTotalAmount") == [invoice.total.amount]
        owed = invoice.total if invoice.corrects_id else invoice.payable
        assert amounts(f"{SUMS}DuePayableAmount") == [owed.amount]
        lines = ".//ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
        assert amounts(lines) == [line.net.amount for line in invoice.lines.order_by("position")]
        taxed = zip(
            amounts(f"{HEADER}ram:ApplicableTradeTax/ram:RateApplicablePercent"),
            amounts(f"{HEADER}ram:ApplicableTradeTax/ram:BasisAmount"),
            amounts(f"{HEADER}ram:ApplicableTradeTax/ram:CalculatedAmount"),
            strict=True,
        )
        assert sorted(taxed) == sorted((tax.rate, tax.base.amount, tax.amount.amount) for tax in invoice.taxes.all())

    def agrees_with_table(self, invoice: Invoice, every: list[dict[str, str]]) -> None:
        """Its own rows say its own sums; the rows of the deposits that it deducts take them off."""
        sign = -1 if invoice.corrects_id else 1
        rows = [row for row in every if _("deposit deducted") not in row.values()]
        taken = [row for row in every if row not in rows]
        assert sum(_amount(row[_("total")]) for row in taken) == -invoice.deducted.amount, invoice
        sums = (
            (_("total before VAT"), invoice.net),
            (_("total VAT"), invoice.vat),
            (_("total"), invoice.total),
            (_("deposits deducted"), invoice.deducted),
            (_("payable in euros"), invoice.payable),
        )
        for column, amount in sums:
            assert sum(_amount(row[column]) for row in rows) == sign * amount.amount, (invoice, column)
        by_rate = sorted((_amount(row[_("VAT rate")]), _amount(row[_("VAT")])) for row in rows)
        assert by_rate == sorted((tax.rate, sign * tax.amount.amount) for tax in invoice.taxes.all())

    def rows_of_the_table(self) -> dict[tuple[str, str], list[dict[str, str]]]:
        """Return the rows of the accountant's table of invoices, by business and number."""
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        for business in Business.objects.filter(is_demonstration=True):
            archive = _archive(business, year_of(TODAY))
            member = next(name for name in archive.namelist() if name.endswith("factures.csv"))
            for row in csv.DictReader(io.StringIO(archive.read(member).decode("utf-8-sig")), delimiter=";"):
                found.setdefault((business.slug, next(iter(row.values()))), []).append(row)
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


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ".") or "0")


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
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None
