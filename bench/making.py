"""Rows in numbers, made by the real acts."""

import itertools
import uuid
from decimal import Decimal

from billing import drafting, issuing
from billing.drafting import DraftLine
from billing.models import Invoice
from desk.demo.cast import LOU
from desk.demo.stage import in_kind, rest
from lib import clock
from lib.money import euros
from people.models import Client, User
from quotes import drafting as writing
from quotes import sending
from quotes.models import Quote, QuoteLink

numbers = itertools.count(1)


def freelancer() -> User:
    return User.objects.get(email=LOU)


def client() -> Client:
    """Return a client with a contact, of the freelancer's activity."""
    found = Client.objects.select_related("activity__business").get(name="Ferme du Ried Vert")
    assert found.contacts.exists()
    return found


def quote_sent(buyer: Client, by: User) -> QuoteLink:
    """Write a quote of eight lines paid in baskets and euros, send it, and return its link."""
    at = clock.now()
    quote = writing.create_quote(
        by=by, at=at, activity=buyer.activity, client=buyer, title=f"Site {next(numbers)}", request_id=uuid.uuid4()
    )
    draft = quote.versions.get()
    today = clock.today(buyer.activity.business.time_zone)
    writing.save_draft(
        version=draft,
        revision=draft.revision,
        fields={"valid_until": today.replace(year=today.year + 1)},
        lines=[_quote_line(number) for number in range(1, 9)],
        terms=[in_kind("Panier de légumes", "panier", 15, "20", today), rest()],
        by=by,
        at=at,
    )
    contacts = list(buyer.contacts.all())
    sending.send(quote=Quote.objects.get(pk=quote.pk), by=by, at=at, contacts=contacts)
    return QuoteLink.objects.select_related("quote").get(quote=quote, contact=contacts[0])


def _quote_line(number: int) -> dict[str, object]:
    return {
        "offer_id": None,
        "title": f"Prestation numéro {number}",
        "description": "Sobre et utile.",
        "quantity": Decimal(1),
        "unit": "FLAT",
        "unit_price": euros("150"),
        "discount_percent": Decimal(0),
        "vat_rate": Decimal(0),
    }


def draft_invoice(buyer: Client, by: User) -> Invoice:
    """Draft an invoice of four lines."""
    lines = [DraftLine(unit_price=euros("150"), quantity=Decimal(2), title=f"Journée {n}") for n in range(1, 5)]
    return drafting.draft_standard(
        activity=buyer.activity,
        client=buyer,
        title=f"Facture {next(numbers)}",
        lines=lines,
        by=by,
        at=clock.now(),
        request_id=uuid.uuid4(),
    )


def issued_invoice(buyer: Client, by: User) -> Invoice:
    return issuing.issue(invoice=draft_invoice(buyer, by), by=by, at=clock.now())
