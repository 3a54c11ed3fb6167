"""The editor and VAT: what few lines need opens by a button; what bears no VAT says why."""

from decimal import Decimal

import pytest
from django.test import Client as Visitor

from lib.money import euros
from people.models import Activity
from quotes.models import QuoteVersion
from tests import make
from tests.conftest import logged_in
from tests.quotes.pages import edit_path, edited, elements_of, fields_of, it_is, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def december(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, make.NOW)


@pytest.fixture
def taxed() -> Activity:
    return make.activity(business=make.vat_business())


@pytest.fixture
def as_owner(taxed: Activity) -> Visitor:
    return logged_in(make.member(taxed.business))


def drafted(activity: Activity, *lines: dict[str, object], **buyer: object) -> QuoteVersion:
    client = make.contact(client=make.client(activity=activity, **buyer)).client
    return make.quote(client=client, lines=lines or ({"vat_rate": Decimal(20)},))


def saved(draft: QuoteVersion) -> QuoteVersion:
    return QuoteVersion.objects.get(pk=draft.pk)


def test_heading_nature_and_exemption_open_by_a_button_and_nothing_typed_is_lost(taxed: Activity, as_owner: Visitor):
    draft = drafted(taxed)
    assert "line-1-exemption" not in fields_of(as_owner.get(edit_path(draft.quote)))
    page = edited(as_owner, draft.quote, "more-line:1", line__1__title="Atelier paillage")
    shown = fields_of(page)
    assert shown["line-1-title"] == "Atelier paillage"
    assert shown["line-1-nature"] == "SERVICES"
    assert elements_of(page) <= 600


def test_what_was_opened_is_kept_and_shown_again(taxed: Activity, as_owner: Visitor):
    draft = drafted(taxed)
    opened = {"more": "1", "line-1-section": "Ateliers", "line-1-nature": "GOODS", "line-1-exemption": "training"}
    data = fields_of(as_owner.get(edit_path(draft.quote))) | opened | {"action": "save"}
    as_owner.post(edit_path(draft.quote), data)
    line = saved(draft).lines.get()
    assert (line.section, line.nature, line.exemption) == ("Ateliers", "GOODS", "training")
    assert saved(draft).vat == euros(0)
    shown = fields_of(as_owner.get(edit_path(draft.quote)))
    assert (shown["line-1-section"], shown["line-1-exemption"]) == ("Ateliers", "training")


def test_a_rate_of_zero_is_asked_to_say_why(taxed: Activity, as_owner: Visitor):
    draft = drafted(taxed, {"vat_rate": Decimal(0)})
    assert "dites pourquoi aucune TVA n’est due" in text_of(as_owner.get(edit_path(draft.quote)))


def test_a_client_in_germany_is_quoted_without_vat_whatever_the_rate(taxed: Activity, as_owner: Visitor):
    draft = drafted(taxed, country="DE", siren="", vat_number="DE136695976", kind="COMPANY")
    page = text_of(as_owner.get(edit_path(draft.quote)))
    assert "autoliquidée" in page
    assert "1 440,00 €" not in page
    edited(as_owner, draft.quote)
    assert saved(draft).total == euros(1200)
    assert saved(draft).lines.get().vat_rate == Decimal(20)  # what was typed stays, until it is sent


def test_who_charges_no_vat_is_asked_for_no_exemption(activity: Activity, as_freelancer: Visitor):
    draft = drafted(activity, {})
    shown = fields_of(edited(as_freelancer, draft.quote, "more-line:1"))
    assert "line-1-nature" in shown
    assert "line-1-exemption" not in shown
