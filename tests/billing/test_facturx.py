"""The XML says what the facts say, by the French rules; tests/kit has what is wrong on purpose, and every crossing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import facturx as reader
import pytest
from lxml import etree

from billing import facturx
from billing.facts import RECEIVED, STANDARD, Part, problems
from lib.money import plain
from tests.kit.samples import AMAP, FARM, PERSON, SAMPLES, SITE, invoice, line

NS = facturx.NAMESPACES
SETTLEMENT = "//ram:ApplicableHeaderTradeSettlement"
SUMS = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"


def said(facts, path):
    found = etree.fromstring(facturx.xml(facts)).xpath(path, namespaces=NS)
    return [item if isinstance(item, str) else item.text for item in found]


def one(facts, path):
    (text,) = said(facts, path)
    return text


@pytest.mark.parametrize("name", SAMPLES)
def test_no_sample_has_a_problem(name):
    assert problems(SAMPLES[name]) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("franchise", "380"),
        ("deposit", "386"),
        ("final", "380"),
        ("credit-note", "381"),
        ("credit-note-of-deposit", "503"),
    ],
)
def test_each_kind_has_its_type_code(name, code):
    assert one(SAMPLES[name], "//rsm:ExchangedDocument/ram:TypeCode") == code


@pytest.mark.parametrize(
    ("name", "frame"),
    [("franchise", "S1"), ("final", "S4"), ("wholly-in-kind-received", "S2"), ("wholly-in-kind-to-come", "S1")],
)
def test_the_frame_says_paid_only_when_all_was_received(name, frame):
    assert facturx.frame(SAMPLES[name]) == frame


@pytest.mark.parametrize(
    ("name", "code", "has_iban"),
    [
        ("franchise", "58", True),
        ("part-in-kind", "58", True),
        ("wholly-in-kind-to-come", "97", False),
        ("local-currency", "58", True),
        ("local-currency-only", "ZZZ", False),
        ("credit-note", "97", False),
    ],
)
def test_one_payment_means_says_how_what_is_left_in_euros_is_paid(name, code, has_iban):
    means = facturx.payment_means(SAMPLES[name])
    assert (means.code, bool(means.iban)) == (code, has_iban)
    assert said(SAMPLES[name], f"{SETTLEMENT}//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode") == [code]


def test_what_was_all_paid_in_euros_before_is_said_so_and_not_in_kind():
    paid = replace(SAMPLES["franchise"], language="fr")
    paid = replace(paid, parts=(Part("money", "Solde", paid.total, RECEIVED),), due_on=None)
    means = f"{SETTLEMENT}//ram:SpecifiedTradeSettlementPaymentMeans"
    assert said(paid, f"{means}/ram:TypeCode") == ["97"]
    assert said(paid, f"{means}/ram:Information") == ["Déjà réglé"]
    in_kind = said(SAMPLES["wholly-in-kind-received"], f"{means}/ram:Information")
    assert in_kind == ["Compensation / paiement en nature"]


def test_euros_left_without_an_account_declare_no_transfer():
    assert facturx.payment_means(invoice(STANDARD, SITE, iban="")).code == "1"


def test_franchise_is_exempt_at_rate_0_with_its_reason_and_the_siren_in_place_of_a_vat_number():
    facts = SAMPLES["franchise"]
    tax = f"{SETTLEMENT}/ram:ApplicableTradeTax"
    assert one(facts, f"{tax}/ram:CategoryCode") == "E"
    assert one(facts, f"{tax}/ram:RateApplicablePercent") == "0"
    assert one(facts, f"{tax}/ram:ExemptionReason") == "TVA non applicable, art. 293 B du CGI"
    assert one(facts, f"{tax}/ram:ExemptionReasonCode") == "VATEX-FR-FRANCHISE"
    assert one(facts, "//ram:SellerTradeParty//ram:SpecifiedTaxRegistration/ram:ID[@schemeID='FC']") == "812345676"
    assert set(said(facts, "//ram:SpecifiedLineTradeSettlement//ram:CategoryCode")) == {"E"}


def test_vat_is_that_of_each_rate_on_its_whole_base():
    facts = SAMPLES["vat-several-rates"]
    tax = f"{SETTLEMENT}/ram:ApplicableTradeTax"
    assert said(facts, f"{tax}/ram:RateApplicablePercent") == ["20", "10", "5.5"]
    assert said(facts, f"{tax}/ram:BasisAmount") == ["1542.75", "262.48", "123.33"]
    assert said(facts, f"{tax}/ram:CalculatedAmount") == ["308.55", "26.25", "6.78"]
    assert said(facts, f"{tax}/ram:DueDateTypeCode") == ["72", "72", "72"]
    assert set(said(SAMPLES["vat-on-debits"], f"{tax}/ram:DueDateTypeCode")) == {"5"}


def test_a_discount_is_exact_to_the_cent_beside_a_unit_price_of_six_decimals():
    item = "//ram:IncludedSupplyChainTradeLineItem[3]"
    facts = SAMPLES["vat-several-rates"]
    assert one(facts, f"{item}//ram:SpecifiedTradeAllowanceCharge/ram:BasisAmount") == "299.98"
    assert one(facts, f"{item}//ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount") == "37.50"
    assert one(facts, f"{item}//ram:LineTotalAmount") == "262.48"
    assert "3.333333" in said(facts, "//ram:NetPriceProductTradePrice/ram:ChargeAmount")


def test_what_was_received_or_agreed_otherwise_is_prepaid_and_the_euros_left_are_payable():
    facts = SAMPLES["part-in-kind"]
    assert one(facts, f"{SUMS}/ram:GrandTotalAmount") == "1200.00"
    assert one(facts, f"{SUMS}/ram:TotalPrepaidAmount") == "660.00"
    assert one(facts, f"{SUMS}/ram:DuePayableAmount") == "540.00"
    notes = dict(zip(said(facts, "//ram:IncludedNote/ram:SubjectCode"), said(facts, "//ram:IncludedNote/ram:Content"),
                     strict=True))  # fmt: skip
    assert "11 paniers de légumes" in notes["PAI"]


def test_a_price_all_in_euros_has_no_note_on_payment():
    assert "PAI" not in said(SAMPLES["franchise"], "//ram:IncludedNote/ram:SubjectCode")


def test_a_final_invoice_deducts_its_deposits_and_refers_to_them():
    facts = SAMPLES["final"]
    assert one(facts, f"{SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == "F2026-0001"
    assert one(facts, f"{SETTLEMENT}/ram:InvoiceReferencedDocument//qdt:DateTimeString") == "20261127"
    assert one(facts, f"{SUMS}/ram:TotalPrepaidAmount") == "660.00"
    assert one(facts, f"{SUMS}/ram:DuePayableAmount") == "540.00"


@pytest.mark.parametrize(
    ("buyer", "scheme", "address", "treatment"),
    [
        (FARM, "0225", "523456788", "B2B"),
        (AMAP, "EM", "bureau@amap-canal.example", "B2C"),
        (replace(AMAP, siren="523456788", is_outside_vat=True), "0225", "523456788", "B2C"),
        (PERSON, "EM", "noe@weiss.example", "B2C"),
        (replace(PERSON, country="DE"), "EM", "noe@weiss.example", "B2CINT"),
        (replace(FARM, country="DE", siren="", siret="", vat_number="DE136695976"), "EM", "ferme@marguerite.example",
         "B2BINT"),
    ],
)  # fmt: skip
def test_the_buyer_has_an_electronic_address_and_a_treatment(buyer, scheme, address, treatment):
    facts = invoice(STANDARD, SITE, buyer=buyer)
    assert one(facts, "//ram:BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID/@schemeID") == scheme
    assert one(facts, "//ram:BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID") == address
    assert one(facts, "//ram:IncludedNote[ram:SubjectCode='BAR']/ram:Content") == treatment


def test_the_day_of_the_service_is_always_said():
    assert all(said(facts, "//ram:ApplicableHeaderTradeDelivery//udt:DateTimeString") for facts in SAMPLES.values())


def test_hostile_text_stays_text_and_what_xml_cannot_hold_is_dropped():
    title = "<b>&amp;\x00\x0b\ufffe ]]> {{ x }}"
    facts = invoice(STANDARD, (line(1, title, "1", "10"),))
    assert one(facts, "//ram:SpecifiedTradeProduct/ram:Name") == "<b>&amp; ]]> {{ x }}"


def test_the_same_facts_give_the_same_bytes():
    assert facturx.xml(SAMPLES["four-kinds"]) == facturx.xml(SAMPLES["four-kinds"])


@pytest.mark.parametrize("name", SAMPLES)
def test_an_independent_reader_finds_the_same_kind_of_document(name):
    root = etree.fromstring(facturx.xml(SAMPLES[name]))
    assert (reader.get_flavor(root), reader.get_level(root)) == ("factur-x", "en16931")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_amount_of_the_xml_is_that_of_the_facts(name):
    facts = SAMPLES[name]
    assert one(facts, f"{SUMS}/ram:TaxBasisTotalAmount") == plain(facts.net)
    assert one(facts, f"{SUMS}/ram:TaxTotalAmount") == plain(facts.vat)
    assert one(facts, f"{SUMS}/ram:GrandTotalAmount") == plain(facts.total)
    assert one(facts, f"{SUMS}/ram:DuePayableAmount") == plain(facts.payable)


def test_a_date_of_payment_is_that_of_receipt_when_all_was_received():
    assert (
        one(SAMPLES["wholly-in-kind-received"], f"{SETTLEMENT}//ram:DueDateDateTime/udt:DateTimeString") == "20261202"
    )


def test_a_period_and_an_order_are_said():
    facts = replace(SAMPLES["town-order"], period=(date(2026, 11, 1), date(2026, 11, 30)))
    assert one(facts, "//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID") == "BC-2026-118"
    assert one(facts, "//ram:BuyerReference") == "COMM-2026"
    assert said(facts, f"{SETTLEMENT}/ram:BillingSpecifiedPeriod//udt:DateTimeString") == ["20261101", "20261130"]


def test_quantities_and_rates_have_no_exponent_and_no_useless_zero():
    facts = invoice(STANDARD, (line(1, "Feuilles", "1000.0000", "0.012"),))
    assert one(facts, "//ram:BilledQuantity") == "1000"
    assert facturx.writing.number_written(Decimal("20.00")) == "20"


def test_an_order_beside_an_engagement_is_said_in_a_note():
    facts = replace(SAMPLES["town-order"], engagement="EJ-77")
    assert one(facts, "//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID") == "EJ-77"
    assert any("BC-2026-118" in text for text in said(facts, "//ram:IncludedNote/ram:Content"))


def test_a_day_is_written_in_eight_digits_whatever_the_year():
    facts = replace(SAMPLES["town-order"], due_on=date(26, 12, 1))
    assert one(facts, f"{SETTLEMENT}//ram:DueDateDateTime/udt:DateTimeString") == "00261201"


def test_a_french_vat_number_is_that_of_the_siren():
    facts = SAMPLES["final-vat"]
    other = replace(facts, seller=replace(facts.seller, vat_number="FR40303265045"))
    assert any("not that of the SIREN" in problem for problem in problems(other))
