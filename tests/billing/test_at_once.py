"""Several people at once: no gap, no double, dates in order, no deadlock. On both engines."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from billing import balances, crediting, drafting, issuing, settling
from billing.models import Allocation, Invoice, Receipt
from lib.money import euros
from people.models import Client, User
from quotes import answering, sending
from quotes.models import Acceptance, Kind
from records.models import NumberSeries
from tests import make
from tests.billing.conftest import NOW, TODAY, accepted, deposit_of, final_of, issued_by, term_of
from tests.records.work import at_once

ISSUERS, EACH = 8, 25
pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner() -> User:
    return make.member(make.activity().business)


@pytest.fixture
def buyer(owner: User) -> Client:
    activity = owner.memberships.get().business.activities.get()
    return make.contact(client=make.client(activity=activity)).client


def draft_of(client: Client, owner: User) -> Invoice:
    return drafting.draft_standard(
        activity=client.activity,
        client=client,
        title="Dépannage",
        lines=[drafting.DraftLine(unit_price=euros("45"), title="Une heure", unit="HOUR")],
        by=owner,
        at=NOW,
        request_id=uuid.uuid4(),
    )


class Interrupted(Exception):
    pass


def test_eight_issuers_of_twenty_five_invoices_leave_no_gap(owner: User, buyer: Client) -> None:
    drafts = [[draft_of(buyer, owner) for _ in range(EACH)] for _ in range(ISSUERS)]

    def work(issuer: int) -> None:
        for turn, draft in enumerate(drafts[issuer]):
            at = NOW if turn < EACH // 2 else NOW + timedelta(days=1)
            try:
                with transaction.atomic():
                    issuing.issue_now(invoice=draft, by=owner, at=at)
                    if (issuer + turn) % 7 == 0:
                        raise Interrupted
            except (Interrupted, issuing.IssuingError):  # the second: somebody is already at the next day
                continue

    assert at_once(ISSUERS, work) == []
    issued = list(Invoice.objects.filter(issued_at__isnull=False).order_by("number"))
    assert [invoice.number for invoice in issued] == [f"F2026-{n:04d}" for n in range(1, len(issued) + 1)]
    assert [invoice.issued_on for invoice in issued] == sorted(invoice.issued_on for invoice in issued)  # type: ignore[type-var]
    assert NumberSeries.objects.get(kind="INVOICE").last_number == len(issued)
    assert ISSUERS * EACH // 3 < len(issued) < ISSUERS * EACH


def test_one_draft_issued_by_eight_at_once_has_one_number(owner: User, buyer: Client) -> None:
    draft = draft_of(buyer, owner)

    def issue(_: int) -> None:
        issuing.issue(invoice=draft, by=owner, at=NOW)

    assert at_once(ISSUERS, issue) == []

    assert Invoice.objects.get().number == "F2026-0001"
    assert NumberSeries.objects.get(kind="INVOICE").last_number == 1


def test_issue_credit_accept_and_receive_at_once_never_wait_for_each_other(owner: User, buyer: Client) -> None:
    deals = [accepted(client=buyer, by=owner) for _ in range(2)]
    finals = [final_of(deal, issued=False) for deal in deals]
    credited = [issued_by(draft_of(buyer, owner), by=owner) for _ in range(6)]
    offered = [make.quote(client=buyer).quote for _ in range(6)]
    for quote in offered:
        sending.send(quote=quote, by=owner, at=NOW, contacts=list(buyer.contacts.all()))

    def issue(turn: int) -> None:
        issuing.issue(invoice=finals[turn % 2], by=owner, at=NOW)
        issuing.issue(invoice=draft_of(buyer, owner), by=owner, at=NOW)

    def credit(turn: int) -> None:
        note = crediting.draft_credit_note(
            invoice=credited[turn], by=owner, at=NOW, reason="Erreur", request_id=uuid.uuid4()
        )
        issuing.issue(invoice=note, by=owner, at=NOW)

    def accept(turn: int) -> None:
        answering.accept_otherwise(
            quote=offered[turn],
            by=owner,
            at=NOW,
            on=TODAY,
            name="Camille Ferrand",
            capacity="agricultrice",
            how_words="Devis signé",
            request_id=uuid.uuid4(),
        )

    def receive(turn: int) -> None:
        settling.record_receipt(
            by=owner,
            at=NOW,
            client=buyer,
            term=term_of(deals[turn % 2], Kind.GOODS),
            received_on=TODAY,
            quantity=Decimal(1),
            destination="PERSONAL",
            request_id=uuid.uuid4(),
        )

    acts: list[Any] = [issue, credit, accept, receive]

    def work(number: int) -> None:
        for turn in range(6):
            acts[(number + turn) % 4](turn) if number < 4 else receive(turn)

    raised = at_once(8, work)

    refusals = (issuing.IssuingError, crediting.CreditingError, answering.AnswerError)
    assert [error for error in raised if not isinstance(error, refusals)] == []
    for final in finals:
        final.refresh_from_db()
        settled = balances.balance_of(final, TODAY)
        assert settled.received + settled.left == settled.claimed
        assert settled.in_kind.amount >= 0


def test_a_receipt_recorded_eight_times_at_once_is_one(owner: User, buyer: Client) -> None:
    deal: Acceptance = accepted(client=buyer, by=owner)
    deposit = deposit_of(deal)
    request_id = uuid.uuid4()

    def record(_: int) -> None:
        settling.record_receipt(
            by=owner,
            at=NOW,
            client=buyer,
            term=term_of(deal, Kind.MONEY, due="ACCEPTANCE"),
            received_on=TODAY,
            value=euros("360"),
            request_id=request_id,
        )

    assert at_once(ISSUERS, record) == []
    assert (Receipt.objects.count(), Allocation.objects.get().value) == (1, euros("360"))
    assert balances.balance_of(deposit, TODAY).left == euros(0)


def test_two_receipts_at_once_never_settle_more_than_is_left(owner: User, buyer: Client) -> None:
    deal = accepted(client=buyer, by=owner)
    deposit = deposit_of(deal)

    def record(_: int) -> None:
        settling.record_receipt(
            by=owner,
            at=NOW,
            client=buyer,
            term=term_of(deal, Kind.MONEY, due="ACCEPTANCE"),
            received_on=TODAY,
            value=euros("300"),
            request_id=uuid.uuid4(),
        )

    assert at_once(2, record) == []
    assert sorted(row.value for row in Allocation.objects.all()) == [euros("60"), euros("300")]
    assert balances.balance_of(deposit, TODAY).left == euros(0)
