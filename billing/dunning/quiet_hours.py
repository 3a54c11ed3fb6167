"""When a reminder may leave: never in the evening, at night, on Sundays or public holidays, as the business says. Pure.

Hours are those of the business's own clock (its time zone), whatever the season.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lib.holidays import is_holiday

SUNDAY = 6
LONGEST_WAIT = 31  # days: no calendar is closed for so long


@dataclass(frozen=True)
class QuietHours:
    """Nothing leaves from `since` in the evening to `until` in the morning, nor on the days that are named."""

    since: time = time(19)
    until: time = time(8)
    sundays: bool = True
    holidays: bool = True
    alsace_moselle: bool = False

    def closed(self, day: date) -> bool:
        """Tell whether nothing leaves all day."""
        if self.sundays and day.weekday() == SUNDAY:
            return True
        return self.holidays and is_holiday(day, alsace_moselle=self.alsace_moselle)

    def is_open(self, at: datetime, time_zone: str) -> bool:
        local = at.astimezone(ZoneInfo(time_zone))
        return not self.closed(local.date()) and self.until <= local.time() < self.since


def next_day(day: date, quiet: QuietHours) -> date:
    """Return the next day, after this one, on which something may leave."""
    for _day in range(LONGEST_WAIT):
        day += timedelta(days=1)
        if not quiet.closed(day):
            return day
    raise ValueError("These quiet hours never end.")


def next_open(at: datetime, time_zone: str, quiet: QuietHours) -> datetime:
    """Return `at` itself when it is an open hour, else the first moment of the next one, in UTC."""
    if quiet.is_open(at, time_zone):
        return at
    local = at.astimezone(ZoneInfo(time_zone))
    later_today = local.time() < quiet.until and not quiet.closed(local.date())
    day = local.date() if later_today else next_day(local.date(), quiet)
    return datetime.combine(day, quiet.until, ZoneInfo(time_zone)).astimezone(UTC)
