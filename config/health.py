"""What is wrong with this installation, in words: for `/healthz`, and for `manage.py doctor`."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, connection

from lib import clock
from records.models import ClockTick, Errand

TICKS_MISSED = 6
LATE_AFTER = timedelta(minutes=10)


def symptoms() -> list[str]:
    """Return one sentence per thing that does not work, for those who run the site; none when all is well."""
    return [sentence for _part, sentence in findings()]


def findings() -> list[tuple[str, str]]:
    """Return what does not work: the part that is unwell, which strangers may know, and a sentence, which they may not.

    The parts: database, storage, clock, errands.
    """
    found: list[tuple[str, str]] = []
    for look in LOOKS:
        part = look.__name__.lstrip("_")
        try:
            found += [(part, sentence) for sentence in look()]
        except DatabaseError as error:
            return [*found, ("database", f"The database does not answer: {error}".strip())]
        except OSError as error:
            found.append((part, f"{part}: {error}"))
    return found


def _database() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    yield from ()


def _storage() -> Iterator[str]:
    storage = storages["documents"]
    name = storage.save("healthz", ContentFile(b"well"))
    storage.delete(name)
    yield from ()


def _clock() -> Iterator[str]:
    tick = ClockTick.objects.order_by("-at").first()
    oldest = clock.now() - timedelta(seconds=TICKS_MISSED * settings.SWEEP_EVERY_SECONDS)
    if tick is None:
        yield "The clock has never ticked: are the clock and a worker running?"
    elif tick.at < oldest:
        yield f"The clock last ticked at {tick.at:%Y-%m-%d %H:%M} UTC: are the clock and a worker running?"


def _errands() -> Iterator[str]:
    waiting = Errand.objects.filter(done_at=None, failed_at=None, due_at__lt=clock.now() - LATE_AFTER)
    if (oldest := waiting.order_by("due_at").first()) is not None:
        since = f"{oldest.due_at:%Y-%m-%d %H:%M} UTC"
        yield f"{waiting.count()} errand(s) are late, the oldest ({oldest.what}) since {since}."


LOOKS: list[Callable[[], Iterator[str]]] = [_database, _storage, _clock, _errands]
