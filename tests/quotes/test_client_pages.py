import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Visitor

from lib.money import euros
from people.models import Client
from quotes import answering, drafting, sending, withdrawing
from quotes.models import Acceptance, Question, QuoteLink, QuoteVersion, Refusal, Visit
from tests import make
from tests.quotes.conftest import Sent, accept, send
from tests.quotes.pages import BROWSER, elements_of, fields_of, it_is, link_path, rows, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def december(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, make.NOW)
    cache.clear()


@pytest.fixture
def client_of_the_farm() -> Visitor:
    """A person with a browser and no login."""
    return Visitor(headers=BROWSER)


@pytest.fixture
def farm(db: None) -> Sent:
    """900 € on delivery and 15 baskets, sent to two people of the farm."""
    contact = make.contact()
    make.contact(client=contact.client, name="Jo Ferrand", email="jo@example.org")
    terms = [{"closes": True, "value": euros(900)}, make.baskets()]
    return send(make.quote(client=contact.client, terms=terms, conditions="Hébergement **non compris**."))


def agreed(visitor: Visitor, link: QuoteLink, **changed: Any) -> Any:
    """Fill the accept form as a person would, and send it."""
    page = f"{link_path(link)}accept/"
    fields = fields_of(visitor.get(page), 'name="seal"') | fields_of(visitor.get(page), 'class="sheet" method')
    fields |= {"name": "Camille Ferrand", "capacity": "agricultrice", "power": "on", "consent": "on"} | changed
    return visitor.post(page, {name: value for name, value in fields.items() if value is not None})


# Reading -----------------------------------------------------------------------------------------------------------


def test_the_page_says_everything_in_order(farm: Sent, client_of_the_farm: Visitor):
    page = client_of_the_farm.get(link_path(farm[1]))
    words = text_of(page)
    order = [
        "Lise Potager EI écrit à Ferme des Trois Chênes",
        "Site de la ferme",
        "Valable jusqu’au jeudi 31 décembre 2026 à 23 h 59",
        "En clair",
        "Comment ce prix est réglé",
        "Ce qui est fait",
        "Calendrier",
        "Questions",
        "J’accepte ce devis",
        "Je ne donne pas suite",
        "Ce que cette page enregistre",
    ]
    words = words[words.index(order[0]) :]
    places = [words.index(text) for text in order]
    assert places == sorted(places)
    assert elements_of(page) <= 380
    assert len(page.content) <= 40_000


def test_it_is_never_cached_nor_told_to_other_sites(farm: Sent, client_of_the_farm: Visitor):
    for address in (link_path(farm[1]), f"{link_path(farm[1])}accept/", "/d/1-nothing/"):
        answer = client_of_the_farm.get(address)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert "noindex" in answer["X-Robots-Tag"]


def test_opening_writes_a_visit_and_nothing_else(farm: Sent, client_of_the_farm: Visitor):
    before = rows()
    for page in ("", "accept/", "refuse/", "pdf/"):
        client_of_the_farm.get(link_path(farm[1]) + page)
        client_of_the_farm.head(link_path(farm[1]) + page)
    assert rows() == before
    assert [visit.probably_automatic for visit in Visit.objects.all()] == [False, True]


def test_a_mail_filter_is_told_from_a_person(farm: Sent):
    Visitor(headers={"User-Agent": "Barracuda Sentinel (EE)"}).get(link_path(farm[1]))
    assert Visit.objects.get().probably_automatic


