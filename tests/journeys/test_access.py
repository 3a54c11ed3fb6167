"""Who may read and change what really exists: every address of the demonstration, opened with its own rows.

Read from the resolver, so that a new page cannot be forgotten (tests/config/test_urls.py tries their doors alone).
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client as Visitor
from lxml.html import fromstring

from billing.models import DownloadLog
from desk.demo.cast import COMPTA, LOU, NOUR
from people.models import Business, Role, User
from quotes.models import QuoteLink, Visit
from tests import make
from tests.conftest import logged_in
from tests.journeys.addresses import of_business, of_client

pytestmark = pytest.mark.django_db
MAY_CHANGE = {Visit._meta.db_table, DownloadLog._meta.db_table, "django_session", "cache"}
ACCOUNTANT_POSTS = {"accounting"}
REFUSED_BEFORE_THE_DOOR = 405  # an address that takes no GET, or no POST, says so to anybody: it gives nothing away


@pytest.fixture
def accountant(demonstration: Business) -> Visitor:
    return logged_in(User.objects.get(email=COMPTA))


@pytest.fixture
def owner(demonstration: Business) -> Visitor:
    return logged_in(User.objects.get(email=LOU))


def answers(visitor: Visitor, business: Business, method: str) -> dict[str, int]:
    return {a.name: getattr(visitor, method)(a.path).status_code for a in of_business(business)}


def odd(answers: dict[str, int], *expected: int) -> dict[str, int]:
    return {name: status for name, status in answers.items() if status not in expected}


def test_the_resolver_knows_the_pages_of_a_business(demonstration: Business) -> None:
    names = {address.name for address in of_business(demonstration)}
    assert {"today", "quote_edit", "invoice", "receipt_new", "accounting", "export_download", "members"} <= names


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_a_stranger_finds_nothing(demonstration: Business, method: str) -> None:
    visitor = logged_in(User.objects.get(email=NOUR))
    assert odd(answers(visitor, demonstration, method), 404, REFUSED_BEFORE_THE_DOOR) == {}


def test_every_filter_and_every_order_of_every_list_opens(owner: Visitor, demonstration: Business) -> None:
    """The database must follow whatever a list can be asked for: SQLite's parser once did not."""
    asked = {question for address in of_business(demonstration) for question in asked_on(owner, address.path)}
    assert len(asked) > 40
    assert {question: status for question in asked if (status := owner.get(question).status_code) != 200} == {}


def asked_on(visitor: Visitor, path: str) -> Iterator[str]:
    """Yield what the filters and the headers of a page lead to: each order, each choice with words and an order."""
    answer = visitor.get(path)
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return
    tree: Any = fromstring(answer.content)
    orders = sorted({link for link in tree.xpath("//th//a/@href") if link.startswith("?")})
    yield from (path + order for order in orders)
    order = orders[-1] + "&" if orders else "?"
    for form in tree.xpath("//form[translate(@method, 'GET', 'get')='get' or not(@method)]"):
        for choice in form.xpath(".//select"):
            for value in choice.xpath(".//option/@value"):
                yield f"{path}{order}{urlencode({choice.get('name'): value, 'q': 'ferme du ried'})}"


def test_an_accountant_writes_nothing_but_exports(accountant: Visitor, demonstration: Business) -> None:
    before = digests()
    said = answers(accountant, demonstration, "post")
    assert odd({name: said[name] for name in said.keys() - ACCOUNTANT_POSTS}, 403, REFUSED_BEFORE_THE_DOOR) == {}
    assert said["accounting"] == 422
    assert digests() == before


def test_an_accountant_reads(accountant: Visitor, demonstration: Business) -> None:
    said = answers(accountant, demonstration, "get")
    assert odd(said, 200, 302, 403, 404, 405) == {}
    for name in (
        "clients",
        "client",
        "quotes",
        "quote",
        "invoices",
        "invoice",
        "invoice_pdf",
        "receipts",
        "accounting",
    ):
        assert said[name] == 200, name


def test_an_accountant_is_shown_no_form_she_cannot_send(accountant: Visitor, demonstration: Business) -> None:
    only_to_write = {
        "new_client", "change_client", "new_contact", "contact", "offer_new", "offer_edit", "quote_new", "quote_edit",
        "quote_send", "invoice_new", "invoice_edit", "invoice_issue", "receipt_new",
    }  # fmt: skip
    said = answers(accountant, demonstration, "get")
    assert {name for name, status in said.items() if status == 403} >= only_to_write
    closed = {address.path for address in of_business(demonstration) if address.name in only_to_write}
    for address in of_business(demonstration):
        page = accountant.get(address.path)
        if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
            shown = set(re.findall(r'href="([^"?#]+)', page.content.decode()))
            assert not shown & closed, address.name


def test_a_freelancer_of_another_activity_sees_nothing_of_this_one(demonstration: Business) -> None:
    other = make.activity(business=demonstration, name="Graphisme")
    sami = logged_in(make.member(demonstration, Role.FREELANCER, other, email="sami@example.org"))
    said = answers(sami, demonstration, "get")
    for name in ("client", "offer", "quote", "quote_edit", "quote_pdf", "invoice", "invoice_pdf", "receipt", "mail"):
        assert said[name] == 404, name


def test_an_owner_reads_every_page(owner: Visitor, demonstration: Business) -> None:
    said = answers(owner, demonstration, "get")
    assert odd(said, 200, 405) == {
        "logo": 404,  # she has none
        "quote_scan": 404,  # the yes came by the link
        "received_confirm": 404,  # nothing was brought to be confirmed
        "reminder_letter": 404,  # a friendly reminder has none
    }


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_changes_nothing(owner: Visitor, accountant: Visitor, demonstration: Business, method: str) -> None:
    before = digests()
    answers(owner, demonstration, method)
    answers(accountant, demonstration, method)
    for link in QuoteLink.objects.filter(quote__business=demonstration):
        for address in of_client(link):
            getattr(Visitor(), method)(address.path)
    assert digests() == before
    assert Visit.objects.exists()


def digests() -> dict[str, str]:
    """Return a digest of every row of every table, but those that reading may add to."""
    tables = {model._meta.db_table for model in apps.get_models()} - MAY_CHANGE
    return {table: _digest(table) for table in sorted(tables)}


def _digest(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
        rows: list[Any] = cursor.fetchall()
    return f"{len(rows)} rows, {hashlib.sha256(repr(rows).encode()).hexdigest()}"
