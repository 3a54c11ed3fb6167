"""Giving back a part of what came, from the page of a receipt: without JavaScript, nothing typed is lost."""

import uuid
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client as Visitor
from django.urls import reverse

from billing.models import Receipt
from lib import clock
from lib.money import euros
from people.models import User
from quotes.models import Acceptance, MoneyDue
from tests import make
from tests.billing.conftest import NOW, accepted, basket_came, money_came
from tests.pages.checks import html_faults

FRIDAY = make.FIRST_FRIDAY
MONDAY = date(2027, 1, 11)
LATER = datetime(2027, 2, 1, 9, 0, tzinfo=NOW.tzinfo)


@pytest.fixture
def deal(freelancer: User, activity: Any) -> Acceptance:
    return accepted(client=make.client(activity=activity), by=freelancer)


@pytest.fixture
def visitor(freelancer: User, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    visitor = Visitor()
    visitor.force_login(freelancer)
    return visitor


def test_the_page_of_a_receipt_leads_to_giving_back(visitor: Visitor, deal: Acceptance) -> None:
    receipt = basket_came(deal, FRIDAY, quantity=3)
    here = reverse("receipt", args=[deal.quote.business.slug, receipt.pk])
    form = reverse("receipt_give_back", args=[deal.quote.business.slug, receipt.pk])
    assert form in visitor.get(here).content.decode()
    for address in (here, form):
        assert html_faults(visitor.get(address).content.decode()) == []
    said = {"quantity": "1", "given_on": MONDAY.isoformat(), "reason": "flétri", "request_id": str(uuid.uuid4())}

    refused = visitor.post(form, said | {"quantity": "4"})
    assert refused.status_code == 422
    assert "quantity" in refused.context["form"].errors
    assert "flétri" in refused.content.decode()

    for _ in range(2):
        visitor.post(form, said)
    [row] = Receipt.objects.filter(gives_back=receipt)
    for address in (here, reverse("receipt", args=[deal.quote.business.slug, row.pk])):
        page = visitor.get(address).content.decode()
        assert "flétri" in page
        assert html_faults(page) == []
    assert visitor.get(reverse("receipts", args=[deal.quote.business.slug])).status_code == 200
    assert visitor.get(reverse("term_confirm", args=[deal.quote.business.slug, receipt.term_id])).status_code == 200
    undo = reverse("receipt_reverse", args=[deal.quote.business.slug, row.pk])
    visitor.post(undo, {"reason": "Il est resté"})
    assert Receipt.objects.get(pk=receipt.pk).kept == euros("60")


def test_only_who_may_write_gives_back(deal: Acceptance, accountant: User) -> None:
    receipt = basket_came(deal, FRIDAY, quantity=3)
    reader = Visitor()
    reader.force_login(accountant)

    answer = reader.post(reverse("receipt_give_back", args=[deal.quote.business.slug, receipt.pk]), {"quantity": "1"})

    assert answer.status_code in (403, 404)
    assert Receipt.objects.count() == 1


def test_euros_that_settle_nothing_are_proposed_with_how_they_go(visitor: Visitor, deal: Acceptance) -> None:
    receipt = money_came(deal, "400", MoneyDue.ACCEPTANCE)
    form = reverse("receipt_give_back", args=[deal.quote.business.slug, receipt.pk])

    page = visitor.get(form)

    assert html_faults(page.content.decode()) == []
    assert page.context["form"].fields["value"].initial == euros("400")
    said = {"value": "40", "means": "CASH", "given_on": "2027-02-01", "reason": "payé deux fois"}
    visitor.post(form, said | {"request_id": str(uuid.uuid4())})
    [row] = receipt.given_back.all()
    assert (row.value, row.means) == (euros("-40"), "CASH")
