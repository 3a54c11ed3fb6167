"""The client's page and the list of invoices, with 10 and with 1 000 quotes and invoices in the business.

`queries` must be the same at both sizes; `ratio` says how much dearer the page becomes with a hundred times the rows.
"""

from typing import Any

from django.db import connection
from django.test import Client as Visitor
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from bench.making import client, freelancer, issued_invoice, quote_sent
from bench.timing import median_ms
from billing.models import Invoice
from lib import links
from quotes.models import Quote

SIZES = (10, 1000)
ROUNDS = 15


def measure() -> dict[str, Any]:
    """Return, for each page, queries and milliseconds at each size, and the ratio between the two."""
    found: dict[str, Any] = {}
    for size in SIZES:
        link = grown_to(size)
        visitor = Visitor()
        signed_in = Visitor()
        signed_in.force_login(freelancer())
        client_page = reverse("client_page", args=[links.make(link.pk, link.generation)])
        invoice_list = reverse("invoices", args=[link.quote.business.slug])
        for name, who, address in (("client_page", visitor, client_page), ("invoice_list", signed_in, invoice_list)):
            found.setdefault(name, {})[str(size)] = cost(who, address)
    for name in found:
        small, large = (found[name][str(size)]["ms"] for size in SIZES)
        found[name]["ratio"] = round(large / small, 2)
    return found


def grown_to(size: int) -> Any:
    """Have that many quotes and issued invoices in the business, and return the last quote's link."""
    by, buyer = freelancer(), client()
    link = quote_sent(buyer, by)
    while Quote.objects.filter(client__activity=buyer.activity).count() < size:
        link = quote_sent(buyer, by)
    while Invoice.objects.filter(business=buyer.activity.business, issued_at__isnull=False).count() < size:
        issued_invoice(buyer, by)
    return link


@override_settings(ALLOWED_HOSTS=["testserver"])
def cost(visitor: Visitor, address: str) -> dict[str, Any]:
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return {"queries": len(queries), "ms": median_ms(lambda: visitor.get(address), ROUNDS)}
