"""Work done later. The database is the truth, the queue only a nudge.

What must happen is an Errand row, written in the transaction that wants it. A worker claims it by a conditional UPDATE,
does it by the function named in config/errands.py, and marks it done. Whatever the queue or a worker loses is found
again by the sweep: the claim of a dead worker runs out (its lease is longer than a task may last).

The function gets the errand, has no transaction around it, and may be called twice: it looks first at what is there.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from lib import clock
from people.access import activities_of, sees_everything
from people.models import Business, Membership, User
from records import subjects
from records.models import Errand

FIRST_RETRY_AFTER = timedelta(minutes=1)  # then 4 minutes, 16 minutes, 64 minutes, 4 hours
LONGEST_ERROR = 1000
MOST_NUDGES = 200
LONGEST_WAIT = 24 * 60 * 60  # a nudge that nobody took by then says nothing new

logger = logging.getLogger(__name__)


class ErrandError(Exception):
    """The errand cannot be tried again; the message says why."""


def promise(
    *, what: str, subject: str, at: datetime, business: Business | None = None, due_at: datetime | None = None
) -> Errand:
    """Write down that something must happen, in the caller's transaction; the same promise made twice is one errand."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An errand is promised in the transaction that wants it.")
    wanted = {"business": business, "made_at": at, "due_at": due_at or at}
    errand, is_new = Errand.objects.get_or_create(what=what, subject=subject, defaults=wanted)
    if is_new and errand.due_at <= at:
        transaction.on_commit(lambda: nudge(errand.pk, what), robust=True)
    return errand


def nudge(errand_id: int, what: str, *, expires: int = LONGEST_WAIT) -> bool:
    """Tell a worker about an errand. A queue that is down loses nothing: the sweep will find the errand."""
    from records.tasks import run_errand  # tasks import this module

    limits: dict[str, Any] = {}
    if seconds := settings.LONG_ERRANDS.get(what):
        limits = {"soft_time_limit": seconds, "time_limit": seconds + 10}
    try:
        run_errand.apply_async((errand_id,), retry=False, expires=expires, **limits)
    except Exception as error:  # whatever a broker may raise
        logger.warning("No worker could be told about errand %s: %r. The sweep will find it.", errand_id, error)
        return False
    return True


def run(errand_id: int, at: datetime | None = None) -> bool:
    """Claim an errand and do it. True when this call did it; False when it was not due, taken, or went wrong.

    What goes wrong is written on the errand: it is tried again later, and shown to a person after the last time.
    `at`: the moment it is taken to be, where a story is told in its own time; else the present one.
    """
    errand = _claim(errand_id, at or clock.now())
    if errand is None:
        return False
    try:
        function_of(errand.what)(errand)
    except Exception as error:
        logger.exception("Errand %s (%s) went wrong, attempt %s.", errand.pk, errand, errand.attempts)
        _went_wrong(errand, f"{type(error).__name__}: {error}", at or clock.now())
        return False
    return _held(errand).update(done_at=at or clock.now(), claimed_until=None, last_error="") == 1


def sweep(at: datetime) -> int:
    """Nudge a worker about each errand that is due and that nobody does; return how many. The clock calls it.

    The nudges run out before the next sweep repeats them, so that the queue cannot grow while all workers are busy.
    """
    _give_up(at)
    due = due_now(at).order_by("due_at", "pk").values_list("pk", "what")[:MOST_NUDGES]
    return sum(nudge(errand_id, what, expires=settings.SWEEP_EVERY_SECONDS) for errand_id, what in list(due))


def run_due(at: datetime) -> int:
    """Do here and now all that is due, and what that makes due: for commands and tests, without any worker."""
    done = 0
    while now := sum(run(errand.pk, at) for errand in due_now(at).order_by("due_at", "pk")[:MOST_NUDGES]):
        done += now
    return done


def retry(errand: Errand, *, by: User, at: datetime) -> Errand:
    """Try again, now, an errand that has failed: a person has looked. Raises ErrandError if it has not failed."""
    with transaction.atomic():
        if not reopen(Errand.objects.filter(pk=errand.pk, failed_at__isnull=False), at):
            raise ErrandError(_("This was already tried again, or is done."))
    logger.info("Errand %s (%s) is tried again by user %s.", errand.pk, errand, by.pk)
    errand.refresh_from_db()
    return errand


