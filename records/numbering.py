"""Gapless numbers in order of date (CGI ann. II 242 nonies A, I 7°: « un numéro unique basé sur une séquence
chronologique et continue »).

The number is taken in the transaction that saves the document, under the lock of the series row: if the document is
not saved, the number was never taken. Lock order, always: quote or invoice row → series → ledger head.
"""

import re
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from lib.days import day_written
from people.models import Business
from records.models import NumberSeries

PREFIXES = {NumberSeries.Kind.QUOTE: "D", NumberSeries.Kind.INVOICE: "F", NumberSeries.Kind.CREDIT_NOTE: "A"}
SHAPE = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")  # what every French platform accepts (AFNOR XP Z12-012, BR-FR-01, 02)


class NumberingError(Exception):
    """No number can be given; the message says why."""


def take_number(*, business: Business, kind: NumberSeries.Kind, on: date) -> str:
    """Return the next number of a series, such as F2026-0001, and keep the series locked until the transaction ends.

    Each year starts again at 1. Raises NumberingError when a later date already has a number of this kind.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A number is taken in the transaction that saves its document.")
    series = _locked(business, kind, on.year)
    _refuse_to_go_back(series, on)
    number = f"{series.prefix}{series.year}-{series.last_number + 1:04d}"
    if not SHAPE.fullmatch(number):
        raise NumberingError(_("The number %(number)s has characters that invoices cannot carry.") % {"number": number})
    series.last_number += 1
    series.last_on = on
    series.save(update_fields=["last_number", "last_on"])
    return number


def _locked(business: Business, kind: NumberSeries.Kind, year: int) -> NumberSeries:
    """Return the locked series. Two first comers meet at the unique constraint: one inserts, the other waits for it."""
    rows = NumberSeries.objects.select_for_update().filter(business=business, kind=kind, year=year)
    if (series := rows.first()) is not None:
        return series
    new = NumberSeries(business=business, kind=kind, year=year, prefix=_prefix(business, kind, year))
    NumberSeries.objects.bulk_create([new], ignore_conflicts=True)
    return rows.get()


def _prefix(business: Business, kind: NumberSeries.Kind, year: int) -> str:
    """Return the prefix of the latest earlier series of this kind: what a person chose lasts."""
    earlier = NumberSeries.objects.filter(business=business, kind=kind, year__lt=year).order_by("-year").first()
    return earlier.prefix if earlier else PREFIXES[kind]


def _refuse_to_go_back(series: NumberSeries, on: date) -> None:
    later = NumberSeries.objects.filter(
        business=series.business_id, kind=series.kind, year__gt=series.year, last_number__gt=0
    )
    last = series.last_on if series.last_on and series.last_on > on else None
    last = last or later.values_list("last_on", flat=True).order_by("year").first()
    if last is not None:
        words = {"date": day_written(on), "last": day_written(last)}
        raise NumberingError(_("The date %(date)s comes before that of the last number, %(last)s.") % words)
