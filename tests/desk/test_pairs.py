"""Set-offs, received invoices and slips in the accountant's archive and controls, and on Today."""

import csv
import io
import uuid
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.partners import setting_off, slips
from desk import exporting
from desk.controls import controls
from desk.kept import NotReady
from desk.pairs import add, pairs_of
from desk.periods import Period
from desk.today import partners
from lib.money import euros
from people.models import Role
from quotes.models import Acceptance
from records import keeping
from tests import farm, make
from tests.billing.conftest import recorder_of
from tests.billing.partners import JANUARY, brought, farm_deal, received_of, set_off_of
from tests.billing.test_receiving import confirmed

pytestmark = [pytest.mark.django_db]
WINTER = Period(date(2026, 12, 1), date(2027, 3, 31))


def archive_of(deal: Acceptance) -> zipfile.ZipFile:
    now = datetime(2027, 4, 1, 9, tzinfo=UTC)
    export = exporting.ask(
        business=deal.quote.business,
        by=recorder_of(deal),
        at=now,
        period=WINTER,
        basis="ISSUE",
        language="fr",
        request_id=uuid.uuid4(),
    )
    make.run_errands(now)
    export.refresh_from_db()
    assert export.document is not None, export.error
    return zipfile.ZipFile(io.BytesIO(keeping.read(export.document)))


def rows_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    member = next(found for found in archive.namelist() if found.endswith(f"/{name}"))
    return list(csv.DictReader(io.StringIO(archive.read(member).decode("utf-8-sig")), delimiter=";"))


def test_the_archive_holds_the_file_the_statement_and_the_slip_to_the_cent() -> None:
    deal, final = farm_deal(3)
    content = farm.facturx_pdf(net="52.01")
    received = confirmed(deal, brought(deal, content, "facture.pdf"))
    covers = [cover.receipt for cover in setting_off.covers_of(final)][:2]
    made = set_off_of(deal, final, received, covers=covers, rest="12.01")
    slip = slips.make_slip(
        client=deal.quote.client,
        receipts=list(slips.waiting(deal.quote.client)),
        by=recorder_of(deal),
        at=JANUARY,
        request_id=uuid.uuid4(),
    )

    archive = archive_of(deal)

    names = [name.partition("/")[2] for name in archive.namelist()]
    assert f"factures-recues/{received.pk}-facture.pdf" in names
    assert {f"compensations/{made.number}.pdf", f"bons-de-livraison/{slip.number}.pdf"} <= set(names)
    kept = next(name for name in archive.namelist() if name.endswith("-facture.pdf"))
    assert archive.read(kept) == content
    [line] = rows_of(archive, "factures-recues.csv")
    assert (line["total"], line["compensé"], line["reste à compenser"]) == ("52,01", "52,01", "0,00")
    [line] = rows_of(archive, "compensations.csv")
    assert (line["déjà reçu en nature"], line["reçu par compensation, en euros"]) == ("40,00", "12,01")
    assert Decimal(line["compensé en tout"].replace(",", ".")) == made.value.amount
    [line] = rows_of(archive, "bons-de-livraison.csv")
    assert (line["reçu le"], line["valeur en euros"]) == ("2027-01-22", "20,00")
    book = rows_of(archive, "livre-des-recettes.csv")
    assert [row["valeur en euros"] for row in book if "ompensation" in row["moyen"]] == ["12,01"]


def test_what_was_undone_and_withdrawn_keeps_its_line_and_adds_up_to_nothing() -> None:
    from billing.partners import receiving

    deal, final = farm_deal(1)
    received = received_of(deal, "20")
    made = set_off_of(deal, final, received)
    setting_off.undo(set_off=made, by=recorder_of(deal), at=JANUARY, reason="Mauvaise facture")
    receiving.withdraw(received=received, by=recorder_of(deal), at=JANUARY, reason="Erreur")

    archive = archive_of(deal)

    values = [line["compensé en tout"] for line in rows_of(archive, "compensations.csv")]
    assert values == ["20,00", "-20,00"]
    [line] = rows_of(archive, "factures-recues.csv")
    assert (line["total"], line["retirée parce que"]) == ("", "Erreur")


def test_the_archive_waits_for_a_statement() -> None:
    deal, final = farm_deal(1)
    set_off_of(deal, final, received_of(deal, "20"))

    class Full:
        def __getattr__(self, name: str) -> Any:
            return lambda *args, **kwargs: None

    with pytest.raises(NotReady):
        add(Full(), deal.quote.business, WINTER)  # type: ignore[arg-type]


def test_controls_tell_of_what_is_not_set_off() -> None:
    deal, final = farm_deal(1)
    set_off_of(deal, final, received_of(deal, "20", "A"))
    received_of(deal, "70.50", "B")

    found = controls(deal.quote.business, WINTER).pairs

    assert (found.set_off, found.unpaired, found.unpaired_total) == (euros("20"), 1, euros("70.50"))
    assert pairs_of(deal.quote.business, Period(date(2026, 1, 1), date(2026, 12, 31))).unpaired == 0


def test_today_asks_to_set_off_until_it_is_done() -> None:
    deal, final = farm_deal(1)
    received = received_of(deal, "20")
    owner = recorder_of(deal).memberships.get()
    business = deal.quote.business
    other = make.member(business, Role.FREELANCER, make.activity(business=business, name="Autre")).memberships.get()

    [todo] = partners.to_set_off(owner, JANUARY.date())
    assert todo.url == received.get_absolute_url()
    assert "FC-014" in todo.sentence
    assert list(partners.to_set_off(other, JANUARY.date())) == []
    set_off_of(deal, final, received)
    assert list(partners.to_set_off(owner, JANUARY.date())) == []
