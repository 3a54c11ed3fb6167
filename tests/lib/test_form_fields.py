"""What people type in amounts and days is read as they mean it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from lib.form_fields import DayField, NumberField


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1 200,50", "1200.50"),
        ("1\u202f200,50\u00a0€", "1200.50"),
        ("1.200,50", "1200.50"),
        ("1200.5", "1200.5"),
        ("20", "20"),
        ("\u22123,5", "-3.5"),
    ],
)
def test_an_amount_is_read_as_it_is_written_in_france_or_elsewhere(typed: str, read: str) -> None:
    assert NumberField(max_digits=12, decimal_places=2).clean(typed) == Decimal(read)


@pytest.mark.parametrize("typed", ["abc", "1,2,3", "12,345", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        NumberField(max_digits=12, decimal_places=2).clean(typed)


@pytest.mark.parametrize(("language", "shown"), [("fr", "1234,50"), ("en", "1234.50")])
def test_an_amount_is_shown_again_in_the_language_of_the_page(language: str, shown: str) -> None:
    with translation.override(language):
        assert NumberField(max_digits=12, decimal_places=2).prepare_value(Decimal("1234.5")) == shown


@pytest.mark.parametrize("typed", ["2027-01-08", "08/01/2027"])
def test_a_day_is_picked_or_typed(typed: str) -> None:
    with translation.override("en"):
        assert DayField().clean(typed) == date(2027, 1, 8)


def test_a_day_is_given_to_the_browser_as_it_wants_it() -> None:
    with translation.override("fr"):
        assert 'value="2027-01-08"' in DayField().widget.render("day", date(2027, 1, 8))


@pytest.mark.parametrize("typed", ["0026-12-01", "2206-12-31"])
def test_a_day_of_another_century_is_a_slip_of_the_finger(typed: str) -> None:
    with pytest.raises(ValidationError, match=typed[:4]):
        DayField().clean(typed)
