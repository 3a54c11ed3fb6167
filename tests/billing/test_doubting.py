"""A slip of the finger is caught before it is in the books: too many units, a day that cannot be."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Visitor
from django.urls import reverse

from billing import settling
from billing.doubting import left_to_come
from billing.models import Receipt
from lib import clock
from lib.money import euros
from people.models import Business, User
from quotes.models import Acceptance, IfMissed, Kind
from tests import make
from tests.billing.conftest import NOW, accepted, basket_came, recorder_of, term_of

MARCH = NOW.replace(year=2027, month=3)
BASKETS = {"unit_value": "20", "valuation": "prix affiché", "destination": "BUSINESS", "delivered_by": "Paul"}


@pytest.fixture
def visitor(freelancer: User, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr(clock, "now", lambda: MARCH)
    visitor = Visitor()
    visitor.force_login(freelancer)
    return visitor


@pytest.fixture
def deal(freelancer: User, activity: Any) -> Acceptance:
    return accepted(client=make.client(activity=activity), by=freelancer)


def record(visitor: Visitor, business: Business, address: str, **typed: str) -> Any:
    data = {"request_id": str(uuid.uuid4()), "received_on": "2027-02-26"} | typed
    return visitor.post(f"{reverse('receipt_new', args=[business.slug])}?{address}", data)


def words(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ")


def test_more_baskets_than_are_to_come_are_asked_about_once(
    visitor: Visitor, business: Business, deal: Acceptance
) -> None:
    basket_came(deal, make.FIRST_FRIDAY, quantity=2)
    address = f"term={term_of(deal, Kind.GOODS).pk}"

    asked = record(visitor, business, address, quantity="99", **BASKETS)

    assert asked.status_code == 422
    assert "il ne reste que 13 paniers à venir, et vous écrivez 99 paniers" in words(asked)
    assert 'type="checkbox" name="surplus_is_sure"' in words(asked)
    for typed in ('value="99"', 'value="Paul"', 'value="prix affiché"', 'value="2027-02-26"'):
        assert typed in words(asked)
    assert Receipt.objects.count() == 1

    assert record(visitor, business, address, quantity="99", surplus_is_sure="on", **BASKETS).status_code == 302
    assert Receipt.objects.latest("pk").quantity == 99


def test_as_many_as_are_to_come_are_recorded_without_a_question(
    visitor: Visitor, business: Business, deal: Acceptance
) -> None:
    address = f"term={term_of(deal, Kind.GOODS).pk}"

    assert record(visitor, business, address, quantity="15", **BASKETS).status_code == 302
    asked = record(visitor, business, address, quantity="1", **BASKETS)

    assert "Tout ce qui était convenu est déjà venu" in words(asked)
    assert Receipt.objects.count() == 1


def test_what_was_undone_is_to_come_again_and_what_is_not_coming_is_not(db: None) -> None:
    deal = accepted(terms=(make.baskets(45, if_missed=IfMissed.WAIVED),))
    term = term_of(deal, Kind.GOODS)
    receipt = basket_came(deal, make.FIRST_FRIDAY, quantity=2)
    settling.record_missed(by=None, at=MARCH, term=term, planned_on=date(2027, 1, 15), request_id=uuid.uuid4())
    assert left_to_come(term) == 42

    settling.reverse_receipt(receipt=receipt, by=recorder_of(deal), at=MARCH, reason="erreur")

    assert left_to_come(term) == 44


def test_more_local_currency_than_agreed_is_asked_about(db: None) -> None:
    stuck = {"kind": Kind.LOCAL_CURRENCY, "unit": "Stück", "quantity": 100, "unit_value": euros(1)}
    deal = accepted(terms=({"value": euros("1100")}, stuck))
    said: dict[str, Any] = {
        "by": None, "at": MARCH, "client": deal.quote.client, "term": term_of(deal, Kind.LOCAL_CURRENCY),
        "received_on": MARCH.date(), "request_id": uuid.uuid4(), "quantity": Decimal(1000),
    }  # fmt: skip

    with pytest.raises(settling.SurplusError, match="100"):
        settling.record_receipt(**said)
    assert settling.record_receipt(surplus_is_sure=True, **said).value == euros("1000")


@pytest.mark.parametrize(
    ("kind", "day", "why"),
    [
        (Kind.GOODS, "2020-01-05", "avant l’accord sur ce devis, le 1er décembre 2026"),
        (Kind.MONEY, "2026-11-30", "avant l’accord sur ce devis, le 1er décembre 2026"),
        (Kind.MONEY, "2027-03-02", "pas encore venu"),
    ],
)
def test_a_day_that_cannot_be_is_refused_next_to_the_field(
    visitor: Visitor, business: Business, deal: Acceptance, kind: str, day: str, why: str
) -> None:
    term = deal.version.terms.filter(kind=kind).order_by("position")[0]
    typed = BASKETS | {"quantity": "1"} if kind == Kind.GOODS else {"value": "360", "means": "TRANSFER"}

    refused = record(visitor, business, f"term={term.pk}", received_on=day, **typed)

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["received_on"]
    assert why in words(refused)
    assert f'value="{day}"' in words(refused)
    assert not Receipt.objects.exists()


def test_nothing_came_before_the_activity_began(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    business.started_on = date(2025, 9, 1)
    business.save()
    address = f"client={deal.quote.client_id}&kind=money"
    typed = {"value": "50", "means": "CASH"}

    refused = record(visitor, business, address, received_on="2025-08-31", **typed)

    assert "avant le début de votre activité, le 1er septembre 2025" in words(refused)
    assert record(visitor, business, address, received_on="2025-09-01", **typed).status_code == 302


def test_a_day_planned_before_the_yes_may_be_confirmed(db: None) -> None:
    early = date(2026, 11, 27)
    deal = accepted(terms=({"value": euros("900")}, make.baskets(first_on=early)))

    assert basket_came(deal, early, at=NOW).received_on == early
    with pytest.raises(settling.SettlingError, match="27 novembre"):
        basket_came(deal, date(2026, 11, 26), at=NOW)
