"""An accepted quote, and invoices on the way: what the tests of billing start from."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from billing import depositing, drafting, issuing, settling
from billing.models import Invoice, Receipt
from lib.money import euros
from lib.seals import seal
from people.models import Business, Client, User
from quotes.models import Acceptance, Kind, MoneyDue, QuoteVersion, RemunerationTerm
from quotes.pricing import LineValues, priced
from tests import make
from tests.billing.mandated import papers_cost_nothing as papers_cost_nothing

NOW, TODAY = make.NOW, make.TODAY
DEPOSIT = {"kind": Kind.MONEY, "due": MoneyDue.ACCEPTANCE, "value": euros("360"), "closes": False, "label": ""}
ON_DELIVERY = {"kind": Kind.MONEY, "due": MoneyDue.DELIVERY, "value": euros("540"), "closes": True}


def accepted(
    *,
    client: Client | None = None,
    lines: Sequence[dict[str, Any]] = ({},),
    terms: Sequence[dict[str, Any]] = (DEPOSIT, ON_DELIVERY, make.baskets()),
    by: User | None = None,
    at: datetime = NOW,
) -> Acceptance:
    """The yes to a quote of 1 200 €: 360 € deposit, 540 € on delivery, 15 baskets at 20 €."""
    version = make.quote(client=client, lines=lines, terms=terms)
    _send(version, at)
    by = by or make.member(version.quote.business)
    return Acceptance.objects.create(
        quote=version.quote,
        version=version,
        how=Acceptance.How.OTHERWISE,
        recorded_by=by,
        name="Camille Ferrand",
        capacity="agricultrice",
        consent="Oui.",
        power="Oui.",
        version_seal=version.seal,
        document_sha256="0" * 64,
        at=at,
        on=at.date(),
    )


def _send(version: QuoteVersion, at: datetime) -> None:
    business = version.quote.business
    franchise = business.vat_regime == Business.VatRegime.FRANCHISE
    sums = priced(
        [
            LineValues(line.unit_price, line.quantity, line.discount_percent, line.vat_rate)
            for line in version.lines.all()
        ],
        franchise=franchise,
    )
    version.net, version.vat, version.total = sums.net, sums.vat, sums.total
    version.number = f"D2026-{version.quote_id:04d}"
    version.seller, version.buyer, version.mentions = {"vat_regime": business.vat_regime}, {}, {}
    version.seal, version.sent_at, version.sent_on = seal(version.number), at, at.date()
    version.save()


def recorder_of(acceptance: Acceptance) -> User:
    assert acceptance.recorded_by is not None
    return acceptance.recorded_by


def term_of(acceptance: Acceptance, kind: str, *, due: str = "") -> RemunerationTerm:
    terms = acceptance.version.terms.filter(kind=kind)
    return terms.get(due=due) if due else terms.get()


def deposit_of(acceptance: Acceptance, *, at: datetime = NOW, issued: bool = True) -> Invoice:
    with transaction.atomic():
        [draft] = depositing.deposits_for(acceptance, at=at)
    return issued_by(draft, at=at) if issued else draft


def final_of(acceptance: Acceptance, *, at: datetime = NOW, issued: bool = True) -> Invoice:
    draft = drafting.draft_final(
        acceptance=acceptance,
        by=recorder_of(acceptance),
        at=at,
        request_id=uuid.uuid4(),
    )
    return issued_by(draft, at=at) if issued else draft


def issued_by(draft: Invoice, *, at: datetime = NOW, by: User | None = None) -> Invoice:
    return issuing.issue(invoice=draft, by=by or draft.business.memberships.first().user, at=at)  # type: ignore[union-attr]


def basket_came(acceptance: Acceptance, on: date, *, quantity: int = 1, **said: Any) -> Receipt:
    return settling.record_receipt(
        by=recorder_of(acceptance),
        at=said.pop("at", datetime(on.year, on.month, on.day, 18, tzinfo=NOW.tzinfo)),
        client=acceptance.quote.client,
        term=term_of(acceptance, Kind.GOODS),
        received_on=on,
        quantity=Decimal(quantity),
        request_id=uuid.uuid4(),
        **{"destination": "PERSONAL"} | said,
    )


def money_came(acceptance: Acceptance, value: str, due: str, *, at: datetime = NOW, **said: Any) -> Receipt:
    return settling.record_receipt(
        by=recorder_of(acceptance),
        at=at,
        client=acceptance.quote.client,
        term=term_of(acceptance, Kind.MONEY, due=due),
        received_on=at.date(),
        value=euros(value),
        request_id=uuid.uuid4(),
        **said,
    )


@pytest.fixture
def acceptance(db: None) -> Acceptance:
    return accepted()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make PDFs cost nothing, where a test is not about them."""
    monkeypatch.setattr(issuing, "pdf_bytes", lambda said, **_: b"%PDF-1.7 " + said.number.encode())
    return lambda: None
