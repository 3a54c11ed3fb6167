import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Visitor

from lib.money import euros
from people.models import Activity, User
from quotes import answering, doors, drafting, withdrawing
from quotes.models import Acceptance, Quote, QuoteLink, QuoteVersion
from records import keeping
from records.models import Mail
from records.subjects import ref
from tests import make
from tests.quotes.conftest import Sent, accept, send
from tests.quotes.pages import elements_of, it_is, path, rows, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def december(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, make.NOW)


@pytest.fixture
def draft(activity: Activity, freelancer: User) -> QuoteVersion:
    client = make.contact(client=make.client(activity=activity)).client
    return make.quote(client=client, terms=[{"closes": True, "value": euros(900)}, make.baskets()])


@pytest.fixture
def mine(draft: QuoteVersion) -> Sent:
    """A quote sent by the business of the freelancer."""
    return send(draft)


def base(activity: Activity) -> str:
    return f"/b/{activity.business.slug}/quotes/"


# The list ----------------------------------------------------------------------------------------------------------


def test_the_list_says_what_to_do_next(activity: Activity, draft: QuoteVersion, as_freelancer: Visitor):
    words = text_of(as_freelancer.get(base(activity)))
    assert "Finir de l’écrire, et l’envoyer" in words
    send(draft)
    assert "Pas encore ouvert ; valable jusqu’au 31 décembre 2026" in text_of(as_freelancer.get(base(activity)))


def test_the_list_is_filtered_searched_and_summed_by_kind(activity: Activity, mine: Sent, as_freelancer: Visitor):
    other = make.client(activity=activity, name="Mairie de Barr")
    make.quote(client=other, title="Guide des marchés")
    everything = text_of(as_freelancer.get(base(activity)))
    assert "2 100,00 €" in everything
    sent_only = text_of(as_freelancer.get(base(activity) + "?state=sent"))
    assert "Guide des marchés" not in sent_only
    assert "en nature 300,00 €" in sent_only
    assert "D2026-0001" in sent_only
    found = text_of(as_freelancer.get(base(activity) + "?q=barr+guide"))
    assert "Guide des marchés" in found
    assert "Site de la ferme" not in found
    assert "Aucun devis ne correspond" in text_of(as_freelancer.get(base(activity) + "?q=rien"))


def test_the_list_is_sorted_on_the_server(activity: Activity, as_freelancer: Visitor):
    client = make.client(activity=activity)
    for title, price in (("Petit", 100), ("Grand", 900)):
        version = make.quote(client=client, title=title, lines=[{"unit_price": euros(price)}], terms=[])
        QuoteVersion.objects.filter(pk=version.pk).update(net=euros(price), total=euros(price))
    words = text_of(as_freelancer.get(base(activity) + "?sort=total"))
    assert words.index("Petit") < words.index("Grand")
    words = text_of(as_freelancer.get(base(activity) + "?sort=-total"))
    assert words.index("Grand") < words.index("Petit")


