"""Whoever charges VAT says a rate: a line at zero would need an exemption and its reason (EN 16931, BR-E-10)."""

import re
import uuid
from decimal import Decimal

import pytest

from billing import drafting, issuing
from billing.drafting import DraftLine
from billing.models import Invoice
from lib.money import euros
from people.models import Business
from tests import make

pytestmark = pytest.mark.django_db


def drafted(business: Business, rate: str) -> Invoice:
    activity = make.activity(business=business)
    return drafting.draft_standard(
        activity=activity,
        client=make.client(activity=activity),
        title="Atelier",
        lines=[
            DraftLine(unit_price=euros(100), title="Atelier", vat_rate=Decimal("20")),
            DraftLine(unit_price=euros(10), title="Livret", vat_rate=Decimal(rate)),
        ],
        by=make.member(business),
        at=make.NOW,
        request_id=uuid.uuid4(),
    )


@pytest.mark.parametrize("rate", ["0", "6"])
def test_a_rate_that_the_xml_could_not_say_is_refused_before_issue(rate):
    draft = drafted(make.vat_business(), rate)
    with pytest.raises(issuing.IssuingError) as refused:
        issuing.issue(invoice=draft, by=draft.business.memberships.get().user, at=make.NOW)
    assert len(refused.value.reasons) == 1
    assert f"{rate}%" in re.sub(r"\s", "", refused.value.reasons[0])
    draft.refresh_from_db()
    assert draft.number is None


def test_under_franchise_no_rate_is_asked_for():
    draft = drafted(make.business(), "0")
    issued = issuing.issue(invoice=draft, by=draft.business.memberships.get().user, at=make.NOW)
    assert [(tax.category, tax.rate, tax.amount) for tax in issued.taxes.all()] == [("E", 0, euros(0))]
