"""What only SQLite can do to a frozen row: REPLACE."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

from lib import freezing
from tests.lib.conftest import refused, run


@pytest.fixture(params=["ON", "OFF"])
def recursive_triggers(request: pytest.FixtureRequest, frozen_tables: None) -> Iterator[None]:
    before = run("PRAGMA recursive_triggers")[0][0]
    run(f"PRAGMA recursive_triggers = {request.param}")
    yield
    run(f"PRAGMA recursive_triggers = {before}")


@pytest.mark.usefixtures("recursive_triggers")
@pytest.mark.parametrize(
    "row",
    [
        pytest.param("(2, 'F9', NULL, 0, 9)", id="by its primary key"),
        pytest.param("(9, 'F1', NULL, 0, 9)", id="by a unique column"),
        pytest.param("(NULL, 'F1', NULL, 0, 9)", id="by a unique column, with the key left out"),
        pytest.param("(9, 'f1', NULL, 0, 9)", id="by a unique expression"),
        pytest.param("(9, 'F9', NULL, 1, 7)", id="by a unique index with a condition"),
    ],
)
def test_a_frozen_row_is_not_replaced(row: str) -> None:
    with refused("bill"):
        run(f"INSERT OR REPLACE INTO bill (id, number, issued_at, seen, place) VALUES {row}")
    assert run("SELECT number FROM bill ORDER BY id") == [("draft",), ("F1",)]


@pytest.mark.usefixtures("recursive_triggers")
def test_a_frozen_child_and_a_row_always_frozen_are_not_replaced() -> None:
    with refused("bill_line"):
        run("REPLACE INTO bill_line (id, bill_id, label) VALUES (2, 1, 'x')")
    with refused("bill_detail"):
        run("REPLACE INTO bill_detail (id, line_id, label) VALUES (2, 1, 'x')")
    with refused("fact"):
        run("REPLACE INTO fact (id, label) VALUES (1, 'false')")


@pytest.mark.usefixtures("recursive_triggers")
@pytest.mark.parametrize("change", ["id = 2", "number = 'F1'", "number = 'f1'", "seen = 1, place = 7"])
def test_a_draft_that_takes_the_key_of_a_frozen_row_does_not_push_it_out(change: str) -> None:
    with refused("bill"):
        run(f"UPDATE OR REPLACE bill SET {change} WHERE id = 1")
    assert run("SELECT number FROM bill ORDER BY id") == [("draft",), ("F1",)]


@pytest.mark.usefixtures("recursive_triggers")
def test_a_draft_is_replaced_and_rows_that_hinder_nobody_come_in() -> None:
    run("REPLACE INTO bill (id, number, seen, place) VALUES (1, 'new draft', 0, 7)")
    run("INSERT INTO bill (number, seen, place) VALUES ('third', 0, 7), ('fourth', 1, 8)")
    assert run("SELECT count(*) FROM bill") == [(4,)]


@pytest.mark.usefixtures("frozen_tables")
def test_looking_for_a_row_in_the_way_uses_the_index_of_each_key() -> None:
    text = run("SELECT sql FROM sqlite_master WHERE name = 'frozen_fact_replace'")[0][0]
    question = str(text).split(" WHEN ")[1].split(" BEGIN ")[0].replace("NEW.", "given.")
    plan = run(f"EXPLAIN QUERY PLAN SELECT 1 FROM fact given WHERE {question}")
    assert not [step for step in plan if "SCAN frozen_row" in str(step)]


def rebuild_bill() -> None:
    """Change a column, as a migration does: SQLite makes the table anew, which drops its triggers."""
    with isolate_apps("people"):

        class Bill(models.Model):
            number = models.CharField(max_length=20, null=True)
            issued_at = models.CharField(max_length=30, null=True)
            seen = models.IntegerField(null=True)
            place = models.IntegerField(null=True)

            class Meta:
                app_label = "people"
                db_table = "bill"

        longer = models.CharField(max_length=40, null=True)
        longer.set_attributes_from_name("number")
        longer.model = Bill
        with connection.schema_editor() as editor:
            editor.alter_field(Bill, Bill._meta.get_field("number"), longer)


@pytest.mark.usefixtures("committed_tables")
def test_a_table_made_anew_by_a_migration_is_frozen_again_after_it() -> None:
    first = next(app for app in apps.get_app_configs() if app.models_module is not None)
    freezing._before_migration(first, "default", plan=["a migration"])
    rebuild_bill()
    assert run("SELECT count(*) FROM bill") == [(2,)]
    freezing._after_migration(first, "default")
    assert freezing.missing(connection) == []
    with refused("bill"):
        run("UPDATE bill SET number = 'F9' WHERE id = 2")
    with refused("bill_line"):
        run("INSERT INTO bill_line (id, bill_id, label) VALUES (9, 2, 'late')")
