import hashlib
import io
import subprocess
import zipfile
from datetime import UTC, datetime

from desk.archive import writing

MADE_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def zipped(files):
    target = io.BytesIO()
    with writing(target, folder="2026-Q4", made_at=MADE_AT) as archive:
        for name, content in files.items():
            archive.add(name, [content[:3], content[3:]])
    return target


def test_an_archive_holds_its_files_in_one_folder():
    opened = zipfile.ZipFile(zipped({"a.pdf": b"one two", "b.csv": b"x;y\r\n"}))
    assert opened.namelist() == ["2026-Q4/a.pdf", "2026-Q4/b.csv", "2026-Q4/SHA256SUMS"]
    assert opened.read("2026-Q4/a.pdf") == b"one two"


def test_each_entry_says_its_digest_and_size():
    target = io.BytesIO()
    with writing(target, folder="f", made_at=MADE_AT) as archive:
        entry = archive.add_file("a.pdf", io.BytesIO(b"bytes" * 50_000))
    assert entry.size == 250_000
    assert entry.sha256 == hashlib.sha256(b"bytes" * 50_000).hexdigest()


def test_the_same_files_make_the_same_archive():
    assert zipped({"a.pdf": b"one two"}).getvalue() == zipped({"a.pdf": b"one two"}).getvalue()


def test_an_ordinary_tool_verifies_the_archive(tmp_path):
    zipfile.ZipFile(zipped({"a.pdf": b"one two", "b.csv": b"x;y"})).extractall(tmp_path)
    check = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path / "2026-Q4", capture_output=True)
    assert check.returncode == 0
    (tmp_path / "2026-Q4/a.pdf").write_bytes(b"one twp")
    check = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path / "2026-Q4", capture_output=True)
    assert check.returncode == 1
