from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lib.money import cents, euros, share, total
from people.models import Client
from quotes.remuneration import Circumstances, TermValues, checks, close_mix, left_to_share, problems
from quotes.terms import calendar, planned_days

PRICE = euros(1200)
DEPOSIT = TermValues("money", percent=Decimal(30), due="ACCEPTANCE")
REST = TermValues("money", closes=True, due="DELIVERY")


def baskets(quantity: int | Decimal = 15, **fields: Any) -> TermValues:
    plain: dict[str, Any] = {
        "label": "Panier de légumes",
        "unit": "panier",
        "quantity": Decimal(quantity),
        "per_delivery": Decimal(1),
        "unit_value": euros(20),
        "valuation": "prix au marché",
        "first_on": date(2027, 1, 8),
        "rhythm": "WEEKLY",
        "if_missed": "CARRIED_OVER",
    }
    return TermValues("goods", **plain | fields)


def hours(quantity: str = "10", **fields: Any) -> TermValues:
    plain: dict[str, Any] = {"quantity": Decimal(quantity), "unit": "heure", "label": "jardin", "unit_value": euros(15)}
    return TermValues("time", **plain | {"if_missed": "DUE_IN_EUROS", "valuation": "tarif du voisin"} | fields)


def coins(quantity: str = "100", **fields: Any) -> TermValues:
    plain: dict[str, Any] = {"unit": "Stück", "quantity": Decimal(quantity), "unit_value": euros(1)}
    return TermValues("local_currency", **plain | fields)


def around(**fields: Any) -> Circumstances:
    plain: dict[str, Any] = {
        "accepts_goods": True,
        "accepts_time": True,
        "local_currencies": ("Stück",),
        "client_kind": Client.Kind.FARM,
        "on": date(2026, 12, 1),
    }
    return Circumstances(**plain | fields)


def said(level: str, *terms: TermValues, **fields: Any) -> list[str]:
    with override("en"):
        mix = [*terms, REST] if not any(term.closes for term in terms) else list(terms)
        return [check.message for check in checks(PRICE, mix, around(**fields)) if check.level == level]


# Closing ---------------------------------------------------------------------------------------------------------
def test_the_closing_part_takes_what_is_left():
    assert [term.value for term in close_mix(PRICE, [DEPOSIT, REST, baskets()])] == [euros(360), euros(540), euros(300)]


def test_a_share_of_the_total_is_rounded_half_up():
    term = TermValues("money", percent=Decimal("0.5"), due="DELIVERY")
    assert close_mix(euros(1), [term])[0].value == euros("0.01")


def test_the_closing_part_never_goes_below_nothing():
    assert close_mix(euros(100), [baskets(), REST])[1].value == euros(0)
    assert left_to_share(euros(100), [baskets(), REST]) == euros(-200)


def test_a_mix_that_closes_has_no_problem():
    assert problems(PRICE, [DEPOSIT, REST, baskets()]) == []


def test_what_is_missing_is_said_in_french():
    with override("fr"):
        found = problems(PRICE, [TermValues("money", value=euros(870), due="DELIVERY"), baskets()])
    assert found == ["Il manque 30\u00a0€\u00a0: les parts font 1\u202f170\u00a0€ sur 1\u202f200\u00a0€."]


def test_what_is_too_much_is_said():
    with override("en"):
        assert problems(euros(100), [baskets(quantity=6)]) == [
            "€20 too much: the parts make €120 out of €100.",
        ]


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        (TermValues("money", value=euros(10), due="DATE"), "on which date"),
        (TermValues("money", value=euros(10), due="AFTER_INVOICE"), "how many days"),
        (TermValues("money", value=euros(10)), "Say when"),
        (TermValues("money", percent=Decimal(120), due="DELIVERY"), "percentage"),
        (TermValues("money", due="DELIVERY"), "what this part is worth"),
        (baskets(quantity=0), "how much of it"),
        (baskets(unit="", label=""), "what it is"),
        (baskets(per_delivery=Decimal("0.5")), "whole units"),
        (baskets(per_delivery=None), "how much each time"),
        (baskets(first_on=None), "first day"),
        (baskets(if_missed=""), "something is missed"),
        (baskets(unit_value=euros("19.999")), "whole cents"),
        (baskets(quantity=521, unit_value=euros(1)), "520 deliveries"),
        (coins(unit_value=euros("1.05")), "at par"),
        (baskets(closes=True), "Only a part in euros"),
    ],
)
def test_what_is_wrong_in_a_part_is_said(term: TermValues, sentence: str):
    with override("en"):
        assert any(sentence in problem for problem in problems(PRICE, [term, REST]))


def test_half_a_basket_is_refused():
    assert "Goods are counted in whole units." in said("error", baskets(quantity=Decimal("2.5")))


def test_two_parts_cannot_both_take_what_is_left():
    with override("en"):
        assert "Only one part can take what is left." in problems(PRICE, [REST, REST])


def test_a_closing_part_that_gets_nothing_is_to_be_removed():
    with override("en"):
        found = problems(euros(300), [baskets(), REST])
    assert found == ["This part is worth nothing: remove it."]


def test_a_mix_without_parts_says_so():
    with override("en"):
        assert problems(PRICE, []) == ["Say how this price is to be paid."]


# Circumstances ---------------------------------------------------------------------------------------------------
def test_what_the_business_accepts_is_accepted():
    assert said("error", baskets(), hours(), coins()) == []


def test_goods_are_refused_by_who_does_not_accept_them():
    assert said("error", baskets(), accepts_goods=False) == ["Your business does not accept goods: see its settings."]


def test_hours_are_refused_by_who_does_not_accept_them():
    assert len(said("error", hours(), accepts_time=False)) == 1


