from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from lib.money import euros
from quotes.forms_fields import EurosField, NumberField, number_typed


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("12,50", "fr", "12.50"),
        ("1 200", "fr", "1200"),
        ("1\u202f200,50\u00a0€", "fr", "1200.50"),
        ("1.200,50", "fr", "1200.50"),
        ("1,200", "fr", "1.200"),
        ("1,200", "en", "1200"),
        ("1,200.50", "fr", "1200.50"),
        ("12,5", "en", "12.5"),
        ("5,5 %", "fr", "5.5"),
        ("-3", "fr", "-3"),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, language: str, meant: str):
    assert number_typed(typed, language) == meant


def test_a_price_has_six_decimals_at_most():
    field = EurosField(max_digits=18, decimal_places=6)
    assert field.clean("0,123456") == euros("0.123456")
    with pytest.raises(ValidationError):
        field.clean("0,1234567")


@pytest.mark.parametrize("typed", ["dix", "1e400000", "NaN", "Infinity", "--"])
def test_what_is_not_a_number_is_refused(typed: str):
    with pytest.raises(ValidationError):
        NumberField(max_digits=12, decimal_places=4).clean(typed)


def test_a_number_is_shown_as_it_would_be_typed():
    with override("fr"):
        assert EurosField().prepare_value(euros("12.500000")) == "12,50"
        assert NumberField().prepare_value(Decimal("2.5000")) == "2,5"
        assert NumberField().prepare_value(Decimal("100.0000")) == "100"
    with override("en"):
        assert EurosField().prepare_value(euros("12.5")) == "12.50"


@pytest.mark.parametrize(
    ("least", "typed", "said"),
    [("0.0001", "0", "Écrivez un nombre supérieur à 0."), ("0", "-1", "Écrivez 0 ou davantage.")],
)
def test_a_number_too_small_is_told_in_peoples_words(least: str, typed: str, said: str):
    field = NumberField(min_value=Decimal(least), max_digits=12, decimal_places=4)
    with override("fr"), pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert refused.value.messages == [said]
