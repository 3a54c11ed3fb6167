"""What is wrong on purpose is caught: by the rule that is named, or, where public validators see nothing, by us."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import facturx
from billing.facts import DEPOSIT, FINAL, STANDARD, TO_PAY, TO_RECEIVE, InvoiceFacts, Note, Reference, problems
from lib.money import euros
from tests.kit import rules
from tests.kit.catalogue import CROSSED
from tests.kit.samples import NOTES, PERSON, SAMPLES, part

GOOD, FRANCHISE, CREDIT = SAMPLES["vat-several-rates"], SAMPLES["franchise"], SAMPLES["credit-note"]
REPLACING = next(facts for name, facts in CROSSED.items() if name.startswith("replacement/four-rates"))
A_CENT = euros("0.01")
NOWHERE = Reference("F2027-0001", date(2027, 1, 4))


def written(facts: InvoiceFacts, old: str = "", new: str = "") -> bytes:
    """Return the XML of facts, a piece of its text replaced once: it must be there."""
    text = facturx.xml(facts).decode()
    assert old in text, text
    return text.replace(old, new, 1).encode()


def taxed(facts: InvoiceFacts, **fields: Any) -> InvoiceFacts:
    return replace(facts, taxes=tuple(replace(tax, **fields) for tax in facts.taxes))


def lined(facts: InvoiceFacts, **fields: Any) -> InvoiceFacts:
    """Change the first line and nothing else."""
    return replace(facts, lines=(replace(facts.lines[0], **fields), *facts.lines[1:]))


def seller(**fields: Any) -> InvoiceFacts:
    return replace(GOOD, seller=replace(GOOD.seller, **fields))


def buyer(**fields: Any) -> InvoiceFacts:
    return replace(GOOD, buyer=replace(GOOD.buyer, **fields))


def without_number(regime: str) -> InvoiceFacts:
    facts = abroad(regime)
    return replace(facts, buyer=replace(facts.buyer, vat_number=""))


def abroad(regime: str) -> InvoiceFacts:
    return next(facts for name, facts in CROSSED.items() if name.startswith(f"standard/{regime}/"))


def off_by(cents: str) -> InvoiceFacts:
    """Add to the first rate's VAT, and carry it to every total."""
    first, *others = GOOD.taxes
    more = euros(cents)
    taxes = (replace(first, amount=first.amount + more), *others)
    parts = (part("money", "Virement", str((GOOD.total + more).amount), TO_PAY),)
    return replace(GOOD, taxes=taxes, vat=GOOD.vat + more, total=GOOD.total + more, parts=parts)


END = "</ram:SpecifiedTradeSettlementPaymentMeans>"
AND_CLEARING = f"{END}<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>97</ram:TypeCode>{END}"
CURRENCY = "<ram:InvoiceCurrencyCode>"
UNPAID = replace(GOOD, iban="", bic="")
SOMEWHERE = "</ram:PostalTradeAddress></ram:ShipToTradeParty>"
IN_GERMANY = f"<ram:CountryID>DE</ram:CountryID>{SOMEWHERE}"
NOTE = "<ram:IncludedNote><ram:Content>x</ram:Content><ram:SubjectCode>PMT</ram:SubjectCode></ram:IncludedNote>"

