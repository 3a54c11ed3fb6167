"""Kept documents: whole, once, under their own digest."""

import hashlib
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from people.models import Business
from records import keeping, ledger, verifying
from records.models import Document
from tests.records.work import at_once, keep


def path_of(document: Document) -> Path:
    return Path(settings.STORAGES["documents"]["OPTIONS"]["location"], document.sha256[:2], document.sha256)


def test_a_document_is_found_again_as_it_was(business: Business) -> None:
    document = keep(business)
    assert document.sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert document.size == 8
    assert keeping.read(document) == b"%PDF-1.7" == path_of(document).read_bytes()
    assert keeping.find("invoice_pdf", "invoice:1") == document
    assert keeping.find("invoice_pdf", "invoice:2") is None


def test_the_same_document_made_twice_is_kept_once(business: Business) -> None:
    assert keep(business, b"first") == keep(business, b"second")
    assert keeping.read(Document.objects.get()) == b"first"
    assert ledger.head(business).position == 1


def test_two_documents_of_the_same_bytes_share_a_file(business: Business) -> None:
    assert keep(business).sha256 == keep(business, subject="invoice:2").sha256
    assert Document.objects.count() == 2


def test_a_file_is_kept_without_being_held_in_memory(business: Business) -> None:
    source = BytesIO(b"x" * (3 * keeping.CHUNK + 7))
    document = keep(business, source)
    assert document.size == 3 * keeping.CHUNK + 7
    assert keeping.problem_of(document) is None


def test_bytes_are_written_before_the_row(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_is_full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "write_whole", disk_is_full)
    with pytest.raises(OSError, match="No space"):
        keep(business, b"never kept")
    assert not Document.objects.exists()


def test_a_write_that_breaks_off_leaves_nothing_behind(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: Any) -> None:
        raise OSError("power cut")

    folder = path_of(Document(sha256=hashlib.sha256(b"half written").hexdigest())).parent
    before = set(folder.glob("*"))  # other tests of this process keep files too
    monkeypatch.setattr("records.keeping.os.replace", cut)
    with pytest.raises(OSError, match="power cut"):
        keep(business, b"half written")
    assert folder.is_dir()
    assert set(folder.iterdir()) == before


def test_a_file_cut_by_a_crash_is_written_again(business: Business) -> None:
    document = keep(business, b"whole again")
    path_of(document).unlink()
    path_of(document).write_bytes(b"whole")
    keep(business, b"whole again", subject="invoice:2")
    assert keeping.problem_of(document) is None


def test_a_kept_file_is_read_only(business: Business) -> None:
    assert path_of(keep(business)).stat().st_mode & 0o222 == 0


def spoil(document: Document, content: bytes) -> None:
    path = path_of(document)
    path.chmod(0o640)
    path.write_bytes(content)


def test_an_altered_file_is_found(business: Business) -> None:
    document = keep(business, b"one byte flipped")
    spoil(document, b"one byte flippeD")
    [problem] = verifying.problems(business)
    assert problem.endswith("its file was altered.")
    path_of(document).unlink()


def test_a_missing_file_is_found(business: Business) -> None:
    path_of(keep(business, b"to be lost")).unlink()
    [problem] = verifying.problems(business)
    assert problem.endswith("its file is missing.")


def test_a_row_that_points_to_other_bytes_is_found(business: Business, tamper: Callable[..., None]) -> None:
    keep(business, b"as agreed")
    other = keep(business, b"as invented", subject="invoice:2")
    tamper("UPDATE records_document SET sha256 = %s, size = %s WHERE subject = 'invoice:1'", other.sha256, other.size)
    [problem] = verifying.problems(business)
    assert "the ledger was told something else" in problem


def test_a_row_that_is_gone_is_found(business: Business, tamper: Callable[..., None]) -> None:
    document = keep(business)
    tamper("DELETE FROM records_document WHERE id = %s", document.pk)
    assert list(verifying.problems(business)) == [
        f"document:{document.pk}: the ledger tells of this document, which is gone."
    ]


def test_a_document_is_served_as_a_download(business: Business) -> None:
    response = keeping.response(keep(business))
    assert response["Content-Disposition"] == 'attachment; filename="F2026-0001.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response) == b"%PDF-1.7"


def test_only_harmless_kinds_are_shown_in_the_browser(business: Business) -> None:
    page = keep(business, b"<script>", what="scan", name="scan.html", media_type="text/html")
    assert keeping.response(keep(business), inline=True)["Content-Disposition"].startswith("inline")
    assert keeping.response(page, inline=True)["Content-Disposition"].startswith("attachment")


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_a_document_made_by_several_workers_at_once_is_kept_once(business: Business) -> None:
    kept: list[int] = []
    assert at_once(6, lambda _: kept.append(keep(business).pk)) == []
    assert len(set(kept)) == 1
    assert Document.objects.count() == 1
    assert list(verifying.problems(business)) == []


def verify(**options: Any) -> str:
    said = StringIO()
    call_command("verify_records", stdout=said, **options)
    return said.getvalue()


def test_the_command_says_where_each_ledger_stands(business: Business) -> None:
    keep(business)
    position, digest = ledger.head(business)
    assert f"{business.slug}: ledger at {position}:{digest}" in verify()
    assert "All is as it was kept." in verify(business=business.slug, certificate=f"{position}:{digest}")


def test_the_command_prints_problems_and_exits_with_one(business: Business) -> None:
    path_of(keep(business, b"lost")).unlink()
    with pytest.raises(CommandError, match="1 problem") as refusal:
        verify()
    assert refusal.value.returncode == 1


def test_the_command_refuses_a_certificate_that_does_not_fit(business: Business) -> None:
    keep(business)
    with pytest.raises(CommandError, match="1 problem"):
        verify(business=business.slug, certificate=f"1:{'f' * 64}")


def test_verifying_many_documents_takes_no_more_queries(
    business: Business, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(verifying, "CHECKS", [])
    for number in range(1, 21):
        keep(business, subject=f"invoice:{number}")
    with django_assert_max_num_queries(10):
        verify()
