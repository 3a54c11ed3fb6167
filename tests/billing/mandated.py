"""A farm that gave a mandate, and what is written in its name: what the tests of self-billing start from."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing import issuing, settling
from billing.drafting import DraftLine
from billing.models import Mandate, MandateLink, Receipt, SelfBilledInvoice
from billing.selfbilled import crediting, mandate_answering, mandate_paper, mandating
from billing.selfbilled import drafting as selfbilled_drafting
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled.mandating import Terms
from lib.money import euros
from people.models import Client, User
from quotes.models import Kind
from tests import make

NOW, TODAY = make.NOW, make.TODAY


@pytest.fixture
def papers_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make PDFs cost nothing, where a test is not about them."""
    monkeypatch.setattr(mandate_paper, "mandate_pdf", lambda mandate, **said: b"%PDF-1.7 " + repr(said).encode())
    monkeypatch.setattr(issuing, "pdf_bytes", lambda said, **_: b"%PDF-1.7 " + said.number.encode())


def farm(**fields: Any) -> Client:
    """A farm with a contact, whose activity's business has an owner."""
    client = make.contact(client=make.client(**fields)).client
    if not client.activity.business.memberships.exists():
        make.member(client.activity.business, email=f"owner{client.pk}@example.org")
    return client


def owner_of(client: Client) -> User:
    membership = client.activity.business.memberships.order_by("pk").first()
    assert membership is not None
    return membership.user


def terms(**changed: Any) -> Terms:
    plain: dict[str, Any] = {
        "legal_name": "Ferme des Trois Chênes EI",
        "siren": "552008443",
        "address": "Lieu-dit Les Chênes",
        "postal_code": "67120",
        "city": "Molsheim",
        "covers": "paniers de légumes livrés en paiement",
        "contest_days": 15,
        "starts_on": TODAY,
    }
    return Terms(**plain | changed)


def with_vat(*rates: str) -> dict[str, Any]:
    return {"vat_regime": Mandate.VatRegime.NORMAL, "vat_number": "FR19552008443", "vat_rates": list(rates)}


def drafted(client: Client | None = None, **changed: Any) -> Mandate:
    client = client or farm()
    return mandating.draft_mandate(
        client=client, terms=terms(**changed), by=owner_of(client), at=NOW, request_id=uuid.uuid4()
    )


def proposed(client: Client | None = None, at: datetime = NOW, **changed: Any) -> Mandate:
    mandate = drafted(client, **changed)
    contacts = list(mandate.client.contacts.all())
    return mandating.propose(mandate=mandate, by=owner_of(mandate.client), at=at, contacts=contacts)


def link_of(mandate: Mandate) -> MandateLink:
    return MandateLink.objects.select_related("mandate__client", "mandate__business", "contact").get(mandate=mandate)


def yes(mandate: Mandate, at: datetime = NOW, **changed: Any) -> Any:
    said: dict[str, Any] = {
        "link": link_of(mandate),
        "seal": mandate.seal,
        "name": "Camille Ferrand",
        "capacity": "agricultrice",
        "power": True,
        "consent": True,
        "request_id": uuid.uuid4(),
        "at": at,
    }
    return mandate_answering.accept(**said | changed)


def mandated(client: Client | None = None, **changed: Any) -> Mandate:
    """A mandate in force."""
    mandate = proposed(client, **changed)
    yes(mandate)
    return mandate


def baskets_came(client: Client, *days: date, value: str = "20", **said: Any) -> list[Receipt]:
    """Baskets received without a quote, one a day."""
    return [
        settling.record_receipt(
            by=owner_of(client),
            at=NOW,
            client=client,
            kind=Kind.GOODS,
            label="Panier de légumes",
            unit="panier",
            unit_value=euros(value),
            received_on=day,
            quantity=Decimal(1),
            destination="PERSONAL",
            valuation="prix à la ferme",
            request_id=uuid.uuid4(),
            **said,
        )
        for day in days
    ]


def line(price: str = "80", rate: str = "0", quantity: str = "1") -> DraftLine:
    return DraftLine(
        unit_price=euros(price),
        quantity=Decimal(quantity),
        vat_rate=Decimal(rate),
        title="Légumes de saison",
        unit="KILOGRAM",
        nature="GOODS",
    )


def by_hand(mandate: Mandate, *lines: DraftLine, at: datetime = NOW, **said: Any) -> SelfBilledInvoice:
    return selfbilled_drafting.draft_by_hand(
        mandate=mandate,
        said=selfbilled_drafting.Said(**{"title": "Légumes de novembre", "delivered_on": TODAY} | said),
        lines=lines or [line()],
        by=owner_of(mandate.client),
        at=at,
        request_id=uuid.uuid4(),
    )


def issued(mandate: Mandate | None = None, *lines: DraftLine, at: datetime = NOW, **said: Any) -> SelfBilledInvoice:
    mandate = mandate or mandated()
    draft = by_hand(mandate, *lines, at=at, **said)
    return selfbilling.issue(invoice=draft, by=owner_of(mandate.client), at=at)


def credited(invoice: SelfBilledInvoice, at: datetime = NOW, **what: Any) -> SelfBilledInvoice:
    by = owner_of(invoice.client)
    note = crediting.draft_credit_note(
        invoice=invoice, reason="Deux paniers de trop", by=by, at=at, request_id=uuid.uuid4(), **what
    )
    return selfbilling.issue(invoice=note, by=by, at=at)
