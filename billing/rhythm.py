"""The days on which an invoice comes back, and the months that each one invoices. Pure: no row, no clock."""

from calendar import monthrange
from datetime import date, timedelta

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import override

BEFORE, ENDING, STARTING = "BEFORE", "ENDING", "STARTING"


def first_on(since: date, day: int) -> date:
    """Return the first day of the rhythm, on `since` or after it. Day 31 is the last of a month, whichever it is."""
    this_month = _in_month(since.year, since.month, day)
    return this_month if this_month >= since else after(this_month, day, 1)


def after(on: date, day: int, every_months: int) -> date:
    """Return the day of the rhythm that follows."""
    months = on.year * 12 + on.month - 1 + every_months
    return _in_month(months // 12, months % 12 + 1, day)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def period(on: date, every_months: int, covers: str) -> tuple[date, date]:
    """Return the first and last day of what the invoice of a day is for: whole months (EN 16931 BT-73, BT-74)."""
    offset = {BEFORE: -every_months, ENDING: 1 - every_months, STARTING: 0}[covers]
    since = after(on.replace(day=1), 1, offset)
    return since, after(since, 1, every_months) - timedelta(days=1)


def months_written(since: date, until: date, language: str) -> str:
    """Return « janvier 2027 », « janvier à mars 2027 » or « novembre 2026 à janvier 2027 »."""
    with override(language):
        words = {"first": str(MONTHS[since.month]), "last": str(MONTHS[until.month]), "year": until.year}
        if (since.year, since.month) == (until.year, until.month):
            return _("%(last)s %(year)s") % words
        if since.year == until.year:
            return _("%(first)s to %(last)s %(year)s") % words
        return _("%(first)s %(first_year)s to %(last)s %(year)s") % (words | {"first_year": since.year})
