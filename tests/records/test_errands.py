"""Work done later: nothing promised is lost, nothing is done by two."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from lib import clock
from people.models import Business, User
from records import errands
from records.errands import ErrandError
from records.models import ClockTick, Errand
from records.tasks import sweep as sweep_task
from tests.make import NOW
from tests.records.work import at_once

LEASE = timedelta(seconds=settings.ERRAND_LEASE_SECONDS)


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stop the clock at NOW; `.at` moves it."""

    class Moment:
        at = NOW

    monkeypatch.setattr(clock, "now", lambda: Moment.at)
    Moment.at = NOW
    return Moment


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The subjects of the errands that were done, through a table that names this module's functions."""
    DONE.clear()
    monkeypatch.setattr(settings, "ERRANDS", f"{__name__}.TABLE")
    return DONE


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The errands that workers were told about."""
    told: list[int] = []
    monkeypatch.setattr("records.tasks.run_errand.apply_async", lambda args, **_: told.append(args[0]))
    return told


DONE: list[str] = []


def do(errand: Errand) -> None:
    DONE.append(errand.subject)


def fail(errand: Errand) -> None:
    raise ZeroDivisionError(f"attempt {errand.attempts}")


TABLE = {"do": f"{__name__}.do", "fail": f"{__name__}.fail"}


def promise(what: str = "do", subject: str = "invoice:1", **fields: Any) -> Errand:
    with transaction.atomic():
        return errands.promise(what=what, subject=subject, at=NOW, **fields)


def test_an_errand_is_done_once(db: None, done: list[str]) -> None:
    errand = promise()
    assert errands.run(errand.pk)
    assert not errands.run(errand.pk)
    assert done == ["invoice:1"]
    errand.refresh_from_db()
    assert errand.done_at == NOW
    assert errand.claimed_until is None


def test_the_same_promise_twice_is_one_errand(db: None) -> None:
    assert promise() == promise()
    assert Errand.objects.count() == 1


def test_a_worker_is_told_once_the_transaction_is_committed(
    db: None, nudged: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        errand = promise()
        assert nudged == []
    assert nudged == [errand.pk]


def test_a_promise_that_is_rolled_back_was_never_made(db: None, nudged: list[int]) -> None:
    with transaction.atomic():
        promise()
        transaction.set_rollback(True)
    assert not Errand.objects.exists()
    assert nudged == []


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_down_never_breaks_what_was_decided(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("records.tasks.run_errand.apply_async", down)
    errand = promise()
    assert errands.sweep(NOW) == 0
    monkeypatch.setattr("records.tasks.run_errand.apply_async", lambda args, **_: errands.run(args[0]))
    assert errands.sweep(NOW) == 1
    assert done == [errand.subject]


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_was_emptied_loses_nothing(nudged: list[int], done: list[str]) -> None:
    errand = promise()
    nudged.clear()  # the broker was flushed
    assert errands.sweep(NOW) == 1
    assert nudged == [errand.pk]


def test_an_errand_is_not_done_before_it_is_due(db: None, done: list[str], nudged: list[int], moment: Any) -> None:
    errand = promise(due_at=NOW + timedelta(hours=1))
    assert not errands.run(errand.pk)
    assert errands.sweep(NOW) == 0
    moment.at = NOW + timedelta(hours=1)
    assert errands.run(errand.pk)


def test_a_claimed_errand_is_left_alone_until_its_lease_runs_out(db: None, done: list[str], moment: Any) -> None:
    errand = promise()
    claimed = errands._claim(errand.pk, NOW)
    assert claimed is not None
    assert not errands.run(errand.pk)
    moment.at = NOW + LEASE + timedelta(seconds=1)
    assert errands.run(errand.pk)
    errand.refresh_from_db()
    assert errand.attempts == 2


def test_a_worker_whose_lease_ran_out_has_no_say_any_more(db: None, done: list[str], moment: Any) -> None:
    errand = promise()
    slow = errands._claim(errand.pk, NOW)
    assert slow is not None
    moment.at = NOW + LEASE + timedelta(seconds=1)
    quick = errands._claim(errand.pk, moment.at)
    assert quick is not None
    errands._went_wrong(slow, "too late", moment.at)
    errand.refresh_from_db()
    assert errand.last_error == ""
    assert errand.claimed_until == quick.claimed_until


def test_retries_back_off_then_wait_for_a_person(db: None, done: list[str], moment: Any, freelancer: User) -> None:
    errand = promise("fail")
    waits = []
    for _ in range(settings.ERRAND_MAX_ATTEMPTS):
        assert not errands.run(errand.pk)
        errand.refresh_from_db()
        waits.append(errand.due_at - moment.at)
        moment.at = max(errand.due_at, moment.at)
    assert [int(wait.total_seconds() // 60) for wait in waits[:-1]] == [1, 4, 16, 64, 256]
    assert errand.failed_at is not None
    assert errand.last_error == "ZeroDivisionError: attempt 6"
    assert errands.sweep(moment.at + timedelta(days=9)) == 0


def failed(business: Business) -> Errand:
    errand = promise("do", business=business)
    Errand.objects.filter(pk=errand.pk).update(failed_at=NOW, attempts=6, last_error="no disk")
    return errand


def test_a_person_tries_a_failed_errand_again(freelancer: User, business: Business, done: list[str]) -> None:
    errand = failed(business)
    assert list(errands.failed(business)) == [errand]
    errand = errands.retry(errand, by=freelancer, at=NOW)
    assert (errand.failed_at, errand.attempts, errand.last_error) == (None, 0, "")
    assert errands.run(errand.pk)


def test_what_is_done_is_not_tried_again(freelancer: User, business: Business, done: list[str]) -> None:
    errand = promise(business=business)
    errands.run(errand.pk)
    with pytest.raises(ErrandError):
        errands.retry(errand, by=freelancer, at=NOW)


def test_an_errand_that_kills_its_worker_each_time_is_shown_to_a_person(db: None, done: list[str]) -> None:
    errand = promise()
    Errand.objects.update(attempts=settings.ERRAND_MAX_ATTEMPTS, claimed_until=NOW - timedelta(seconds=1))
    assert not errands.run(errand.pk)
    assert errands.sweep(NOW) == 0
    errand.refresh_from_db()
    assert errand.failed_at == NOW
    assert "stopped" in errand.last_error


def test_an_errand_without_a_function_says_so(db: None, done: list[str]) -> None:
    errand = promise("unheard_of")
    assert not errands.run(errand.pk)
    errand.refresh_from_db()
    assert "unheard_of" in errand.last_error


def test_every_function_of_the_table_exists(db: None) -> None:
    from config.errands import ERRANDS

    for what in ERRANDS:
        assert callable(errands.function_of(what))


def test_all_that_is_due_can_be_done_here_and_now(db: None, done: list[str]) -> None:
    for number in (1, 2, 3):
        promise(subject=f"invoice:{number}")
    promise("fail")
    assert errands.run_due(NOW) == 3
    assert done == ["invoice:1", "invoice:2", "invoice:3"]


def test_the_sweep_says_that_the_clock_ticks(db: None) -> None:
    sweep_task()
    sweep_task()
    assert [tick.at for tick in ClockTick.objects.all()] == [NOW]


def test_a_freelancer_tries_again_from_the_page(
    as_freelancer: Any, business: Business, done: list[str], nudged: list[int]
) -> None:
    errand = failed(business)
    page = as_freelancer.get(f"/b/{business.slug}/errands/")
    assert "no disk" in page.content.decode()
    assert as_freelancer.post(f"/b/{business.slug}/errands/{errand.pk}/retry/").status_code == 302
    assert not errands.failed(business).exists()


def test_others_cannot_try_again(business: Business, as_stranger: Any, as_accountant: Any, done: list[str]) -> None:
    address = f"/b/{business.slug}/errands/{failed(business).pk}/retry/"
    assert as_stranger.post(address).status_code == 404
    assert as_accountant.post(address).status_code == 403
    assert errands.failed(business).count() == 1


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_workers_who_are_told_at_once_do_each_errand_once(done: list[str], nudged: list[int]) -> None:
    promised = [promise(subject=f"invoice:{number}").pk for number in range(1, 6)]
    did: list[bool] = []

    def work(_: int) -> None:
        did.extend(errands.run(errand_id) for errand_id in promised)

    assert at_once(6, work) == []
    assert sorted(done) == [f"invoice:{number}" for number in range(1, 6)]
    assert sum(did) == 5


def test_an_archive_may_last_longer_than_a_pdf():
    assert errands.lease_of("build_export") > timedelta(hours=1)
    assert errands.lease_of("render_invoice") == timedelta(seconds=settings.ERRAND_LEASE_SECONDS)
    assert settings.CELERY["task_time_limit"] < settings.ERRAND_LEASE_SECONDS


def test_a_long_errands_task_is_given_its_own_limit(monkeypatch):
    from records.tasks import run_errand

    asked = []
    monkeypatch.setattr(run_errand, "apply_async", lambda args, **options: asked.append(options))
    errands.nudge(1, "build_export")
    errands.nudge(2, "render_invoice")
    assert asked[0]["time_limit"] < errands.lease_of("build_export").total_seconds()
    assert "time_limit" not in asked[1]
