"""Two people at once. A barrier lets them start together; the quote's lock lets one through."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from quotes import answering, drafting, sending
from quotes.answering import AnswerError
from quotes.models import Acceptance, QuoteLink, QuoteVersion, Refusal
from quotes.sending import SendError
from records.ledger import verify
from tests import make
from tests.quotes.conftest import Sent, accept, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do acts at the same time, each in its thread and connection; return what each returned or raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            results[place] = act()
        except Exception as error:
            results[place] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def own(sent: Sent) -> Sent:
    """The rows as another process would load them."""
    return QuoteVersion.objects.get(pk=sent[0].pk), QuoteLink.objects.get(pk=sent[1].pk)


def sent_quote() -> Sent:
    version = make.quote()
    make.contact(client=version.quote.client, name="Dominique", email="dominique@example.org")
    return send(version)


def test_of_two_yeses_at_once_one_counts():
    sent = sent_quote()
    results = together(*[lambda: accept(own(sent))] * 4)
    assert sorted(type(result).__name__ for result in results) == ["Acceptance"] + ["AnswerError"] * 3
    assert Acceptance.objects.count() == 1
    assert verify(sent[0].quote.business) == []


def test_a_double_click_at_once_is_one_yes():
    sent, request_id = sent_quote(), uuid.uuid4()
    results = together(*[lambda: accept(own(sent), request_id=request_id)] * 3)
    assert len(set(results)) == 1
    assert Acceptance.objects.count() == 1


def test_a_yes_and_a_no_at_once_are_one_answer():
    sent = sent_quote()

    def refuse() -> Refusal:
        version, link = own(sent)
        return answering.refuse(link=link, version_id=version.pk, request_id=uuid.uuid4(), at=make.NOW)

    results = together(lambda: accept(own(sent)), refuse)
    assert sum(isinstance(result, AnswerError) for result in results) == 1
    assert Acceptance.objects.count() + Refusal.objects.count() == 1


def test_a_yes_while_a_new_version_leaves_is_to_one_of_them_or_refused():
    sent = sent_quote()
    person = make.user()
    drafting.new_version(quote=sent[0].quote, by=person, at=make.NOW)
    contacts = list(sent[0].quote.client.contacts.all())

    def send_again() -> QuoteVersion:
        return sending.send(quote=sent[0].quote, by=person, at=make.NOW, contacts=contacts)

    yes, leaving = together(lambda: accept(own(sent)), send_again)
    if isinstance(yes, Acceptance):
        assert yes.version == sent[0]
        assert isinstance(leaving, SendError)
    else:
        assert isinstance(yes, AnswerError)
        assert leaving.version == 2
    assert verify(sent[0].quote.business) == []


def test_quotes_sent_at_once_have_numbers_without_gap():
    drafts = [make.quote()]
    drafts += [make.quote(client=drafts[0].quote.client) for _more in range(5)]
    contacts = list(drafts[0].quote.client.contacts.all())
    person = make.user()

    def sender(draft: QuoteVersion) -> Callable[[], QuoteVersion]:
        return lambda: sending.send(quote=draft.quote, by=person, at=make.NOW, contacts=contacts)

    results = together(*[sender(draft) for draft in drafts])
    assert sorted(version.number for version in results) == [f"D2026-{n:04d}" for n in range(1, 7)]
    assert verify(drafts[0].quote.business) == []
