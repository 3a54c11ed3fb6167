"""The whole is drafted before the worker has drafted the deposit: the deposit is deducted all the same."""

import uuid

import pytest

from billing import crediting, depositing, drafting, issuing, settling
from billing.models import Invoice
from lib.money import euros
from people.models import User
from quotes.models import Acceptance
from records.models import Errand
from tests import make
from tests.billing.conftest import NOW, TODAY, deposit_of, final_of, issued_by
from tests.billing.test_progress import progress_of


def test_a_deposit_drafted_after_the_whole_is_deducted_from_it(acceptance: Acceptance) -> None:
    whole = final_of(acceptance, issued=False)
    assert whole.type == Invoice.Type.STANDARD

    depositing.draft_deposit(Errand(subject=f"acceptance:{acceptance.pk}", made_at=NOW))
    deposit = issued_by(Invoice.objects.get(type=Invoice.Type.DEPOSIT))
    final = issued_by(whole)

    assert final.type == Invoice.Type.FINAL
    assert (final.deducted, deposit.payable + final.payable + final.agreed_otherwise) == (euros("360"), euros("1200"))


def test_a_whole_already_issued_stays_what_it_is(acceptance: Acceptance) -> None:
    whole = final_of(acceptance)

    depositing.draft_deposit(Errand(subject=f"acceptance:{acceptance.pk}", made_at=NOW))

    whole.refresh_from_db()
    assert whole.type == Invoice.Type.STANDARD
    assert not Invoice.objects.filter(type=Invoice.Type.DEPOSIT).exists()


def test_a_deposit_drafted_after_the_work_went_on_asks_for_what_is_left_in_euros(acceptance: Acceptance) -> None:
    """900 € of the 1 200 € are in euros: 90 % of the whole claim 13 baskets to come and 820 € of them."""
    first = progress_of(acceptance, 90)
    assert (first.agreed_otherwise, first.payable) == (euros("260"), euros("820"))

    assert deposit_of(acceptance, issued=False).total == euros("80")


def test_a_deposit_drafted_before_the_work_went_on_asks_for_no_more_than_is_left(acceptance: Acceptance) -> None:
    """360 € of deposit were prepared, 90 % of 1 200 € are invoiced first: 120 € are left to ask for."""
    deposit = deposit_of(acceptance, issued=False)
    progress_of(acceptance, 90)

    with pytest.raises(issuing.IssuingError, match="Il reste moins que cela du devis"):
        issued_by(deposit)


def test_the_preview_says_the_day_to_pay_by_that_is_issued(acceptance: Acceptance) -> None:
    draft = deposit_of(acceptance, issued=False)
    _claim, preview = issuing.fill(draft, TODAY)

    assert preview.due_on is not None
    assert preview.due_on == issued_by(draft).due_on


# A form that somebody else sent -----------------------------------------------------------------------------------


@pytest.fixture
def stranger_of(acceptance: Acceptance) -> User:
    return make.member(make.activity().business)


def test_the_request_of_a_stranger_never_gives_their_receipt(acceptance: Acceptance, stranger_of: User) -> None:
    theirs = settling.record_receipt(
        by=acceptance.recorded_by,
        at=NOW,
        client=acceptance.quote.client,
        received_on=TODAY,
        value=euros("10"),
        request_id=uuid.uuid4(),
    )
    mine = make.client(activity=stranger_of.memberships.get().business.activities.get())

    with pytest.raises(settling.SettlingError, match="déjà servi"):
        settling.record_receipt(
            by=stranger_of, at=NOW, client=mine, received_on=TODAY, value=euros("1"), request_id=theirs.request_id
        )


def test_the_request_of_a_stranger_never_gives_their_invoice(acceptance: Acceptance, stranger_of: User) -> None:
    theirs = deposit_of(acceptance)
    mine = make.client(activity=stranger_of.memberships.get().business.activities.get())
    lines = [drafting.DraftLine(unit_price=euros("5"), title="Heure")]

    def standard(request_id: uuid.UUID) -> Invoice:
        return drafting.draft_standard(
            activity=mine.activity,
            client=mine,
            title="Dépannage",
            lines=lines,
            by=stranger_of,
            at=NOW,
            request_id=request_id,
        )

    with pytest.raises(drafting.DraftingError, match="déjà servi"):
        standard(theirs.request_id)
    own = issued_by(standard(uuid.uuid4()))
    with pytest.raises(crediting.CreditingError, match="déjà servi"):
        crediting.draft_credit_note(invoice=own, reason="Erreur", by=stranger_of, at=NOW, request_id=theirs.request_id)
