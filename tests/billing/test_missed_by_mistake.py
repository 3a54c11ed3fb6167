"""A delivery said missed by mistake is undone by a row, and every amount is as if nothing had been said."""

import re
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Visitor
from django.urls import reverse

from billing import balances, settling
from billing.claiming import claim_of
from billing.expecting import outstanding_of
from billing.models import Invoice, MissedDelivery, Receipt
from desk.today import unconfirmed
from lib import clock
from lib.money import euros
from people.models import Membership, User
from quotes.models import Acceptance, IfMissed, Kind, RemunerationTerm
from records import ledger
from records.models import LedgerEntry
from tests import make
from tests.billing.conftest import DEPOSIT, NOW, ON_DELIVERY, accepted, final_of, recorder_of, term_of

LATER = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
FIRST = make.FIRST_FRIDAY


@pytest.fixture
def deal(freelancer: User, activity: object) -> Acceptance:
    buyer = make.contact(client=make.client(activity=activity)).client
    baskets = make.baskets(if_missed=IfMissed.DUE_IN_EUROS)
    return accepted(client=buyer, by=freelancer, terms=(DEPOSIT, ON_DELIVERY, baskets))


@pytest.fixture
def term(deal: Acceptance) -> RemunerationTerm:
    return term_of(deal, Kind.GOODS)


def missed(term: RemunerationTerm, on: date = FIRST, at: datetime = LATER) -> MissedDelivery:
    return settling.record_missed(by=None, at=at, term=term, planned_on=on, request_id=uuid.uuid4())


def undone(row: MissedDelivery, by: User, at: datetime = LATER) -> MissedDelivery:
    return settling.reverse_missed(missed=row, by=by, at=at, reason="mauvaise ligne")


def came(term: RemunerationTerm, on: date = FIRST, request_id: uuid.UUID | None = None) -> int:
    day = settling.Day(on, Decimal(1), came=True)
    request_id = request_id or uuid.uuid4()
    return len(settling.record_days(by=None, at=LATER, term=term, days=[day], request_id=request_id))


def test_the_basket_that_did_come_counts_as_if_it_had_never_been_missed(
    deal: Acceptance, term: RemunerationTerm, freelancer: User
) -> None:
    row = missed(term)
    assert outstanding_of(term) == euros("280")

    mirror = undone(row, freelancer)

    assert (mirror.reverses, mirror.quantity, mirror.value) == (row, Decimal(-1), euros("-20"))
    assert outstanding_of(term) == euros("300")
    assert came(term) == 1
    assert outstanding_of(term) == euros("280")
    claim = claim_of(final_of(deal, issued=False), LATER.date())
    assert (claim.settled_at_issue, claim.agreed_otherwise, claim.payable) == (euros("20"), euros("280"), euros("900"))


@pytest.mark.parametrize("issued_between", [False, True])
def test_an_invoice_issued_before_the_correction_has_its_room_again(
    deal: Acceptance, term: RemunerationTerm, freelancer: User, issued_between: bool
) -> None:
    final = None if issued_between else final_of(deal)
    row = missed(term)
    final = final or final_of(deal, at=LATER.replace(hour=10))
    undone(row, freelancer, at=LATER.replace(hour=11))

    balance = balances.balance_of(final, LATER.date())

    assert (balance.in_kind, balance.in_euros) == (euros("300"), euros("900"))
    together = balances.left_of_all(Invoice.objects.filter(pk=final.pk))
    assert (together.in_kind, together.in_euros) == (euros("300"), euros("900"))


def test_the_day_waits_for_an_answer_again_and_may_be_missed_after_all(
    deal: Acceptance, term: RemunerationTerm, freelancer: User
) -> None:
    membership = Membership.objects.get(user=freelancer, business=deal.quote.business)
    row = missed(term)
    mirror = undone(row, freelancer)
    assert settling.recorded_days(term) == set()
    assert FIRST in dict(unconfirmed(membership, LATER.date()))[term]

    again = missed(term)

    assert (again.follows, again == row) == (mirror, False)
    assert missed(term) == again
    assert FIRST not in dict(unconfirmed(membership, LATER.date()))[term]
    assert outstanding_of(term) == euros("280")


