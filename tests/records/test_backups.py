"""Backups: what was saved comes back as it was, on both engines."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from lib import freezing
from people.models import Business
from records import ledger, verifying
from records.models import Document, LedgerEntry
from tests.records.test_keeping import path_of, spoil
from tests.records.work import keep, take

pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lived(business: Business) -> Business:
    take(business)
    keep(business, b"%PDF-1.7 agreed")
    keep(business, b"%PDF-1.7 billed", subject="invoice:2")
    return business


def run(command: str, *arguments: Any, **options: Any) -> str:
    said = StringIO()
    call_command(command, *arguments, stdout=said, **options)
    return said.getvalue()


def backup(folder: Path) -> Path:
    run("backup", folder)
    [made] = folder.glob("2*")
    return made


def lose_everything() -> None:
    with freezing.melted(connection), connection.cursor() as cursor:
        for table in ("records_ledgerentry", "records_ledger", "records_document", "records_numberseries"):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM people_business")


def test_what_was_saved_comes_back_as_it_was(lived: Business, tmp_path: Path) -> None:
    head, made = ledger.head(lived), backup(tmp_path)
    paths = [path_of(document) for document in Document.objects.all()]
    lose_everything()
    for path in paths:
        path.unlink()
    assert "All is as it was kept." in run("restore", made)
    again = Business.objects.get()
    assert ledger.head(again) == head
    assert list(verifying.problems(again)) == []
    assert all(path.exists() for path in paths)
    assert take(again) == "F2026-0002"


def test_what_comes_back_is_frozen_again(lived: Business, tmp_path: Path) -> None:
    made = backup(tmp_path)
    lose_everything()
    run("restore", made)
    assert freezing.missing(connection) == []
    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic():
        LedgerEntry.objects.update(facts="{}")


def test_a_second_backup_copies_only_what_is_new(lived: Business, tmp_path: Path, monkeypatch: Any) -> None:
    backup(tmp_path)
    keep(lived, b"%PDF-1.7 new", subject="invoice:3")
    copied: list[Path] = []
    from records import keeping

    write = keeping.write_whole

    def counted(path: Path, content: Any) -> None:
        copied.append(path)
        write(path, content)

    monkeypatch.setattr(keeping, "write_whole", counted)
    from records.backing_up import back_up
    from tests.make import NOW

    sheet = json.loads((back_up(tmp_path, at=NOW) / "backup.json").read_text())
    assert len(copied) == 1
    assert sheet["documents"] == 3


def test_a_backup_holds_the_key_of_mailed_links(lived: Business, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("LINK_KEY", raising=False)
    key = Path(settings.VAR_DIR, "link-key")
    key.write_text("that of the first machine")
    made = backup(tmp_path)
    assert (made / "link-key").stat().st_mode & 0o077 == 0
    key.write_text("that of a new machine")
    run("restore", made, replace=True)
    assert key.read_text() == "that of the first machine"
    key.unlink()


def test_a_key_that_the_environment_gives_is_in_no_backup(lived: Business, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("LINK_KEY", "kept elsewhere")
    assert not (backup(tmp_path) / "link-key").exists()


def test_restoring_over_somebodys_work_must_be_meant(lived: Business, tmp_path: Path) -> None:
    made = backup(tmp_path)
    with pytest.raises(CommandError, match="not empty"):
        run("restore", made)
    assert "All is as it was kept." in run("restore", made, replace=True)


def test_a_damaged_backup_changes_nothing(lived: Business, tmp_path: Path) -> None:
    made = backup(tmp_path)
    database = next(made.glob("database.*"))
    database.write_bytes(database.read_bytes()[:-1] + b"?")
    with pytest.raises(CommandError, match="altered"):
        run("restore", made, replace=True)
    assert list(verifying.problems(lived)) == []


def test_what_is_no_backup_is_refused(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a backup"):
        run("restore", tmp_path)


def test_a_backup_says_when_a_document_is_already_damaged(lived: Business, tmp_path: Path) -> None:
    spoil(document := Document.objects.get(subject="invoice:2"), b"%PDF-1.7 bill3d")
    with pytest.raises(CommandError, match="was altered"):
        run("backup", tmp_path)
    path_of(document).unlink()


def test_a_restore_says_what_the_backup_lacks(lived: Business, tmp_path: Path) -> None:
    made = backup(tmp_path)
    for copy in (tmp_path / "documents").rglob("*"):
        if copy.is_file():
            copy.unlink()
    for document in Document.objects.all():
        path_of(document).unlink()
    lose_everything()
    with pytest.raises(CommandError, match="2 problem"):
        run("restore", made)
