"""What the lock of the series row prevents on PostgreSQL."""

import pytest

from people.models import Business
from tests.records.work import at_once, read_without_lock, take


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_issuers_get_the_same_number_on_postgresql(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(business)
    read_without_lock(monkeypatch)
    taken: list[str] = []
    assert at_once(2, lambda _: taken.append(take(business))) == []
    assert taken == ["F2026-0002", "F2026-0002"]
