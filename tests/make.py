"""Builders. Each makes the plainest valid row; a test states only what it is about. Dates are fixed: see NOW."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unittest import mock

from desk.demo.cast import Troupe
from desk.demo.performance import perform
from lib import clock, pdf
from lib.money import cents, euros, line_net
from people.models import Activity, Business, Client, Contact, Membership, Role, User
from quotes.models import Kind, MoneyDue, Offer, Quote, QuoteLine, QuoteVersion, RemunerationTerm
from records import errands

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)
FIRST_FRIDAY = date(2027, 1, 8)
SIREN, SIRET, VAT_NUMBER = "732829320", "73282932000074", "FR44732829320"

numbers = itertools.count(1)


def user(email: str = "", **fields: Any) -> User:
    return User.objects.create_user(email or f"person{next(numbers)}@example.org", **fields)


def business(**fields: Any) -> Business:
    """A sole trader under franchise en base."""
    number = next(numbers)
    plain: dict[str, Any] = {
        "slug": f"lise-potager-{number}",
        "legal_name": "Lise Potager EI",
        "siren": SIREN,
        "siret": SIRET,
        "address": "4 rue des Haies",
        "postal_code": "67000",
        "city": "Strasbourg",
        "email": "lise@example.org",
        "iban": "FR7630006000011234567890189",
        "created_at": NOW,
    }
    return Business.objects.create(**plain | fields)


def vat_business(**fields: Any) -> Business:
    """A business that charges VAT."""
    return business(**{"vat_regime": Business.VatRegime.NORMAL, "vat_number": VAT_NUMBER} | fields)


def activity(**fields: Any) -> Activity:
    fields.setdefault("name", "Sites frugaux")
    return Activity.objects.create(**{"business": fields.get("business") or business()} | fields)


def member(business: Business, role: Role = Role.OWNER, *activities: Activity, **fields: Any) -> User:
    """A person who belongs to a business."""
    person = user(**fields)
    membership = Membership.objects.create(user=person, business=business, role=role, joined_at=NOW)
    membership.activities.set(activities)
    return person


def client(**fields: Any) -> Client:
    """A farm."""
    plain: dict[str, Any] = {
        "kind": Client.Kind.FARM,
        "name": "Ferme des Trois Chênes",
        "siren": "552008443",
        "address": "Lieu-dit Les Chênes",
        "postal_code": "67120",
        "city": "Molsheim",
        "created_at": NOW,
    }
    return Client.objects.create(**{"activity": fields.get("activity") or activity()} | plain | fields)


def contact(**fields: Any) -> Contact:
    plain = {"name": "Camille Ferrand", "email": "camille@example.org", "capacity": "agricultrice"}
    return Contact.objects.create(**{"client": fields.get("client") or client()} | plain | fields)


def offer(**fields: Any) -> Offer:
    plain: dict[str, Any] = {"title": "Site vitrine frugal", "unit_price": euros("1200"), "created_at": NOW}
    return Offer.objects.create(**{"activity": fields.get("activity") or activity()} | plain | fields)


def quote(
    *,
    client: Client | None = None,
    lines: Sequence[dict[str, Any]] = ({},),
    terms: Sequence[dict[str, Any]] | None = None,
    **fields: Any,
) -> QuoteVersion:
    """The draft of a quote of 1 200 € to a client with a contact, one line, paid in euros on delivery."""
    buyer = client or contact().client
    version = QuoteVersion.objects.create(
        quote=Quote.objects.create(
            business=buyer.activity.business, activity=buyer.activity, client=buyer, created_at=NOW
        ),
        **{"title": "Site de la ferme", "valid_until": date(2026, 12, 31), "saved_at": NOW} | fields,
    )
    for position, values in enumerate(lines, start=1):
        line(version, position, **values)
    for position, values in enumerate([{}] if terms is None else terms, start=1):
        term(version, position, **values)
    return version


def line(version: QuoteVersion, position: int = 1, **fields: Any) -> QuoteLine:
    made = QuoteLine(version=version, position=position, **{"title": "Site", "unit_price": euros("1200")} | fields)
    made.net = line_net(Decimal(made.quantity), made.unit_price, Decimal(made.discount_percent))
    made.save()
    return made


def term(version: QuoteVersion, position: int = 1, **fields: Any) -> RemunerationTerm:
    """Euros on delivery that close the mix, unless fields say otherwise; a term in kind is worth its units."""
    plain: dict[str, Any] = {"kind": Kind.MONEY}
    if fields.get("kind", Kind.MONEY) == Kind.MONEY:
        plain |= {"due": MoneyDue.DELIVERY, "value": euros("1200"), "closes": True}
    else:
        worth = Decimal(fields["quantity"]) * fields["unit_value"].amount
        plain |= {"value": euros(cents(worth))}
    return RemunerationTerm.objects.create(version=version, position=position, **plain | fields)


def baskets(quantity: int = 15, **fields: Any) -> dict[str, Any]:
    """The values of a term in vegetable baskets at 20 €, one each Friday."""
    return {
        "kind": Kind.GOODS,
        "label": "Panier de légumes",
        "unit": "panier",
        "quantity": quantity,
        "per_delivery": 1,
        "unit_value": euros("20"),
        "valuation": "prix public à la ferme",
        "first_on": FIRST_FRIDAY,
        "rhythm": "WEEKLY",
        "if_missed": "CARRIED_OVER",
    } | fields


def run_errands(at: datetime | None = None) -> int:
    """Do at once every errand that is due, those that they bring too; return how many were done."""
    return errands.run_due(at or clock.now())


def demonstration(on: date = TODAY) -> Troupe:
    """Play the whole demonstration, for tests that are not about its papers: those without data inside cost nothing."""
    real = pdf.render

    def quick(html: str, **said: Any) -> bytes:
        return real(html, **said) if said.get("attachments") else b"%PDF-1.7 " + html.encode()

    with mock.patch.object(pdf, "render", quick):
        return perform(on)
