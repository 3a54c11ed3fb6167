"""Who sells to whom, where, what: the category, the rate and the reason. The table of cases."""

from datetime import date
from decimal import Decimal

import pytest

from lib import law
from lib.money import euros
from quotes import vat
from quotes.pricing import LineValues, priced
from quotes.vat import Situation

TODAY = date(2026, 12, 1)
NORMAL = {"regime": "NORMAL", "seller_vat_number": "FR44732829320"}
FRANCHISE, NUMBERED = {"regime": "FRANCHISE"}, {"regime": "FRANCHISE", "seller_vat_number": "FR44732829320"}
TRAINER = {"regime": "EXEMPT", "exemption": "training"}
AT_HOME = {"buyer_kind": "COMPANY", "country": "FR", "buyer_vat_number": "FR65552008443"}
GERMAN = {"buyer_kind": "COMPANY", "country": "DE", "buyer_vat_number": "DE136695976"}
GREEK = {"buyer_kind": "COMPANY", "country": "GR", "buyer_vat_number": "EL094259216"}
NUMBERLESS = {"buyer_kind": "COMPANY", "country": "DE"}
SWISS = {"buyer_kind": "COMPANY", "country": "CH"}
SWISS_CLUB = {"buyer_kind": "ASSOCIATION", "country": "CH"}
GERMAN_PERSON = {"buyer_kind": "PERSON", "country": "DE"}
SWISS_PERSON = {"buyer_kind": "PERSON", "country": "CH"}
MONACO = {"buyer_kind": "COMPANY", "country": "MC"}


def line(nature: str = "SERVICES", rate: str = "20", exemption: str = "") -> LineValues:
    return LineValues(euros("100"), vat_rate=Decimal(rate), nature=nature, exemption=exemption)


SERVICE, GOODS = line(), line("GOODS")


@pytest.mark.parametrize(
    ("seller", "buyer", "sold", "category", "rate", "reason"),
    [
        (NORMAL, AT_HOME, SERVICE, "S", 20, ""),
        (NORMAL, AT_HOME, line("GOODS", "5.5"), "S", Decimal("5.5"), ""),
        (NORMAL, AT_HOME, line(exemption="training"), "E", 0, "training"),
        (NORMAL, AT_HOME, line(rate="0"), "E", 0, ""),
        (NORMAL, MONACO, SERVICE, "S", 20, ""),
        (NORMAL, GERMAN, SERVICE, "AE", 0, "reverse_charge"),
        (NORMAL, GREEK, SERVICE, "AE", 0, "reverse_charge"),
        (NORMAL, GERMAN, GOODS, "K", 0, "intra_eu_goods"),
        (NORMAL, GERMAN | {"delivered_in": "FR"}, GOODS, "S", 20, ""),
        (NORMAL, GERMAN | {"delivered_in": "CH"}, GOODS, "G", 0, "export"),
        (NORMAL, GERMAN, line(exemption="training"), "E", 0, "training"),
        (NORMAL, NUMBERLESS, SERVICE, "S", 20, ""),
        (NORMAL, NUMBERLESS, GOODS, "S", 20, ""),
        (NORMAL, GERMAN_PERSON, SERVICE, "S", 20, ""),
        (NORMAL, GERMAN_PERSON, GOODS, "S", 20, ""),
        (NORMAL, SWISS, SERVICE, "E", 0, "outside_eu"),
        (NORMAL, SWISS, GOODS, "G", 0, "export"),
        (NORMAL, SWISS_CLUB, SERVICE, "S", 20, ""),
        (NORMAL, SWISS_PERSON, SERVICE, "S", 20, ""),
        (NORMAL, SWISS_PERSON, GOODS, "G", 0, "export"),
        (FRANCHISE, AT_HOME, SERVICE, "E", 0, "franchise"),
        (FRANCHISE, GERMAN, SERVICE, "E", 0, "franchise"),
        (NUMBERED, GERMAN, SERVICE, "AE", 0, "reverse_charge"),
        (NUMBERED, GERMAN, GOODS, "E", 0, "franchise"),
        (FRANCHISE, SWISS, SERVICE, "E", 0, "outside_eu"),
        (FRANCHISE, SWISS, GOODS, "E", 0, "franchise"),
        (FRANCHISE, AT_HOME, line(exemption="training"), "E", 0, "franchise"),
        (TRAINER, AT_HOME, SERVICE, "E", 0, "training"),
        (TRAINER, GERMAN, SERVICE, "E", 0, "training"),
    ],
)
def test_each_sale_falls_under_one_category_one_rate_and_one_reason(seller, buyer, sold, category, rate, reason):
    found = vat.treated(sold, Situation(**seller | buyer))
    assert (found.category, found.rate, found.reason) == (category, rate, reason)


