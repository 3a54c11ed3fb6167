from typing import Any

import pytest
from django.core.cache import cache

from quotes import doors, limits
from quotes.models import Visit
from quotes.robots import is_probably_automatic
from tests import make
from tests.quotes.conftest import Sent

PHONE = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36",
    "Accept-Language": "fr-FR,fr;q=0.9",
}


@pytest.mark.parametrize(
    ("changed", "method"),
    [
        ({}, "HEAD"),
        ({"User-Agent": ""}, "GET"),
        ({"Accept-Language": ""}, "GET"),
        ({"Sec-Purpose": "prefetch;prerender"}, "GET"),
        ({"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, "GET"),
        ({"User-Agent": "python-requests/2.32"}, "GET"),
        ({"User-Agent": "BarracudaCentral scanner"}, "GET"),
        ({"User-Agent": "WhatsApp/2.24 facebookexternalhit"}, "GET"),
    ],
)
def test_filters_and_previews_are_recognised(changed: dict[str, str], method: str):
    assert is_probably_automatic(method, PHONE | changed)


@pytest.mark.parametrize("device", [PHONE["User-Agent"], "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/120 Mobile"])
def test_people_are_taken_for_people(device: str):
    assert not is_probably_automatic("GET", PHONE | {"User-Agent": device})


@pytest.mark.django_db
def test_a_visit_is_written_down_and_changes_nothing_else(sent: Sent):
    doors.record_visit(sent[1], method="GET", headers=PHONE, at=make.NOW)
    doors.record_visit(sent[1], method="HEAD", headers=PHONE, at=make.NOW)
    assert list(Visit.objects.order_by("pk").values_list("probably_automatic", flat=True)) == [False, True]


@pytest.mark.django_db
def test_a_visit_that_cannot_be_written_never_fails_the_page(sent: Sent, monkeypatch: pytest.MonkeyPatch):
    from django.db import OperationalError

    def full(**fields: Any) -> Visit:
        raise OperationalError("disk full")

    monkeypatch.setattr(Visit.objects, "create", full)
    assert doors.record_visit(sent[1], method="GET", headers=PHONE, at=make.NOW) is None


# How often -------------------------------------------------------------------------------------------------------
@pytest.fixture
def memory(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def test_a_loop_is_stopped_and_its_neighbours_are_not(memory: None):
    for _time in range(limits.MOST):
        limits.count_answer(1, "203.0.113.7")
    with pytest.raises(limits.TooMany):
        limits.count_answer(1, "203.0.113.200")  # same network
    limits.count_answer(1, "198.51.100.1")
    limits.count_answer(2, "203.0.113.7")


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2ff::1", "2001.db8.1.200../56"),
        ("not an address", "unknown"),
    ],
)
def test_addresses_are_counted_by_network(address: str, prefix: str):
    assert limits.prefix_of(address) == prefix


def test_a_cache_that_is_down_refuses_nobody(monkeypatch: pytest.MonkeyPatch):
    def down(*args: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "add", down)
    for _time in range(limits.MOST + 2):
        limits.count_answer(1, "203.0.113.7")
