"""Opening a business: the act, the three steps, what the fields refuse."""

import io
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client as Visitor
from PIL import Image

from lib.money import euros
from people.models import Activity, Business, Role, User
from people.settling_in import change_business, free_slug, open_business, with_ei
from tests import make
from tests.conftest import logged_in

IDENTITY = {
    "status": "MICRO",
    "legal_name": "Noé Courge",
    "company_number": "732 829 320 00074",
    "address": "4 rue des Haies",
    "postal_code": "67000",
    "city": "Strasbourg",
    "email": "noe@example.org",
}
TAX = {"vat_regime": "FRANCHISE", "turnover_already": "1 234,50", "time_zone": "Europe/Paris"}
LOOK = {"accent_colour": "#7a2f5b", "accepts_goods": "on", "local_currencies": "Stück, Eusko, stück"}


@pytest.fixture
def newcomer(db: None) -> User:
    return make.user(email="noe@example.org")


@pytest.fixture
def visitor(newcomer: User) -> Visitor:
    return logged_in(newcomer)


def step(visitor: Visitor, name: str, values: dict[str, Any], go: str = "on") -> Any:
    return visitor.post(f"/businesses/new/{name}/", values | {"go": go})


def settle_in(visitor: Visitor, **look: Any) -> Any:
    step(visitor, "identity", IDENTITY)
    step(visitor, "tax", TAX)
    return step(visitor, "look", LOOK | look)


@pytest.mark.parametrize(
    ("name", "status", "written"),
    [
        ("Lise  Potager", "MICRO", "Lise Potager EI"),
        ("EI Lise Potager", "REEL", "EI Lise Potager"),
        ("Lise Potager, entrepreneure individuelle", "MICRO", "Lise Potager, entrepreneure individuelle"),
        ("Keim Légumes", "MICRO", "Keim Légumes EI"),
        ("Menuiserie Kern SARL", "COMPANY", "Menuiserie Kern SARL"),
    ],
)
def test_ei_is_added_where_the_law_wants_it(name: str, status: str, written: str) -> None:
    assert with_ei(name, status) == written


@pytest.mark.django_db
def test_two_businesses_of_the_same_name_have_two_addresses() -> None:
    make.business(slug="atelier-capucine")
    assert free_slug("Atelier Capucine") == "atelier-capucine-2"
    assert free_slug("新") == "entreprise"
    assert free_slug("new") == "new-2"


def test_three_steps_open_a_business(visitor: Visitor, newcomer: User) -> None:
    answer = settle_in(visitor)
    business = Business.objects.get()
    assert answer.url == business.get_absolute_url()
    assert business.legal_name == "Noé Courge EI"
    assert (business.siren, business.siret) == ("732829320", "73282932000074")
    assert business.turnover_already == euros("1234.50")
    assert business.accepts_goods
    assert not business.accepts_time
    assert [currency.name for currency in business.local_currencies.order_by("pk")] == ["Stück", "Eusko"]
    membership = newcomer.memberships.get()
    assert (membership.business, membership.role) == (business, Role.OWNER)
    assert membership.activities.get() == Activity.objects.get(business=business)


def test_a_double_click_on_the_last_step_opens_one_business(visitor: Visitor) -> None:
    request_id = str(uuid.uuid4())
    first = settle_in(visitor, request_id=request_id)
    second = step(visitor, "look", LOOK | {"request_id": request_id})
    assert first.url == second.url
    assert Business.objects.count() == 1


def test_the_same_request_of_somebody_else_does_not_lead_to_the_business(visitor: Visitor) -> None:
    request_id = str(uuid.uuid4())
    settle_in(visitor, request_id=request_id)
    other = logged_in(make.user())
    answer = step(other, "look", LOOK | {"request_id": request_id})
    assert answer.url == "/businesses/new/identity/"


def test_going_back_keeps_what_was_typed_even_when_wrong(visitor: Visitor) -> None:
    step(visitor, "identity", IDENTITY)
    assert step(visitor, "tax", TAX | {"iban": "FR00"}, go="back").url == "/businesses/new/identity/"
    assert "4 rue des Haies" in visitor.get("/businesses/new/identity/").content.decode()
    assert 'value="FR00"' in visitor.get("/businesses/new/tax/").content.decode()


def test_an_unticked_box_stays_unticked_when_one_comes_back(visitor: Visitor) -> None:
    step(visitor, "look", {"accent_colour": "#7a2f5b"}, go="back")
    form = visitor.get("/businesses/new/look/").context["form"]
    assert form["accepts_goods"].value() is False


def test_the_last_step_leads_back_to_one_that_was_skipped(visitor: Visitor) -> None:
    assert step(visitor, "look", LOOK).url == "/businesses/new/identity/"
    assert not Business.objects.exists()


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("identity", {"company_number": "732 829 321"}, "company_number"),
        ("identity", {"city": ""}, "city"),
        ("identity", {"status": "COMPANY", "registration": ""}, "registration"),
        ("tax", {"iban": "FR76 3000 6000 0112 3456 7890 188"}, "iban"),
        ("tax", {"turnover_already": "-1"}, "turnover_already"),
        ("tax", {"time_zone": "Mars/Olympus"}, "time_zone"),
        ("look", {"accent_colour": "#ffee00"}, "accent_colour"),
        ("look", {"accent_colour": "red"}, "accent_colour"),
    ],
)
def test_a_wrong_value_is_said_next_to_its_field(
    visitor: Visitor, name: str, values: dict[str, str], field: str
) -> None:
    answer = step(visitor, name, {"identity": IDENTITY, "tax": TAX, "look": LOOK}[name] | values)
    assert list(answer.context["form"].errors) == [field]
    page = answer.content.decode()
    assert f'href="#id_{field}"' in page
    assert f"id_{field}_error" in page


