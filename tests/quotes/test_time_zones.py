"""Hours on pages are those of the business, wherever the machine is."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client as Visitor
from django.utils import timezone

from people.models import Activity
from quotes.models import Visit
from tests import make
from tests.quotes.conftest import send
from tests.quotes.pages import it_is, link_path, text_of

pytestmark = pytest.mark.django_db


def test_a_visit_is_told_at_the_hour_of_the_business(
    activity: Activity, as_freelancer: Visitor, as_anonymous: Visitor, monkeypatch: Any
) -> None:
    cache.clear()
    it_is(monkeypatch, make.NOW)
    activity.business.time_zone = "Pacific/Noumea"
    activity.business.save()
    version, link = send(make.quote(client=make.contact(client=make.client(activity=activity)).client))
    as_anonymous.get(link_path(link))
    there = timezone.localtime(Visit.objects.get().at, ZoneInfo("Pacific/Noumea"))
    page = text_of(as_freelancer.get(version.quote.get_absolute_url()))
    assert f"{there:%d/%m/%Y %H:%M}" in page
    assert f"{timezone.localtime(make.NOW):%d/%m/%Y %H:%M}" not in page
