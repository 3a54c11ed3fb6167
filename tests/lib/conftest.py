"""Tables made for the occasion: a bill with lines and details, and facts. Bill 2 is issued, bill 1 a draft."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from lib import freezing

ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
collect_ignore = ["test_freezing_postgresql.py" if ON_SQLITE else "test_freezing_sqlite.py"]

TABLES = """
CREATE TABLE bill (
  id integer PRIMARY KEY, number varchar(20) UNIQUE, issued_at varchar(30), seen integer, place integer
);
CREATE UNIQUE INDEX one_current_bill_per_place ON bill (place) WHERE seen = 1;
CREATE UNIQUE INDEX bill_number_any_case ON bill (LOWER(number));
CREATE TABLE bill_line (id integer PRIMARY KEY, bill_id integer REFERENCES bill (id), label varchar(20));
CREATE TABLE bill_detail (id integer PRIMARY KEY, line_id integer REFERENCES bill_line (id), label varchar(20));
CREATE TABLE fact (id integer PRIMARY KEY, label varchar(20), note varchar(20));
"""


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "FROZEN", freezing.FROZEN.copy())
    freezing.freeze("bill", when="{row}.issued_at IS NOT NULL")
    freezing.freeze("bill_line", child_of=("bill_id", "bill"))
    freezing.freeze("bill_detail", child_of=("line_id", "bill_line"))
    freezing.freeze("fact", except_columns=("note",))


@pytest.fixture
def frozen_tables(db: None, declared: None) -> None:
    make_tables()


@pytest.fixture
def committed_tables(transactional_db: None, declared: None) -> Iterator[None]:
    """The same, seen by other connections; gone before the database is flushed."""
    make_tables()
    yield
    for table in ("bill_detail", "bill_line", "bill", "fact"):
        run(f"DROP TABLE {table}")
    for table in ("bill_detail", "bill_line", "bill", "fact"):
        freezing.FROZEN.pop(table)
    freezing.create(connection)


def make_tables() -> None:
    for statement in TABLES.strip().split(";\n"):
        run(statement)
    freezing.create(connection)
    run("INSERT INTO bill (id, number, seen, place) VALUES (1, 'draft', 0, 1), (2, 'F1', 1, 7)")
    run("INSERT INTO bill_line (id, bill_id, label) VALUES (1, 1, 'a'), (2, 2, 'b')")
    run("INSERT INTO bill_detail (id, line_id, label) VALUES (1, 1, 'a'), (2, 2, 'b')")
    run("INSERT INTO fact (id, label) VALUES (1, 'true')")
    run("UPDATE bill SET issued_at = '2026-11-22' WHERE id = 2")


def run(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def refused(table: str, *, saying: str = "") -> Iterator[None]:
    with pytest.raises(IntegrityError, match=f"{table} is frozen: .*{saying}"), transaction.atomic():
        yield