def test_the_page_is_served_even_if_the_visit_cannot_be_written(
    farm: Sent, client_of_the_farm: Visitor, monkeypatch: pytest.MonkeyPatch
):
    from django.db import DatabaseError

    def full(**_values: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(Visit.objects, "create", full)
    assert client_of_the_farm.get(link_path(farm[1])).status_code == 200


def test_the_language_is_the_clients_and_can_be_switched(client_of_the_farm: Visitor):
    contact = make.contact(client=make.client(language="en"))
    _version, link = send(make.quote(client=contact.client, language="en"))
    page = client_of_the_farm.get(link_path(link))
    assert '<html lang="en">' in page.content.decode()
    assert "I accept this quote" in text_of(page)
    client_of_the_farm.post("/language/", {"language": "fr", "next": link_path(link)})
    assert "J’accepte ce devis" in text_of(client_of_the_farm.get(link_path(link)))


def test_the_pdf_is_that_which_was_kept(farm: Sent, client_of_the_farm: Visitor, run_errands: Any):
    assert client_of_the_farm.get(f"{link_path(farm[1])}pdf/").status_code == 503
    run_errands()
    pdf = client_of_the_farm.get(f"{link_path(farm[1])}pdf/")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert "no-store" in pdf["Cache-Control"]


# Yes ---------------------------------------------------------------------------------------------------------------


def test_the_accept_step_restates_the_deal(farm: Sent, client_of_the_farm: Visitor):
    words = text_of(client_of_the_farm.get(f"{link_path(farm[1])}accept/"))
    assert "15 paniers de légumes à 20 €" in words
    assert "Je déclare avoir le pouvoir d’engager Ferme des Trois Chênes." in words
    assert "J’accepte le devis n° D2026-0001, version 1, d’un total de 1 200,00 €" in words
    assert "Je confirme mon accord" in words
    assert "n’est pas présumée fiable" in words


def test_two_screens_after_the_mail_the_quote_is_accepted(farm: Sent, client_of_the_farm: Visitor):
    version, link = farm
    answer = agreed(client_of_the_farm, link)
    assert (answer.status_code, answer.url) == (302, link_path(link))
    acceptance = Acceptance.objects.get()
    assert (acceptance.version, acceptance.name, acceptance.link) == (version, "Camille Ferrand", link)
    assert acceptance.evidence.device == BROWSER["User-Agent"]
    words = text_of(client_of_the_farm.get(link_path(link)))
    assert "Accepté par Camille Ferrand, agricultrice, le 1 décembre 2026" in words.replace("1er", "1")
    assert "du vendredi 8 janvier 2027 au vendredi 16 avril 2027" in words
    assert "J’accepte ce devis" not in words


def test_a_double_click_is_one_yes(farm: Sent, client_of_the_farm: Visitor):
    once = str(uuid.uuid4())
    answers = [agreed(client_of_the_farm, farm[1], request_id=once) for _ in range(1)]
    fields = {"request_id": once, "version": farm[0].pk, "seal": farm[0].seal, "name": "C", "capacity": "c"}
    fields |= {"power": "on", "consent": "on"}
    answers.append(client_of_the_farm.post(f"{link_path(farm[1])}accept/", fields))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Acceptance.objects.count() == 1


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"name": ""}, "obligatoire"),
        ({"capacity": " "}, "obligatoire"),
        ({"power": None}, "Cochez cette phrase, si elle est vraie."),
        ({"consent": None}, "Cochez cette phrase pour dire oui."),
    ],
)
def test_a_yes_that_lacks_something_is_not_taken(
    farm: Sent, client_of_the_farm: Visitor, missing: dict[str, Any], said: str
):
    answer = agreed(client_of_the_farm, farm[1], **missing)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Acceptance.objects.exists()


def test_another_text_than_the_one_shown_is_not_accepted(farm: Sent, client_of_the_farm: Visitor):
    answer = agreed(client_of_the_farm, farm[1], seal="0" * 64)
    assert answer.status_code == 409
    assert 'value="Camille Ferrand"' in answer.content.decode()
    assert not Acceptance.objects.exists()


def test_the_second_persons_yes_is_told_who_was_first(farm: Sent, client_of_the_farm: Visitor):
    version, link = farm
    other = QuoteLink.objects.exclude(pk=link.pk).get(quote=version.quote)
    page = client_of_the_farm.get(f"{link_path(other)}accept/")
    accept(farm)
    fields = fields_of(page, 'class="sheet" method')
    fields |= {"name": "Jo", "capacity": "associé", "power": "on", "consent": "on"}
    answer = client_of_the_farm.post(f"{link_path(other)}accept/", fields)
    assert answer.status_code == 409
    assert "Camille Ferrand" in text_of(answer)
    assert "Accepté par Camille Ferrand" in text_of(client_of_the_farm.get(link_path(other)))


