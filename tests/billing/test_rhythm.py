"""The days on which an invoice comes back, and the months it is for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rhythm import after, first_on, months_written, period

DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))
RHYTHMS = st.sampled_from([1, 3, 6, 12])


@pytest.mark.parametrize(
    ("since", "day", "first"),
    [
        (date(2026, 12, 1), 1, date(2026, 12, 1)),
        (date(2026, 12, 2), 1, date(2027, 1, 1)),
        (date(2026, 12, 2), 31, date(2026, 12, 31)),
        (date(2027, 2, 3), 31, date(2027, 2, 28)),
        (date(2028, 2, 29), 30, date(2028, 2, 29)),
    ],
)
def test_the_first_day_is_on_or_after_the_day_wished(since: date, day: int, first: date) -> None:
    assert first_on(since, day) == first


def test_the_31st_is_the_last_day_of_each_month() -> None:
    days, on = [], date(2026, 12, 31)
    for _turn in range(4):
        on = after(on, 31, 1)
        days.append(on)
    assert days == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


@pytest.mark.parametrize(
    ("on", "every", "covers", "since", "until"),
    [
        (date(2027, 1, 31), 1, "ENDING", date(2027, 1, 1), date(2027, 1, 31)),
        (date(2027, 1, 1), 1, "BEFORE", date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), 1, "STARTING", date(2027, 1, 1), date(2027, 1, 31)),
        (date(2027, 3, 31), 3, "ENDING", date(2027, 1, 1), date(2027, 3, 31)),
        (date(2027, 4, 2), 3, "BEFORE", date(2027, 1, 1), date(2027, 3, 31)),
        (date(2027, 1, 1), 12, "STARTING", date(2027, 1, 1), date(2027, 12, 31)),
        (date(2028, 3, 1), 1, "BEFORE", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_each_invoice_is_for_whole_months(on: date, every: int, covers: str, since: date, until: date) -> None:
    assert period(on, every, covers) == (since, until)


@given(DAYS, st.integers(1, 31), RHYTHMS, st.sampled_from(["BEFORE", "ENDING", "STARTING"]))
def test_months_follow_each_other_without_hole_or_overlap(start: date, day: int, every: int, covers: str) -> None:
    on = first_on(start, day)
    for _turn in range(5):
        following = after(on, day, every)
        assert following > on
        assert period(following, every, covers)[0] == period(on, every, covers)[1] + timedelta(days=1)
        on = following


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (date(2027, 1, 1), date(2027, 1, 31), "janvier 2027"),
        (date(2027, 1, 1), date(2027, 3, 31), "janvier à mars 2027"),
        (date(2026, 11, 1), date(2027, 1, 31), "novembre 2026 à janvier 2027"),
    ],
)
def test_the_months_are_said_in_the_clients_language(since: date, until: date, words: str) -> None:
    assert months_written(since, until, "fr") == words
    assert "à" not in months_written(since, until, "en")
