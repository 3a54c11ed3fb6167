"""The sealed ledger: intact, it says so; touched, it says where."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lib.money import euros
from people.models import Business
from records import ledger, verifying
from records.models import Ledger, LedgerEntry
from tests.make import NOW
from tests.records.work import ISSUERS, at_once, keep

Tamper = Callable[..., None]


def record(business: Business, number: int = 1, **facts: Any) -> LedgerEntry:
    with transaction.atomic():
        return ledger.record(
            business=business, event="invoice_issued", subject=f"invoice:{number}", facts=facts, at=NOW
        )


@pytest.fixture
def three(business: Business) -> Business:
    for number in (1, 2, 3):
        record(business, number, total=euros("1200"))
    return business


def test_a_chain_that_nobody_touched_is_intact(three: Business) -> None:
    assert ledger.verify(three) == []
    assert ledger.head(three).position == 3


def test_an_empty_ledger_is_intact(business: Business) -> None:
    assert ledger.verify(business) == []
    assert ledger.head(business) == ledger.Head(0, "0" * 64)


def test_the_first_entrys_digest_never_changes(business: Business) -> None:
    """Pinned for ever: if this fails, ledgers already kept no longer verify. `business` is replaced by 7 here."""
    entry = record(business, total=euros("1200"), days=Decimal("2.50"))
    assert entry.facts == '{"days":"2.5","total":"1200.00 EUR"}'
    assert ledger.digest_of(entry, 7) == "13cf0c9e3a92c914ea09f8bc41a6e1dc70f088db37a99dc938afb30937466a60"


def test_a_flipped_byte_is_found(three: Business, tamper: Tamper) -> None:
    tamper("UPDATE records_ledgerentry SET facts = %s WHERE position = 2", '{"total":"1300.00 EUR"}')
    [problem] = ledger.verify(three)
    assert "entry 2" in problem
    assert "altered" in problem


def test_an_entry_rewritten_with_its_digest_no_longer_fits_the_next(three: Business, tamper: Tamper) -> None:
    entry = LedgerEntry.objects.get(position=2)
    entry.facts = '{"total":"1300.00 EUR"}'
    digest = ledger.digest_of(entry, three.pk)
    tamper("UPDATE records_ledgerentry SET facts = %s, digest = %s WHERE position = 2", entry.facts, digest)
    [problem] = ledger.verify(three)
    assert "entry 3" in problem
    assert "not chained" in problem


def test_a_cut_tail_is_found(three: Business, tamper: Tamper) -> None:
    tamper("DELETE FROM records_ledgerentry WHERE position = 3")
    [problem] = ledger.verify(three)
    assert "the head stands at 3 but the last entry is 2" in problem


def test_a_missing_entry_is_found(three: Business, tamper: Tamper) -> None:
    tamper("DELETE FROM records_ledgerentry WHERE position = 2")
    assert any("what was between is missing" in problem for problem in ledger.verify(three))


def test_two_entries_in_the_wrong_order_are_found(three: Business, tamper: Tamper) -> None:
    for old, new in ((1, 9), (2, 1), (9, 2)):
        tamper("UPDATE records_ledgerentry SET position = %s WHERE position = %s", new, old)
    problems = ledger.verify(three)
    assert any("entry 1" in problem for problem in problems)
    assert any("entry 2" in problem for problem in problems)


def test_a_whole_chain_written_anew_does_not_fit_an_earlier_certificate(three: Business, tamper: Tamper) -> None:
    certificate = ledger.head(three)
    tamper("DELETE FROM records_ledgerentry")
    Ledger.objects.update(position=0, digest=ledger.START)
    for number in (1, 2, 3):
        record(three, number, total=euros("900"))
    assert ledger.verify(three) == []
    assert not ledger.holds(three, certificate)
    assert ledger.holds(three, ledger.head(three))


def test_a_certificate_still_fits_a_chain_that_went_on(three: Business) -> None:
    certificate = ledger.head(three)
    record(three, 4)
    assert ledger.holds(three, certificate)


@pytest.mark.parametrize("words", ["Camille Ferrand", "camille@example.org", "4 rue des Haies"])
def test_names_and_addresses_never_enter_the_ledger(business: Business, words: str) -> None:
    with pytest.raises(ValueError, match="not words"):
        record(business, who=words)
    with pytest.raises(ValueError, match="not words"):
        record(business, parties=[{"who": words}])
    assert not LedgerEntry.objects.exists()


def test_what_is_rolled_back_was_never_recorded(three: Business) -> None:
    with transaction.atomic():
        ledger.record(business=three, event="x", subject="invoice:4", facts={}, at=NOW)
        transaction.set_rollback(True)
    assert ledger.head(three).position == 3
    assert ledger.verify(three) == []


def test_facts_about_a_subject_come_back_oldest_first(three: Business) -> None:
    record(three, 1, total=euros("5"))
    assert ledger.facts_about(three, "invoice_issued", "invoice:1") == [
        {"total": "1200.00 EUR"},
        {"total": "5.00 EUR"},
    ]


def test_what_apps_register_is_asked_too(three: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "CHECKS", [])
    verifying.register(lambda business: [f"{business.slug} is not as it was"])
    assert list(verifying.problems(three)) == [f"{three.slug} is not as it was"]


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_many_who_record_at_once_make_one_chain(business: Business) -> None:
    def work(issuer: int) -> None:
        for turn in range(10):
            record(business, issuer * 10 + turn + 1)

    assert at_once(ISSUERS, work) == []
    assert ledger.verify(business) == []
    assert ledger.head(business).position == ISSUERS * 10


STATEMENTS = [
    "UPDATE records_ledgerentry SET facts = '{}'",
    "UPDATE records_ledgerentry SET at = at",
    "DELETE FROM records_ledgerentry",
    "UPDATE records_document SET sha256 = ''",
    "DELETE FROM records_document",
]
ON_SQLITE = [
    "INSERT OR REPLACE INTO records_ledgerentry SELECT * FROM records_ledgerentry",
    "INSERT OR REPLACE INTO records_document SELECT * FROM records_document",
    "UPDATE OR REPLACE records_ledgerentry SET position = 1",
]
ON_POSTGRESQL = [
    "TRUNCATE records_ledgerentry",
    "TRUNCATE records_document CASCADE",
    "INSERT INTO records_ledgerentry SELECT * FROM records_ledgerentry ON CONFLICT (id) DO UPDATE SET facts = ''",
]


@pytest.mark.engine
@pytest.mark.parametrize("statement", STATEMENTS + (ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL))
def test_the_database_refuses_to_alter_what_is_kept(three: Business, statement: str) -> None:
    keep(three)
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(verifying.problems(three)) == []
