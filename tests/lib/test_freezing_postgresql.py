"""What only PostgreSQL can do to a frozen row: TRUNCATE, upserts, sealing while a child is written."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from lib import freezing
from tests.lib.conftest import refused, run

pytestmark = pytest.mark.engine


@pytest.mark.usefixtures("frozen_tables")
@pytest.mark.parametrize("table", ["bill", "bill_line", "bill_detail", "fact"])
def test_a_frozen_table_is_not_truncated(table: str) -> None:
    with refused(table, saying="never emptied"):
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.usefixtures("frozen_tables")
def test_an_upsert_of_a_frozen_row_is_refused() -> None:
    with refused("bill"):
        run("INSERT INTO bill (id, number) VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET number = 'x'")


@pytest.mark.usefixtures("frozen_tables")
def test_a_disabled_trigger_is_missing() -> None:
    run("ALTER TABLE fact DISABLE TRIGGER frozen_fact_delete")
    assert freezing.missing(connection) == ["frozen_fact_delete"]


SEAL = "UPDATE bill SET issued_at = '2026-11-22' WHERE id = 1"
WRITES = [
    pytest.param("INSERT INTO bill_line (id, bill_id, label) VALUES (3, 1, 'late')", id="a new line"),
    pytest.param("INSERT INTO bill_detail (id, line_id, label) VALUES (3, 1, 'late')", id="a new detail of a line"),
    pytest.param("UPDATE bill_line SET label = 'late' WHERE id = 1", id="a line that changes"),
    pytest.param("DELETE FROM bill_detail WHERE id = 1", id="a detail that goes"),
    pytest.param("UPDATE bill_line SET bill_id = 1 WHERE id = 4", id="a line that comes from another draft"),
]


class Elsewhere(threading.Thread):
    """One statement in a transaction of its own, on another connection; `error` is what it raised."""

    def __init__(self, statement: str) -> None:
        super().__init__()
        self.statement = statement
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with transaction.atomic():
                run(self.statement)
        except IntegrityError as error:
            self.error = error
        finally:
            connection.close()


def wait_until_it_waits(thread: threading.Thread) -> None:
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not run(waiting):
        assert thread.is_alive(), "it did not wait"
        run("SELECT pg_stat_clear_snapshot()")


@pytest.fixture
def another_draft(committed_tables: None) -> None:
    run("INSERT INTO bill (id, number, seen, place) VALUES (3, 'draft 3', 0, 3)")
    run("INSERT INTO bill_line (id, bill_id, label) VALUES (4, 3, 'x')")


@pytest.mark.usefixtures("another_draft")
@pytest.mark.parametrize("write", WRITES)
def test_what_is_written_under_a_parent_while_it_is_sealed_waits_then_is_refused(write: str) -> None:
    with transaction.atomic():
        run(SEAL)
        late = Elsewhere(write)
        late.start()
        wait_until_it_waits(late)
    late.join(10)
    assert "is frozen" in str(late.error)


@pytest.mark.usefixtures("another_draft")
@pytest.mark.parametrize("write", WRITES)
def test_sealing_waits_for_what_is_being_written_under_the_parent(write: str) -> None:
    with transaction.atomic():
        run(write)
        sealing = Elsewhere(SEAL)
        sealing.start()
        wait_until_it_waits(sealing)
    sealing.join(10)
    assert sealing.error is None
    assert run("SELECT issued_at FROM bill WHERE id = 1") == [("2026-11-22",)]


@pytest.mark.usefixtures("committed_tables")
def test_two_writers_of_lines_who_then_change_the_draft_do_not_lock_each_other_out() -> None:
    with transaction.atomic():
        run("INSERT INTO bill_line (id, bill_id, label) VALUES (3, 1, 'mine')")
        other = Elsewhere(
            "INSERT INTO bill_line (id, bill_id, label) VALUES (5, 1, 'theirs');"
            "UPDATE bill SET number = 'theirs' WHERE id = 1"
        )
        other.start()
        wait_until_it_waits(other)
        run("UPDATE bill SET number = 'mine' WHERE id = 1")
    other.join(10)
    assert other.error is None
    assert run("SELECT number FROM bill WHERE id = 1") == [("theirs",)]
