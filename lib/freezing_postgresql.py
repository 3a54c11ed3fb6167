# ruff: noqa: S608 (names of tables and columns cannot be parameters; they come from the code)
"""The freezing triggers of PostgreSQL: one function per table, and one trigger per event.

Sealing a parent and writing a child at the same time would slip past a mere look at the parent, each transaction seeing
the state before the other. So the trigger of a child first locks its parents, from the top, against any change: whoever
comes second waits, then sees. FOR NO KEY UPDATE, and not FOR SHARE: two writers of children would each hold the parent
and then wait for the other when both come to change it. It lets foreign keys be checked meanwhile.
"""

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from lib.freezing_words import Condition, Trigger

PRESENT = """
SELECT class.relname, trigger.tgname, function.prosrc FROM pg_trigger trigger
JOIN pg_class class ON class.oid = trigger.tgrelid
JOIN pg_proc function ON function.oid = trigger.tgfoid
WHERE left(trigger.tgname, 7) = 'frozen_' AND NOT trigger.tgisinternal AND trigger.tgenabled <> 'D'
AND pg_table_is_visible(class.oid)
"""


def present(cursor: Any) -> dict[tuple[str, str], str]:
    """Return the body of each freezing trigger that is enabled, by table and name."""
    cursor.execute(PRESENT)
    return {(table, name): body for table, name, body in cursor.fetchall()}


def drop(connection: BaseDatabaseWrapper, cursor: Any, table: str, name: str) -> None:
    quote = connection.ops.quote_name
    cursor.execute(f"DROP TRIGGER IF EXISTS {quote(name)} ON {quote(table)}")
    cursor.execute(f"DROP FUNCTION IF EXISTS {quote(name)}()")


def columns(connection: BaseDatabaseWrapper, cursor: Any, table: str) -> tuple[list[str], str]:
    """Return the columns of a table and its primary key."""
    introspection = connection.introspection
    found = [column.name for column in introspection.get_table_description(cursor, table)]
    return found, str(introspection.get_primary_key_column(cursor, table))


def triggers(connection: BaseDatabaseWrapper, cursor: Any, condition: Condition) -> Iterator[Trigger]:
    """Return the triggers of one table."""
    update = condition.update_refused("IS DISTINCT FROM")
    yield _trigger(condition, "update", update, returned="NEW", locked=("OLD", "NEW"))
    yield _trigger(condition, "delete", condition.frozen("OLD"), returned="OLD", locked=("OLD",))
    yield _trigger(condition, "truncate", "TRUE", returned="NULL", each="STATEMENT")
    if condition.parent:
        yield _trigger(condition, "insert", condition.parent_frozen("NEW"), returned="NEW", locked=("NEW",))


def _trigger(
    condition: Condition, event: str, refused: str, *, returned: str, locked: tuple[str, ...] = (), each: str = "ROW"
) -> Trigger:
    name, table = condition.trigger_name(event), condition.quote(condition.table)
    sentence = condition.sentence(event).replace("'", "''")
    locks = "".join(
        f"PERFORM 1 FROM {source} FOR NO KEY UPDATE; " for row in locked for source in _parents(condition, row)
    )
    body = (
        f"BEGIN {locks}IF {refused} THEN "
        f"RAISE EXCEPTION USING MESSAGE = '{sentence}', ERRCODE = 'check_violation', TABLE = '{condition.table}'; "
        f"END IF; RETURN {returned}; END"
    )
    quoted = condition.quote(name)
    statements = [
        f"CREATE OR REPLACE FUNCTION {quoted}() RETURNS trigger LANGUAGE plpgsql AS $frozen${body}$frozen$",
        f"DROP TRIGGER IF EXISTS {quoted} ON {table}",
        f"CREATE TRIGGER {quoted} BEFORE {event.upper()} ON {table} FOR EACH {each} EXECUTE FUNCTION {quoted}()",
    ]
    return Trigger(condition.table, name, body, statements)


def _parents(condition: Condition, row: str, depth: int = 1) -> list[str]:
    """Return the FROM and WHERE of each row above this one, the highest first, as acts lock them."""
    if condition.parent is None:
        return []
    alias = f"frozen_parent_{depth}"
    found = condition.of_parent(row, alias)
    return [*_above(condition.parent, found, alias, depth + 1), found]


def _above(parent: Condition, found: str, alias: str, depth: int) -> list[str]:
    if parent.parent is None:
        return []
    assert parent.foreign_key is not None
    above = f"frozen_parent_{depth}"
    table, key = parent.quote(parent.parent.table), parent.quote(parent.parent.primary_key)
    source = f"{table} {above} WHERE {above}.{key} = (SELECT {alias}.{parent.quote(parent.foreign_key)} FROM {found})"
    return [*_above(parent.parent, source, above, depth + 1), source]
