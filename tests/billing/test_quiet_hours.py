"""When a reminder may leave: a table of moments, and what is true of every moment."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dunning.quiet_hours import QuietHours, next_open

PARIS = "Europe/Paris"
USUAL = QuietHours()
ALSACE = QuietHours(alsace_moselle=True)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(PARIS))


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ("2026-11-20 10:15", "2026-11-20 10:15"),  # a Friday morning: at once
        ("2026-11-20 08:00", "2026-11-20 08:00"),  # the first open minute
        ("2026-11-20 07:59", "2026-11-20 08:00"),
        ("2026-11-20 18:59", "2026-11-20 18:59"),
        ("2026-11-20 19:00", "2026-11-21 08:00"),  # the evening: tomorrow, a Saturday
        ("2026-11-21 19:30", "2026-11-23 08:00"),  # Saturday evening: Monday
        ("2026-11-22 11:00", "2026-11-23 08:00"),  # Sunday
        ("2026-12-24 20:00", "2026-12-26 08:00"),  # Christmas is a Friday: Saturday
        ("2026-10-24 23:00", "2026-10-26 08:00"),  # the night summer time ends
        ("2027-03-27 20:00", "2027-03-30 08:00"),  # Easter Sunday, Easter Monday, and summer time begins
        ("2027-05-05 19:00", "2027-05-07 08:00"),  # Ascension
    ],
)
def test_a_reminder_waits_for_the_next_open_hour(asked: str, leaves: str) -> None:
    assert next_open(local(asked), PARIS, USUAL) == local(leaves)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ("2026-12-24 20:00", "2026-12-28 08:00"),  # Christmas, the day after, then a Sunday
        ("2027-03-25 20:00", "2027-03-27 08:00"),  # Good Friday
    ],
)
def test_alsace_and_moselle_keep_two_more_days(asked: str, leaves: str) -> None:
    assert next_open(local(asked), PARIS, ALSACE) == local(leaves)


def test_a_business_may_write_on_sundays_and_holidays_and_choose_its_hours() -> None:
    late = QuietHours(since=time(21), until=time(6, 30), sundays=False, holidays=False)
    assert next_open(local("2026-11-22 20:59"), PARIS, late) == local("2026-11-22 20:59")
    assert next_open(local("2026-12-25 03:00"), PARIS, late) == local("2026-12-25 06:30")


def test_hours_are_those_of_the_business() -> None:
    at = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)  # 19:30 in Paris, 14:30 in Guadeloupe
    assert next_open(at, PARIS, USUAL) == local("2026-11-21 08:00")
    assert next_open(at, "America/Guadeloupe", USUAL) == at


@given(st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)), st.booleans())
def test_whatever_the_moment_it_leaves_in_an_open_hour_and_never_before(at: datetime, alsace: bool) -> None:
    quiet = QuietHours(alsace_moselle=alsace)
    leaves = next_open(at, PARIS, quiet)
    assert quiet.is_open(leaves, PARIS)
    assert at <= leaves <= at + timedelta(days=5)
