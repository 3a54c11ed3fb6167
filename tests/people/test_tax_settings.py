"""The VAT of a business: its regime, why it is exempt, on debits or not."""

import pytest
from django.test import Client as Visitor

from people.models import Business
from tests import make
from tests.conftest import logged_in

TAX = {"vat_regime": "EXEMPT", "turnover_already": "0", "time_zone": "Europe/Paris"}


@pytest.fixture
def business(db: None) -> Business:
    return make.business()


@pytest.fixture
def owner(business: Business) -> Visitor:
    return logged_in(make.member(business))


def change(owner: Visitor, business: Business, **values: str) -> dict[str, list[str]]:
    answer = owner.post(f"/b/{business.slug}/settings/tax/", TAX | values)
    business.refresh_from_db()
    return dict(answer.context["form"].errors) if answer.context else {}


def test_who_is_exempt_by_its_activity_says_why(owner: Visitor, business: Business) -> None:
    assert change(owner, business, vat_exemption="training") == {}
    assert (business.vat_regime, business.vat_exemption) == ("EXEMPT", "training")


@pytest.mark.parametrize("reason", ["", "because"])
def test_an_exemption_without_a_reason_of_the_law_is_refused(owner: Visitor, business: Business, reason: str) -> None:
    assert "vat_exemption" in change(owner, business, vat_exemption=reason)
    assert business.vat_regime == "FRANCHISE"


def test_who_is_not_exempt_keeps_no_reason(owner: Visitor, business: Business) -> None:
    change(owner, business, vat_regime="NORMAL", vat_exemption="training", vat_on_debits="on")
    assert (business.vat_regime, business.vat_exemption, business.vat_on_debits) == ("NORMAL", "", True)


def test_the_vat_number_of_another_company_is_refused(owner: Visitor, business: Business) -> None:
    assert "vat_number" in change(owner, business, vat_regime="NORMAL", vat_number="FR19552008443")
    assert change(owner, business, vat_regime="NORMAL", vat_number=make.VAT_NUMBER) == {}
