"""Every page of the demonstration in a real Chromium, as its owner, and the clients' pages: light, readable, narrow."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.models import MandateLink
from desk.demo.cast import LOU
from people.models import Business, User
from quotes.models import QuoteLink
from tests.journeys.addresses import Address, of_business, of_client, of_partner
from tests.journeys.conftest import played
from tests.journeys.walking import DESK, PHONE
from tests.pages.checks import Measures, html_faults, measures, sideways, small_targets, violations
from tests.pages.pages import CLIENT, EDITOR, LIMITS, LIST

pytestmark = pytest.mark.django_db(transaction=True)
FILES = {"quote_pdf", "invoice_pdf", "invoice_preview", "export_download", "client_pdf", "logo", "quote_scan"}
FILES |= {
    "next_number",  # a piece of the page of numbers, no page
    "received_file",
    "set_off_pdf",
    "slip_pdf",
    "reminder_letter",
    "invoice_duplicate",
    "request_pdf",
    "mandate_pdf",
    "self_billed_pdf",
    "partner_mandate_pdf",
    "partner_invoice_pdf",
}
MOST_REQUESTS = 6


def test_every_page_of_the_owner_keeps_its_measures(open_page: Callable[..., Any]) -> None:
    pages = owners_pages(played())
    assert len(pages) > 40
    assert walked(open_page(User.objects.get(email=LOU)), pages) == []


def test_every_page_of_the_clients_keeps_its_measures(open_page: Callable[..., Any]) -> None:
    assert walked(open_page(), clients_pages(played())) == []


def owners_pages(business: Business) -> list[tuple[Address, str]]:
    pages = [address for address in of_business(business) if address.name not in FILES]
    return [(address, EDITOR if address.name == "quote_edit" else LIST) for address in pages]


def clients_pages(business: Business) -> list[tuple[Address, str]]:
    """Return what each link opens: quotes open, accepted, refused, expired, to a private person; partners' mandates."""
    links = QuoteLink.objects.filter(quote__business=business).order_by("pk")
    addresses = [address for link in links for address in of_client(link)]
    for mandate_link in MandateLink.objects.filter(mandate__business=business):
        addresses += of_partner(mandate_link)
    return [(address, CLIENT) for address in addresses if address.name not in FILES]


def walked(page: Any, pages: list[tuple[Address, str]]) -> list[str]:
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong: list[str] = []
    seen: set[str] = set()
    for address, kind in pages:
        answer = page.request.get(address.path)
        if answer.status != 200 or answer.url in seen:  # takes POST alone (see test_access.py), or leads where we were
            continue
        seen.add(answer.url)
        page.set_viewport_size(PHONE)
        found = html_faults(answer.text()) + faults(page, measures(page, address.path), kind)
        wrong += [f"{address.name} {address.path}: {fault}" for fault in [*found, *said]]
        said.clear()
    return wrong


def faults(page: Any, cost: Measures, kind: str) -> list[str]:
    """Return what is wrong with one page, on a phone; at a desk, only whether it fits (test_story.py looks further)."""
    kilobytes, elements, mark = LIMITS[kind]
    found = [f"{cost.bytes} bytes"] if cost.bytes > kilobytes * 1000 else []
    found += [f"{cost.requests} requests"] if cost.requests > MOST_REQUESTS else []
    found += [f"{cost.elements} elements"] if cost.elements > elements else []
    found += [f"EcoIndex {cost.ecoindex:.0f}"] if cost.ecoindex < mark else []
    found += [f"talks to {sorted(cost.hosts)}"] if len(cost.hosts) != 1 else []
    found += [f"{sideways(page)} px too wide on a phone"] if sideways(page) > 0 else []
    found += [f"too small: {target}" for target in small_targets(page)]
    found += violations(page)
    page.set_viewport_size(DESK)
    found += [f"{sideways(page)} px too wide at a desk"] if sideways(page) > 0 else []
    return found
