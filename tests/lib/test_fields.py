"""The money columns of a row share one currency: what django-money does with that, on an unsaved row."""

from decimal import Decimal

import pytest
from django.db import models
from django.test.utils import isolate_apps

from lib.fields import money_field
from lib.money import euros


@pytest.fixture
def bill() -> models.Model:
    with isolate_apps("people"):

        class Bill(models.Model):
            net = money_field()
            vat = money_field()
            unit_price = money_field(decimals=6)

            class Meta:
                app_label = "people"

        return Bill(net=euros("10.00"), unit_price=euros("0.123456"))


def test_the_amounts_of_a_row_share_one_currency_column(bill: models.Model) -> None:
    columns = [field.attname for field in bill._meta.concrete_fields]
    assert sorted(columns) == ["currency", "id", "net", "unit_price", "vat"]


def test_each_amount_is_read_back_as_money_and_zero_when_not_said(bill: models.Model) -> None:
    assert bill.net == euros(10)  # type: ignore[attr-defined]
    assert bill.vat == euros(0)  # type: ignore[attr-defined]
    assert bill.unit_price == euros("0.123456")  # type: ignore[attr-defined]


def test_amounts_have_two_decimals_and_unit_prices_six(bill: models.Model) -> None:
    places = {name: bill._meta.get_field(name).decimal_places for name in ("net", "vat", "unit_price")}  # type: ignore[union-attr]
    assert places == {"net": 2, "vat": 2, "unit_price": 6}
    assert bill._meta.get_field("net").max_digits == 14  # type: ignore[union-attr]


def test_an_amount_is_never_null(bill: models.Model) -> None:
    assert not any(field.null for field in bill._meta.concrete_fields)


def test_assigning_money_to_one_amount_leaves_the_others_alone(bill: models.Model) -> None:
    bill.vat = euros("2.00")  # type: ignore[attr-defined]
    assert (bill.net, bill.currency) == (euros(10), "EUR")  # type: ignore[attr-defined]
    assert bill.net.amount + bill.vat.amount == Decimal(12)  # type: ignore[attr-defined]
