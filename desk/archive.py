"""One archive for a period: a ZIP written in flat memory, with the digest of all it holds."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, BinaryIO

CHUNK = 1 << 16
COMPRESSED = (".csv", ".txt", ".json", ".xml")  # a PDF is compressed already
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Entry:
    """A file of the archive: its name there, its bytes' SHA-256 and their number."""

    name: str
    sha256: str
    size: int


class Archive:
    """Writes files one after the other, never holding more than a chunk of one."""

    def __init__(self, zipped: zipfile.ZipFile, folder: str, made_at: datetime) -> None:
        self._zip = zipped
        self._folder = folder
        self._date = made_at.timetuple()[:6]
        self.entries: list[Entry] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> Entry:
        """Write one file and return what was written."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(self._info(name), "w", force_zip64=False) as target:
            for chunk in chunks:
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        entry = Entry(name, digest.hexdigest(), size)
        self.entries.append(entry)
        return entry

    def add_file(self, name: str, source: BinaryIO) -> Entry:
        return self.add(name, iter(lambda: source.read(CHUNK), b""))

    def sums(self) -> Iterator[bytes]:
        """Yield the lines that `sha256sum --check` reads, for whoever has no Courgette."""
        for entry in self.entries:
            yield f"{entry.sha256}  {entry.name}\n".encode()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(f"{self._folder}/{name}", self._date)
        info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(COMPRESSED) else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        return info


@contextmanager
def writing(file: IO[bytes], *, folder: str, made_at: datetime) -> Iterator[Archive]:
    """Open an archive on a file; at the end it holds SHA256SUMS of all its files."""
    with zipfile.ZipFile(file, "w") as zipped:
        archive = Archive(zipped, folder, made_at)
        yield archive
        archive.add(SUMS, list(archive.sums()))