BY_RULE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a number with a dot": ("BR-FR-02", lambda: written(replace(GOOD, number="F.1"))),
    "a number of 36 characters": ("BR-FR-01", lambda: written(replace(GOOD, number="F" * 36))),
    "30 February": ("BR-FR-03", lambda: written(GOOD, "20261204", "20260230")),
    "a type nobody knows": ("BR-FR-04", lambda: written(GOOD, "<ram:TypeCode>380", "<ram:TypeCode>999")),
    "no note on penalties": ("BR-FR-05", lambda: written(replace(GOOD, notes=GOOD.notes[1:]))),
    "two notes on recovery": ("BR-FR-06", lambda: written(GOOD, "<ram:IncludedNote>", NOTE + "<ram:IncludedNote>")),
    "a frame nobody knows": ("BR-FR-08", lambda: written(GOOD, "<ram:ID>S1<", "<ram:ID>X1<")),
    "a SIRET of another SIREN": ("BR-FR-09", lambda: written(buyer(siren="332211002"))),
    "a seller without SIREN": ("BR-FR-10", lambda: written(seller(siren="", siret=""))),
    "a professional without SIREN": ("BR-FR-11", lambda: written(buyer(siren="", siret=""), ">B2C<", ">B2B<")),
    "a buyer without address": ("BR-FR-12", lambda: written(buyer(siren="", siret="", email=""))),
    "a rate nobody has": ("BR-FR-16", lambda: written(GOOD, "Percent>20<", "Percent>6<")),
    "a replacement of nothing": ("BR-FR-CO-04", lambda: written(replace(REPLACING, replaces=None))),
    "a credit note of nothing": ("BR-FR-CO-05", lambda: written(replace(CREDIT, corrects=None))),
    "due before its day": ("BR-FR-CO-07", lambda: written(replace(GOOD, due_on=date(2026, 12, 3)))),
    "a deposit after deposits": ("BR-FR-CO-08", lambda: written(replace(GOOD, kind=DEPOSIT), ">S1<", ">S4<")),
    "paid, yet something is left": ("BR-FR-CO-09", lambda: written(GOOD, ">S1<", ">S2<")),
    "an amount of three decimals": ("BR-FR-DEC-01", lambda: written(GOOD, ">1928.56<", ">1928.560<")),
    "a quantity of five decimals": ("BR-FR-DEC-02", lambda: written(lined(GOOD, quantity=Decimal("3.50001")))),
    "a price of seven decimals": ("BR-FR-DEC-03", lambda: written(GOOD, ">3.333333<", ">3.3333333<")),
    "a negative price": ("BR-27", lambda: written(lined(GOOD, unit_price=euros("-412.50")))),
    "VAT without any number": ("BR-S-02", lambda: written(GOOD, 'schemeID="VA"', 'schemeID="XX"')),
    "franchise without any number": ("BR-E-02", lambda: written(FRANCHISE, 'schemeID="FC"', 'schemeID="XX"')),
    "franchise without a reason": ("BR-E-10", lambda: written(taxed(FRANCHISE, reason="", reason_code=""))),
    "franchise with a rate": ("BR-E-05", lambda: written(FRANCHISE, "Percent>0<", "Percent>20<")),
    "reverse charge without VAT numbers": ("BR-AE-02", lambda: written(without_number("reverse-charge"))),
    "goods to the Union without VAT numbers": ("BR-IC-02", lambda: written(without_number("intra-eu-goods"))),
    "goods to nobody knows where": ("BR-57|BR-IC-12", lambda: written(abroad("intra-eu-goods"), IN_GERMANY, SOMEWHERE)),
    "a category of no VAT row": ("BR-S-01", lambda: written(FRANCHISE, "CategoryCode>E<", "CategoryCode>S<")),
    "lines that do not add up": ("BR-CO-10", lambda: written(replace(GOOD, lines=GOOD.lines[1:]))),
    "VAT rows that do not add up": ("BR-CO-14", lambda: written(GOOD, ">308.55<", ">309.55<")),
    "VAT off by 1.50": ("BR-CO-17", lambda: written(off_by("1.50"))),
    "a total that is not": ("BR-CO-15", lambda: written(GOOD, "GrandTotalAmount>", "GrandTotalAmount>1")),
    "what is payable is not": ("BR-CO-16", lambda: written(GOOD, "DuePayableAmount>", "DuePayableAmount>1")),
    "two ways of paying": ("CII-SR-467", lambda: written(GOOD, END, AND_CLEARING)),
    "a transfer to nowhere": ("BR-CO-27|CII-SR-470", lambda: written(UNPAID, "TypeCode>1<", "TypeCode>58<")),
    "a unit nobody has": ("FX-SCH-A-000613", lambda: written(GOOD, 'unitCode="DAY"', 'unitCode="JOUR"')),
    "a seller in no country": ("FX-SCH-A-000580", lambda: written(GOOD, "CountryID>FR<", "CountryID>ZZ<")),
    "an element out of place": ("xsd", lambda: written(GOOD, CURRENCY, f"<ram:Name>x</ram:Name>{CURRENCY}")),
    "no line": ("BR-16|xsd", lambda: written(replace(GOOD, lines=()))),
    "not XML": ("xml", lambda: written(GOOD, "<ram:ID>", "<ram:ID")),
    "another profile": ("profile", lambda: written(GOOD, "urn:cen.eu:en16931:2017", "urn:cen.eu:en16931:2018")),
}  # fmt: skip

