"""What Celery runs: one errand, and the clock's sweep."""

from celery import shared_task

from lib import clock
from records import errands, mails
from records.models import ClockTick


@shared_task(name="records.tasks.run_errand")
def run_errand(errand_id: int) -> None:
    """Do one errand, unless somebody else does or it is done."""
    errands.run(errand_id)


@shared_task(name="records.tasks.sweep")
def sweep() -> None:
    """Find what is due and what a dead worker left behind; say that the clock ticks."""
    at = clock.now()
    ClockTick.objects.update_or_create(pk=1, defaults={"at": at})
    mails.sweep(at)
    errands.sweep(at)