def test_only_the_local_currencies_listed_are_accepted():
    assert len(said("error", coins(unit="Eusko"))) == 1
    assert said("error", coins(unit="stück")) == []


@pytest.mark.parametrize("term", [baskets(), hours()])
def test_a_public_body_pays_in_money(term: TermValues):
    assert said("error", term, client_kind=Client.Kind.PUBLIC) == [
        "A public body pays in money: neither in goods nor in hours."
    ]


def test_the_vegetables_of_an_amap_are_the_farmers():
    assert any("AMAP" in warning for warning in said("warning", baskets(), client_kind=Client.Kind.AMAP))
    assert said("error", baskets(), client_kind=Client.Kind.AMAP) == []


def test_a_value_without_proof_is_a_warning_not_an_error():
    assert said("error", baskets(valuation="")) == []
    assert any("proof" in warning for warning in said("warning", baskets(valuation="")))


def test_a_first_delivery_in_the_past_stands_in_the_way():
    assert said("error", baskets(first_on=date(2026, 11, 30))) == [
        "Its first day is past: choose one that is yet to come."
    ]
    assert said("error", baskets(first_on=date(2026, 12, 1))) == []


def test_euros_due_on_a_day_that_is_past_are_a_warning():
    due = TermValues(kind="money", value=euros(100), due="DATE", due_on=date(2026, 11, 30))
    assert "This day is past." in said("warning", due)


# Days ------------------------------------------------------------------------------------------------------------
def test_fifteen_baskets_come_on_fifteen_fridays():
    days = planned_days(baskets())
    assert len(days) == 15
    assert {on.weekday() for on, _quantity in days} == {4}
    assert days[-1] == (date(2027, 4, 16), 1)


def test_a_month_without_a_thirty_first_has_its_last_day():
    days = [on for on, _quantity in calendar(date(2027, 1, 31), "MONTHLY", Decimal(14), Decimal(1))]
    assert days[:4] == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert days[12:] == [date(2028, 1, 31), date(2028, 2, 29)]


def test_every_two_weeks_is_fourteen_days():
    assert [on for on, _q in calendar(date(2027, 1, 8), "FORTNIGHTLY", Decimal(2), Decimal(1))] == [
        date(2027, 1, 8),
        date(2027, 1, 22),
    ]


def test_the_last_delivery_brings_what_is_left():
    assert [q for _on, q in calendar(date(2027, 1, 8), "WEEKLY", Decimal(7), Decimal(3))] == [3, 3, 1]


def test_once_is_once():
    assert calendar(date(2027, 1, 8), "ONCE", Decimal(7), None) == [(date(2027, 1, 8), 7)]


def test_without_a_first_day_nothing_is_planned():
    assert planned_days(hours()) == []


# Always ----------------------------------------------------------------------------------------------------------
prices = st.decimals("0.01", 1_000_000, places=2).map(euros)
shares = st.decimals("0.0001", 100, places=4)
in_euros = st.builds(
    TermValues,
    kind=st.just("money"),
    percent=st.one_of(st.none(), shares),
    value=st.decimals("0.01", 10_000, places=2).map(euros),
    due=st.sampled_from(["ACCEPTANCE", "DELIVERY"]),
)
in_goods = st.builds(baskets, quantity=st.integers(1, 500), unit_value=st.decimals("0.01", 500, places=2).map(euros))
in_hours = st.builds(
    hours, quantity=st.decimals("0.01", 500, places=2), unit_value=st.decimals("0.01", 200, places=2).map(euros)
)
in_coins = st.builds(coins, quantity=st.decimals("0.01", 5_000, places=2))
mixes = st.lists(st.one_of(in_euros, in_goods, in_hours, in_coins), max_size=6)


@given(prices, mixes)
def test_a_mix_that_is_not_over_always_closes_to_the_cent(price, terms: list[TermValues]):
    valued = close_mix(price, [*terms, REST])
    others = total(term.value for term in valued[:-1])
    assert all(term.value == cents(term.value) and term.value.amount >= 0 for term in valued)
    if others <= price:
        assert total(term.value for term in valued) == price
        assert valued[-1].value == price - others
    else:
        assert valued[-1].value == euros(0)
        assert left_to_share(price, [*terms, REST]) == price - others


@given(prices, mixes)
def test_problems_say_nothing_only_of_mixes_that_equal_the_total(price, terms: list[TermValues]):
    closed = problems(price, [*terms, REST]) == []
    if closed:
        assert total(term.value for term in close_mix(price, [*terms, REST])) == price


@given(prices, mixes)
def test_goods_keep_their_units_and_value_whatever_the_total(price, terms: list[TermValues]):
    for given_term, term in zip(terms, close_mix(price, terms), strict=True):
        if term.kind == "goods":
            assert term.quantity == given_term.quantity
            assert term.value == given_term.unit_value * (given_term.quantity or 0)
        if term.in_euros and term.percent is not None:
            assert term.value == share(price, term.percent)


@given(
    st.dates(date(2026, 1, 1), date(2040, 12, 31)),
    st.sampled_from(["ONCE", "WEEKLY", "FORTNIGHTLY", "MONTHLY"]),
    st.integers(1, 400),
    st.integers(1, 40),
)
def test_planned_days_bring_the_whole_quantity_in_order(first_on: date, rhythm: str, quantity: int, each: int):
    days = calendar(first_on, rhythm, Decimal(quantity), Decimal(each))
    assert sum(q for _on, q in days) == quantity
    assert all(0 < q <= max(each, quantity if rhythm == "ONCE" else each) for _on, q in days)
    assert [on for on, _q in days] == sorted({on for on, _q in days})
    assert days[0][0] == first_on
