"""A whole database as one file: SQLite by its own backup, PostgreSQL by pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def save(connection: BaseDatabaseWrapper, folder: Path) -> str:
    """Save the database as it is at one moment, while it is used; return the name of the file."""
    if connection.vendor == "sqlite":
        return _save_sqlite(connection, folder / "database.sqlite3")
    target = folder / "database.dump"
    _run(connection, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    return target.name


def load(connection: BaseDatabaseWrapper, file: Path) -> None:
    """Replace the database by what was saved, or leave it as it was if that fails."""
    if file.suffix == ".sqlite3" and connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
            source.backup(connection.connection)
        return
    if connection.vendor == "sqlite" or file.suffix == ".sqlite3":
        raise OSError(f"{file.name} was saved by another kind of database than this one, {connection.vendor}.")
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    connection.close()
    _run(connection, "pg_restore", *options, str(file))


def _save_sqlite(connection: BaseDatabaseWrapper, target: Path) -> str:
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        [(said,)] = copy.execute("PRAGMA integrity_check").fetchall()
    if said != "ok":
        raise OSError(f"The copy of the database is damaged: {said}")
    return target.name


def _run(connection: BaseDatabaseWrapper, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on this database; the password travels in the environment, never on the line."""
    given: dict[str, Any] = connection.get_connection_params()
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGSSLMODE": "sslmode"}
    surroundings = {name: str(given[key]) for name, key in names.items() if given.get(key)}
    command = [_found(program), f"--dbname={given['dbname']}", *arguments]
    done = subprocess.run(  # noqa: S603  (our own command, no shell)
        command,
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OSError(f"{program} failed: {done.stderr.strip()[-1000:]}")


def _found(program: str) -> str:
    """Return where a program of PostgreSQL is: the newest of Debian's, which reads all older servers, or the PATH's."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    found = str(debian[-1]) if debian else shutil.which(program)
    if found is None:
        raise OSError(f"{program} is not installed: apt-get install postgresql-client")
    return found
