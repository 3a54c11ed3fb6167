from datetime import date

import pytest

from desk.periods import Period, before, choices, month_of, quarter_of, year_of


def test_a_month_ends_on_its_last_day():
    assert month_of(date(2028, 2, 10)) == Period(date(2028, 2, 1), date(2028, 2, 29))


def test_a_quarter_holds_three_months():
    assert quarter_of(date(2026, 11, 22)) == Period(date(2026, 10, 1), date(2026, 12, 31))
    assert quarter_of(date(2026, 3, 31)) == Period(date(2026, 1, 1), date(2026, 3, 31))


def test_what_came_before_is_of_the_same_size():
    assert before(month_of(date(2026, 3, 5))) == month_of(date(2026, 2, 1))
    assert before(quarter_of(date(2026, 1, 5))) == quarter_of(date(2025, 12, 1))
    assert before(year_of(date(2026, 1, 5))) == year_of(date(2025, 1, 1))


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends after"):
        Period(date(2026, 2, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("period", "slug"),
    [
        (year_of(date(2026, 5, 1)), "2026"),
        (quarter_of(date(2026, 5, 1)), "2026-Q2"),
        (month_of(date(2026, 5, 1)), "2026-05"),
        (Period(date(2026, 5, 1), date(2026, 5, 2)), "20260501-20260502"),
    ],
)
def test_a_period_has_a_short_name(period, slug):
    assert period.slug == slug


def test_six_periods_are_one_tap_away():
    assert [key for key, _ in choices(date(2026, 11, 22))] == [
        "month", "last_month", "quarter", "last_quarter", "year", "last_year",
    ]  # fmt: skip