def test_a_longer_list_asks_no_more_queries(
    activity: Activity, draft: QuoteVersion, as_freelancer: Visitor, django_assert_num_queries: Any
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_freelancer.get(base(activity))
    with CaptureQueriesContext(connection) as few:
        as_freelancer.get(base(activity))
    for number in range(20):
        make.quote(client=draft.quote.client, title=f"Devis {number}")
    with CaptureQueriesContext(connection) as many:
        page = as_freelancer.get(base(activity))
    assert len(many) == len(few) <= 8
    assert elements_of(page) <= 380
    assert "page=2" in page.content.decode()


def test_an_empty_list_teaches(activity: Activity, as_freelancer: Visitor):
    assert "Écrire mon premier devis" in text_of(as_freelancer.get(base(activity)))


# Starting ----------------------------------------------------------------------------------------------------------


def test_a_quote_is_started_once(activity: Activity, as_freelancer: Visitor):
    client = make.client(activity=activity)
    fields = {"client": client.pk, "title": "Site", "request_id": str(uuid.uuid4())}
    answers = [as_freelancer.post(base(activity) + "new/", fields) for _ in range(2)]
    quote = Quote.objects.get()
    assert {answer.url for answer in answers} == {f"{path(quote)}edit/"}


def test_a_quote_is_not_started_for_somebody_elses_client(activity: Activity, as_freelancer: Visitor):
    fields = {"client": make.client().pk, "title": "Site", "request_id": str(uuid.uuid4())}
    assert as_freelancer.post(base(activity) + "new/", fields).status_code == 422
    assert not Quote.objects.exists()


def test_without_a_client_the_page_says_so(activity: Activity, as_freelancer: Visitor):
    assert "ajoutez le premier" in text_of(as_freelancer.get(base(activity) + "new/"))


# Sending -----------------------------------------------------------------------------------------------------------


def test_the_send_page_shows_the_mail_and_sends(draft: QuoteVersion, as_freelancer: Visitor, run_errands: Any):
    page = as_freelancer.get(f"{path(draft.quote)}send/")
    assert "Bonjour Camille Ferrand" in text_of(page)
    contact = draft.quote.client.contacts.get()
    answer = as_freelancer.post(
        f"{path(draft.quote)}send/", {"contacts": [contact.pk], "revision": draft.revision}, follow=True
    )
    assert "Le devis D2026-0001 part maintenant, pour Camille Ferrand." in text_of(answer)
    run_errands()
    assert Mail.objects.get(event="quotes/sent").to == contact.email
    pdf = as_freelancer.get(f"{path(draft.quote)}pdf/")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")


def test_what_is_in_the_way_is_said_and_nothing_is_sent(draft: QuoteVersion, as_freelancer: Visitor):
    draft.terms.filter(closes=True).delete()
    page = as_freelancer.get(f"{path(draft.quote)}send/")
    assert "Il manque 900 €" in text_of(page)
    contact = draft.quote.client.contacts.get()
    refused = as_freelancer.post(f"{path(draft.quote)}send/", {"contacts": [contact.pk], "revision": draft.revision})
    assert refused.status_code == 422
    assert "Il manque 900 €" in text_of(refused)
    assert Quote.objects.get().number is None


def test_a_draft_changed_since_it_was_read_is_not_sent(draft: QuoteVersion, as_freelancer: Visitor):
    contact = draft.quote.client.contacts.get()
    refused = as_freelancer.post(f"{path(draft.quote)}send/", {"contacts": [contact.pk], "revision": 99})
    assert "Le brouillon a changé" in text_of(refused)
    assert Quote.objects.get().number is None


def test_somebody_must_receive_it(draft: QuoteVersion, as_freelancer: Visitor):
    refused = as_freelancer.post(f"{path(draft.quote)}send/", {"revision": draft.revision})
    assert "Choisissez au moins une personne." in text_of(refused)
    stranger = make.contact(email="autre@example.org")
    as_freelancer.post(f"{path(draft.quote)}send/", {"contacts": [stranger.pk], "revision": draft.revision})
    assert Quote.objects.get(pk=draft.quote_id).number is None


def test_the_pdf_says_that_it_is_being_made(mine: Sent, as_freelancer: Visitor):
    answer = as_freelancer.get(f"{path(mine[0].quote)}pdf/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "20")
    assert "Le PDF est en préparation" in text_of(answer)


# Following ---------------------------------------------------------------------------------------------------------


def test_the_page_tells_people_from_mail_filters(mine: Sent, as_freelancer: Visitor):
    version, link = mine
    browser = {"User-Agent": "Mozilla/5.0", "Accept-Language": "fr"}
    doors.record_visit(link, method="GET", headers={"User-Agent": "curl/8"}, at=make.NOW)
    assert "ouverture automatique probable" in text_of(as_freelancer.get(path(version.quote)))
    assert "Pas encore ouvert" in text_of(as_freelancer.get(path(version.quote)))
    doors.record_visit(link, method="GET", headers=browser, at=make.NOW)
    assert "Ouvert ; réponse attendue" in text_of(as_freelancer.get(path(version.quote)))


def test_a_link_is_shown_revoked_and_renewed(mine: Sent, as_freelancer: Visitor):
    version, link = mine
    page = f"{path(version.quote)}links/{link.pk}/"
    assert doors.token_of(link) in as_freelancer.get(path(version.quote)).content.decode()
    as_freelancer.post(page, {"action": "revoke"})
    link.refresh_from_db()
    assert link.revoked_at is not None
    assert doors.token_of(link) not in as_freelancer.get(path(version.quote)).content.decode()
    as_freelancer.post(page, {"action": "renew"})
    assert QuoteLink.objects.get(pk=link.pk).generation == 2
    assert Mail.objects.filter(event="quotes/link_renewed").count() == 1


def test_a_question_is_answered_once(mine: Sent, as_freelancer: Visitor):
    version, link = mine
    question = answering.ask(
        link=link, version_id=version.pk, text="Et l’hiver ?", request_id=uuid.uuid4(), at=make.NOW
    )
    assert "Répondre à une question" in text_of(as_freelancer.get(path(version.quote)))
    page = f"{path(version.quote)}answer/"
    empty = as_freelancer.post(page, {"question": question.pk, "answer": " "})
    assert empty.status_code == 422
    as_freelancer.post(page, {"question": question.pk, "answer": "Des poireaux."})
    again = as_freelancer.post(page, {"question": question.pk, "answer": "Autre chose."})
    question.refresh_from_db()
    assert (question.answer, again.status_code) == ("Des poireaux.", 422)
    assert "Autre chose." in again.content.decode() or "déjà" in text_of(again)


def test_somebody_elses_question_is_not_answered_from_here(mine: Sent, as_freelancer: Visitor):
    elsewhere, link = send(make.quote())
    question = answering.ask(link=link, version_id=elsewhere.pk, text="Et nous ?", request_id=uuid.uuid4(), at=make.NOW)
    as_freelancer.post(f"{path(mine[0].quote)}answer/", {"question": question.pk, "answer": "Non."})
    question.refresh_from_db()
    assert question.answer == ""


def test_an_acceptance_shows_its_evidence(mine: Sent, as_freelancer: Visitor):
    acceptance = accept(mine)
    words = text_of(as_freelancer.get(path(mine[0].quote)))
    assert acceptance.document_sha256 in words
    assert " ".join(acceptance.consent.replace("\u202f", " ").replace("\u00a0", " ").split()) in words
    assert "203.0.113.7" in words
    assert "recevable, non présumée fiable" in words


def test_a_yes_on_paper_is_recorded_with_its_scan(mine: Sent, as_freelancer: Visitor):
    fields = {
        "name": "Camille Ferrand",
        "capacity": "agricultrice",
        "on": "2026-12-01",
        "how_words": "devis signé sur papier",
        "request_id": str(uuid.uuid4()),
    }
    page = f"{path(mine[0].quote)}accepted/"
    for _ in range(2):
        as_freelancer.post(page, fields | {"scan": SimpleUploadedFile("devis.pdf", b"%PDF-1.7 signed")})
    acceptance = Acceptance.objects.get()
    assert (acceptance.how, acceptance.consent) == ("OTHERWISE", "devis signé sur papier")
    document = keeping.find("acceptance_scan", ref(acceptance))
    assert document is not None
    given = as_freelancer.get(f"{path(mine[0].quote)}scan/")
    assert b"".join(given.streaming_content) == b"%PDF-1.7 signed"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"on": "2026-12-25"}, "Ce jour est encore à venir."),
        ({"scan": SimpleUploadedFile("devis.exe", b"MZ")}, "ni un PDF"),
        ({"name": ""}, "obligatoire"),
    ],
)
def test_a_yes_on_paper_that_cannot_be_is_refused_in_words(
    mine: Sent, as_freelancer: Visitor, wrong: dict[str, Any], said: str
):
    fields: dict[str, Any] = {"name": "Camille", "capacity": "gérante", "on": "2026-12-01", "how_words": "papier"}
    fields |= {"request_id": str(uuid.uuid4())} | wrong
    answer = as_freelancer.post(f"{path(mine[0].quote)}accepted/", fields)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert 'value="papier"' in answer.content.decode()
    assert not Acceptance.objects.exists()


