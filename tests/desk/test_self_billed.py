"""Invoices in partners' names on Today, on the client's page and in the accountant's archive."""

import csv
import io
import uuid
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Visitor

from billing.selfbilled import approving
from desk import exporting
from desk.controls import controls
from desk.periods import year_of
from desk.today import todos
from people.models import Client, Membership, User
from records import keeping
from tests import make
from tests.billing.mandated import NOW, TODAY, baskets_came, by_hand, credited, issued, link_of, mandated, proposed
from tests.billing.mandated import papers_cost_nothing as papers_cost_nothing
from tests.quotes.pages import it_is, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("papers_cost_nothing")]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, NOW)


@pytest.fixture
def farm(freelancer: User, activity: Any) -> Client:
    return make.contact(client=make.client(activity=activity)).client


def sentences(person: User) -> list[str]:
    found = todos(Membership.objects.get(user=person), TODAY)
    return [todo.sentence.replace("\u00a0", " ").replace("\u202f", " ") for todo in found]


def test_today_says_what_came_last_month_and_can_be_invoiced(farm: Client, freelancer: User) -> None:
    mandated(farm)
    baskets_came(farm, *(TODAY - timedelta(days=days) for days in (0, 4, 11)))

    wanted = "Ferme des Trois Chênes EI : 2 livraisons en novembre 2026, 40,00 €, peuvent être facturées en leur nom."
    assert wanted in sentences(freelancer)


def test_today_says_what_is_contested_until_it_is_credited(farm: Client, freelancer: User, teammate: User) -> None:
    invoice = issued(mandated(farm))
    by_hand(invoice.mandate)
    approving.answer(
        link=link_of(invoice.mandate), invoice=invoice, kind="CONTESTED", name="Camille", reason="Trois paniers",
        request_id=uuid.uuid4(), at=NOW,
    )  # fmt: skip

    said = sentences(freelancer)
    assert said[0].endswith("conteste la facture " + str(invoice.number) + " : « Trois paniers »")
    assert any("est prête à être relue et émise" in sentence for sentence in said)
    assert not any("conteste" in sentence for sentence in sentences(teammate))
    credited(invoice)
    assert not any("conteste" in sentence for sentence in sentences(freelancer))


def test_the_clients_page_leads_to_the_mandate(as_freelancer: Visitor, as_accountant: Visitor, farm: Client) -> None:
    assert "Préparer un mandat" in text_of(as_freelancer.get(farm.get_absolute_url()))
    assert "Préparer un mandat" not in text_of(as_accountant.get(farm.get_absolute_url()))
    mandate = proposed(farm)
    page = as_freelancer.get(farm.get_absolute_url())
    assert mandate.get_absolute_url() in page.content.decode()
    assert "en attente de leur accord" in text_of(page)


def test_the_archive_has_them_apart_and_its_totals_do_not_count_them(
    farm: Client, accountant: User, run_errands: Any
) -> None:
    invoice = issued(mandated(farm))
    note = credited(invoice)
    kept = issued(invoice.mandate)
    period = year_of(TODAY)
    run_errands(NOW)
    export = exporting.ask(
        business=invoice.business, by=accountant, at=NOW, period=period, basis="ISSUE", language="fr",
        request_id=uuid.uuid4(),
    )  # fmt: skip
    run_errands(NOW)
    export.refresh_from_db()
    assert export.document is not None

    archive = zipfile.ZipFile(io.BytesIO(keeping.read(export.document)))
    names = [name.partition("/")[2] for name in archive.namelist()]
    folder = f"autofacturation/{farm.pk}/"
    assert sorted(name for name in names if name.startswith(folder)) == sorted(
        [*(f"{folder}{row.number}.pdf" for row in (invoice, note, kept)), f"{folder}mandat-552008443-2026-12-01.pdf"]
    )
    table = archive.read(next(name for name in archive.namelist() if name.endswith("/autofacturation.csv")))
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert [row["total"] for row in rows] == ["80,00", "-80,00", "80,00"]
    assert controls(invoice.business, period, verify=False).total.amount == 0
