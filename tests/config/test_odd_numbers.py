"""What people or robots type for a number into an address never breaks a page."""

from typing import Any

import pytest
from django.test import Client as Visitor
from django.urls import reverse

from people.models import Business
from tests import make
from tests.config.test_urls import address, in_a_business

pytestmark = pytest.mark.django_db

ODD = ["²", "-1", "0000", "9" * 24, str(2**63), "1e400", "NaN", "٣", "%00"]
LISTS = ["clients", "offers", "quotes", "quote_new", "invoices", "receipts", "receipt_new", "mails", "errands"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", LISTS)
def test_an_odd_number_in_a_query_finds_nothing_and_breaks_nothing(
    name: str, odd: str, as_freelancer: Visitor, business: Business
) -> None:
    page = reverse(name, args=[business.slug])
    for key in ("client", "year", "term", "version", "page"):
        assert as_freelancer.get(f"{page}?{key}={odd}").status_code in {200, 404}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_version_has_no_pdf(odd: str, as_freelancer: Visitor, activity: Any) -> None:
    quote = make.quote(client=make.client(activity=activity)).quote
    page = reverse("quote_pdf", args=[quote.business.slug, quote.pk])
    assert as_freelancer.get(f"{page}?version={odd}").status_code == 404


def test_no_row_has_a_number_that_databases_cannot_hold(as_freelancer: Visitor, business: Business) -> None:
    routes = [pattern for _route, pattern in in_a_business() if "pk" in pattern.pattern.converters]
    assert len(routes) > 30
    for pattern in routes:
        path = address(pattern, slug=business.slug).replace("999999", str(2**63))
        assert as_freelancer.get(path).status_code == 404, path
        assert as_freelancer.post(path).status_code == 404, path
    assert as_freelancer.post(reverse("invoice_final", args=[business.slug, 10**18 - 1])).status_code == 404


def test_a_year_still_filters_what_came(as_freelancer: Visitor, activity: Any) -> None:
    client = make.client(activity=activity)
    page = reverse("receipts", args=[activity.business.slug])
    assert as_freelancer.get(f"{page}?year=2026&client={client.pk}").status_code == 200
