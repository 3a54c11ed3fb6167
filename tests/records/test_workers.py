"""Real workers, killed for good at the worst moments: everything promised is made, and made once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from config.celery import app
from lib import clock
from people.models import Business
from records import errands, keeping, mails, verifying
from records.models import Document, Errand, Mail
from tests.records.mailbox import Hanging, Mailbox, mailbox

pytestmark = [pytest.mark.engine, pytest.mark.services, pytest.mark.django_db(transaction=True)]
PATIENCE_SECONDS = 60


def eventually(happened: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.05)


class Workers:
    """Starts real Celery workers on the test's database and queue."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, **surroundings: str) -> "subprocess.Popen[bytes]":
        ours = {
            "DJANGO_SETTINGS_MODULE": "tests.records.same_database",
            "COURGETTE_VAR": str(settings.VAR_DIR),
            "TEST_DATABASE": str(connection.settings_dict["NAME"]),
            "TEST_FOLDER": str(self.folder),
        }
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--without-heartbeat"]
        with (self.folder / "log").open("ab") as log:
            worker = subprocess.Popen(
                [*command, "--without-gossip", "--without-mingle"],
                env=os.environ | ours | surroundings, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.running.append(worker)
        return worker

    def kill(self) -> None:
        """Kill them all, as the kernel does when memory runs out: nothing of theirs runs any more."""
        for worker in self.running:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        self.running.clear()

    def passed(self, place: str) -> bool:
        return (self.folder / place).exists()


@pytest.fixture
def workers(tmp_path: Path, business: Business) -> Iterator[Workers]:
    empty_the_queue()
    started = Workers(tmp_path)
    yield started
    started.kill()


def empty_the_queue() -> None:
    with app.connection_for_write() as queue:
        channel: Any = queue.default_channel
        channel.queue_declare("celery")
        channel.queue_purge("celery")


def promise(business: Business) -> Errand:
    with transaction.atomic():
        return errands.promise(what="make_document", subject="invoice:1", business=business, at=clock.now())


def the_lease_runs_out() -> None:
    Errand.objects.filter(done_at=None).update(claimed_until=clock.now() - timedelta(seconds=1))


def is_done() -> bool:
    return Errand.objects.filter(done_at__isnull=False).exists()


def check_made_once(business: Business) -> None:
    assert keeping.read(Document.objects.get()) == b"%PDF-1.7 made"
    assert list(verifying.problems(business)) == []


def test_a_worker_does_what_it_is_told(workers: Workers, business: Business) -> None:
    workers.start()
    promise(business)
    eventually(is_done)
    check_made_once(business)


def test_a_queue_emptied_before_any_worker_came_loses_nothing(workers: Workers, business: Business) -> None:
    promise(business)
    empty_the_queue()
    assert errands.sweep(clock.now()) == 1
    workers.start()
    eventually(is_done)
    check_made_once(business)


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_worker_killed_around_its_work_is_replaced(workers: Workers, business: Business, place: str) -> None:
    """Before: nothing was made. After: the document is kept, and the errand not yet marked as done."""
    workers.start(TEST_STOP=place)
    errand = promise(business)
    eventually(lambda: workers.passed(place))
    workers.kill()
    assert not is_done()
    assert Document.objects.exists() == (place == "after")
    the_lease_runs_out()
    assert errands.sweep(clock.now()) == 1
    workers.start()
    eventually(is_done)
    check_made_once(business)
    errand.refresh_from_db()
    assert errand.attempts == 2


def post(business: Business) -> Mail:
    with transaction.atomic():
        return mails.post(
            business=business,
            event="desk/export_ready",
            to="camille@example.org",
            language="fr",
            context={"export": None, "page": "/"},
            at=clock.now(),
        )


def test_a_worker_killed_inside_smtp_leaves_a_mail_that_was_perhaps_sent(
    workers: Workers, business: Business, freelancer: Any
) -> None:
    with mailbox(Hanging) as server:
        workers.start(EMAIL_URL=server.url)
        mail = post(business)
        assert server.reached.wait(PATIENCE_SECONDS)
        workers.kill()
    mail.refresh_from_db()
    assert mail.state == Mail.State.SENDING
    the_lease_runs_out()
    mails.sweep(clock.now())
    mail.refresh_from_db()
    assert mail.state == Mail.State.PERHAPS
    with mailbox(Mailbox) as server:
        workers.start(EMAIL_URL=server.url)
        errands.sweep(clock.now())
        eventually(is_done)
        assert server.received == []  # nobody asked for it yet
        mails.resend(mail, by=freelancer, at=clock.now())
        eventually(lambda: Mail.objects.filter(state=Mail.State.SENT).exists())
        [envelope] = server.received
    assert message_from_bytes(envelope.content)["Message-ID"] == mail.message_id