def test_a_german_number_of_a_client_in_france_changes_nothing():
    situation = Situation(**NORMAL | {"country": "FR", "buyer_vat_number": "DE136695976"})
    assert vat.treated(SERVICE, situation).category == "S"


@pytest.mark.parametrize(
    ("reason", "words", "code"),
    [
        ("franchise", "art. 293 B", "VATEX-FR-FRANCHISE"),
        ("reverse_charge", "Autoliquidation", "VATEX-EU-AE"),
        ("intra_eu_goods", "262 ter", "VATEX-EU-IC"),
        ("export", "262, I", "VATEX-EU-G"),
        ("outside_eu", "art. 259, 1°", ""),
        ("training", "261, 4-4° a", "VATEX-FR-CGI261-4"),
        ("non_profit", "261, 7-1° b", "VATEX-FR-CGI261-7"),
    ],
)
def test_each_reason_has_its_sentence_and_its_code(reason, words, code):
    why = vat.because(reason, TODAY, "fr")
    assert words in why["text"]
    assert why["code"] == code


def test_a_reason_that_no_law_gives_is_refused():
    with pytest.raises(law.UnknownFact):
        vat.because("because I say so", TODAY, "fr")


def test_every_reason_that_a_person_may_choose_has_a_sentence_in_each_language():
    chosen = vat.exemptions(TODAY, "fr")
    assert len(chosen) >= 6
    assert all(vat.because(reason, TODAY, language)["text"] for reason, _name in chosen for language in ("fr", "en"))


def test_no_reason_rests_on_a_rule_still_to_be_checked():
    reasons = [*vat.REASONS, *(reason for reason, _name in vat.exemptions(TODAY, "fr"))]
    assert {vat.fact_of(reason, TODAY).certainty for reason in reasons} <= {"certain", "probable"}


def test_two_reasons_of_one_category_clash_and_two_categories_do_not():
    swiss = Situation(**NORMAL | SWISS)
    assert vat.clashes([vat.treated(SERVICE, swiss), vat.treated(GOODS, swiss)]) == []
    both = [vat.treated(SERVICE, swiss), vat.treated(line(exemption="training"), swiss)]
    assert vat.clashes(both) == ["outside_eu", "training"]


def test_vat_is_totalled_by_category_and_rate():
    price = priced([SERVICE, line("GOODS", "5.5"), line(exemption="training"), SERVICE], situation=Situation(**NORMAL))
    assert [(tax.category, tax.rate, tax.base, tax.amount) for tax in price.taxes] == [
        ("S", 20, euros(200), euros(40)),
        ("S", Decimal("5.5"), euros(100), euros("5.50")),
        ("E", 0, euros(100), euros(0)),
    ]
    assert price.total == euros("445.50")


def test_goods_and_services_to_germany_are_two_breakdowns_at_zero():
    price = priced([SERVICE, GOODS], situation=Situation(**NORMAL | GERMAN))
    assert [(tax.category, tax.rate, tax.amount) for tax in price.taxes] == [("AE", 0, euros(0)), ("K", 0, euros(0))]
    assert price.total == euros(200)


def test_a_line_made_for_a_category_falls_under_it_again():
    situation = Situation(**NORMAL | GERMAN)
    like = vat.likeness([SERVICE, GOODS, line(exemption="care")], situation)
    assert {category: vat.treated(sold, situation).category for category, sold in like.items()} == {
        "AE": "AE", "K": "K", "E": "E",
    }  # fmt: skip
