from datetime import date
from decimal import Decimal

from django.utils.translation import override

from lib.money import euros
from quotes import cash_floor
from quotes.pricing import LineValues, priced
from quotes.remuneration import TermValues, close_mix
from tests.quotes.test_remuneration import REST, baskets

ON = date(2026, 12, 1)


def said(*terms: TermValues, status: str = "MICRO", rate: int = 0, on: date = ON) -> str | None:
    price = priced([LineValues(unit_price=euros(1200), vat_rate=Decimal(rate))], franchise=not rate)
    with override("en"):
        return cash_floor.warning(price, close_mix(price.total, terms), status=status, on=on)


def test_baskets_cannot_pay_contributions():
    warning = said(baskets(quantity=55), REST)
    assert warning is not None
    assert warning.startswith("€100 come in euros, but about €313.20 will be due")
    assert "26.1%, rate to be checked" in warning


def test_enough_euros_need_no_warning():
    assert said(baskets(quantity=15), REST) is None


def test_vat_is_due_in_euros_too():
    warning = said(baskets(quantity=60), REST, status="COMPANY", rate=20)
    assert warning is None  # 1 440 − 1 200 = 240 € in euros, as much as the VAT
    warning = said(baskets(quantity=61), REST, status="COMPANY", rate=20)
    assert warning is not None
    assert "€240 of VAT" in warning


def test_a_rate_past_its_end_is_still_shown_as_to_be_checked():
    assert "rate to be checked" in (said(baskets(quantity=60), on=date(2029, 1, 1)) or "")


def test_before_any_known_rate_nothing_is_said():
    assert said(baskets(quantity=60), on=date(2019, 1, 1)) is None
