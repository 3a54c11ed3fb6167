"""Frozen rows. Everything is tried in raw SQL, past every guard of Python."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.models.signals import post_migrate, pre_migrate

from lib import freezing
from tests.lib.conftest import refused, run

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("frozen_tables")]


def test_a_draft_changes_and_becomes_frozen_in_one_update() -> None:
    run("UPDATE bill SET number = 'F2', issued_at = '2026-11-22' WHERE id = 1")
    with refused("bill"):
        run("UPDATE bill SET number = 'F3' WHERE id = 1")


@pytest.mark.parametrize("change", ["number = 'F9'", "issued_at = NULL", "id = 9", "number = number"])
def test_a_frozen_row_refuses_every_update(change: str) -> None:
    with refused("bill", saying="never changes"):
        run(f"UPDATE bill SET {change} WHERE id = 2")


def test_an_update_of_many_rows_is_refused_when_one_is_frozen_and_changes_none() -> None:
    with refused("bill"):
        run("UPDATE bill SET number = number || 'x'")
    assert run("SELECT number FROM bill ORDER BY id") == [("draft",), ("F1",)]


def test_a_frozen_row_is_not_deleted() -> None:
    for table in ("bill_detail", "bill_line", "bill"):
        with refused(table, saying="never deleted"):
            run(f"DELETE FROM {table} WHERE id = 2")


def test_a_draft_is_deleted_with_its_children() -> None:
    run("DELETE FROM bill_detail WHERE id = 1")
    run("DELETE FROM bill_line WHERE id = 1")
    run("DELETE FROM bill WHERE id = 1")
    assert run("SELECT id FROM bill") == [(2,)]


def test_the_children_of_a_draft_come_and_change() -> None:
    run("INSERT INTO bill_line (id, bill_id, label) VALUES (3, 1, 'c')")
    run("INSERT INTO bill_detail (id, line_id, label) VALUES (3, 3, 'c')")
    run("UPDATE bill_detail SET label = 'd' WHERE id = 3")
    run("UPDATE bill_line SET label = 'd' WHERE id = 3")
    assert run("SELECT label FROM bill_line WHERE id = 3") == [("d",)]


def test_a_sealed_parent_takes_no_new_child() -> None:
    with refused("bill_line", saying="no new row"):
        run("INSERT INTO bill_line (id, bill_id, label) VALUES (3, 2, 'c')")


def test_a_sealed_grandparent_takes_no_new_grandchild() -> None:
    with refused("bill_detail", saying="no new row"):
        run("INSERT INTO bill_detail (id, line_id, label) VALUES (3, 2, 'c')")


def test_a_child_is_neither_moved_under_a_sealed_parent_nor_out_of_it() -> None:
    with refused("bill_line"):
        run("UPDATE bill_line SET bill_id = 2 WHERE id = 1")
    with refused("bill_line"):
        run("UPDATE bill_line SET bill_id = 1 WHERE id = 2")


def test_many_children_in_one_insert_are_refused_together() -> None:
    with refused("bill_line"):
        run("INSERT INTO bill_line (id, bill_id, label) VALUES (3, 1, 'c'), (4, 2, 'd')")
    assert run("SELECT count(*) FROM bill_line") == [(2,)]


def test_a_table_always_frozen_takes_rows_and_never_changes_them() -> None:
    run("INSERT INTO fact (id, label) VALUES (2, 'also true')")
    with refused("fact"):
        run("UPDATE fact SET label = 'false' WHERE id = 2")
    with refused("fact"):
        run("DELETE FROM fact WHERE id = 2")


def test_an_excepted_column_changes_alone() -> None:
    run("UPDATE fact SET note = 'seen', label = label WHERE id = 1")
    with refused("fact"):
        run("UPDATE fact SET note = 'seen again', label = NULL WHERE id = 1")
    assert run("SELECT label, note FROM fact") == [("true", "seen")]


def test_nothing_is_missing_once_made_and_making_twice_changes_nothing() -> None:
    before = freezing.ENGINES[connection.vendor]
    with connection.cursor() as cursor:
        made = before.present(cursor)
        freezing.create(connection)
        assert before.present(cursor) == made
    assert freezing.missing(connection) == []


def test_names_are_told_when_triggers_are_missing_and_come_back() -> None:
    run("DROP TRIGGER frozen_fact_update" + (" ON fact" if connection.vendor == "postgresql" else ""))
    assert freezing.missing(connection) == ["frozen_fact_update"]
    freezing.create(connection)
    assert freezing.missing(connection) == []


def test_a_trigger_that_says_something_else_is_missing_and_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(freezing.FROZEN, "fact", freezing.Frozen("fact", when="{row}.label = 'true'"))
    assert "frozen_fact_update" in freezing.missing(connection)
    freezing.create(connection)
    run("INSERT INTO fact (id, label) VALUES (2, 'maybe')")
    run("UPDATE fact SET label = 'true' WHERE id = 2")
    with refused("fact"):
        run("UPDATE fact SET label = 'false' WHERE id = 2")


def test_the_triggers_of_a_table_no_longer_declared_go_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(freezing.FROZEN, "fact")
    freezing.create(connection)
    run("DELETE FROM fact")
    assert run("SELECT count(*) FROM fact") == [(0,)]


def test_a_table_that_does_not_exist_yet_waits() -> None:
    freezing.freeze("to_come")
    freezing.freeze("later", when="{row}.done = 1")
    freezing.freeze("bill_stamp", child_of=("later_id", "later"))
    freezing.create(connection)
    assert freezing.missing(connection) == []


def test_melted_lifts_the_triggers_and_puts_them_back_even_after_a_failure() -> None:
    def flush() -> None:
        with freezing.melted(connection):
            run("DELETE FROM fact")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        flush()
    assert freezing.missing(connection) == []
    assert run("SELECT count(*) FROM fact") == [(0,)]


def test_declaring_twice_the_same_is_nothing_and_differently_is_a_mistake() -> None:
    freezing.freeze("fact", except_columns=("note",))
    with pytest.raises(ImproperlyConfigured, match="fact is declared frozen twice"):
        freezing.freeze("fact")


@pytest.mark.parametrize("parent", ["unknown", "fact"])
def test_a_parent_must_be_declared_and_not_always_frozen(parent: str) -> None:
    freezing.freeze("bill_stamp", child_of=("parent_id", parent))
    with pytest.raises(ImproperlyConfigured, match="bill_stamp is a child of"):
        freezing.create(connection)


def test_a_migration_drops_the_triggers_before_and_makes_them_again_after() -> None:
    freezing.wire()
    freezing.wire()
    first = next(app for app in apps.get_app_configs() if app.models_module is not None)
    told = {"sender": first, "using": "default", "apps": apps, "verbosity": 0, "interactive": False}
    pre_migrate.send(**told, app_config=first, plan=[(Migration("0002", "some_app"), False)])
    run("UPDATE fact SET label = 'rebuilt'")
    post_migrate.send(**told, app_config=first, plan=[])
    with refused("fact"):
        run("UPDATE fact SET label = 'again'")


def test_a_migrate_with_nothing_to_do_never_lifts_the_triggers(monkeypatch: pytest.MonkeyPatch) -> None:
    freezing.wire()
    with monkeypatch.context() as patch:
        patch.setattr(freezing, "drop", lambda connection: pytest.fail("lifted"))
        call_command("migrate", verbosity=0)
    assert freezing.missing(connection) == []
