"""Every kind under every regime, mix and language: the validators accept it, we find nothing wrong with it, and a
program that is not ours reads the same numbers back."""

from decimal import Decimal

import pytest

from billing import facturx
from billing.facts import TYPE_CODES, InvoiceFacts, problems
from tests.kit import reader, rules
from tests.kit.catalogue import CATALOGUE, CROSSED, KINDS, LANGUAGES, MIXES, REGIMES

pytestmark = pytest.mark.kit


def test_there_are_enough_of_them_and_each_word_of_the_tables_is_used():
    assert len(CATALOGUE) >= 60
    said = {word for name in CROSSED for word in name.split("/")}
    assert said == {*KINDS, *REGIMES, *MIXES, *LANGUAGES}
    assert {facts.kind for facts in CATALOGUE.values()} == set(TYPE_CODES)


@pytest.mark.parametrize("name", CATALOGUE)
def test_it_is_valid_and_read_back_the_same(name):
    facts = CATALOGUE[name]
    xml = facturx.xml(facts)
    assert rules.failures(xml) == []
    assert problems(facts) == []
    agrees(reader.read(xml), facts)


def agrees(found: reader.Read, facts: InvoiceFacts) -> None:
    """Check, field by field, that what was read is what the facts say."""
    assert (found.number, found.kind) == (facts.number, TYPE_CODES[facts.kind])
    assert (found.issued_on, found.delivered_on) == (facts.issued_on, facts.delivered_on)
    assert found.period == (facts.period or (None, None))
    if facts.due_on and not facts.is_credit:
        assert found.due_on == facts.due_on
    amounts = (found.net, found.vat, found.total, found.prepaid, found.payable)
    assert amounts == tuple(m.amount for m in (facts.net, facts.vat, facts.total, facts.prepaid, facts.payable))
    assert found.taxes == [(tax.category, tax.rate, tax.base.amount, tax.amount.amount) for tax in facts.taxes]
    assert sorted(found.references) == sorted((one.number, one.issued_on) for one in facts.references)
    for party, said in ((found.seller, facts.seller), (found.buyer, facts.buyer)):
        keys = ("name", "legal_identifier", "vat_identifier", "postcode", "city", "country_code")
        values = (said.name, said.siren, said.vat_number, said.postal_code, said.city, said.country)
        assert tuple(party.get(key, "") for key in keys) == values
    for (title, _unit, quantity, price, _category, rate, net), line in zip(found.lines, facts.lines, strict=True):
        assert (title, quantity, price) == (line.title, line.quantity, line.unit_price.amount)
        assert (rate, net) == (line.vat_rate if not facts.franchise else Decimal(0), line.net.amount)
    assert found.order_reference == (facts.engagement or facts.order_reference)
    if found.means in ("30", "58"):
        assert found.iban == facts.iban