def reopen(errands: QuerySet[Errand], at: datetime) -> int:
    """Make closed errands due again, in the caller's transaction; return how many there were."""
    closed = errands.filter(Q(done_at__isnull=False) | Q(failed_at__isnull=False)).select_for_update()
    found = dict(closed.values_list("pk", "what"))
    Errand.objects.filter(pk__in=found).update(
        due_at=at, claimed_until=None, attempts=0, last_error="", done_at=None, failed_at=None
    )
    for errand_id, what in found.items():
        transaction.on_commit(partial(nudge, errand_id, what), robust=True)
    return len(found)


def postpone(errand: Errand, until: datetime) -> None:
    """Give back an errand that cannot be done yet, from inside its function: it counts as no attempt."""
    _held(errand).update(due_at=until, claimed_until=None, attempts=0)


def due_now(at: datetime) -> QuerySet[Errand]:
    """Return the errands that somebody should be doing and nobody does."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=at)
    return Errand.objects.filter(free, due_at__lte=at, done_at=None, failed_at=None)


def failed(business: Business) -> QuerySet[Errand]:
    """Return what could not be done for a business, and waits for a person."""
    return Errand.objects.filter(business=business, failed_at__isnull=False).order_by("failed_at")


def visible_to(membership: Membership, errands: QuerySet[Errand]) -> QuerySet[Errand]:
    """Keep the errands that a member may know of: of their business, and what concerns their activities."""
    ours = errands.filter(business=membership.business_id)
    if sees_everything(membership):
        return ours
    theirs = subjects.among(set(ours.values_list("subject", flat=True)), activities_of(membership))
    return ours.filter(subject__in=theirs)


def function_of(what: str) -> Callable[[Errand], None]:
    """Return the function that does an errand, by the table of config/errands.py."""
    table: dict[str, str] = import_string(settings.ERRANDS)
    if what not in table:
        raise LookupError(f"config/errands.py names no function for {what!r}.")
    function: Callable[[Errand], None] = import_string(table[what])
    return function


def lease_of(what: str) -> timedelta:
    """Return how long a claim stands: longer than the errand's task may last."""
    seconds = settings.LONG_ERRANDS.get(what)
    return timedelta(seconds=seconds + 60 if seconds else settings.ERRAND_LEASE_SECONDS)


def _claim(errand_id: int, now: datetime) -> Errand | None:
    """Take an errand for the length of a lease, or return None. The attempt counts even if the worker dies."""
    mine = due_now(now).filter(pk=errand_id, attempts__lt=settings.ERRAND_MAX_ATTEMPTS)
    if (what := mine.values_list("what", flat=True).first()) is None:
        return None
    until = now + lease_of(what)
    if not mine.update(claimed_until=until, attempts=F("attempts") + 1):
        return None
    return Errand.objects.select_related("business").get(pk=errand_id)


def _held(errand: Errand) -> QuerySet[Errand]:
    """Return the errand as long as our claim stands: one whose lease ran out has no say any more."""
    return Errand.objects.filter(pk=errand.pk, claimed_until=errand.claimed_until, done_at=None, failed_at=None)


def _went_wrong(errand: Errand, error: str, now: datetime) -> None:
    if errand.attempts >= settings.ERRAND_MAX_ATTEMPTS:
        end: dict[str, datetime] = {"failed_at": now}
    else:
        end = {"due_at": now + FIRST_RETRY_AFTER * 4 ** (errand.attempts - 1)}
    _held(errand).update(claimed_until=None, last_error=error[:LONGEST_ERROR], **end)


def _give_up(at: datetime) -> None:
    """Show as failed what stopped its worker each time: nobody was left to write it down."""
    spent = due_now(at).filter(attempts__gte=settings.ERRAND_MAX_ATTEMPTS)
    spent.filter(last_error="").update(last_error="The worker stopped in the middle, each time.")
    spent.update(failed_at=at, claimed_until=None)
