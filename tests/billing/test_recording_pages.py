"""Recording what came, from the list of what is expected and from an invoice's page."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Visitor
from django.urls import reverse

from billing import drafting
from billing.models import Invoice, Receipt
from lib import clock
from lib.money import euros
from people.models import Business, User
from quotes.models import Acceptance, Kind, MoneyDue
from tests import make
from tests.billing.conftest import NOW, accepted, deposit_of, final_of, issued_by, money_came, recorder_of, term_of

MARCH = NOW.replace(year=2027, month=3)


@pytest.fixture
def visitor(freelancer: User, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr(clock, "now", lambda: MARCH)
    visitor = Visitor()
    visitor.force_login(freelancer)
    return visitor


@pytest.fixture
def deal(freelancer: User, activity: Any) -> Acceptance:
    return accepted(client=make.client(activity=activity), by=freelancer)


def shown(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ")


def address_of(invoice: Invoice) -> str:
    return f"{reverse('receipt_new', args=[invoice.business.slug])}?invoice={invoice.pk}"


def test_terms_in_euros_are_told_apart(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    page = shown(visitor.get(reverse("receipt_new", args=[business.slug])))

    assert "acompte à l’accord, 360 €" in page
    assert "à la livraison, 540 €" in page
    assert f"{deal.version.number}</span> {deal.version.title}" in page


@pytest.mark.parametrize(("is_deposit", "due", "left"), [(True, "ACCEPTANCE", "360"), (False, "DELIVERY", "540")])
def test_an_invoice_leads_to_its_own_receipt(
    visitor: Visitor, deal: Acceptance, is_deposit: bool, due: str, left: str
) -> None:
    deposit = deposit_of(deal)
    if not is_deposit:
        money_came(deal, "360", MoneyDue.ACCEPTANCE)
    invoice = deposit if is_deposit else final_of(deal)
    assert address_of(invoice).replace("&", "&amp;") in shown(visitor.get(invoice.get_absolute_url()))

    page = shown(visitor.get(address_of(invoice)))

    assert f'value="{left}"' in page
    assert re.search(rf'<option value="{invoice.pk}" selected>', page)
    typed = {"value": left, "means": "TRANSFER", "received_on": "2027-02-28", "invoice": str(invoice.pk)}
    typed["request_id"] = str(uuid.uuid4())
    before = Receipt.objects.count()
    for _click in range(2):
        assert visitor.post(address_of(invoice), typed).status_code == 302
    assert Receipt.objects.count() == before + 1
    receipt = Receipt.objects.latest("pk")
    assert receipt.term == term_of(deal, Kind.MONEY, due=due)
    assert [row.invoice for row in receipt.allocations.all()] == [invoice]


def test_an_invoice_in_kind_leads_to_what_its_client_owes(visitor: Visitor, deal: Acceptance) -> None:
    final = final_of(deal)
    money_came(deal, "360", MoneyDue.ACCEPTANCE)
    money_came(deal, "540", MoneyDue.DELIVERY)

    assert f"receipts/new/?client={final.client_id}" in shown(visitor.get(final.get_absolute_url()))


def test_an_invoice_of_no_quote_is_settled_without_a_term(visitor: Visitor, deal: Acceptance) -> None:
    client = deal.quote.client
    draft = drafting.draft_standard(
        activity=client.activity,
        client=client,
        title="Dépannage",
        lines=[drafting.DraftLine(unit_price=euros("45.50"), quantity=Decimal(2), unit="HOUR", title="Deux heures")],
        by=recorder_of(deal),
        at=NOW,
        request_id=uuid.uuid4(),
    )
    invoice = issued_by(draft)

    assert 'value="91"' in shown(visitor.get(address_of(invoice)))


@pytest.mark.parametrize("query", ["invoice=999999", "invoice=x9"])
def test_an_invoice_that_is_not_there_is_not_guessed(visitor: Visitor, business: Business, query: str) -> None:
    answer = visitor.get(f"{reverse('receipt_new', args=[business.slug])}?{query}")

    assert answer.status_code in (200, 404)
    assert b'name="value"' not in answer.content
