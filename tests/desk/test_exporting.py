import csv
import io
import json
import uuid
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.test import TestCase

from billing.models import Export, Invoice
from desk import exporting
from desk.controls import controls, sequences
from desk.demo.cast import COMPTA
from desk.periods import Period, year_of
from lib.money import euros, total
from people.models import Business, User
from records import keeping
from records.models import Errand, Mail
from tests import make

TODAY = date(2026, 12, 1)
YEAR = year_of(TODAY)
NOW = datetime.fromisoformat("2026-12-01T09:00:00+00:00")


def asked(slug="lou-marchal", period=YEAR, basis="ISSUE", request_id=None, language="fr"):
    return exporting.ask(
        business=Business.objects.get(slug=slug),
        by=User.objects.get(email=COMPTA),
        at=NOW,
        period=period,
        basis=basis,
        language=language,
        request_id=request_id or uuid.uuid4(),
    )


def opened(export):
    make.run_errands(NOW)
    export.refresh_from_db()
    assert export.document is not None, export.error
    return zipfile.ZipFile(io.BytesIO(keeping.read(export.document)))


def rows_of(archive, name):
    member = next(found for found in archive.namelist() if found.endswith(name))
    return list(csv.DictReader(io.StringIO(archive.read(member).decode("utf-8-sig")), delimiter=";"))


def amount(text):
    return Decimal(text.replace(",", ".") or "0")


def export_errand(export):
    return Errand.objects.get(what="build_export", subject=f"export:{export.pk}")


class OnTheDemonstration(TestCase):
    """The demonstration is played once; each test leaves it as it was."""

    @classmethod
    def setUpTestData(cls):
        make.demonstration()

    def test_the_archive_holds_each_issued_document_as_it_was_kept(self):
        archive = opened(asked())
        invoices = Invoice.objects.filter(business__slug="lou-marchal", issued_at__isnull=False)
        pdfs = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist() if "/factures/" in name}
        assert len(pdfs) == invoices.count() > 3
        for invoice in invoices:
            document = keeping.find("invoice_pdf", f"invoice:{invoice.pk}")
            assert pdfs[document.name] == keeping.read(document)

    def test_the_table_of_invoices_adds_up_to_the_control_totals(self):
        archive = opened(asked("atelier-commun"))
        rows = rows_of(archive, "factures.csv")
        manifest = json.loads(archive.read(next(n for n in archive.namelist() if n.endswith("manifest.json"))))
        assert manifest["controls"]["credit_notes"] == 1
        assert sum(amount(row["TVA"]) for row in rows) == Decimal(manifest["controls"]["vat"])
        assert sum(amount(row["base hors taxe"]) for row in rows) == Decimal(manifest["controls"]["net"])
        assert sum(amount(row["total"]) for row in rows) == Decimal(manifest["controls"]["total"])

    def test_the_receipts_book_counts_what_came_in_kind_like_euros(self):
        archive = opened(asked())
        rows = rows_of(archive, "livre-des-recettes.csv")
        manifest = json.loads(archive.read(next(n for n in archive.namelist() if n.endswith("manifest.json"))))
        kinds = {row["nature de la rétribution"] for row in rows}
        assert len(kinds) == 4
        assert "euros" in kinds
        assert sum(amount(row["valeur en euros"]) for row in rows) == Decimal(manifest["controls"]["received_total"])
        assert any(name.endswith("livre-des-recettes.pdf") for name in archive.namelist())

    def test_the_manifest_names_every_file_and_the_ledgers_head(self):
        export = asked()
        archive = opened(export)
        manifest = json.loads(archive.read(next(n for n in archive.namelist() if n.endswith("manifest.json"))))
        named = {entry["name"] for entry in manifest["files"]}
        folder = exporting.archive_name(export)
        held = {name.removeprefix(f"{folder}/") for name in archive.namelist()}
        assert held - named == {"manifest.json", "LISEZ-MOI.txt", "SHA256SUMS"}
        assert manifest["ledger"]["position"] > 10
        assert manifest["controls"]["problems"] == []

    def test_the_same_request_twice_makes_one_archive(self):
        identity = uuid.uuid4()
        first, second = asked(request_id=identity), asked(request_id=identity)
        assert first == second
        assert Export.objects.count() == 1

    def test_building_twice_keeps_the_first_archive(self):
        export = asked()
        opened(export)
        before = export.document.sha256
        exporting.build(export_errand(export))
        export.refresh_from_db()
        assert export.document.sha256 == before

    def test_whoever_asked_gets_one_mail_when_it_is_ready(self):
        opened(asked())
        mail = Mail.objects.get(event="desk/export_ready")
        assert mail.to == COMPTA
        assert "/accounting/exports/" in mail.body

    def test_progress_ends_with_every_file_counted(self):
        export = asked()
        opened(export)
        export.refresh_from_db()
        assert export.done == export.total > 5

    def test_the_next_export_begins_the_day_after_the_last(self):
        business, by = Business.objects.get(slug="lou-marchal"), User.objects.get(email=COMPTA)
        opened(asked(period=Period(date(2026, 1, 1), date(2026, 10, 31))))
        assert exporting.since_last(business=business, by=by, today=TODAY) == Period(date(2026, 11, 1), TODAY)

    def test_taking_an_archive_is_noted(self):
        export = asked()
        opened(export)
        exporting.record_download(export=export, by=User.objects.get(email=COMPTA), at=NOW)
        assert export.downloads.get().user.email == COMPTA

    def test_an_archive_that_is_not_ready_is_not_given(self):
        with pytest.raises(exporting.ExportError):
            exporting.record_download(export=asked(), by=User.objects.get(email=COMPTA), at=NOW)

    def test_by_receipt_the_archive_holds_what_was_settled_in_the_period(self):
        business = Business.objects.get(slug="lou-marchal")
        week = Period(date(2026, 11, 8), date(2026, 11, 30))
        settled = controls(business, week, "RECEIPT")
        assert settled.invoices == Invoice.objects.filter(
            business=business, allocations__receipt__received_on__range=(week.since, week.until)
        ).distinct().count()  # fmt: skip

    def test_a_deposit_counts_once(self):
        """2 400 € and 196 € before VAT, a part as a deposit, ten guides at 4.90 € given back, 1 800 € abroad."""
        found = controls(Business.objects.get(slug="atelier-commun"), YEAR)
        assert found.net == euros(2400) + euros(196) - euros(49) + euros(1800)
        assert {rate.rate: rate.base for rate in found.by_rate} == {
            Decimal("20.00"): euros(2400),
            Decimal("5.50"): euros(147),
            Decimal("0.00"): euros(1800),
        }
        assert {rate.category for rate in found.by_rate} == {"S", "AE"}

    def test_controls_add_up_by_rate(self):
        found = controls(Business.objects.get(slug="atelier-commun"), YEAR)
        assert total(rate.vat for rate in found.by_rate) == found.vat
        assert total(rate.base for rate in found.by_rate) == found.net
        assert found.gaps == 0
        assert found.problems == []


def test_a_missing_number_is_named():
    found = sequences(["F2026-0001", "F2026-0002", "F2026-0004", "A2026-0001"])
    assert [(s.first, s.last, s.missing) for s in found] == [
        ("A2026-0001", "A2026-0001", ()),
        ("F2026-0001", "F2026-0004", ("F2026-0003",)),
    ]
