"""What is still to come: few queries whatever the number of deals, and nobody silently left out."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Visitor
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import settling
from billing.expecting import expected
from lib import clock
from lib.money import euros
from people.models import Membership, User
from quotes.models import Acceptance, IfMissed, Kind
from tests import make
from tests.billing.conftest import DEPOSIT, NOW, ON_DELIVERY, accepted, term_of

FEBRUARY = NOW.replace(year=2027, month=2)
ON = FEBRUARY.date()


def deal(activity: Any, by: User, name: str, quantity: int = 15) -> Acceptance:
    client = make.contact(client=make.client(activity=activity, name=name)).client
    baskets = make.baskets(quantity, if_missed=IfMissed.WAIVED)
    rest = ON_DELIVERY | {"value": euros(840 - 20 * quantity)}
    return accepted(client=client, by=by, terms=(DEPOSIT, rest, baskets))


def queries(membership: Membership) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert [row.words for row in expected(membership, ON).rows]
    return len(seen)


def test_the_number_of_queries_does_not_follow_the_number_of_deals(freelancer: User, activity: Any) -> None:
    first = term_of(deal(activity, freelancer, "Anne"), Kind.GOODS)
    settling.record_missed(by=None, at=FEBRUARY, term=first, planned_on=make.FIRST_FRIDAY, request_id=uuid.uuid4())
    membership = freelancer.memberships.get()
    one = queries(membership)

    for name in ("Bruno", "Chloé", "Denis"):
        deal(activity, freelancer, name)

    assert queries(membership) == one <= 6


def test_what_is_waived_takes_no_room_and_the_rest_is_counted(freelancer: User, activity: Any) -> None:
    waived = term_of(deal(activity, freelancer, "Anne", quantity=1), Kind.GOODS)
    settling.record_missed(by=None, at=FEBRUARY, term=waived, planned_on=make.FIRST_FRIDAY, request_id=uuid.uuid4())
    later = term_of(deal(activity, freelancer, "Zoé"), Kind.GOODS)

    shown = expected(freelancer.memberships.get(), ON, most=2)

    assert shown.rows[0].term == later  # its days are to be confirmed: first, though the last client
    assert shown.rows[0].outstanding == euros("300")
    assert shown.rows[0].days_to_confirm == 4
    assert (len(shown.rows), shown.more, len(shown)) == (2, 3, 5)
    assert len(expected(freelancer.memberships.get(), ON, most=None).rows) == 5


def test_a_day_undone_is_to_be_confirmed_again(freelancer: User, activity: Any) -> None:
    term = term_of(deal(activity, freelancer, "Anne"), Kind.GOODS)
    day = settling.Day(make.FIRST_FRIDAY, Decimal(1), came=False)
    [missed] = settling.record_days(by=None, at=FEBRUARY, term=term, days=[day], request_id=uuid.uuid4())
    membership = freelancer.memberships.get()
    before = expected(membership, ON).rows[0].days_to_confirm

    settling.reverse_missed(missed=missed, by=freelancer, at=FEBRUARY, reason="non")  # type: ignore[arg-type]

    assert expected(membership, ON).rows[0].days_to_confirm == before + 1


def test_the_page_says_how_many_more_and_shows_them(
    freelancer: User, activity: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: FEBRUARY)
    monkeypatch.setattr("billing.views.receipts.MOST", 2)
    slug = deal(activity, freelancer, "Anne").quote.business.slug
    visitor = Visitor()
    visitor.force_login(freelancer)
    url = reverse("receipts", args=[slug])

    assert "Et 1 autre" in visitor.get(url).content.decode()
    whole = visitor.get(url, {"all": "1"}).content.decode()
    assert "Et 1 autre" not in whole
    assert whole.count("?term=") == 3