def test_who_charges_vat_gets_the_number_that_goes_with_the_siren(visitor: Visitor) -> None:
    step(visitor, "identity", IDENTITY)
    step(visitor, "tax", TAX | {"vat_regime": "NORMAL"})
    step(visitor, "look", LOOK)
    assert Business.objects.get().vat_number == make.VAT_NUMBER


def picture(kind: str = "PNG") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (900, 300), "#7a2f5b").save(file, kind)
    file.name, _ = f"logo.{kind.lower()}", file.seek(0)
    return file


def test_a_logo_is_made_small_and_served_as_an_image(visitor: Visitor) -> None:
    settle_in(visitor, logo_file=picture("JPEG"))
    business = Business.objects.get()
    answer = visitor.get(f"/b/{business.slug}/logo.png")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(answer.content)).width == 400


def test_a_file_that_is_no_picture_is_refused_in_words(visitor: Visitor) -> None:
    file = io.BytesIO(b"<svg onload='alert(1)'/>")
    file.name = "logo.svg"
    answer = settle_in(visitor, logo_file=file)
    assert "PNG" in answer.context["form"].errors["logo_file"][0]


def test_settings_change_one_part_and_keep_the_address(freelancer: User, business: Business) -> None:
    answer = logged_in(freelancer).post(f"/b/{business.slug}/settings/identity/", IDENTITY | {"trade_name": "Courge"})
    assert answer.status_code == 302
    slug = business.slug
    business.refresh_from_db()
    assert (business.trade_name, business.legal_name, business.slug) == ("Courge", "Noé Courge EI", slug)
    assert business.iban == "FR7630006000011234567890189"


def test_a_logo_stays_until_it_is_removed(freelancer: User, business: Business) -> None:
    visitor, address = logged_in(freelancer), f"/b/{business.slug}/settings/look/"
    visitor.post(address, LOOK | {"logo_file": picture()})
    visitor.post(address, LOOK)
    business.refresh_from_db()
    assert business.logo
    visitor.post(address, LOOK | {"remove_logo": "on"})
    business.refresh_from_db()
    assert not business.logo


def test_settings_are_for_owners(as_accountant: Visitor, as_stranger: Visitor, business: Business) -> None:
    assert as_accountant.get(f"/b/{business.slug}/settings/").status_code == 403
    assert as_stranger.get(f"/b/{business.slug}/settings/").status_code == 404


@pytest.mark.django_db
def test_currencies_that_stay_keep_their_row(business: Business, freelancer: User) -> None:
    change_business(business, by=freelancer, at=make.NOW, facts={}, local_currencies=["Stück", "Eusko"])
    kept = business.local_currencies.get(name="Stück").pk
    change_business(business, by=freelancer, at=make.NOW, facts={}, local_currencies=["stück"])
    assert business.local_currencies.get().pk == kept


@pytest.mark.django_db
def test_the_database_refuses_vat_without_a_number(business: Business) -> None:
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE people_business SET vat_regime = 'NORMAL', vat_number = '' WHERE id = %s", [business.pk])


@pytest.mark.django_db
def test_opening_twice_with_one_request_returns_the_first(newcomer: User) -> None:
    facts = {"legal_name": "Noé", "status": "MICRO", "siren": make.SIREN, "email": "noe@example.org"}
    request_id = uuid.uuid4()
    first = open_business(by=newcomer, at=make.NOW, request_id=request_id, facts=facts)
    assert open_business(by=newcomer, at=make.NOW, request_id=request_id, facts=facts) == first
    assert first.turnover_already.amount == Decimal(0)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("postal_code", "6700", "cinq chiffres"),
        ("postal_code", "F-67000", "cinq chiffres"),
        ("postal_code", "٦٧٠٠٠", "cinq chiffres"),
        ("legal_name", "Noé Courge 🥕", "ne peuvent pas être imprimés dans le PDF : 🥕"),
        ("city", "Strasbourg 🥨", "ne peuvent pas être imprimés dans le PDF : 🥨"),
    ],
)
def test_what_documents_could_not_say_is_refused_at_once(visitor: Visitor, field: str, typed: str, sentence: str):
    answer = step(visitor, "identity", IDENTITY | {field: typed})
    assert sentence in answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")
    assert typed in answer.content.decode()


def test_a_postal_code_may_be_typed_in_two_groups(visitor: Visitor) -> None:
    step(visitor, "identity", IDENTITY | {"postal_code": "67 000"})
    step(visitor, "tax", TAX)
    step(visitor, "look", LOOK)
    assert Business.objects.get().postal_code == "67000"
