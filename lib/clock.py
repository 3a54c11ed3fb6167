"""The only clock. Acts are told the time; only their callers ask for it here."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def today(time_zone: str) -> date:
    """Return the date it is now in a time zone such as "Europe/Paris"."""
    return now().astimezone(ZoneInfo(time_zone)).date()
