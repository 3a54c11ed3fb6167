"""Gapless numbers in order of date (CGI ann. II 242 nonies A, I 7°: « un numéro unique basé sur une séquence
chronologique et continue »).

The number is taken in the transaction that saves the document, under the lock of the series row: if the document is
not saved, the number was never taken. Lock order, always: quote or invoice row → series → ledger head.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lib.days import day_written
from people.models import Business, Client
from records import patterns
from records.models import NumberSeries
from records.patterns import SHAPE, Pattern

Kind = NumberSeries.Kind
LETTERS = {
    Kind.QUOTE: "D",
    Kind.INVOICE: "F",
    Kind.DEPOSIT: "FA",
    Kind.CREDIT_NOTE: "A",
    Kind.SELF_BILLED: "AF",
    Kind.SELF_BILLED_CREDIT: "AA",
    Kind.DELIVERY_SLIP: "BL",
    Kind.SET_OFF: "CP",
}
DEMONSTRATION = "DEMO-"  # on every number of a demonstration: none can be taken for a real one


class NumberingError(Exception):
    """No number can be given; the message says why."""


def take_number(
    *, business: Business, kind: Kind, on: date, partner: Client | None = None, among: QuerySet[Any] | None = None
) -> str:
    """Return the next number of a series, such as F2026-0001, and keep the series locked until the transaction ends.

    With `partner` the series is dedicated to that client. The counter begins again at 1 when the year (or the month) in
    the pattern changes. Raises NumberingError when a later date already has a number of this series, or when one of
    the documents `among` which numbers are unique bears this one.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A number is taken in the transaction that saves its document.")
    series = locked(business, kind, partner)
    if series.last_on is not None and series.last_on > on:
        words = {"date": day_written(on), "last": day_written(series.last_on)}
        raise NumberingError(_("The date %(date)s comes before that of the last number, %(last)s.") % words)
    number = next_number(series, on)
    _check(number, kind, among)
    series.last_number, series.last_on = next_counter(series, on), on
    series.given += 1
    series.save(update_fields=["last_number", "last_on", "given"])
    return number


def _check(number: str, kind: Kind, among: QuerySet[Any] | None) -> None:
    if not SHAPE.fullmatch(number):
        raise NumberingError(_("The number %(number)s has characters that invoices cannot carry.") % {"number": number})
    if among is not None and among.filter(number=number).exists():  # a look that came back, before it counted on
        words = {"number": number, "kind": str(Kind(kind).label)}
        raise NumberingError(
            _(
                "The number %(number)s was given already. Choose another look for the %(kind)s in the settings, "
                "under Numbers: the counter goes on."
            )
            % words
        )


def next_number(series: NumberSeries, on: date) -> str:
    """Return the number that a series would give on a day; nothing is taken."""
    pattern = patterns.kept(series.pattern)
    return prefix_of(series.business) + pattern.number(next_counter(series, on), on, series.partner_id)


def next_counter(series: NumberSeries, on: date) -> int:
    """Return the next count: one more than the last, or 1 when the pattern's year or month is a new one."""
    same = series.last_on is None or patterns.kept(series.pattern).same_period(series.last_on, on)
    return series.last_number + 1 if same else 1


def prefix_of(business: Business) -> str:
    return DEMONSTRATION if business.is_demonstration else ""


def usual(kind: Kind, *, dedicated: bool = False) -> Pattern:
    """Return the pattern of a kind for which nobody chose one."""
    return patterns.kept(f"{LETTERS[kind]}{'{partner}-' if dedicated else ''}{{year}}-{{counter:4}}")


def open_series(business: Business, kind: Kind, partner: Client | None = None) -> QuerySet[NumberSeries]:
    """Return the series in use, if it has begun or was chosen."""
    rows = NumberSeries.objects.select_related("business")
    return rows.filter(business=business, kind=kind, partner=partner, closed_at=None)


def current(business: Business, kind: Kind, partner: Client | None = None) -> NumberSeries:
    """Return the series as it is, or as its first number would make it: unsaved."""
    return open_series(business, kind, partner).first() or _successor(business, kind, partner)


def has_its_own(business: Business, kind: Kind) -> bool:
    """Tell whether a kind that may share another one's series (deposits) has one of its own."""
    return open_series(business, kind).exists()


def locked(business: Business, kind: Kind, partner: Client | None = None) -> NumberSeries:
    """Return the locked series. Two first comers meet at the unique constraint: one inserts, the other waits for it."""
    rows = open_series(business, kind, partner).select_for_update(of=("self",))
    if (series := rows.first()) is not None:
        return series
    NumberSeries.objects.bulk_create([_successor(business, kind, partner)], ignore_conflicts=True)
    return rows.get()


def _successor(business: Business, kind: Kind, partner: Client | None) -> NumberSeries:
    """Return a new series, which goes on where one that was closed stopped."""
    rows = NumberSeries.objects.filter(business=business, kind=kind, partner=partner)
    before = rows.order_by("-closed_at", "-pk").first()
    new = NumberSeries(business=business, kind=kind, partner=partner)
    new.pattern = before.pattern if before else str(usual(kind, dedicated=partner is not None))
    if before:
        new.last_number, new.last_on = before.last_number, before.last_on
    return new
