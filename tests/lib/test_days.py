from datetime import date, datetime

import pytest
from django.template import engines
from django.utils.translation import override

from lib.days import day_written

FIRST = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("day", "pattern", "text"),
    [
        (FIRST, "DATE_FORMAT", "1er décembre 2026"),
        (FIRST, "l j F Y", "mardi 1er décembre 2026"),
        (FIRST, "j F", "1er décembre"),
        (FIRST, "SHORT_DATE_FORMAT", "01/12/2026"),
        (FIRST, "D j", "mar 1"),
        (date(2026, 12, 11), "DATE_FORMAT", "11 décembre 2026"),
        (date(2026, 12, 21), "DATE_FORMAT", "21 décembre 2026"),
    ],
)
def test_french_says_first_for_the_first_of_a_month(day: date, pattern: str, text: str) -> None:
    with override("fr"):
        assert day_written(day, pattern) == text


def test_english_keeps_its_own() -> None:
    with override("en"):
        assert day_written(FIRST) == "Dec. 1, 2026"


@pytest.mark.parametrize("value", [FIRST, datetime(2026, 12, 1, 1, 30)])
def test_pages_and_mails_say_it_too(value: date) -> None:
    with override("fr"):
        page = engines["django"].from_string('{{ value|date:"DATE_FORMAT" }}{{ none|date }}').render({"value": value})
    assert page == "1er décembre 2026"
