"""How days are written for people. French says « 1er décembre », which Django's formats cannot."""

import re
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

FIRST_OF_MONTH = re.compile(r"(?<!\d)1(?=\s[^\W\d])")


def day_written(day: date, pattern: str = "DATE_FORMAT") -> str:
    """Return a day, or a moment of the local time zone, in the active language: « 1er décembre 2026 »."""
    return ordinal(str(date_format(day, pattern)))


def when_written(at: datetime) -> str:
    """Return a moment, in the local time zone, as people say it: « lundi 23 novembre à 8 h »."""
    local = timezone.localtime(at)
    day = day_written(local.date(), "l j F")
    if not (get_language() or "").startswith("fr"):
        return f"{day} at {local.hour}:{local.minute:02}"
    minutes = f"\u00a0{local.minute:02}" if local.minute else ""
    return f"{day} à {local.hour}\u00a0h{minutes}"


def ordinal(text: str) -> str:
    """Return a day written by Django as the active language says it: the first of a month is « 1er » in French."""
    return FIRST_OF_MONTH.sub("1er", text, count=1) if (get_language() or "").startswith("fr") else text
