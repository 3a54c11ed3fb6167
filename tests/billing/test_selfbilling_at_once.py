"""Several people at once: one yes, one answer, no receipt invoiced twice, no gap in a partner's series."""

import uuid
from typing import Any

import pytest

from billing.models import MandateAcceptance, SelfBilledAnswer, SelfBilledInvoice
from billing.selfbilled import approving
from billing.selfbilled import drafting as selfbilled_drafting
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled.drafting import SelfBillingError
from billing.selfbilled.mandating import MandateError
from tests.billing.mandated import (
    NOW,
    TODAY,
    baskets_came,
    by_hand,
    issued,
    link_of,
    mandated,
    owner_of,
    proposed,
    yes,
)
from tests.records.work import at_once

MANY = 8
pytestmark = [
    pytest.mark.engine,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("papers_cost_nothing"),
]


def test_a_mandate_accepted_by_eight_at_once_has_one_yes() -> None:
    mandate = proposed()
    raised = at_once(MANY, lambda _: yes(mandate))

    assert len(raised) == MANY - 1
    assert all(isinstance(error, MandateError) for error in raised)
    assert MandateAcceptance.objects.count() == 1


def test_what_came_is_invoiced_once_though_eight_ask_at_once() -> None:
    mandate = mandated()
    came = [receipt.pk for receipt in baskets_came(mandate.client, TODAY, TODAY)]

    def draft(_: int) -> None:
        selfbilled_drafting.draft_from_receipts(
            mandate=mandate, receipts=came, by=owner_of(mandate.client), at=NOW, request_id=uuid.uuid4()
        )

    raised = at_once(MANY, draft)
    assert len(raised) == MANY - 1
    assert all(isinstance(error, SelfBillingError) for error in raised)
    assert SelfBilledInvoice.objects.count() == 1


def test_eight_drafts_issued_at_once_leave_no_gap_and_one_issued_eight_times_has_one_number() -> None:
    mandate = mandated()
    drafts = [by_hand(mandate) for _ in range(MANY)]

    def issue(turn: int) -> None:
        for draft in (drafts[turn], drafts[0]):
            selfbilling.issue(invoice=draft, by=owner_of(mandate.client), at=NOW)

    assert at_once(MANY, issue) == []
    numbers = sorted(SelfBilledInvoice.objects.values_list("number", flat=True), key=str)
    assert [str(number)[-4:] for number in numbers] == [f"{n:04d}" for n in range(1, MANY + 1)]


def test_an_invoice_approved_and_contested_at_once_has_one_answer() -> None:
    invoice = issued()
    said: dict[str, Any] = {"invoice": invoice, "name": "Camille", "reason": "Trois paniers", "at": NOW}

    def answer(turn: int) -> None:
        kind = "CONTESTED" if turn % 2 else "APPROVED"
        approving.answer(link=link_of(invoice.mandate), kind=kind, request_id=uuid.uuid4(), **said)

    raised = at_once(MANY, answer)
    assert len(raised) == MANY - 1
    assert all(isinstance(error, SelfBillingError) for error in raised)
    assert SelfBilledAnswer.objects.count() == 1