def test_a_new_version_is_written_from_the_last_one(mine: Sent, as_freelancer: Visitor):
    quote = mine[0].quote
    as_freelancer.post(f"{path(quote)}new-version/")
    as_freelancer.post(f"{path(quote)}new-version/")
    assert [version.version for version in quote.versions.all()] == [2, 1]
    assert "Finir de l’écrire" in text_of(as_freelancer.get(path(quote)))
    as_freelancer.post(f"{path(quote)}discard/")
    assert [version.version for version in quote.versions.all()] == [1]


def test_an_accepted_quote_has_no_new_version(mine: Sent, as_freelancer: Visitor):
    accept(mine)
    answer = as_freelancer.post(f"{path(mine[0].quote)}new-version/", follow=True)
    assert "accepté" in text_of(answer)
    assert mine[0].quote.versions.count() == 1


def test_a_draft_thrown_away_takes_the_unsent_quote_with_it(draft: QuoteVersion, as_freelancer: Visitor):
    assert as_freelancer.post(f"{path(draft.quote)}discard/").url == base(draft.quote.activity)
    assert not Quote.objects.exists()


def test_a_quote_is_duplicated_once(mine: Sent, as_freelancer: Visitor):
    fields = {"request_id": str(uuid.uuid4())}
    for _ in range(2):
        as_freelancer.post(f"{path(mine[0].quote)}duplicate/", fields)
    copy = Quote.objects.exclude(pk=mine[0].quote_id).get()
    assert copy.versions.get().lines.count() == 1


