"""The sender's own people, signed in, who open the link of their client: it does not count as the client's doing."""

import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Visitor

from people.models import Activity
from quotes.models import Acceptance, Question, Refusal, Visit
from quotes.states import State, state_of
from tests import make
from tests.quotes.conftest import Sent, send
from tests.quotes.pages import BROWSER, it_is, link_path, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def december(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, make.NOW)
    cache.clear()


@pytest.fixture
def sent(activity: Activity) -> Sent:
    return send(make.quote(client=make.contact(client=make.client(activity=activity)).client))


def test_the_senders_look_leaves_no_visit(sent: Sent, as_freelancer: Visitor, as_accountant: Visitor) -> None:
    for member in (as_freelancer, as_accountant):
        assert member.get(link_path(sent[1]), headers=BROWSER).status_code == 200
    assert not Visit.objects.exists()
    assert state_of(sent[0].quote, make.NOW.date()) == State.SENT


def test_the_sender_is_told_whose_page_it_is_and_offered_no_answer(sent: Sent, as_freelancer: Visitor) -> None:
    page = as_freelancer.get(link_path(sent[1]))
    words = text_of(page)
    assert "Vous voyez la page de votre client" in words
    assert "J’accepte ce devis" not in words
    assert "Je ne donne pas suite" not in words
    assert "Poser une question" not in words
    assert '<form method="post" action="/d/' not in page.content.decode()


@pytest.mark.parametrize("what", ["accept/", "refuse/"])
def test_the_sender_is_led_back_from_the_answers(what: str, sent: Sent, as_freelancer: Visitor) -> None:
    assert as_freelancer.get(link_path(sent[1]) + what)["Location"] == link_path(sent[1])


@pytest.mark.parametrize("what", ["accept/", "refuse/", "ask/"])
def test_the_sender_does_not_answer_in_the_clients_place(what: str, sent: Sent, as_freelancer: Visitor) -> None:
    version, link = sent
    said: dict[str, Any] = {"version": version.pk, "seal": version.seal, "name": "Camille", "capacity": "agricultrice"}
    said |= {"power": "on", "consent": "on", "text": "Quand ?", "request_id": uuid.uuid4()}
    answer = as_freelancer.post(link_path(link) + what, said)
    assert answer.status_code == 403
    assert "seul le client répond ici" in text_of(answer)
    assert not any(rows.objects.exists() for rows in (Acceptance, Refusal, Question))


def test_whoever_is_signed_in_elsewhere_is_the_client(sent: Sent, as_stranger: Visitor) -> None:
    page = as_stranger.get(link_path(sent[1]), headers=BROWSER)
    assert "J’accepte ce devis" in text_of(page)
    assert Visit.objects.count() == 1
