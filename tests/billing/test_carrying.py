import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from billing import carrying, doubting, settling
from billing.expecting import outstanding_of, unanswered
from lib.money import euros
from quotes.models import RemunerationTerm
from tests import make
from tests.billing.conftest import basket_came, final_of, recorder_of, term_of

FRIDAYS = [make.FIRST_FRIDAY + timedelta(weeks=n) for n in range(8)]


@pytest.fixture
def term(db):
    return make.term(make.quote(terms=[]), **make.baskets(5))


def missed(term: RemunerationTerm, day: date, **changes):
    values = {"planned_on": day, "quantity": 1, "value": term.unit_value, "recorded_at": make.NOW}
    return term.missed.create(request_id=uuid.uuid4(), **values | changes)


def days(term):
    return [day for day, _quantity in carrying.expected_days(RemunerationTerm.objects.get(pk=term.pk))]


def test_what_came_as_agreed_keeps_its_days(term):
    assert days(term) == FRIDAYS[:5]


def test_a_basket_carried_over_gets_a_friday_after_the_last(term):
    missed(term, FRIDAYS[1])
    missed(term, FRIDAYS[3])
    assert days(term) == FRIDAYS[:7]


def test_a_day_that_was_carried_over_may_be_missed_too(term):
    missed(term, FRIDAYS[1])
    missed(term, FRIDAYS[5])
    assert days(term) == FRIDAYS[:7]


def test_what_is_due_in_euros_when_missed_gets_no_other_day(term):
    RemunerationTerm.objects.filter(pk=term.pk).update(if_missed="DUE_IN_EUROS")
    missed(term, FRIDAYS[1])
    assert days(term) == FRIDAYS[:5]


def test_today_asks_for_the_basket_that_was_carried_over(term):
    missed(term, FRIDAYS[1])
    fresh = RemunerationTerm.objects.get(pk=term.pk)
    assert unanswered(fresh, FRIDAYS[5]) == [FRIDAYS[0], *FRIDAYS[2:6]]


def test_a_basket_carried_over_is_recorded_on_its_new_day(acceptance):
    term, by = term_of(acceptance, "goods"), recorder_of(acceptance)
    last = carrying.expected_days(term)[-1][0]
    at = datetime.combine(last + timedelta(weeks=2), time(9), UTC)
    settling.record_missed(by=by, at=at, term=term, planned_on=term.first_on, request_id=uuid.uuid4())
    term = term_of(acceptance, "goods")
    new = carrying.expected_days(term)[-1][0]
    assert new == last + timedelta(weeks=1)
    came = settling.Day(new, Decimal(1), came=True)
    made = settling.record_days(by=by, at=at, term=term, days=[came], request_id=uuid.uuid4())
    assert [receipt.planned_on for receipt in made] == [new]


def test_each_new_day_of_a_month_is_counted_from_the_first(term):
    RemunerationTerm.objects.filter(pk=term.pk).update(first_on=date(2027, 1, 31), rhythm="MONTHLY")
    for day in (date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)):
        missed(term, day)

    assert days(term)[5:] == [date(2027, 6, 30), date(2027, 7, 31), date(2027, 8, 31)]


def test_what_came_beyond_what_was_planned_takes_the_last_days(acceptance):
    term = term_of(acceptance, "goods")
    basket_came(acceptance, FRIDAYS[0], quantity=3)

    assert len(carrying.expected_days(term)) == 13
    assert unanswered(term, FRIDAYS[2]) == FRIDAYS[1:3]


def test_once_all_came_no_day_waits_for_an_answer(acceptance):
    term, last = term_of(acceptance, "goods"), FRIDAYS[0] + timedelta(weeks=20)
    basket_came(acceptance, FRIDAYS[0], quantity=17, surplus_is_sure=True)

    assert carrying.expected_days(term) == [(FRIDAYS[0], 1)]
    assert (unanswered(term, last), outstanding_of(term)) == ([], euros(0))
    final = final_of(acceptance, at=datetime.combine(FRIDAYS[1], time(9), UTC))
    assert (final.settled_at_issue, final.agreed_otherwise, final.payable) == (euros("340"), euros(0), euros("860"))


def test_what_comes_otherwise_and_is_missed_on_its_day_adds_no_day(acceptance):
    term, by = term_of(acceptance, "goods"), recorder_of(acceptance)
    basket_came(acceptance, FRIDAYS[0] - timedelta(2), quantity=1)
    assert len(carrying.expected_days(term)) == 14
    at = datetime.combine(FRIDAYS[1], time(9), UTC)

    settling.record_missed(by=by, at=at, term=term, planned_on=FRIDAYS[0], request_id=uuid.uuid4())

    assert sum(quantity for day, quantity in carrying.expected_days(term) if day != FRIDAYS[0]) == 14


def test_what_is_asked_for_in_euros_is_no_longer_waited_for(acceptance, monkeypatch):
    term = term_of(acceptance, "goods")
    monkeypatch.setattr(doubting, "agreed_units", lambda _term: Decimal(5))
    basket_came(acceptance, FRIDAYS[0], quantity=10)

    with pytest.raises(settling.SurplusError):
        basket_came(acceptance, FRIDAYS[1])
    assert doubting.left_to_come(term) == 0
