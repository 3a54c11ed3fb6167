from datetime import date
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.urls import reverse

from billing.models import Export
from tests import make


@pytest.fixture
def page(accountant):
    business = accountant.memberships.get().business
    return reverse("accounting", args=[business.slug])


def test_looking_at_controls_makes_no_archive_and_gives_an_address_without_secrets(as_accountant, page):
    sent = {"period": "custom", "since": "2026-01-01", "until": "2026-03-31", "basis": "ISSUE", "look": "1"}
    answer = as_accountant.post(page, sent | {"request_id": str(uuid4())})
    assert set(parse_qs(urlsplit(answer["Location"]).query)) == {"period", "since", "until", "basis"}
    assert "1 janvier 2026 – 31 mars 2026" in as_accountant.get(answer["Location"]).content.decode().replace("1er", "1")
    assert not Export.objects.exists()


def test_the_accountant_may_ask_for_an_archive_once_per_form(as_accountant, page):
    sent = {"period": "last_quarter", "basis": "ISSUE", "request_id": str(uuid4())}
    first, second = as_accountant.post(page, sent), as_accountant.post(page, sent)
    assert first["Location"] == second["Location"]
    assert Export.objects.count() == 1


def test_days_of_ones_own_are_asked_for_next_to_their_fields(as_accountant, page):
    sent = {
        "period": "custom",
        "since": "2026-03-01",
        "until": "2026-02-01",
        "basis": "ISSUE",
        "request_id": str(uuid4()),
    }
    answer = as_accountant.post(page, sent)
    assert answer.status_code == 422
    assert "Le dernier jour vient avant le premier." in answer.content.decode()
    assert 'value="2026-03-01"' in answer.content.decode()


def test_a_day_that_does_not_exist_is_told(as_accountant, page):
    sent = {"period": "custom", "since": "2026-02-30", "until": "", "basis": "ISSUE", "request_id": str(uuid4())}
    answer = as_accountant.post(page, sent)
    assert answer.status_code == 422
    assert not Export.objects.exists()


def test_an_archive_of_another_business_is_not_found(as_accountant, page):
    other = make.business()
    stranger = make.member(other)
    export = Export.objects.create(
        business=other, asked_by=stranger, asked_at=make.NOW, since=date(2026, 1, 1), until=date(2026, 1, 31)
    )
    mine = page.removesuffix("accounting/")
    assert as_accountant.get(f"{mine}accounting/exports/{export.pk}/").status_code == 404
    assert as_accountant.get(f"{mine}accounting/exports/{export.pk}/archive.zip").status_code == 404
