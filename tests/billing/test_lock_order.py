"""What is locked in another order than the others waits for them while they wait for it. On PostgreSQL it shows."""

import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest

from billing import allocating, crediting, settling
from billing.models import Invoice, MissedDelivery, Receipt
from lib.money import euros
from people.models import Client, User
from quotes.models import Kind
from quotes.terms import planned_days
from records import ledger
from tests import make
from tests.billing.conftest import NOW, TODAY, accepted, final_of, issued_by, term_of
from tests.billing.test_at_once import draft_of
from tests.records.work import at_once

pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True)]
LATER = NOW.replace(year=2027, month=2)


@pytest.fixture
def owner() -> User:
    return make.member(make.activity().business)


@pytest.fixture
def buyer(owner: User) -> Client:
    activity = owner.memberships.get().business.activities.get()
    return make.contact(client=make.client(activity=activity)).client


class Turns:
    """The first worker stops at a point until the second one waits for it there, or for half a second."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.done = getattr(module, name)
        monkeypatch.setattr(module, name, self.stop)

    def stop(self, *args: Any, **kwargs: Any) -> Any:
        result = self.done(*args, **kwargs)
        if threading.current_thread() is getattr(self, "first", None) and not self.reached.is_set():
            self.reached.set()
            self.go_on.wait(0.5)
        return result


def test_days_of_a_term_lock_its_invoices_before_the_head_of_the_ledger(
    owner: User, buyer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = accepted(client=buyer, by=owner)
    final = final_of(deal)
    term = term_of(deal, Kind.GOODS)
    elsewhere = settling.record_receipt(
        by=owner, at=NOW, client=buyer, received_on=TODAY, value=euros("20"), request_id=uuid.uuid4()
    )
    turns = Turns(monkeypatch, ledger, "record")

    def days() -> None:
        turns.first = threading.current_thread()  # type: ignore[attr-defined]
        (first, _), (second, _) = planned_days(term)[:2]
        told = [settling.Day(first, Decimal(1), came=False), settling.Day(second, Decimal(1), came=True)]
        settling.record_days(by=owner, at=LATER, term=term, days=told, request_id=uuid.uuid4())

    def settle() -> None:
        turns.reached.wait(5)
        allocating.allocate(receipt=elsewhere, invoice=final, by=owner, at=LATER)

    assert at_once(2, lambda number: (days, settle)[number]()) == []
    assert (MissedDelivery.objects.count(), Receipt.objects.filter(term=term).count()) == (1, 1)


def test_a_receipt_of_a_client_and_a_credit_note_do_not_wait_for_each_other(
    owner: User, buyer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = issued_by(draft_of(buyer, owner), by=owner)
    turns = Turns(monkeypatch, settling, "lock_client")

    def receive() -> None:
        turns.first = threading.current_thread()  # type: ignore[attr-defined]
        settling.record_receipt(
            by=owner,
            at=NOW,
            client=buyer,
            received_on=TODAY,
            value=euros("45"),
            invoice=invoice,
            request_id=uuid.uuid4(),
        )

    def credit() -> None:
        turns.reached.wait(5)
        crediting.draft_credit_note(invoice=invoice, by=owner, at=NOW, reason="Erreur", request_id=uuid.uuid4())

    assert at_once(2, lambda number: (receive, credit)[number]()) == []
    assert Receipt.objects.count() == Invoice.objects.filter(corrects=invoice).count() == 1