# What can no longer be accepted ---------------------------------------------------------------------------------------


def test_the_last_second_of_the_last_day_counts_and_the_next_does_not(
    farm: Sent, client_of_the_farm: Visitor, monkeypatch: pytest.MonkeyPatch
):
    late = uuid.uuid4()
    page = client_of_the_farm.get(f"{link_path(farm[1])}accept/")
    fields = fields_of(page, 'class="sheet" method') | {"name": "C", "capacity": "c", "power": "on", "consent": "on"}
    it_is(monkeypatch, datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC))
    refused = client_of_the_farm.post(f"{link_path(farm[1])}accept/", fields | {"request_id": str(late)})
    assert refused.status_code == 409
    assert "31 décembre 2026" in text_of(refused)
    assert "Cette offre a pris fin" in text_of(client_of_the_farm.get(link_path(farm[1])))
    assert client_of_the_farm.get(f"{link_path(farm[1])}accept/").url == link_path(farm[1])
    it_is(monkeypatch, datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC))
    assert client_of_the_farm.post(f"{link_path(farm[1])}accept/", fields).status_code == 302


def test_a_replaced_version_is_refused_and_the_new_one_shown(farm: Sent, client_of_the_farm: Visitor):
    version, link = farm
    page = client_of_the_farm.get(f"{link_path(link)}accept/")
    old = fields_of(page, 'class="sheet" method') | {"name": "C", "capacity": "c", "power": "on", "consent": "on"}
    drafting.new_version(quote=version.quote, by=make.user(), at=make.NOW)
    second = sending.send(quote=version.quote, by=make.user(), at=make.NOW, contacts=[link.contact])
    answer = client_of_the_farm.post(f"{link_path(link)}accept/", old)
    assert answer.status_code == 409
    assert "remplacée par la version 2" in text_of(answer)
    assert "Voici la version 2" in text_of(client_of_the_farm.get(link_path(link)))
    assert agreed(client_of_the_farm, link).status_code == 302
    assert Acceptance.objects.get().version == second


def test_revoked_renewed_and_wrong_links_say_so(farm: Sent, client_of_the_farm: Visitor):
    _version, link = farm
    old = link_path(link)
    sending.renew_link(link=link, by=make.user(), at=make.NOW)
    link.refresh_from_db()
    cases = {
        old: "remplacé par un plus récent",
        "/d/1-" + "a" * 32 + "/": "n’est pas l’une des nôtres",
        "/d/x/": "nôtres",
    }
    sending.revoke_link(link=link, by=make.user(), at=make.NOW)
    cases[link_path(link)] = "retiré"
    for address, said in cases.items():
        assert said in text_of(client_of_the_farm.get(address))
        for page in ("", "accept/", "refuse/", "pdf/"):
            assert client_of_the_farm.get(address + page).status_code == 404
        for page in ("accept/", "refuse/", "ask/"):
            assert client_of_the_farm.post(address + page, {"text": "?"}).status_code == 404
    assert "Ce lien est fermé" in text_of(client_of_the_farm.get(old))
    assert "Ce lien n’ouvre rien" in text_of(client_of_the_farm.get("/d/x/"))


def test_a_withdrawn_quote_stays_readable(farm: Sent, client_of_the_farm: Visitor):
    withdrawing.withdraw(quote=farm[0].quote, by=make.user(), at=make.NOW)
    words = text_of(client_of_the_farm.get(link_path(farm[1])))
    assert "Lise Potager EI a retiré ce devis." in words
    assert "Site de la ferme" in words
    assert "J’accepte ce devis" not in words


def test_a_draft_is_never_shown_by_a_link(farm: Sent, client_of_the_farm: Visitor):
    draft = drafting.new_version(quote=farm[0].quote, by=make.user(), at=make.NOW)
    QuoteVersion.objects.filter(pk=draft.pk).update(title="Pas encore dit")
    assert "Pas encore dit" not in text_of(client_of_the_farm.get(link_path(farm[1])))


