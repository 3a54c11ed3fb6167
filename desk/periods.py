"""Periods an accountant asks for. Pure: days in, days out, both ends included."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """Days from `since` to `until`, both included."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise ValueError("A period ends after it starts.")

    @property
    def slug(self) -> str:
        """Return the shortest name of the period: 2026, 2026-Q1, 2026-03, or both days."""
        for known in (year_of(self.since), quarter_of(self.since), month_of(self.since)):
            if known == self:
                return _short(known)
        return f"{self.since:%Y%m%d}-{self.until:%Y%m%d}"


def month_of(day: date) -> Period:
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def quarter_of(day: date) -> Period:
    first = day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return Period(first, month_of(first.replace(month=first.month + 2)).until)


def year_of(day: date) -> Period:
    return Period(date(day.year, 1, 1), date(day.year, 12, 31))


def before(period: Period) -> Period:
    """Return the month, quarter or year that came just before this one."""
    eve = period.since - timedelta(days=1)
    days = (period.until - period.since).days
    return month_of(eve) if days < 31 else quarter_of(eve) if days < 93 else year_of(eve)


def choices(today: date) -> list[tuple[str, Period]]:
    """Return the periods worth one tap, by key: this and last month, quarter and year."""
    present = [("month", month_of(today)), ("quarter", quarter_of(today)), ("year", year_of(today))]
    return [pair for key, period in present for pair in ((key, period), (f"last_{key}", before(period)))]


def _short(period: Period) -> str:
    days = (period.until - period.since).days
    if days > 300:
        return f"{period.since:%Y}"
    if days > 31:
        return f"{period.since.year}-Q{(period.since.month + 2) // 3}"
    return f"{period.since:%Y-%m}"
