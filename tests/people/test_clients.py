"""Clients and contacts: who sees them, what each kind is asked, one row per double click."""

import uuid
from typing import Any

import pytest
from django.test import Client as Visitor

from people.models import Activity, Business, Client, Contact
from tests import make

ADDRESS = {"address": "1 rue Haute", "postal_code": "67000", "city": "Strasbourg", "country": "FR", "language": "fr"}


@pytest.fixture
def address(business: Business) -> str:
    return f"/b/{business.slug}/clients/"


def add(visitor: Visitor, address: str, kind: str, **values: Any) -> Any:
    plain = {"name": "Ferme du Ried", "request_id": str(uuid.uuid4())}
    return visitor.post(f"{address}new/?kind={kind}", ADDRESS | plain | values)


def test_a_farm_needs_a_name_and_an_address_only(as_freelancer: Visitor, address: str, activity: Activity) -> None:
    answer = add(as_freelancer, address, "FARM")
    farm = Client.objects.get()
    assert answer.url == farm.get_absolute_url()
    assert (farm.kind, farm.activity, farm.siren) == ("FARM", activity, "")


def test_the_first_contact_comes_with_the_client(as_freelancer: Visitor, address: str) -> None:
    person = {"contact-name": "Ana", "contact-email": "ana@example.org", "contact-receives_quotes": "on"}
    add(as_freelancer, address, "FARM", **person)
    contact = Contact.objects.get()
    assert (contact.name, contact.receives_quotes, contact.receives_invoices) == ("Ana", True, False)


def test_half_a_contact_is_said_and_nothing_is_lost(as_freelancer: Visitor, address: str) -> None:
    answer = add(as_freelancer, address, "FARM", **{"contact-name": "Ana"})
    assert "email" in answer.context["contact"].errors
    assert 'value="Ferme du Ried"' in answer.content.decode()
    assert not Client.objects.exists()


def test_a_double_click_adds_one_client(as_freelancer: Visitor, address: str) -> None:
    request_id = str(uuid.uuid4())
    first, second = (add(as_freelancer, address, "FARM", request_id=request_id) for _ in range(2))
    assert first.url == second.url
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("COMPANY", {}, "company_number"),
        ("COMPANY", {"company_number": "123456789"}, "company_number"),
        ("PUBLIC", {"company_number": make.SIREN}, "company_number"),
        ("ASSOCIATION", {"rna": "12"}, "rna"),
        ("FARM", {"vat_number": "FR00732829320"}, "vat_number"),
    ],
)
def test_each_kind_is_asked_for_its_own_identity(
    as_freelancer: Visitor, address: str, kind: str, values: dict[str, str], field: str
) -> None:
    answer = add(as_freelancer, address, kind, **values)
    assert list(answer.context["form"].errors) == [field]


def test_an_association_of_alsace_has_its_volume_and_folio(as_freelancer: Visitor, address: str) -> None:
    add(as_freelancer, address, "ASSOCIATION", court_register="TJ Strasbourg, vol. 92, folio 14")
    assert Client.objects.get().court_register == "TJ Strasbourg, vol. 92, folio 14"


def test_a_person_is_asked_for_no_number(as_freelancer: Visitor, address: str) -> None:
    form = as_freelancer.get(f"{address}new/?kind=PERSON").context["form"]
    assert not {"company_number", "vat_number", "rna"} & set(form.fields)


def test_changing_the_kind_empties_what_it_is_not_asked(
    as_freelancer: Visitor, address: str, activity: Activity
) -> None:
    farm = make.client(activity=activity, vat_number=make.VAT_NUMBER)
    answer = as_freelancer.post(f"{address}{farm.pk}/change/?kind=PERSON", ADDRESS | {"name": "Camille"})
    assert answer.status_code == 302
    farm.refresh_from_db()
    assert (farm.kind, farm.siren, farm.vat_number) == ("PERSON", "", "")


@pytest.mark.parametrize("words", ["chênes", "molsheim", "camille@", "5520", "chênes molsheim"])
def test_a_search_reads_names_towns_numbers_and_contacts(
    as_freelancer: Visitor, address: str, activity: Activity, words: str
) -> None:
    farm = make.client(activity=activity)
    make.contact(client=farm)
    make.client(activity=activity, name="Autre", city="Barr", siren="")
    page = as_freelancer.get(address, {"q": words}).context["page"]
    assert list(page) == [farm]


