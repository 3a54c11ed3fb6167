"""Backups that can be trusted: the database first, then the documents it tells of, never the reverse.

In the folder of backups, each one has a folder of its own, named by its moment; the documents, which never change and
are named by their content, are shared by all: a backup copies only the new ones.

    20261122T170000Z/backup.json · database.sqlite3 or database.dump · link-key (if it is not in the environment)
    documents/ab/abcdef…
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.management import call_command
from django.db import connection

from people.models import Business
from records import databases, keeping, ledger, verifying
from records.models import Document

SHEET = "backup.json"
LINK_KEY = "link-key"
DOCUMENTS = "documents"


class BackupError(Exception):
    """The backup cannot be made or brought back; the message says why."""


def back_up(folder: Path, *, at: datetime) -> Path:
    """Save everything in a new folder below `folder` and return it. Raises BackupError if a document is not intact."""
    made = folder / f"{at:%Y%m%dT%H%M%SZ}"
    if made.exists():
        raise BackupError(f"{made} is there already.")
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=folder))
    try:
        heads = {business.slug: list(ledger.head(business)) for business in Business.objects.order_by("slug")}
        database = databases.save(connection, draft)
        problems = [problem for document in _each_content() if (problem := _save_document(document, folder))]
        _save_link_key(draft)
        _write_sheet(draft, database, heads, at)
        os.replace(draft, made)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    if problems:
        raise BackupError("\n".join([f"{made} was made, but:", *problems]))
    return made


def bring_back(made: Path, *, replace: bool = False) -> list[str]:
    """Put back a backup in place of this database, then verify everything; return the problems found.

    Raises BackupError when the backup is damaged, or, without `replace`, when there is a business here already.
    """
    sheet = _read_sheet(made)
    if not replace and _has_businesses():
        raise BackupError("This database is not empty: what is in it would be lost. Say --replace if that is meant.")
    databases.load(connection, made / sheet["database"])
    call_command("migrate", interactive=False, verbosity=0)
    with contextlib.suppress(FileNotFoundError):
        shutil.copy(made / LINK_KEY, settings.VAR_DIR / LINK_KEY)
    for document in _each_content():
        _load_document(document, made.parent)
    return list(_problems(sheet["ledgers"]))


def _problems(heads: dict[str, list[Any]]) -> Iterator[str]:
    for business in Business.objects.order_by("slug"):
        for problem in verifying.problems(business):
            yield f"{business.slug}: {problem}"
    for slug, (position, digest) in heads.items():
        told = Business.objects.filter(slug=slug).first()
        if told is None or not ledger.holds(told, ledger.Head(position, digest)):
            yield f"{slug}: its ledger is not the one that the backup tells of."


def _each_content() -> Iterator[Document]:
    """Yield one document for each different content."""
    seen: set[str] = set()
    for document in Document.objects.order_by("sha256", "pk").iterator():
        if document.sha256 not in seen:
            seen.add(document.sha256)
            yield document


def _save_document(document: Document, folder: Path) -> str | None:
    """Copy a document into the backups unless it is there; return what is wrong with it, in words."""
    target = folder / DOCUMENTS / keeping.place_of(document.sha256)
    if target.exists() and target.stat().st_size == document.size:
        return None
    if (problem := keeping.problem_of(document)) is not None:
        return problem
    target.parent.mkdir(parents=True, exist_ok=True)
    with keeping.open_file(document) as source:
        keeping.write_whole(target, File(source))
    return None


def _load_document(document: Document, folder: Path) -> None:
    """Put a document back unless it is here; what is missing or altered is found by the verification that follows."""
    if keeping.problem_of(document) is None:
        return
    place = keeping.place_of(document.sha256)
    with contextlib.suppress(FileNotFoundError), (folder / DOCUMENTS / place).open("rb") as source:
        keeping.storage().delete(place)
        keeping.store(document.sha256, document.size, source)


def _save_link_key(draft: Path) -> None:
    """Save the key of mailed links, without which they would all die. One that the environment gives is kept there."""
    kept = settings.VAR_DIR / LINK_KEY
    if not os.environ.get("LINK_KEY") and kept.exists():
        shutil.copy(kept, draft / LINK_KEY)
        (draft / LINK_KEY).chmod(0o600)


def _write_sheet(draft: Path, database: str, heads: dict[str, list[Any]], at: datetime) -> None:
    sheet = {
        "made_at": at.isoformat(),
        "database": database,
        "sha256": _digest(draft / database),
        "documents": Document.objects.count(),
        "ledgers": heads,
    }
    (draft / SHEET).write_text(json.dumps(sheet, indent=2, ensure_ascii=False) + "\n")


def _read_sheet(made: Path) -> dict[str, Any]:
    try:
        sheet: dict[str, Any] = json.loads((made / SHEET).read_text())
        intact = _digest(made / sheet["database"]) == sheet["sha256"]
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(f"{made} is not a backup, or not a whole one: {error}") from error
    if not intact:
        raise BackupError(f"{made / sheet['database']} was altered since the backup was made.")
    return sheet


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _has_businesses() -> bool:
    there = Business._meta.db_table in connection.introspection.table_names()
    return there and Business.objects.exists()
