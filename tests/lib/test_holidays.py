"""Public holidays: Easter against published dates, the French list, and what Alsace and Moselle add."""

from datetime import date

import pytest

from lib.holidays import easter, holidays, is_holiday


@pytest.mark.parametrize(
    "sunday",
    ["1961-04-02", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28",
     "2028-04-16", "2038-04-25"],
)  # fmt: skip
def test_easter_falls_on_the_published_day(sunday: str) -> None:
    day = date.fromisoformat(sunday)
    assert easter(day.year) == day


def test_easter_is_always_a_sunday_of_march_or_april() -> None:
    for year in range(1900, 2200):
        assert easter(year).weekday() == 6
        assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_the_eleven_french_holidays_of_2027() -> None:
    assert sorted(holidays(2027)) == [
        date(2027, 1, 1), date(2027, 3, 29), date(2027, 5, 1), date(2027, 5, 6), date(2027, 5, 8), date(2027, 5, 17),
        date(2027, 7, 14), date(2027, 8, 15), date(2027, 11, 1), date(2027, 11, 11), date(2027, 12, 25),
    ]  # fmt: skip


def test_alsace_and_moselle_add_good_friday_and_the_day_after_christmas() -> None:
    assert holidays(2027, alsace_moselle=True) - holidays(2027) == {date(2027, 3, 26), date(2027, 12, 26)}
    assert not is_holiday(date(2027, 12, 26))
    assert is_holiday(date(2027, 12, 26), alsace_moselle=True)


def test_a_year_of_which_the_law_is_not_known_has_no_holiday() -> None:
    assert holidays(1789) == frozenset()
