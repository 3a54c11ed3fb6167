"""How days are written for people. French says « 1er décembre », which Django's formats cannot."""

import re
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language

FIRST_OF_MONTH = re.compile(r"(?<!\d)1(?=\s[^\W\d])")


def day_written(day: date, pattern: str = "DATE_FORMAT") -> str:
    """Return a day, or a moment of the local time zone, in the active language: « 1er décembre 2026 »."""
    return ordinal(str(date_format(day, pattern)))


def ordinal(text: str) -> str:
    """Return a day written by Django as the active language says it: the first of a month is « 1er » in French."""
    return FIRST_OF_MONTH.sub("1er", text, count=1) if (get_language() or "").startswith("fr") else text
