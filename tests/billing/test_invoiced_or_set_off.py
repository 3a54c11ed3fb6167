"""What came in kind is in one paper of theirs only: an invoice written in their name, or one of their own, set off."""

import contextlib
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest

from billing.models import Invoice, Mandate, Receipt, ReceivedInvoice, SelfBilledInvoice, SetOff
from billing.partners import receiving, setting_off, slips
from billing.selfbilled import approving, mandate_answering
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled.drafting import SelfBillingError, receipts_to_invoice
from lib.money import euros
from tests.billing.conftest import ON_DELIVERY, accepted, basket_came, final_of
from tests.billing.mandated import NOW, TODAY, credited, mandated, owner_of
from tests.billing.test_lock_order import Turns
from tests.billing.test_selfbilling import FRIDAYS, from_receipts, issue
from tests.make import baskets
from tests.records.work import at_once

pytestmark = [
    pytest.mark.engine,
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_cost_nothing"),
]


class Story:
    """Four baskets of November that settle our invoice, a mandate, and the invoice that the farm wrote itself."""

    def __init__(self) -> None:
        deal = accepted(terms=(ON_DELIVERY, baskets(33)), at=NOW - timedelta(days=29))
        self.client, self.by = deal.quote.client, owner_of(deal.quote.client)
        self.came: list[Receipt] = [basket_came(deal, day) for day in FRIDAYS]
        self.ours: Invoice = final_of(deal)
        self.mandate: Mandate = mandated(self.client)
        self.written = receiving.record(
            client=self.client,
            typed=receiving.Typed(number="FC-1", issued_on=TODAY, net=euros("80"), vat=euros("0")),
            by=self.by,
            at=NOW,
            request_id=uuid.uuid4(),
        )

    def set_off(self, received: ReceivedInvoice | None = None) -> SetOff:
        said: Any = {"by": self.by, "at": NOW, "settled_on": TODAY, "request_id": uuid.uuid4()}
        covers = self.came
        return setting_off.set_off(invoice=self.ours, received=received or self.written, covers=covers, **said)


def test_a_draft_of_what_was_set_off_since_is_not_issued() -> None:
    story = Story()
    draft = from_receipts(story.mandate, story.came)
    made = story.set_off()

    assert not receipts_to_invoice(story.client).exists()
    with pytest.raises(SelfBillingError):
        issue(draft)

    setting_off.undo(set_off=made, by=story.by, at=NOW, reason="Erreur")
    assert issue(draft).number
    with pytest.raises(setting_off.SetOffError):
        story.set_off()


def test_what_an_invoice_in_their_name_is_for_is_on_no_slip_until_that_is_credited() -> None:
    story = Story()
    draft = from_receipts(story.mandate, story.came[:2])
    assert slips.waiting(story.client).count() == 4
    invoice = issue(draft)

    assert list(slips.waiting(story.client)) == story.came[2:]
    said: Any = {"client": story.client, "by": story.by, "at": NOW, "request_id": uuid.uuid4()}
    with pytest.raises(slips.SlipError) as refused:
        slips.make_slip(receipts=story.came, **said)
    assert refused.value.field == "receipts"

    credited(invoice)
    assert slips.make_slip(receipts=story.came, **said).total == euros("80")


def test_what_is_contested_frees_its_receipts_once_credited_even_after_the_mandate() -> None:
    story = Story()
    invoice = issue(from_receipts(story.mandate, story.came))
    approving.record_answer(
        invoice=invoice,
        kind="CONTESTED",
        name="Camille Ferrand",
        reason="Trois paniers",
        by=story.by,
        at=NOW,
        request_id=uuid.uuid4(),
    )
    mandate_answering.end_by_us(
        mandate=story.mandate, by=story.by, at=NOW, ends_on=TODAY, reason="Fin", request_id=uuid.uuid4()
    )
    assert not receipts_to_invoice(story.client).exists()

    credited(invoice)

    assert list(receipts_to_invoice(story.client)) == list(slips.waiting(story.client)) == story.came
    story.set_off()


@pytest.mark.django_db(transaction=True)
def test_set_off_and_invoiced_at_once_is_one_of_the_two(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    draft = from_receipts(story.mandate, story.came)
    turns = Turns(monkeypatch, setting_off, "pair_of")

    def first() -> None:
        turns.first = threading.current_thread()  # type: ignore[attr-defined]
        story.set_off()

    def second() -> None:
        turns.reached.wait(5)
        with contextlib.suppress(SelfBillingError):
            issue(draft)

    assert at_once(2, lambda number: (first, second)[number]()) == []
    assert (SetOff.objects.count(), SelfBilledInvoice.objects.filter(issued_at__isnull=False).count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_invoiced_and_set_off_at_once_is_one_of_the_two(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    draft = from_receipts(story.mandate, story.came)
    turns = Turns(monkeypatch, selfbilling, "obstacles")

    def first() -> None:
        turns.first = threading.current_thread()  # type: ignore[attr-defined]
        issue(draft)

    def second() -> None:
        turns.reached.wait(5)
        with contextlib.suppress(setting_off.SetOffError):
            story.set_off()

    assert at_once(2, lambda number: (first, second)[number]()) == []
    assert (SetOff.objects.count(), SelfBilledInvoice.objects.filter(issued_at__isnull=False).count()) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_set_off_and_credited_at_once_is_one_of_the_two(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    theirs = issue(from_receipts(story.mandate, story.came))
    turns = Turns(monkeypatch, setting_off, "pair_of")

    def first() -> None:
        turns.first = threading.current_thread()  # type: ignore[attr-defined]
        story.set_off(theirs.received)

    def second() -> None:
        turns.reached.wait(5)
        with contextlib.suppress(SelfBillingError):
            credited(theirs)

    assert at_once(2, lambda number: (first, second)[number]()) == []
    notes = SelfBilledInvoice.objects.filter(corrects=theirs, issued_at__isnull=False)
    assert (SetOff.objects.count(), notes.count()) == (1, 0)
