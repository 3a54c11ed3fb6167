"""One thing to do, and what every finder of such things shares."""

from dataclasses import dataclass
from datetime import date

from lib.days import day_written

MANY = 20  # of one sort; the rest is in the lists


@dataclass(frozen=True)
class Todo:
    """One thing to do: a sentence, where, the words of the button, and how pressing (bad, wait or good)."""

    sentence: str
    url: str
    action: str
    tone: str = "wait"


def short_day(day: date | None) -> str:
    return day_written(day, "j F") if day else ""
