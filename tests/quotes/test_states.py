import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest

from people.models import User
from quotes import answering, doors, drafting
from quotes.models import Quote
from quotes.states import State, awaiting_answer, state_of, state_of_version, with_state
from tests import make
from tests.quotes.conftest import Sent, accept, send
from tests.quotes.test_doors import PHONE

pytestmark = pytest.mark.django_db


def test_a_quote_never_sent_is_a_draft():
    assert state_of(make.quote().quote, make.TODAY) == State.DRAFT


def test_a_sent_quote_is_opened_by_a_person_not_by_a_robot(sent: Sent):
    version, link = sent
    assert state_of(version.quote, make.TODAY) == State.SENT
    doors.record_visit(link, method="HEAD", headers=PHONE, at=make.NOW)
    assert state_of(version.quote, make.TODAY) == State.SENT
    doors.record_visit(link, method="GET", headers=PHONE, at=make.NOW)
    assert state_of(version.quote, make.TODAY) == State.OPENED


def test_an_opening_before_the_last_version_does_not_count(sent: Sent, someone: User):
    doors.record_visit(sent[1], method="GET", headers=PHONE, at=make.NOW)
    drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    send(sent[0], make.NOW + timedelta(hours=1))
    assert state_of(sent[0].quote, make.TODAY) == State.SENT


def test_an_offer_expires_the_day_after_its_last(sent: Sent):
    assert state_of(sent[0].quote, date(2026, 12, 31)) == State.SENT
    assert state_of(sent[0].quote, date(2027, 1, 1)) == State.EXPIRED


def test_a_yes_stays_a_yes_after_the_last_day(sent: Sent):
    accept(sent)
    assert state_of(sent[0].quote, date(2027, 6, 1)) == State.ACCEPTED


def test_a_refused_quote_is_open_again_once_a_new_version_is_sent(sent: Sent, someone: User):
    answering.refuse(link=sent[1], version_id=sent[0].pk, request_id=uuid.uuid4(), at=make.NOW)
    assert state_of(sent[0].quote, make.TODAY) == State.REFUSED
    drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    assert state_of(sent[0].quote, make.TODAY) == State.REFUSED
    second, _link = send(sent[0])
    assert state_of(sent[0].quote, make.TODAY) == State.SENT
    assert state_of_version(sent[0], make.TODAY) == State.REPLACED
    assert state_of_version(second, make.TODAY) == State.SENT


def test_a_list_shows_the_version_that_counts_and_says_what_waits(sent: Sent, someone: User):
    drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    answering.ask(link=sent[1], version_id=sent[0].pk, text="Quand ?", request_id=uuid.uuid4(), at=make.NOW)
    row = with_state(Quote.objects.all(), make.TODAY).get()
    assert (row.version_id, row.title, row.total) == (sent[0].pk, "Site de la ferme", Decimal(1200))
    assert (row.has_draft, row.waiting_questions, row.state) == (True, True, State.SENT)


def test_a_list_of_states_is_one_query(sent: Sent, django_assert_num_queries):
    for _more in range(3):
        send(make.quote())
    with django_assert_num_queries(1):
        assert {quote.state for quote in with_state(Quote.objects.all(), make.TODAY)} == {State.SENT}


def test_what_awaits_an_answer_leaves_out_what_is_over(sent: Sent):
    over = send(make.quote())
    accept(over)
    make.quote()
    assert list(awaiting_answer(Quote.objects.all(), make.TODAY)) == [sent[0].quote]
