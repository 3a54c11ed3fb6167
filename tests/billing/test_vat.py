"""Sales that bear no French VAT, from the draft to the XML: what is printed, what validators say, what is refused."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from billing import crediting, drafting, facturx, issuing, paper, stating, taxing
from billing.drafting import DraftLine
from billing.facts import InvoiceFacts, problems
from billing.models import Invoice
from lib.money import euros, total
from people.models import Business, Client
from quotes import sending
from quotes.models import QuoteVersion
from tests import make
from tests.billing.conftest import accepted, deposit_of, final_of
from tests.kit import rules

pytestmark = pytest.mark.django_db
GERMAN = {"country": "DE", "siren": "", "vat_number": "DE136695976", "kind": "COMPANY", "name": "Hofladen GmbH"}
SWISS = {"country": "CH", "siren": "", "kind": "COMPANY", "name": "Café du Marché SA"}
KEHL = {"delivery_address": "Hafenstraße 2", "delivery_postal_code": "77694", "delivery_city": "Kehl"}
TAXED = {"vat_regime": Business.VatRegime.NORMAL, "vat_number": make.VAT_NUMBER}
FRANCHISE: dict[str, Any] = {}
TRAINER = {"vat_regime": Business.VatRegime.EXEMPT, "vat_exemption": "training"}


def sold(title: str = "Site", rate: str = "20", price: str = "100", **fields: Any) -> DraftLine:
    return DraftLine(unit_price=euros(price), title=title, vat_rate=Decimal(rate), **fields)


def drafted(seller: dict[str, Any], buyer: dict[str, Any], *lines: DraftLine) -> Invoice:
    activity = make.activity(business=make.business(**seller))
    client = make.client(activity=activity, **buyer)
    make.contact(client=client)
    return drafting.draft_standard(
        activity=activity, client=client, title="Site", lines=lines or (sold(),), by=make.member(activity.business),
        at=make.NOW, request_id=uuid.uuid4(),
    )  # fmt: skip


def issued(draft: Invoice) -> Invoice:
    return issuing.issue(invoice=draft, by=draft.business.memberships.all()[0].user, at=make.NOW)


def refusal(draft: Invoice) -> Sequence[str]:
    with pytest.raises(issuing.IssuingError) as refused:
        issued(draft)
    return refused.value.reasons


def said_of(invoice: Invoice) -> InvoiceFacts:
    return stating.facts_of(Invoice.objects.get(pk=invoice.pk))


GOODS, TRAINING = sold("Livres", nature="GOODS"), sold("Atelier", exemption="training")
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[DraftLine, ...], list[tuple[str, str]], str]] = {
    "rates": (TAXED, {}, (sold(), sold(rate="5.5"), GOODS), [("S", "20"), ("S", "5.5")], "M1"),
    "training": (TAXED, {}, (sold(), TRAINING), [("S", "20"), ("E", "0")], "S1"),
    "reverse charge": (TAXED, GERMAN, (sold(),), [("AE", "0")], "S1"),
    "goods to Germany": (TAXED, GERMAN, (GOODS,), [("K", "0")], "B1"),
    "both to Germany": (TAXED, GERMAN | KEHL, (sold(), GOODS), [("AE", "0"), ("K", "0")], "M1"),
    "services to Switzerland": (TAXED, SWISS, (sold(),), [("E", "0")], "S1"),
    "both to Switzerland": (TAXED, SWISS, (sold(), GOODS), [("E", "0"), ("G", "0")], "M1"),
    "a person in Germany": (TAXED, GERMAN | {"kind": "PERSON", "vat_number": ""}, (sold(),), [("S", "20")], "S1"),
    "franchise": (FRANCHISE, {}, (sold(),), [("E", "0")], "S1"),
    "franchise to Germany": (FRANCHISE, GERMAN, (sold(),), [("E", "0")], "S1"),
    "franchise with a number": ({"vat_number": make.VAT_NUMBER}, GERMAN, (sold(),), [("AE", "0")], "S1"),
    "an exempt activity": (TRAINER, {}, (sold(),), [("E", "0")], "S1"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_case_is_issued_with_its_categories_and_passes_the_rules(name: str) -> None:
    seller, buyer, lines, categories, frame = CASES[name]
    said = said_of(issued(drafted(seller, buyer, *lines)))
    assert [(tax.category, f"{tax.rate.normalize():f}") for tax in said.taxes] == categories
    assert {line.category for line in said.lines} == {category for category, _rate in categories}
    assert facturx.frame(said) == frame
    assert problems(said) == []
    assert rules.failures(facturx.xml(said)) == []


@pytest.mark.parametrize("name", CASES)
def test_each_reason_is_on_paper_and_in_the_xml(name: str) -> None:
    seller, buyer, lines, _categories, _frame = CASES[name]
    said = said_of(issued(drafted(seller, buyer, *lines)))
    page, xml = paper.invoice_html(said), facturx.xml(said).decode()
    for tax in said.taxes:
        assert bool(tax.reason) == (tax.category != "S")
        assert tax.reason in page
        assert tax.reason in xml
    assert ("utoliquid" in page) == any(tax.category == "AE" for tax in said.taxes)


def test_a_sale_abroad_has_its_countries_its_numbers_and_an_address_to_write_to() -> None:
    said = said_of(issued(drafted(TAXED, GERMAN | KEHL, GOODS)))
    xml = etree.fromstring(facturx.xml(said))

    def one(path: str) -> str:
        found: Any = xml.xpath(path, namespaces=facturx.NAMESPACES)
        assert len(found) == 1
        return str(found[0].text)

    buyer, there = "//ram:BuyerTradeParty", "//ram:ShipToTradeParty"
    assert one(f"{buyer}/ram:PostalTradeAddress/ram:CountryID") == "DE"
    assert one(f"{buyer}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']") == "DE136695976"
    assert one(f"{buyer}/ram:URIUniversalCommunication/ram:URIID[@schemeID='EM']") == "camille@example.org"
    assert one(f"{there}/ram:PostalTradeAddress/ram:CityName") == "Kehl"
    assert one(f"{there}/ram:PostalTradeAddress/ram:CountryID") == "DE"
    assert "Allemagne" in paper.invoice_html(said)
    assert "Hafenstraße 2" in paper.invoice_html(said)


def test_no_delivery_address_is_said_of_services() -> None:
    said = said_of(issued(drafted(TAXED, KEHL)))
    assert b"ShipToTradeParty" not in facturx.xml(said)
    assert "Hafenstraße" not in paper.invoice_html(said)


def test_no_vat_is_charged_whatever_rate_was_typed() -> None:
    invoice = issued(drafted(TAXED, GERMAN))
    assert (invoice.net, invoice.vat, invoice.total) == (euros(100), euros(0), euros(100))
    assert [line.vat_rate for line in invoice.lines.all()] == [0]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((sold(rate="0"),), "pourquoi aucune TVA"),
        ((sold(rate="6"),), "pas un taux de TVA"),
        ((TRAINING, sold(exemption="care")), "Deux raisons"),
    ],
)
def test_vat_that_no_invoice_could_say_is_refused_in_words(lines: tuple[DraftLine, ...], words: str) -> None:
    draft = drafted(TAXED, {}, *lines)
    assert any(words in reason for reason in refusal(draft))
    assert Invoice.objects.get(pk=draft.pk).number is None


def test_under_franchise_no_exemption_and_no_rate_is_asked_for() -> None:
    said = said_of(issued(drafted(FRANCHISE, {}, sold(rate="0"), TRAINING)))
    assert [tax.reason_code for tax in said.taxes] == ["VATEX-FR-FRANCHISE"]


def test_a_client_of_two_languages_reads_the_reason_in_both() -> None:
    said = said_of(issued(drafted(TAXED, GERMAN | {"second_language": "en"})))
    page = paper.invoice_html(said)
    assert "Autoliquidation" in page
    assert "Reverse charge" in page


# What was agreed ---------------------------------------------------------------------------------------------------


def sent_to(buyer: dict[str, Any], *lines: dict[str, Any]) -> QuoteVersion:
    activity = make.activity(business=make.vat_business())
    client = make.contact(client=make.client(activity=activity, **buyer)).client
    version = make.quote(client=client, lines=lines)
    by = make.member(activity.business)
    return sending.send(quote=version.quote, by=by, at=make.NOW, contacts=list(client.contacts.all()))


def test_a_quote_to_germany_is_sent_without_vat_and_says_why() -> None:
    version = sent_to(GERMAN, {"vat_rate": Decimal(20)})
    assert (version.net, version.vat, version.total) == (euros(1200), euros(0), euros(1200))
    assert [line.vat_rate for line in version.lines.all()] == [0]
    assert any("Autoliquidation" in mention["text"] for mention in version.mentions or [])


def test_a_quote_line_at_zero_without_a_reason_does_not_leave() -> None:
    with pytest.raises(sending.SendError, match="pourquoi aucune TVA"):
        sent_to({}, {"vat_rate": Decimal(0)})


def test_a_quote_with_an_exempt_line_says_so_and_totals_by_rate() -> None:
    version = sent_to({}, {"vat_rate": Decimal(20)}, {"vat_rate": Decimal(20), "exemption": "training"})
    assert (version.net, version.vat) == (euros(2400), euros(240))
    assert any("261, 4-4° a" in mention["text"] for mention in version.mentions or [])
    assert not any("293 B" in mention["text"] for mention in version.mentions or [])


def test_a_client_who_moves_after_the_yes_stops_the_invoice_until_a_person_decides() -> None:
    activity = make.activity(business=make.vat_business())
    client = make.contact(client=make.client(activity=activity)).client
    deal = accepted(client=client, lines=[{"vat_rate": Decimal(20)}], terms=[{"closes": True}])
    draft = final_of(deal, issued=False)
    Client.objects.filter(pk=client.pk).update(**GERMAN)
    reasons = refusal(Invoice.objects.get(pk=draft.pk))
    assert any("une autre TVA" in reason for reason in reasons)


# Deposits, credit notes --------------------------------------------------------------------------------------------


def test_a_deposit_on_exempt_and_taxed_work_keeps_both_categories() -> None:
    activity = make.activity(business=make.vat_business())
    client = make.contact(client=make.client(activity=activity)).client
    lines = [{"vat_rate": Decimal(20)}, {"title": "Atelier", "exemption": "training"}]
    terms = [{"due": "ACCEPTANCE", "value": euros("1320"), "closes": False}, {"value": euros("1320"), "closes": True}]
    deal = accepted(client=client, lines=lines, terms=terms)
    deposit = said_of(deposit_of(deal))
    assert [(tax.category, tax.base) for tax in deposit.taxes] == [("S", euros(600)), ("E", euros(600))]
    assert rules.failures(facturx.xml(deposit)) == []
    final = said_of(final_of(deal))
    assert [(tax.category, tax.base) for tax in final.taxes] == [("S", euros(1200)), ("E", euros(1200))]
    assert rules.failures(facturx.xml(final)) == []


def test_a_credit_note_on_a_sale_abroad_falls_under_the_same_categories() -> None:
    invoice = issued(drafted(TAXED, GERMAN, sold(), GOODS))
    Client.objects.filter(pk=invoice.client_id).update(country="FR", vat_number="")
    note = crediting.draft_credit_note(
        invoice=invoice, by=make.user(), at=make.NOW, reason="Livres rendus", request_id=uuid.uuid4(),
        amount=euros("50"),
    )  # fmt: skip
    taken = taxing.treatments_of(note)
    assert {treatment.category for treatment in taken} == {"AE", "K"}
    assert note.vat == euros(0)


# What is told, and what validators miss ----------------------------------------------------------------------------


def test_what_our_sources_do_not_settle_is_told_and_never_blocks() -> None:
    draft = drafted(FRANCHISE, GERMAN)
    (told,) = taxing.advice(draft, make.TODAY)
    assert "numéro de TVA intracommunautaire" in told
    assert "À vérifier" in told
    assert issued(draft).number


def test_a_german_company_without_a_number_is_charged_vat_and_that_is_said() -> None:
    draft = drafted(TAXED, GERMAN | {"vat_number": ""})
    assert any("TVA française" in told for told in taxing.advice(draft, make.TODAY))
    assert issued(draft).vat == euros(20)


def test_nothing_is_told_of_a_sale_at_home() -> None:
    assert taxing.advice(drafted(TAXED, {}), make.TODAY) == []


def test_what_validators_miss_of_vat_is_found() -> None:
    abroad = said_of(issued(drafted(TAXED, GERMAN, GOODS)))
    no_number = replace(abroad, buyer=replace(abroad.buyer, vat_number=""))
    at_home = replace(abroad, buyer=replace(abroad.buyer, delivery_country="FR"))
    no_reason = replace(abroad, taxes=tuple(replace(tax, reason="", reason_code="") for tax in abroad.taxes))
    wrong_key = replace(abroad, buyer=replace(abroad.buyer, vat_number="DE136695977"))
    for broken in (no_number, at_home, no_reason, wrong_key):
        assert problems(broken) != []


def test_what_is_said_adds_up_to_the_cent_on_screen_on_paper_and_in_the_xml() -> None:
    lines = [sold(f"Atelier {n}", rate, price) for n, (rate, price) in enumerate(
        [("20", "33.333333"), ("5.5", "0.125"), ("10", "66.67"), ("20", "0.01")]
    )]  # fmt: skip
    said = said_of(issued(drafted(TAXED, {}, *lines, TRAINING)))
    assert total(tax.base for tax in said.taxes) == said.net
    assert said.net + said.vat == said.total
    assert f"{said.total.amount}" in facturx.xml(said).decode()


def test_a_rate_of_another_time_or_place_is_told_and_never_blocks() -> None:
    draft = drafted(TAXED, {}, sold(rate="19.6"))
    assert any("19,6" in told for told in taxing.advice(draft, make.TODAY))
    assert issued(draft).number


def test_a_town_of_another_country_owes_the_vat_itself() -> None:
    town = {"kind": "PUBLIC", "name": "Stadt Kehl", "country": "DE", "siren": "", "vat_number": "DE136695976"}
    said = said_of(issued(drafted(TAXED, town)))
    assert [tax.category for tax in said.taxes] == ["AE"]
    assert rules.failures(facturx.xml(said)) == []


@pytest.mark.parametrize(("country", "number"), [("AU", "ABN 51 824 753 556"), ("US", "EIN 12-3456789")])
def test_a_tax_number_that_is_none_of_vat_is_printed_and_not_said_to_be_one(country: str, number: str) -> None:
    """BR-CO-09: what stands in BT-48 begins with a country."""
    buyer = {"kind": "COMPANY", "name": "Reef Pty", "country": country, "siren": "", "vat_number": number}
    said = said_of(issued(drafted(TAXED, buyer)))
    assert rules.failures(facturx.xml(said)) == []
    assert number in paper.invoice_html(said)
