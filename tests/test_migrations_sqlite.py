"""On SQLite the tests make their tables from the models: what migrations make must be the same."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

Ask = Callable[[str], list[Any]]
Table = tuple[Any, ...]
ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_migrations_make_the_tables_that_the_models_describe(tmp_path: Path) -> None:
    environment = os.environ | {"COURGETTE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "manage.py", "release"], env=environment, cwd=ROOT, check=True, timeout=300)
    with sqlite3.connect(next(tmp_path.glob("*.sqlite3"))) as migrated:
        made = described(lambda sql: migrated.execute(sql).fetchall())
    with connection.cursor() as cursor:
        wanted = described(lambda sql: cursor.execute(sql).fetchall())
    assert made.keys() == wanted.keys()
    assert [name for name in wanted if made[name] != wanted[name]] == []


def described(ask: Ask) -> dict[str, Table]:
    """Return each table's columns, checks, indexes and triggers by their names, whatever order they were made in."""
    tables = [name for (name,) in ask("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")]
    return {name: _table(ask, name) for name in tables if not name.startswith(("cache", "django_migrations"))}


def _table(ask: Ask, name: str) -> Table:
    columns = sorted((row[1], row[2], row[3], row[5]) for row in ask(f"PRAGMA table_info('{name}')"))
    [(sql,)] = ask(f"SELECT sql FROM sqlite_master WHERE type='table' AND name='{name}'")
    constraints = sorted(part.split('"')[1] for part in sql.split("CONSTRAINT ")[1:])
    others = ask(f"SELECT type, name FROM sqlite_master WHERE tbl_name='{name}' AND type IN ('index', 'trigger')")
    named = sorted((kind, one) for kind, one in others if not one.startswith("sqlite_autoindex"))
    return columns, constraints, named