def test_a_private_person_signs_on_paper(client_of_the_farm: Visitor):
    person = make.contact(client=make.client(kind=Client.Kind.PERSON, siren="", name="Anne Martin")).client
    version, link = send(make.quote(client=person))
    words = text_of(client_of_the_farm.get(link_path(link)))
    assert "J’accepte ce devis" not in words
    assert "signez le PDF" in words
    assert "Poser une question" in words
    assert "Je ne donne pas suite" in words
    assert client_of_the_farm.get(f"{link_path(link)}accept/").url == link_path(link)
    said = {"version": version.pk, "seal": version.seal, "name": "A", "capacity": "x", "power": "on", "consent": "on"}
    refused = client_of_the_farm.post(f"{link_path(link)}accept/", said | {"request_id": str(uuid.uuid4())})
    assert refused.status_code == 409
    assert not Acceptance.objects.exists()


# No, and questions -------------------------------------------------------------------------------------------------


def test_a_no_is_taken_once_with_its_reason(farm: Sent, client_of_the_farm: Visitor):
    _version, link = farm
    page = client_of_the_farm.get(f"{link_path(link)}refuse/")
    fields = fields_of(page, 'class="sheet" method') | {"reason": "Trop tôt pour nous."}
    for _ in range(2):
        assert client_of_the_farm.post(f"{link_path(link)}refuse/", fields).status_code == 302
    assert Refusal.objects.get().reason == "Trop tôt pour nous."
    words = text_of(client_of_the_farm.get(link_path(link)))
    assert "Une réponse négative a été donnée" in words
    assert "J’accepte ce devis" not in words
    other = fields | {"request_id": str(uuid.uuid4())}
    assert client_of_the_farm.post(f"{link_path(link)}refuse/", other).status_code == 409


def test_a_question_is_taken_once_and_shown_to_who_asked(farm: Sent, client_of_the_farm: Visitor):
    version, link = farm
    line = version.lines.get()
    fields = {"version": version.pk, "text": "Et l’hiver ?", "line": line.pk, "request_id": str(uuid.uuid4())}
    for _ in range(2):
        answer = client_of_the_farm.post(f"{link_path(link)}ask/", fields)
        assert answer.url == f"{link_path(link)}#questions"
    question = Question.objects.get()
    assert (question.text, question.line) == ("Et l’hiver ?", line)
    answering.answer(question=question, text="Des poireaux.", by=make.user(), at=make.NOW)
    assert "Des poireaux." in text_of(client_of_the_farm.get(link_path(link)))
    other = QuoteLink.objects.exclude(pk=link.pk).get(quote=version.quote)
    assert "Des poireaux." not in text_of(client_of_the_farm.get(link_path(other)))


def test_an_empty_question_is_refused_in_words(farm: Sent, client_of_the_farm: Visitor):
    fields = {"version": farm[0].pk, "text": "", "request_id": str(uuid.uuid4())}
    answer = client_of_the_farm.post(f"{link_path(farm[1])}ask/", fields)
    assert answer.status_code == 422
    assert "obligatoire" in text_of(answer)
    assert not Question.objects.exists()


def test_a_script_that_writes_too_often_is_stopped(farm: Sent, client_of_the_farm: Visitor):
    statuses = [client_of_the_farm.post(f"{link_path(farm[1])}ask/", {"text": ""}).status_code for _ in range(14)]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert client_of_the_farm.get(link_path(farm[1])).status_code == 200


def test_forms_are_refused_from_another_site(farm: Sent):
    elsewhere = Visitor(enforce_csrf_checks=True, headers=BROWSER)
    for page in ("accept/", "refuse/", "ask/"):
        assert elsewhere.post(link_path(farm[1]) + page, {"text": "?"}).status_code == 403


def test_the_address_of_questions_opened_by_hand_leads_to_the_page(farm: Sent, client_of_the_farm: Visitor):
    before = rows()
    assert client_of_the_farm.get(f"{link_path(farm[1])}ask/").url == f"{link_path(farm[1])}#questions"
    assert client_of_the_farm.get("/d/nothing/ask/").status_code == 404
    assert rows() == before