BLIND: dict[str, tuple[str, InvoiceFacts]] = {
    "VAT off by a cent": ("is not that of its base", off_by("0.01")),
    "a SIREN that is none": ("not a SIREN", seller(siren="123456789", siret="")),
    "a SIRET that is none": ("not a SIRET", buyer(siret="52345678800019")),
    "a VAT number whose key is wrong": ("not a VAT number", seller(vat_number="FR31902345610")),
    "a German VAT number that is none": ("not a VAT number", buyer(vat_number="DE136695977")),
    "an IBAN that is none": ("is not an IBAN", replace(GOOD, iban="FR1420041010050500013M02607")),
    "no due date": ("no day to pay them by", replace(GOOD, due_on=None)),
    "an empty note among others": (
        "A note is empty",
        replace(GOOD, notes=(*NOTES, Note("AAI", " "), Note("AAI", "Merci."))),
    ),
    "a final invoice without its deposit": ("refers to the deposits", replace(GOOD, kind=FINAL)),
    "a reference to the future": ("of a later day", replace(CREDIT, corrects=NOWHERE)),
    "a price that does not make the net": ("not its quantity", lined(GOOD, unit_price=euros("412.51"))),
    "a discount that does not make the net": ("not its quantity", lined(GOOD, discount_percent=Decimal("0.1"))),
    "VAT under franchise": ("there is no VAT", replace(GOOD, franchise=True)),
    "VAT without a VAT number": ("charges VAT without a VAT number", seller(vat_number="")),
    "parts that do not add up": (
        "do not add up to the total",
        replace(GOOD, parts=(part("money", "x", str((GOOD.total - A_CENT).amount), TO_PAY),)),
    ),
    "euros to be received in kind": (
        "Only euros are to be paid",
        replace(FRANCHISE, parts=(part("money", "x", "1200", TO_RECEIVE),)),
    ),
}

SEEN_BY_BOTH: dict[str, tuple[str, InvoiceFacts]] = {
    "a SIRET of somebody else": ("not one of the SIREN", buyer(siren="332211002")),
    "no note at all": ("missing or empty", replace(GOOD, notes=())),
    "an empty note": ("missing or empty", replace(GOOD, notes=(Note("PMT", " "), *NOTES[:1], NOTES[2]))),
    "a credit note of nothing": ("refers to what it corrects", replace(CREDIT, corrects=None)),
    "a replacement of nothing": ("refers to what it replaces", replace(REPLACING, replaces=None)),
    "a buyer nobody can reach": ("no electronic address", replace(GOOD, buyer=replace(PERSON, email=""))),
    "lines that do not add up": ("do not add up to the net", replace(GOOD, lines=GOOD.lines[1:])),
}


@pytest.mark.kit
@pytest.mark.parametrize("name", BY_RULE)
def test_a_public_rule_refuses_it(name: str) -> None:
    wanted, make = BY_RULE[name]
    found = rules.failures(make())
    assert any(rule in line for line in found for rule in wanted.split("|")), found


@pytest.mark.kit
@pytest.mark.parametrize("name", BLIND)
def test_only_we_find_it(name: str) -> None:
    words, facts = BLIND[name]
    assert rules.failures(facturx.xml(facts)) == []
    assert any(words in problem for problem in problems(facts)), problems(facts)


@pytest.mark.kit
@pytest.mark.parametrize("name", SEEN_BY_BOTH)
def test_a_public_rule_and_we_find_it(name: str) -> None:
    words, facts = SEEN_BY_BOTH[name]
    assert rules.failures(facturx.xml(facts)) != []
    assert any(words in problem for problem in problems(facts)), problems(facts)


def test_what_is_changed_was_right() -> None:
    assert [problems(facts) for facts in (GOOD, FRANCHISE, CREDIT, REPLACING)] == [[], [], [], []]
    assert GOOD.kind == STANDARD