def test_it_is_undone_once_with_a_reason_and_the_ledger_knows(
    deal: Acceptance, term: RemunerationTerm, freelancer: User
) -> None:
    row = missed(term)
    with pytest.raises(settling.SettlingError, match="pourquoi"):
        settling.reverse_missed(missed=row, by=freelancer, at=LATER, reason=" ")

    mirror = undone(row, freelancer)

    assert undone(row, freelancer) == mirror
    with pytest.raises(settling.SettlingError, match="annulation"):
        undone(mirror, freelancer)
    business = deal.quote.business
    assert LedgerEntry.objects.filter(ledger__business=business, event="missed_delivery_reversed").count() == 1
    assert ledger.verify(business) == []


def test_hours_missed_twice_make_the_same_amount_before_and_after_the_issue(freelancer: User) -> None:
    hours = make.baskets(
        kind=Kind.TIME, quantity=Decimal(9), unit_value=euros("33.33"), value=euros("299.97"),
        per_delivery=Decimal("1.5"), if_missed=IfMissed.DUE_IN_EUROS,
    )  # fmt: skip
    rest = ON_DELIVERY | {"value": euros("540.03")}
    before, after = (accepted(terms=(DEPOSIT, rest, hours)) for _deal in range(2))
    early = final_of(before)
    for deal in (before, after):
        for day in (FIRST, date(2027, 1, 15)):
            assert missed(term_of(deal, Kind.TIME), day).value == euros("50")  # 1.5 h × 33.33 € = 49.995 €

    late = final_of(after, at=LATER)

    now = balances.balance_of(early, LATER.date())
    assert now.in_kind == late.agreed_otherwise == euros("199.97")
    assert balances.left_of_all(Invoice.objects.filter(pk=early.pk)).in_kind == euros("199.97")


# The same page sent again -----------------------------------------------------------------------------------------


def test_the_same_days_sent_again_after_a_reversal_record_nothing(term: RemunerationTerm, freelancer: User) -> None:
    request_id = uuid.uuid4()
    assert came(term, request_id=request_id) == 1
    settling.reverse_receipt(receipt=Receipt.objects.get(), by=freelancer, at=LATER, reason="non")

    assert came(term, request_id=request_id) == 0
    assert came(term) == 1


def test_the_form_of_another_missed_day_is_refused_in_words(term: RemunerationTerm) -> None:
    used = missed(term).request_id

    with pytest.raises(settling.SettlingError, match="déjà servi"):
        settling.record_missed(by=None, at=LATER, term=term, planned_on=date(2027, 1, 15), request_id=used)


# The page ---------------------------------------------------------------------------------------------------------


def test_the_page_undoes_a_day_and_says_so(
    deal: Acceptance, term: RemunerationTerm, freelancer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    row, visitor = missed(term), Visitor()
    visitor.force_login(freelancer)
    slug = deal.quote.business.slug
    shown = visitor.get(reverse("term_confirm", args=[slug, term.pk])).content.decode()
    undo = reverse("missed_reverse", args=[slug, term.pk, row.pk])
    assert undo in shown
    assert "day_20270108" not in shown

    visitor.post(undo, {"reason": ""})
    assert MissedDelivery.objects.count() == 1
    answer = visitor.post(undo, {"reason": "mauvaise ligne"}, follow=True).content.decode()

    assert "attend de nouveau votre réponse" in answer
    assert "Annulé : mauvaise ligne" in re.sub("[\u00a0\u202f]", " ", answer)
    assert "day_20270108" in answer


def test_an_accountant_and_a_teammate_undo_nothing(
    deal: Acceptance, term: RemunerationTerm, accountant: User, teammate: User
) -> None:
    row = missed(term)
    url = reverse("missed_reverse", args=[deal.quote.business.slug, term.pk, row.pk])

    for user, status in ((accountant, 403), (teammate, 404)):
        visitor = Visitor()
        visitor.force_login(user)
        assert visitor.post(url, {"reason": "non"}).status_code == status
    assert MissedDelivery.objects.count() == 1


# The database -----------------------------------------------------------------------------------------------------


@pytest.mark.engine
def test_the_database_refuses_a_second_miss_a_second_mirror_and_any_change(acceptance: Acceptance) -> None:
    term = term_of(acceptance, Kind.GOODS)
    row = missed(term)
    mirror = undone(row, recorder_of(acceptance))
    values = {"term": term, "planned_on": FIRST, "recorded_at": NOW}
    again = missed(term)
    refused = (
        {"quantity": 1},
        {"quantity": 1, "follows": mirror},
        {"quantity": -1, "reverses": row},
        {"quantity": 1, "reverses": again},
        {"quantity": -1},
    )
    for wrong in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            MissedDelivery.objects.create(**values | wrong)
    for statement in ("UPDATE billing_misseddelivery SET note = 'x'", "DELETE FROM billing_misseddelivery"):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
