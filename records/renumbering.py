"""A person chooses what the numbers of a kind look like, from the next one on.

A number that was given never changes and is never given again. The counter goes on where it is until the year (or the
month) in the new pattern changes: the sequence stays continuous (CGI ann. II 242 nonies A, I 7°), in a new dress. A
dress that comes back goes on above the highest number that it has given (BOI-TVA-DECLA-30-20-20-10). Continuing from
another tool is possible while a series has given no number here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from people.models import Business, User
from records import ledger, numbering, patterns
from records.models import NumberSeries
from records.numbering import Kind
from records.patterns import Pattern
from records.subjects import ref

CHOSEN = (Kind.QUOTE, Kind.INVOICE, Kind.CREDIT_NOTE, Kind.DELIVERY_SLIP, Kind.SET_OFF)  # what the settings show
INVOICES = (Kind.INVOICE, Kind.DEPOSIT, Kind.CREDIT_NOTE, Kind.SELF_BILLED, Kind.SELF_BILLED_CREDIT)
DEDICATED = (Kind.SELF_BILLED, Kind.SELF_BILLED_CREDIT)  # one series per partner, unless a person wants one for all
MOST = 999_999_999


class RenumberingError(Exception):
    """Why numbers cannot look so, in words for the person; `field` is the form's."""

    def __init__(self, message: str, field: str = "pattern") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Plan:
    """What a series would become: nothing is written."""

    series: NumberSeries
    pattern: Pattern
    next_number: str


def change_series(
    *, business: Business, kind: Kind, pattern: str, by: User, at: datetime, begins_at: int | None = None
) -> NumberSeries:
    """Give the next numbers of a kind another look; `begins_at`: the next count, while no number was given here.

    Raises RenumberingError, in words.
    """
    with transaction.atomic(durable=True):
        Business.objects.select_for_update(no_key=True).get(
            pk=business.pk
        )  # of two changes at once, one sees the other
        before = numbering.locked(business, kind)
        plan = planned(business=business, kind=kind, pattern=pattern, on=_day(at, business), begins_at=begins_at)
        return _written(before, plan, at)


def stop_series(*, business: Business, kind: Kind, by: User, at: datetime) -> None:
    """Close the series of a kind that may share another one's (deposits): it goes on if it is wanted again."""
    if kind != Kind.DEPOSIT:
        raise RenumberingError(_("Only deposit invoices may go without a series of their own."))
    with transaction.atomic(durable=True):
        for series in numbering.open_series(business, kind).select_for_update(of=("self",)):
            series.closed_at = at
            series.save(update_fields=["closed_at"])
            _tell(series, "series_closed", "", at)


def planned(*, business: Business, kind: Kind, pattern: str, on: date, begins_at: int | None = None) -> Plan:
    """Return what the next numbers would look like, or raise RenumberingError; writes nothing."""
    now = numbering.current(business, kind)
    try:
        wanted = patterns.read(pattern, prefix=numbering.prefix_of(business), dedicated=kind in DEDICATED)
    except patterns.PatternError as wrong:
        raise RenumberingError(str(wrong)) from None
    for problem in _could_double(business, now, wanted, on):
        raise RenumberingError(problem)
    after = NumberSeries(business=business, kind=kind, pattern=str(wanted))
    after.last_number, after.last_on = _counted(now, wanted), now.last_on
    if begins_at is not None:
        _begin_at(after, begins_at, on)
    return Plan(after, wanted, numbering.next_number(after, on))


def may_begin_anywhere(business: Business, kind: Kind) -> bool:
    """Tell whether a series has given no number here yet: then it may go on where another tool stopped."""
    return not NumberSeries.objects.filter(business=business, kind=kind, partner=None, given__gt=0).exists()


def _counted(now: NumberSeries, wanted: Pattern) -> int:
    """Return the count that a pattern goes on from: at least the highest that it gave in the same year (or month)."""
    return max([now.last_number, *(past.last_number for past in _given(now) if _comes_back(wanted, past, now.last_on))])


