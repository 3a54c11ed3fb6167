"""An invoice is paid, then credited: what came is not asked for again by the next invoice of the deal."""

import uuid

import pytest

from billing import crediting, issuing, settling
from billing.models import Invoice
from lib.money import euros
from quotes.models import Acceptance, MoneyDue
from tests.billing.conftest import NOW, deposit_of, final_of, issued_by, money_came


@pytest.fixture
def credited(acceptance: Acceptance) -> Invoice:
    """A deposit of 360 €, paid, then wholly credited."""
    deposit = deposit_of(acceptance)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    person = acceptance.recorded_by
    assert person is not None
    note = crediting.draft_credit_note(invoice=deposit, by=person, at=NOW, reason="Erreur", request_id=uuid.uuid4())
    issued_by(note)
    return deposit


def test_the_next_invoice_waits_until_a_person_says_what_becomes_of_what_came(
    acceptance: Acceptance, credited: Invoice
) -> None:
    final = final_of(acceptance, issued=False)

    with pytest.raises(issuing.IssuingError, match=r"360,00.*règlent encore la facture F2026-0001"):
        issued_by(final)


def test_what_is_taken_back_is_counted_by_the_next_invoice(acceptance: Acceptance, credited: Invoice) -> None:
    final = final_of(acceptance, issued=False)
    receipt = credited.allocations.get().receipt

    settling.release(receipt=receipt, invoice=credited, by=acceptance.recorded_by, at=NOW)

    issued = issued_by(final)
    assert (issued.settled_at_issue, issued.agreed_otherwise, issued.payable) == (
        euros("360"),
        euros("300"),
        euros("540"),
    )


def test_what_was_given_back_is_asked_for_again(acceptance: Acceptance, credited: Invoice) -> None:
    final = final_of(acceptance, issued=False)
    receipt, person = credited.allocations.get().receipt, acceptance.recorded_by
    assert person is not None

    settling.reverse_receipt(receipt=receipt, by=person, at=NOW, reason="Rendu")

    assert issued_by(final).payable == euros("900")