def test_the_list_sorts_and_turns_its_pages_in_as_many_queries_for_one_client_as_for_forty(
    as_freelancer: Visitor, address: str, activity: Activity, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make.client(activity=activity)
    with CaptureQueriesContext(connection) as few:
        as_freelancer.get(address)
    for number in range(40):
        make.contact(client=make.client(activity=activity, name=f"C{number:02}"))
    with CaptureQueriesContext(connection) as many:
        page = as_freelancer.get(address, {"sort": "-name", "page": "2"}).context["page"]
    assert [client.name for client in page][-1] == "C00"
    assert len(many) == len(few)


def test_a_teammate_sees_the_clients_of_their_own_activity_only(
    as_teammate: Visitor, address: str, activity: Activity
) -> None:
    farm = make.client(activity=activity)
    assert list(as_teammate.get(address).context["page"]) == []
    assert as_teammate.get(f"{address}{farm.pk}/").status_code == 404
    assert as_teammate.post(f"{address}{farm.pk}/put-away/").status_code == 404


def test_an_accountant_reads_and_writes_nothing(as_accountant: Visitor, address: str, activity: Activity) -> None:
    farm = make.client(activity=activity)
    assert as_accountant.get(f"{address}{farm.pk}/").status_code == 200
    assert as_accountant.get(f"{address}new/?kind=FARM").status_code == 403
    assert add(as_accountant, address, "FARM").status_code == 403
    assert Client.objects.count() == 1


def test_a_stranger_finds_nothing_and_the_anonymous_are_asked_to_sign_in(
    as_stranger: Visitor, as_anonymous: Visitor, address: str, activity: Activity
) -> None:
    farm = make.client(activity=activity)
    for page in (address, f"{address}{farm.pk}/", f"{address}new/"):
        assert as_stranger.get(page).status_code == 404
        assert as_anonymous.get(page).url.startswith("/accounts/login/")


def test_a_client_put_away_leaves_the_list_and_comes_back(
    as_freelancer: Visitor, address: str, activity: Activity
) -> None:
    farm = make.client(activity=activity)
    as_freelancer.post(f"{address}{farm.pk}/put-away/")
    assert list(as_freelancer.get(address).context["page"]) == []
    assert list(as_freelancer.get(address, {"away": "1"}).context["page"]) == [farm]
    as_freelancer.post(f"{address}{farm.pk}/put-away/")
    assert list(as_freelancer.get(address).context["page"]) == [farm]


def test_a_contact_added_twice_is_one_contact(as_freelancer: Visitor, address: str, activity: Activity) -> None:
    farm = make.client(activity=activity)
    for name in ("Ana", "Ana Blé"):
        as_freelancer.post(f"{address}{farm.pk}/contacts/new/", {"name": name, "email": "ana@example.org"})
    assert Contact.objects.get().name == "Ana Blé"


def test_a_contact_cannot_take_the_address_of_another(as_freelancer: Visitor, address: str, activity: Activity) -> None:
    farm = make.client(activity=activity)
    make.contact(client=farm)
    other = make.contact(client=farm, email="bo@example.org")
    taken = {"name": "Bo", "email": "Camille@example.org"}
    answer = as_freelancer.post(f"{address}{farm.pk}/contacts/{other.pk}/", taken)
    assert "email" in answer.context["form"].errors


def test_a_contact_no_longer_written_to_stays_in_the_records(
    as_freelancer: Visitor, address: str, activity: Activity
) -> None:
    contact = make.contact(client=make.client(activity=activity))
    as_freelancer.post(f"{address}{contact.client_id}/contacts/{contact.pk}/remove/")
    contact.refresh_from_db()
    assert contact.archived_at


@pytest.mark.parametrize(
    ("values", "field"),
    [({"postal_code": "6700"}, "postal_code"), ({"name": "Ferme 🥕"}, "name"), ({"city": "Ried 🥕"}, "city")],
)
def test_what_documents_could_not_say_of_a_client_is_refused_at_once(
    as_freelancer: Visitor, address: str, values: dict[str, str], field: str
) -> None:
    assert field in add(as_freelancer, address, "FARM", **values).context["form"].errors
    assert not Client.objects.exists()


def test_private_notes_say_what_they_like_and_a_neighbour_has_another_postal_code(
    as_freelancer: Visitor, address: str
) -> None:
    add(
        as_freelancer,
        address,
        "FARM",
        notes="🥕",
        country="BE",
        vat_number="BE0403170701",
        postal_code="1000",
        city="Bruxelles",
    )
    assert (Client.objects.get().notes, Client.objects.get().postal_code) == ("🥕", "1000")


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("DE", "DE 136 695 976", "DE136695976"),
        ("LU", "LU 150 274 42", "LU15027442"),
        ("GR", "GR 094259216", "EL094259216"),
        ("CH", "CHE-107.787.577 TVA", "CHE107787577"),
        ("NO", "995 525 828 MVA", "NO995525828MVA"),
        ("CA", "123 RT", "123 RT"),
    ],
)
def test_a_company_abroad_is_asked_its_vat_number_and_no_siren(
    as_freelancer: Visitor, address: str, country: str, typed: str, kept: str
) -> None:
    add(as_freelancer, address, "COMPANY", country=country, vat_number=typed, postal_code="L-1234")
    found = Client.objects.get()
    assert (found.country, found.vat_number, found.siren, found.postal_code) == (country, kept, "", "L-1234")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"country": "DE", "vat_number": "DE136695977"}, "vat_number"),
        ({"country": "DE", "vat_number": "LU15027442"}, "vat_number"),
        ({"country": "CH", "vat_number": "CHE-107.787.578"}, "vat_number"),
        ({"country": "FR", "vat_number": "DE136695976"}, "vat_number"),
        ({"country": "DE", "company_number": make.SIREN}, "company_number"),
        ({"country": "FR"}, "company_number"),
        ({"country": "XX"}, "country"),
        ({"company_number": make.SIREN, "delivery_city": "Kehl"}, "delivery_address"),
    ],
)
def test_what_a_country_does_not_know_is_refused_beside_its_field(
    as_freelancer: Visitor, address: str, values: dict[str, str], field: str
) -> None:
    assert field in add(as_freelancer, address, "COMPANY", **values).context["form"].errors
    assert not Client.objects.exists()


def test_goods_delivered_elsewhere_have_an_address_of_their_own(as_freelancer: Visitor, address: str) -> None:
    there = {"delivery_address": "Hafenstraße 2", "delivery_postal_code": "77694", "delivery_city": "Kehl"}
    add(as_freelancer, address, "COMPANY", company_number=make.SIREN, **there, delivery_country="DE")
    found = Client.objects.get()
    assert (found.country, found.delivery_city, found.delivery_country) == ("FR", "Kehl", "DE")
