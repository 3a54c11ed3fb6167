from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest

from lib import clock


def test_now_is_the_present_moment_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= before + timedelta(minutes=1)
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("time_zone", "day"),
    [("UTC", date(2026, 12, 31)), ("Europe/Paris", date(2027, 1, 1)), ("America/Martinique", date(2026, 12, 31))],
)
def test_today_depends_on_where_one_is(monkeypatch: pytest.MonkeyPatch, time_zone: str, day: date) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert clock.today(time_zone) == day


def test_a_time_zone_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        clock.today("Europe/Strasbourg-Neudorf")
