"""Which invoice answers for what was missed: whatever was invoiced, credited or undone, each basket counts once."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing import balances, crediting, depositing, drafting, months, settling
from billing.dunning import turning
from billing.models import Invoice, MissedDelivery
from billing.not_coming import gone_of, shares_of
from lib.money import euros
from quotes.models import Acceptance, IfMissed, Kind
from records.models import Errand
from tests import make
from tests.billing.conftest import (
    DEPOSIT,
    NOW,
    ON_DELIVERY,
    accepted,
    basket_came,
    final_of,
    issued_by,
    money_came,
    recorder_of,
    term_of,
)
from tests.billing.test_progress import progress_of

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
LATER = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def deal(db: None) -> Acceptance:
    """Return a deal of 900 € on delivery and 15 baskets at 20 €, due in euros when one is missed."""
    in_euros = ON_DELIVERY | {"value": euros(900)}
    return accepted(terms=(in_euros, make.baskets(if_missed=IfMissed.DUE_IN_EUROS)))


def missed(deal: Acceptance, *weeks: int, at: datetime = LATER) -> list[MissedDelivery]:
    said: dict[str, Any] = {"by": recorder_of(deal), "at": at, "term": term_of(deal, Kind.GOODS)}
    days = [make.FIRST_FRIDAY + timedelta(weeks=week) for week in weeks]
    return [settling.record_missed(planned_on=day, request_id=uuid.uuid4(), **said) for day in days]


def undone(deal: Acceptance, row: MissedDelivery) -> None:
    settling.reverse_missed(missed=row, by=recorder_of(deal), at=LATER, reason="erreur")


def credited(invoice: Invoice, amount: int) -> None:
    user = invoice.business.memberships.first().user  # type: ignore[union-attr]
    said: dict[str, Any] = {"by": user, "at": NOW, "reason": "geste", "request_id": uuid.uuid4()}
    issued_by(crediting.draft_credit_note(invoice=invoice, amount=euros(amount), **said))


def to_come(*invoices: Invoice) -> list[tuple[Any, Any]]:
    found = [balances.balance_of(invoice, LATER.date()) for invoice in invoices]
    return [(balance.in_kind.amount, balance.in_euros.amount) for balance in found]


def test_the_oldest_invoice_answers_first_then_the_next(deal: Acceptance) -> None:
    first, last = progress_of(deal, 50), progress_of(deal, 100)
    assert to_come(first, last) == [(140, 460), (160, 440)]
    missed(deal, *range(9))
    assert to_come(first, last) == [(0, 600), (120, 480)]


def test_what_was_missed_before_the_next_invoice_stays_with_the_first(deal: Acceptance) -> None:
    first = progress_of(deal, 50)
    missed(deal, 0, 1)
    last = progress_of(deal, 100, at=LATER)
    assert (last.agreed_otherwise, last.payable) == (euros(160), euros(440))
    assert to_come(first, last) == [(100, 500), (160, 440)]


def test_what_no_invoice_awaited_is_counted_out_of_the_next_one(deal: Acceptance) -> None:
    missed(deal, 0, 1)
    whole = final_of(deal, at=LATER)
    assert (whole.agreed_otherwise, whole.payable) == (euros(260), euros(940))
    assert whole.terms.get(kind=Kind.GOODS).not_coming == euros(40)


def test_a_credited_invoice_answers_for_no_more_than_it_still_awaits(deal: Acceptance) -> None:
    """540 € are off 460 € in euros, then off four baskets of seven: the three that are left are missed."""
    first = progress_of(deal, 50)
    credited(first, 540)
    last = progress_of(deal, 100)
    assert to_come(first, last) == [(60, 0), (240, 900)]
    missed(deal, 0, 1, 2)
    assert to_come(first, last) == [(0, 60), (240, 900)]
    missed(deal, 3)
    assert to_come(first, last) == [(0, 60), (220, 920)]


def test_a_wholly_credited_invoice_answers_for_nothing(deal: Acceptance) -> None:
    first = progress_of(deal, 50)
    missed(deal, 0)
    credited(first, 600)
    again = progress_of(deal, 100, at=LATER)
    assert (again.agreed_otherwise, again.payable) == (euros(280), euros(920))


def test_a_miss_undone_comes_back_even_where_all_had_been_missed(deal: Acceptance) -> None:
    first, *_others = missed(deal, *range(15))
    whole = final_of(deal, at=LATER)
    assert to_come(whole) == [(0, 1200)]
    undone(deal, first)
    assert to_come(whole) == [(20, 1180)]


def test_what_comes_for_an_invoice_that_awaits_nothing_more_is_a_month_in_kind(deal: Acceptance) -> None:
    first = progress_of(deal, 50)
    money_came(deal, "460", "DELIVERY")
    credited(first, 140)
    basket_came(deal, make.FIRST_FRIDAY)
    assert [share.awaited for share in shares_of([term_of(deal, Kind.GOODS).pk])] == [euros(0)]
    assert [month.slug for month in months.months_to_invoice([deal], date(2027, 6, 1))] == ["2027-01"]
    assert depositing.left_to_ask(deal) == euros(440)


def test_what_is_asked_for_is_what_its_invoice_answers_for(deal: Acceptance) -> None:
    first, last = progress_of(deal, 50), progress_of(deal, 100)
    missed(deal, *range(8))
    found = [
        [(item.quantity, item.value) for item in turning.askable(invoice, euros(1000), euros(0))]
        for invoice in (first, last)
    ]
    assert found == [[(Decimal(7), euros(140))], [(Decimal(1), euros(20))]]


def test_an_advance_that_is_thrown_away_takes_no_deposit_with_it(db: None) -> None:
    deal = accepted(terms=(DEPOSIT, ON_DELIVERY, make.baskets()))
    asked = depositing.ask_deposit(
        acceptance=deal, value=euros(900), by=recorder_of(deal), at=NOW, request_id=uuid.uuid4()
    )
    depositing.draft_deposit(Errand(subject=f"acceptance:{deal.pk}", made_at=NOW))
    drafting.delete_draft(invoice=asked, by=recorder_of(deal))
    assert [draft.term for draft in Invoice.objects.filter(acceptance=deal)] == [
        deal.version.terms.get(due="ACCEPTANCE")
    ]


def test_it_costs_as_many_queries_for_three_invoices_as_for_one(django_assert_num_queries: Any) -> None:
    found = []
    for _deal in range(3):
        terms = (ON_DELIVERY | {"value": euros(900)}, make.baskets(if_missed=IfMissed.WAIVED))
        deal = accepted(terms=terms)
        found.append(final_of(deal))
        missed(deal, 0)
        notes: dict[str, Any] = {
            "by": recorder_of(deal),
            "at": LATER,
            "reason": "jamais venu",
            "request_id": uuid.uuid4(),
        }
        issued_by(crediting.draft_credit_note(invoice=found[-1], waives=True, **notes), at=LATER)
        missed(deal, 1)
    for invoices in (found[:1], found):
        with django_assert_num_queries(14):
            gone = gone_of(Invoice.objects.filter(pk__in=[invoice.pk for invoice in invoices]))
        assert {one.waived for one in gone.values()} == {euros(20)}
