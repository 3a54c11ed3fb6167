"""Any invoice that we could issue is valid: XSD, EN 16931, Factur-X and French rules; and we find nothing wrong either.

60 each day, 1 000 in the deep profile.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings

from billing import facturx
from billing.facts import InvoiceFacts, problems
from tests.kit import reader, rules
from tests.kit.random_invoices import invoices

pytestmark = pytest.mark.kit
EXAMPLES = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 60


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(facts=invoices())
def test_any_invoice_is_valid_and_its_amounts_are_read_back(facts: InvoiceFacts) -> None:
    xml = facturx.xml(facts)
    assert problems(facts) == []
    assert rules.failures(xml) == []
    found = reader.read(xml)
    assert (found.total, found.prepaid) == (facts.total.amount, facts.prepaid.amount)
    assert found.payable == facts.payable.amount
    assert [net for *_rest, net in found.lines] == [line.net.amount for line in facts.lines]
    assert found.taxes == [(tax.category, tax.rate, tax.base.amount, tax.amount.amount) for tax in facts.taxes]
