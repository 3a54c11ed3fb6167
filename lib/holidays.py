"""Public holidays, computed: the list is in lib.law, Easter by the Gregorian computus. Pure."""

from datetime import date, timedelta
from functools import lru_cache

from lib import law

EVERYWHERE = "calendar.public_holidays"
ALSACE_MOSELLE = "calendar.public_holidays_alsace_moselle"


def easter(year: int) -> date:
    """Return Easter Sunday (Meeus, Jones, Butcher: right for every Gregorian year)."""
    golden, century, of_century = year % 19, year // 100, year % 100
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_holiday(day: date, *, alsace_moselle: bool = False) -> bool:
    """Tell whether a day is a public holiday in France, or in Alsace and Moselle. Unknown years have none."""
    return day in holidays(day.year, alsace_moselle=alsace_moselle)


@lru_cache(maxsize=64)
def holidays(year: int, *, alsace_moselle: bool = False) -> frozenset[date]:
    """Return the public holidays of a year."""
    keys = (EVERYWHERE, ALSACE_MOSELLE) if alsace_moselle else (EVERYWHERE,)
    return frozenset(day for key in keys for day in _listed(key, year))


def _listed(key: str, year: int) -> list[date]:
    try:
        known = law.fact(key, date(year, 1, 1)).value
    except law.UnknownFact:
        return []
    sunday = easter(year)
    fixed = [date.fromisoformat(f"{year:04d}-{day}") for day in known["fixed"]]
    return fixed + [sunday + timedelta(days=after) for after in known["easter"]]
