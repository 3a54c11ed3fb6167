# ruff: noqa: S608 (names of tables and columns cannot be parameters; they come from the code)
"""The freezing triggers of SQLite.

`INSERT OR REPLACE` and `UPDATE OR REPLACE` delete the row in the way without firing its DELETE triggers, unless
`recursive_triggers` is on. So each INSERT and UPDATE also looks whether a frozen row holds one of its unique keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from lib.freezing_words import Condition, Trigger

PRESENT = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 7) = 'frozen_'"
INDEXES = """
SELECT list.name, master.sql FROM pragma_index_list(%s) list JOIN sqlite_master master USING (name)
WHERE list."unique" ORDER BY list.name
"""


@dataclass(frozen=True)
class UniqueKey:
    """Columns or expressions that no two rows share, among the rows that satisfy `where`."""

    keys: str
    where: str = "1 = 1"


def present(cursor: Any) -> dict[tuple[str, str], str]:
    """Return the text of each freezing trigger, by table and name."""
    cursor.execute(PRESENT)
    return {(table, name): text for table, name, text in cursor.fetchall()}


def drop(connection: BaseDatabaseWrapper, cursor: Any, table: str, name: str) -> None:
    cursor.execute(f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(name)}")


def columns(connection: BaseDatabaseWrapper, cursor: Any, table: str) -> tuple[list[str], str]:
    """Return the columns of a table and its primary key. Django's own reader parses the table's SQL: slow."""
    cursor.execute("SELECT name, pk FROM pragma_table_info(%s) ORDER BY cid", [table])
    found = cursor.fetchall()
    return [name for name, _ in found], next(name for name, place in found if place)


def triggers(connection: BaseDatabaseWrapper, cursor: Any, condition: Condition) -> Iterator[Trigger]:
    """Return the triggers of one table, for the unique keys that it has now."""
    key = condition.quote(condition.primary_key)
    unique_keys = sorted(_unique_keys(cursor, condition), key=str)
    in_the_way = " OR ".join(_held_by_frozen_row(condition, unique_key) for unique_key in unique_keys)
    of_another_row = " OR ".join(
        _held_by_frozen_row(condition, unique_key, f"frozen_row.{key} IS NOT OLD.{key}") for unique_key in unique_keys
    )
    yield _trigger(condition, "update", "BEFORE UPDATE", condition.update_refused("IS NOT"))
    yield _trigger(condition, "delete", "BEFORE DELETE", condition.frozen("OLD"))
    yield _trigger(condition, "replace", "BEFORE INSERT", in_the_way)
    yield _trigger(condition, "overwrite", "BEFORE UPDATE", of_another_row)
    if condition.parent:
        yield _trigger(condition, "insert", "BEFORE INSERT", condition.parent_frozen("NEW"))


def _trigger(condition: Condition, event: str, moment: str, refused: str) -> Trigger:
    name, sentence = condition.trigger_name(event), condition.sentence(event).replace("'", "''")
    text = (
        f"CREATE TRIGGER {condition.quote(name)} {moment} ON {condition.quote(condition.table)} FOR EACH ROW "
        f"WHEN {refused} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    )
    return Trigger(condition.table, name, text, [text])


def _held_by_frozen_row(condition: Condition, unique_key: UniqueKey, also: str = "1 = 1") -> str:
    """Return the condition that a frozen row holds the NEW row's key. The key's SQL names columns alone, hence a
    row made of NEW's columns to read it from."""
    new_columns = ", ".join(f"NEW.{column} AS {column}" for column in map(condition.quote, condition.columns))
    new_key = f"(SELECT {unique_key.keys} FROM (SELECT {new_columns}) WHERE {unique_key.where})"
    return (
        f"EXISTS (SELECT 1 FROM {condition.quote(condition.table)} frozen_row WHERE ({unique_key.keys}) = {new_key} "
        f"AND ({unique_key.where}) AND ({condition.frozen('frozen_row')}) AND {also})"
    )


def _unique_keys(cursor: Any, condition: Condition) -> set[UniqueKey]:
    cursor.execute(INDEXES, [condition.table])
    indexes = cursor.fetchall()
    found = {UniqueKey(condition.quote(condition.primary_key))}
    for name, text in indexes:
        found.add(_key_of_index(text) if text else UniqueKey(_columns_of_index(cursor, condition, name)))
    return found


def _columns_of_index(cursor: Any, condition: Condition, name: str) -> str:
    cursor.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", [name])
    return ", ".join(condition.quote(column) for (column,) in cursor.fetchall())


def _key_of_index(text: str) -> UniqueKey:
    """Read `CREATE UNIQUE INDEX "name" ON "table" (keys) WHERE condition`."""
    start = end = text.index("(")
    depth = 0
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            break
    where = text[end + 1 :].strip()
    return UniqueKey(text[start + 1 : end], where[len("WHERE") :].strip() or "1 = 1")