def _comes_back(wanted: Pattern, past: NumberSeries, last_on: date | None) -> bool:
    """Tell whether a pattern would write again what the numbers of a series had before the counter on its last day."""
    if past.last_on is None or last_on is None or not wanted.same_period(past.last_on, last_on):
        return False
    return patterns.look_alike(wanted, patterns.kept(past.pattern), past.last_on)


def _begin_at(after: NumberSeries, count: int, on: date) -> None:
    if not may_begin_anywhere(after.business, Kind(after.kind)):
        raise RenumberingError(_("This series has begun: its counter goes on by itself."), "begins_at")
    if not 1 <= count <= MOST:
        raise RenumberingError(_("The counter begins between 1 and %(most)s.") % {"most": MOST}, "begins_at")
    after.last_number, after.last_on = count - 1, on if count > 1 else None


def _written(before: NumberSeries, plan: Plan, at: datetime) -> NumberSeries:
    after = plan.series
    same_count = (before.last_number, before.last_on) == (after.last_number, after.last_on)
    if before.pattern == after.pattern and same_count:
        return before
    if before.given == 0:
        before.pattern, before.last_number, before.last_on = after.pattern, after.last_number, after.last_on
        before.save()
        after = before
    else:
        before.closed_at = at
        before.save(update_fields=["closed_at"])
        after.save(force_insert=True)
    _tell(after, "series_changed", plan.next_number, at)
    return after


def _tell(series: NumberSeries, event: str, next_number: str, at: datetime) -> None:
    facts = {"kind": series.kind, "counted": series.last_number, "next": next_number}
    ledger.record(business=series.business, event=event, subject=ref(series), facts=facts, at=at)


def _day(at: datetime, business: Business) -> date:
    return at.astimezone(ZoneInfo(business.time_zone)).date()


# Never the same number twice --------------------------------------------------------------------------------------


def _could_double(business: Business, now: NumberSeries, wanted: Pattern, on: date) -> Iterator[str]:
    """Say which other series could give the same number (BOI-TVA-DECLA-30-20-20-10), if any."""
    for other in _others(business, Kind(now.kind)):
        look = patterns.kept(other.pattern)
        if _share_a_time(other, look, wanted, on) and patterns.may_meet(wanted, look):
            yield _("The %(kind)s have numbers %(pattern)s: two documents could bear the same one.") % {
                "kind": NumberSeries.Kind(other.kind).label,
                "pattern": look.shown(),
            }
    for past in _given(now):
        old = patterns.kept(past.pattern)
        if patterns.may_repeat(wanted, old, past.last_on or on):
            yield _(
                "Numbers %(pattern)s were given already: one could come back. Write a letter or a sign that they do "
                "not have."
            ) % {"pattern": old.shown()}


def _given(now: NumberSeries) -> QuerySet[NumberSeries]:
    """Return the series of the same kind that gave numbers, the one in use included."""
    return NumberSeries.objects.filter(business=now.business, kind=now.kind, partner=None, given__gt=0)


def _share_a_time(other: NumberSeries, look: Pattern, wanted: Pattern, on: date) -> bool:
    """Tell whether a series still counts, or stopped when its numbers are not told from ours by the year they bear."""
    if other.closed_at is None or patterns.NEVER in (look.restarts, wanted.restarts):
        return True
    return other.last_on is not None and other.last_on.year == on.year


def _others(business: Business, kind: Kind) -> Iterator[NumberSeries]:
    """Yield the series whose numbers must stay apart from those of a kind: all invoices together, the rest by kind."""
    if kind not in INVOICES:
        return
    rows = NumberSeries.objects.filter(business=business, kind__in=INVOICES).exclude(kind=kind, partner=None)
    yield from rows
    begun = set(rows.filter(closed_at=None, partner=None).values_list("kind", flat=True))
    for usual in set(INVOICES) - {kind, Kind.DEPOSIT} - begun:
        yield NumberSeries(kind=usual, pattern=str(numbering.usual(usual, dedicated=usual in DEDICATED)))
