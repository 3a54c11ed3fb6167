import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from billing import carrying, settling
from billing.expecting import unanswered
from quotes.models import RemunerationTerm
from tests import make
from tests.billing.conftest import recorder_of, term_of

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
