"""Kept documents: bytes under their SHA-256, written before the row that tells about them.

The order matters: write a temporary file, fsync, rename it to its SHA-256, fsync the folder, then insert the row. A
crash in between leaves a file without a row, which is harmless; never a row without its bytes.
"""

import contextlib
import hashlib
import os
import tempfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import IntegrityError, transaction
from django.http import FileResponse

from people.models import Business
from records import ledger, subjects
from records.models import Document

EVENT = "document_kept"
CHUNK = 1024 * 1024
SHOWN_INLINE = {"application/pdf", "image/png", "image/jpeg"}


class DocumentStorage(FileSystemStorage):
    """Files named by their content: written whole or not at all, never replaced by something else."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        path = Path(self.path(name))
        _make_folder(path.parent)
        if not (path.exists() and path.stat().st_size == content.size):
            write_whole(path, content)
        _flush_folder(path.parent)
        return name


def storage() -> Storage:
    """Return where documents are kept: STORAGES["documents"]."""
    return storages["documents"]


def place_of(sha256: str) -> str:
    """Return the name of some content in the storage: ab/abcdef…"""
    return f"{sha256[:2]}/{sha256}"


def keep(
    *,
    business: Business,
    what: str,
    subject: str,
    name: str,
    media_type: str,
    content: bytes | BinaryIO,
    at: datetime,
) -> Document:
    """Keep a file for good and record its digest in the ledger (whose head it locks: lock other rows before).

    The same `what` and `subject` again returns the document kept first, whatever the content. A large content comes as
    a seekable binary file; it is never held in memory.
    """
    if (kept := find(what, subject)) is not None:
        return kept
    source = BytesIO(content) if isinstance(content, bytes) else content
    sha256, size = digest(source)
    source.seek(0)
    store(sha256, size, source)
    row = Document(
        business=business,
        what=what,
        subject=subject,
        name=name,
        media_type=media_type,
        sha256=sha256,
        size=size,
        made_at=at,
    )
    return _insert(row)


def find(what: str, subject: str) -> Document | None:
    return Document.objects.filter(what=what, subject=subject).first()


def open_file(document: Document) -> BinaryIO:
    """Return the kept bytes as a binary file, to be closed by the caller. Raises FileNotFoundError if they are lost."""
    return cast(BinaryIO, storage().open(place_of(document.sha256), "rb"))


def read(document: Document) -> bytes:
    with open_file(document) as source:
        return source.read()


def response(document: Document, *, inline: bool = False) -> FileResponse:
    """Answer with the file, as a download. `inline` shows it in the browser, if it is of a kind that can do no harm."""
    answer = FileResponse(
        open_file(document),
        as_attachment=not (inline and document.media_type in SHOWN_INLINE),
        filename=document.name,
        content_type=document.media_type,
    )
    answer["Content-Length"] = str(document.size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def problem_of(document: Document) -> str | None:
    """Return what is wrong with the kept bytes of a document, in words; None when they are as they were."""
    title = f"Document {document.pk} ({document.what} {document.subject})"
    try:
        with open_file(document) as source:
            sha256, _ = digest(source)
    except FileNotFoundError:
        return f"{title}: its file is missing."
    except OSError as error:
        return f"{title}: its file cannot be read ({error})."
    return None if sha256 == document.sha256 else f"{title}: its file was altered."


def facts_of(row: Document) -> dict[str, str | int]:
    """Return what the ledger is told of a document; its name stays out, for it may hold a person's."""
    return {"what": row.what, "subject": row.subject, "sha256": row.sha256, "size": row.size}


def digest(source: BinaryIO) -> tuple[str, int]:
    """Return the SHA-256 and the size of what is left to read."""
    found, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        found.update(chunk)
        size += len(chunk)
    return found.hexdigest(), size


def store(sha256: str, size: int, source: BinaryIO) -> None:
    content: File[Any] = File(source)
    content.size = size
    storage().save(place_of(sha256), content)


def _insert(row: Document) -> Document:
    """Insert a document and its fact, or return the one that somebody else inserted meanwhile."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            ledger.record(
                business=row.business, event=EVENT, subject=subjects.ref(row), facts=facts_of(row), at=row.made_at
            )
    except IntegrityError:
        if (kept := find(row.what, row.subject)) is None:
            raise
        return kept
    return row


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _flush_folder(folder.parent)


def write_whole(path: Path, content: "File[Any]") -> None:
    handle, draft = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in content.chunks(CHUNK):
                file.write(chunk)
            file.flush()
            os.fchmod(file.fileno(), 0o440)  # read only: nothing ever writes to it again
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
