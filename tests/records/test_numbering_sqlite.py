"""What IMMEDIATE transactions prevent on SQLite."""

import pytest
from django.db import OperationalError, connection

from people.models import Business
from tests.records.work import at_once, read_without_lock, take


@pytest.mark.django_db(transaction=True)
def test_without_immediate_one_of_two_issuers_is_turned_away_on_sqlite(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(business)
    read_without_lock(monkeypatch)
    taken: list[str] = []

    def deferred(_: int) -> None:
        connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
        taken.append(take(business))

    [error] = at_once(2, deferred)
    assert isinstance(error, OperationalError)
    assert taken == ["F2026-0002"]
