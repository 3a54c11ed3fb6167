"""What the tests of records share: a way to alter what cannot be altered, and a mail server that does as it is told."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from lib import freezing

collect_ignore = ["test_numbering_postgresql.py" if connection.vendor == "sqlite" else "test_numbering_sqlite.py"]


@pytest.fixture
def tamper(db: None) -> Callable[..., None]:
    """Return a function that runs SQL with the triggers lifted, as somebody with the keys of the database could."""

    def run(statement: str, *values: Any) -> None:
        connection.check_constraints()  # PostgreSQL drops no trigger while it still has a constraint to check
        with freezing.melted(connection), connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run


@pytest.fixture
def smtp() -> Iterator[Any]:
    """A real SMTP server. What it answers to the end of a mail is its `answer`; what it got is in `received`."""
    from tests.records.mailbox import mailbox

    with mailbox() as server:
        yield server