def test_a_quote_is_withdrawn(mine: Sent, as_freelancer: Visitor):
    quote = mine[0].quote
    as_freelancer.post(f"{path(quote)}withdraw/")
    quote.refresh_from_db()
    assert quote.withdrawn_at == make.NOW
    with pytest.raises(answering.AnswerError):
        accept(mine)


def test_what_was_accepted_or_never_sent_is_not_withdrawn(mine: Sent, someone: User):
    accept(mine)
    with pytest.raises(withdrawing.WithdrawError):
        withdrawing.withdraw(quote=mine[0].quote, by=someone, at=make.NOW)
    unsent = make.quote().quote
    with pytest.raises(withdrawing.WithdrawError):
        withdrawing.withdraw(quote=unsent, by=someone, at=make.NOW)


def test_an_expired_quote_says_what_to_do(mine: Sent, as_freelancer: Visitor, monkeypatch: pytest.MonkeyPatch):
    it_is(monkeypatch, make.NOW + timedelta(days=60))
    as_freelancer.force_login(User.objects.get(email="lise@example.org"))
    assert "Envoyer une nouvelle version" in text_of(as_freelancer.get(path(mine[0].quote)))


# Doors -------------------------------------------------------------------------------------------------------------

GETS = ("", "edit/", "preview/", "pdf/", "send/", "scan/")
POSTS = ("edit/", "send/", "new-version/", "discard/", "duplicate/", "withdraw/", "answer/", "accepted/")


def test_strangers_and_teammates_find_nothing(mine: Sent, as_stranger: Visitor, as_teammate: Visitor):
    before = rows()
    for visitor in (as_stranger, as_teammate):
        for page in GETS:
            assert visitor.get(path(mine[0].quote) + page).status_code == 404
        for page in (*POSTS, f"links/{mine[1].pk}/"):
            assert visitor.post(path(mine[0].quote) + page, {"request_id": str(uuid.uuid4())}).status_code == 404
    assert rows() == before


def test_an_accountant_reads_and_writes_nothing(mine: Sent, as_accountant: Visitor):
    before = rows()
    page = as_accountant.get(path(mine[0].quote))
    assert doors.token_of(mine[1]) not in page.content.decode()
    for address in (*POSTS, f"links/{mine[1].pk}/"):
        assert as_accountant.post(path(mine[0].quote) + address).status_code == 403
    assert rows() == before


def test_reading_changes_nothing(mine: Sent, as_freelancer: Visitor):
    drafting.new_version(quote=mine[0].quote, by=make.user(), at=make.NOW)
    before = rows()
    for page in ("", "edit/", "preview/", "send/", "pdf/?version=1", "pdf/?version=draft"):
        assert as_freelancer.get(path(mine[0].quote) + page).status_code in {200, 503}
    assert rows() == before


def test_the_page_of_an_unsent_quote_has_no_links(draft: QuoteVersion, as_freelancer: Visitor):
    page = as_freelancer.get(path(draft.quote))
    assert f'href="{path(draft.quote)}edit/"' in page.content.decode()
    assert "Liens" not in text_of(page)
