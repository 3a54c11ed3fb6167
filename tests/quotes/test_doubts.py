"""What a person is told to look at before sending a quote, and which never blocks."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client as Visitor
from django.urls import reverse
from django.utils.translation import override

from lib import clock
from people.models import Activity, Business
from quotes import readiness
from tests import make

pytestmark = pytest.mark.django_db
LAST_DAY, AFTER = date(2028, 6, 30), date(2028, 7, 3)  # the wording of CGI 293 B is accepted until 30 June 2028


def test_a_sentence_past_its_last_known_day_is_told_and_is_no_obstacle() -> None:
    version = make.quote(valid_until=date(2028, 8, 31))
    contacts = list(version.quote.client.contacts.all())
    assert readiness.doubts(version, LAST_DAY) == []
    with override("en"):
        [doubt] = readiness.doubts(version, AFTER)
    assert "Small-business VAT exemption" in doubt
    assert "June 30, 2028" in doubt
    assert readiness.obstacles(version, contacts, AFTER) == []


def test_with_vat_there_is_no_doubt() -> None:
    buyer = make.contact(client=make.client(activity=make.activity(business=make.vat_business()))).client
    assert readiness.doubts(make.quote(client=buyer), AFTER) == []


@pytest.mark.parametrize("page", ["quote_edit", "quote_send"])
def test_it_is_told_while_writing_and_before_sending(
    as_freelancer: Visitor, business: Business, activity: Activity, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2028, 7, 3, 9, tzinfo=UTC))
    buyer = make.contact(client=make.client(activity=activity)).client
    version = make.quote(client=buyer, valid_until=date(2028, 8, 31))
    shown = as_freelancer.get(reverse(page, args=[business.slug, version.quote_id])).content.decode()
    assert shown.count("30 juin 2028") == 1
