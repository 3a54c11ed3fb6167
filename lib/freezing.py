"""Which rows never change, and the triggers that see to it on SQLite and on PostgreSQL.

Each app declares its frozen tables in `<app>/frozen.py`, imported from its AppConfig.ready():

    freeze("billing_invoice", when="{row}.issued_at IS NOT NULL")
    freeze("billing_invoiceline", child_of=("invoice_id", "billing_invoice"))
    freeze("billing_receipt")                                                    # from its insertion on

The triggers refuse: UPDATE and DELETE of a frozen row; INSERT of a child once its parent is frozen (write the children
first, then seal the parent); on SQLite REPLACE of a frozen row, by its primary key or another unique key, whatever
`recursive_triggers` is; on PostgreSQL TRUNCATE. They raise django.db.IntegrityError: "billing_invoice is frozen: …".
A row that becomes frozen passes: the condition looks at the row as it was.

Migrations rebuild tables on SQLite, which drops triggers, and fails when another table's trigger mentions the table:
all triggers go away before a migration and come back after it. A migration that fails leaves the tables unfrozen until
the next one succeeds; `missing()` tells.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

from lib import freezing_postgresql, freezing_sqlite
from lib.freezing_words import LONGEST_NAME, Condition, Trigger

ENGINES = {"sqlite": freezing_sqlite, "postgresql": freezing_postgresql}


@dataclass(frozen=True)
class Frozen:
    """What one table promises."""

    table: str
    when: str | None = None
    child_of: tuple[str, str] | None = None
    except_columns: tuple[str, ...] = ()

    @property
    def always(self) -> bool:
        return self.when is None and self.child_of is None


FROZEN: dict[str, Frozen] = {}


def freeze(
    table: str,
    *,
    when: str | None = None,
    child_of: tuple[str, str] | None = None,
    except_columns: tuple[str, ...] = (),
) -> None:
    """Declare a table frozen; nothing happens in the database before `create()`.

    when: SQL on the row's own columns, `{row}` standing for the row; valid on both engines.
    child_of: (foreign key column, parent table): frozen when its parent is. With `when` too, either is enough.
    Neither: always frozen.
    except_columns: may change for ever (a column that says nothing about what was agreed).
    """
    declared = Frozen(table, when, child_of, except_columns)
    if FROZEN.get(table, declared) != declared:
        raise ImproperlyConfigured(f"{table} is declared frozen twice, differently.")
    if len(f"frozen_{table}_truncate") > LONGEST_NAME:
        raise ImproperlyConfigured(f"The name of table {table} is too long for its triggers.")
    FROZEN[table] = declared


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers of every frozen table that exists. Those in place are left alone, those of the past dropped."""
    engine = ENGINES[connection.vendor]
    wanted = _wanted(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        present = engine.present(cursor)
        for key in sorted(present):
            if key not in wanted or present[key] != wanted[key].text:
                engine.drop(connection, cursor, *key)
        for key in sorted(wanted):
            if present.get(key) != wanted[key].text:
                for statement in wanted[key].statements:
                    cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Drop every trigger made here, even of tables that are no longer declared."""
    engine = ENGINES[connection.vendor]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for key in sorted(engine.present(cursor)):
            engine.drop(connection, cursor, *key)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that are not there, are disabled, or are not as declared."""
    wanted = _wanted(connection)
    with connection.cursor() as cursor:
        present = ENGINES[connection.vendor].present(cursor)
    return [name for table, name in sorted(wanted) if present.get((table, name)) != wanted[table, name].text]


@contextmanager
def melted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Lift the triggers, for the flush of a test database and nothing else."""
    drop(connection)
    try:
        yield
    finally:
        create(connection)


def wire() -> None:
    """Drop the triggers before each migration and make them again after it. Called once, when the site starts."""
    pre_migrate.connect(_before_migration, dispatch_uid="lib.freezing.drop")
    post_migrate.connect(_after_migration, dispatch_uid="lib.freezing.create")


def _before_migration(sender: Any, using: str, plan: list[Any] | None = None, **kwargs: Any) -> None:
    if plan and _first_to_tell(sender):
        drop(connections[using])


def _after_migration(sender: Any, using: str, **kwargs: Any) -> None:
    if _first_to_tell(sender):
        create(connections[using])


def _first_to_tell(sender: Any) -> bool:
    """Django tells about one migration once per app: the first time is enough."""
    return sender is next((app for app in apps.get_app_configs() if app.models_module is not None), None)


def _wanted(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], Trigger]:
    engine = ENGINES[connection.vendor]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        triggers = [
            trigger
            for frozen in FROZEN.values()
            if {frozen.table, *_ancestors(frozen)} <= existing
            for trigger in engine.triggers(connection, cursor, _condition(connection, cursor, frozen))
        ]
    return {(trigger.table, trigger.name): trigger for trigger in triggers}


def _ancestors(frozen: Frozen) -> list[str]:
    """Return the parent, its parent, and so on. A parent must be frozen by a condition: else it could have no child."""
    if frozen.child_of is None:
        return []
    parent = FROZEN.get(frozen.child_of[1])
    if parent is None or parent.always:
        state = "is not declared frozen" if parent is None else "is always frozen, so that it could have no child"
        raise ImproperlyConfigured(f"{frozen.table} is a child of {frozen.child_of[1]}, which {state}.")
    return [parent.table, *_ancestors(parent)]


def _condition(connection: BaseDatabaseWrapper, cursor: Any, frozen: Frozen) -> Condition:
    """Return what the engines need to know of a table, with its parents' conditions."""
    columns, primary_key = ENGINES[connection.vendor].columns(connection, cursor, frozen.table)
    return Condition(
        table=frozen.table,
        quote=connection.ops.quote_name,
        primary_key=primary_key,
        columns=columns,
        except_columns=frozen.except_columns,
        when=frozen.when,
        foreign_key=frozen.child_of[0] if frozen.child_of else None,
        parent=_condition(connection, cursor, FROZEN[frozen.child_of[1]]) if frozen.child_of else None,
    )
