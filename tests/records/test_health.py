"""What is wrong is said in sentences."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from lib import clock
from people.models import Business
from records import health
from records.models import ClockTick, Errand
from tests.make import NOW
from tests.records.mailbox import Mailbox
from tests.records.test_mails import over


def doctor() -> str:
    said = StringIO()
    call_command("doctor", stdout=said, stderr=StringIO())
    return said.getvalue()


def test_a_site_in_good_health_says_so(db: None) -> None:
    ClockTick.objects.create(pk=1, at=clock.now())
    assert "All is well." in doctor()


def test_the_doctor_says_that_the_clock_stopped(db: None) -> None:
    with pytest.raises(CommandError, match="The clock has never ticked"):
        doctor()


def test_the_doctor_says_that_documents_cannot_be_kept(db: None, monkeypatch: Any, tmp_path: Path) -> None:
    ClockTick.objects.create(pk=1, at=clock.now())
    (tmp_path / "file").touch()
    monkeypatch.setattr("records.keeping.DocumentStorage.path", lambda self, name: str(tmp_path / "file" / name))
    with pytest.raises(CommandError, match="storage"):
        doctor()


def test_the_doctor_says_that_a_seal_is_unguarded(db: None) -> None:
    from django.db import connection

    from lib import freezing

    ClockTick.objects.create(pk=1, at=clock.now())
    connection.check_constraints()
    freezing.drop(connection)
    with pytest.raises(Exception, match="frozen_records_ledgerentry"):
        doctor()


def test_a_mail_server_that_answers_is_no_trouble(db: None, smtp: Mailbox, monkeypatch: Any) -> None:
    over(smtp, monkeypatch)
    assert list(health.complaints()) == []
    assert smtp.received == []


def test_a_mail_server_that_is_away_is_told(db: None, smtp: Mailbox, monkeypatch: Any) -> None:
    over(smtp, monkeypatch)
    monkeypatch.setattr(settings, "EMAIL_PORT", 1)
    [complaint] = health.complaints()
    assert "mail server" in complaint


def test_work_that_was_given_up_is_told(business: Business) -> None:
    Errand.objects.create(what="send_mail", subject="mail:1", made_at=NOW, due_at=NOW, failed_at=NOW)
    [complaint] = health.complaints()
    assert complaint.startswith("1 errand(s) could not be done")
