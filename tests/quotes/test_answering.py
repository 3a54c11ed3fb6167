import io
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils.translation import override
from PIL import Image

from people.models import Client, User
from quotes import answering, drafting, sending
from quotes.answering import AnswerError
from quotes.models import Acceptance, Evidence, Question, Refusal
from quotes.posting import pdf_of
from records import keeping
from records.models import Errand, LedgerEntry
from records.subjects import ref
from tests import make
from tests.quotes.conftest import Sent, accept, send

pytestmark = pytest.mark.django_db
NEW_YEARS_EVE = date(2026, 12, 31)


def refused(sent: Sent, at: datetime = make.NOW, **changed: Any) -> str:
    with override("en"), pytest.raises(AnswerError) as error:
        accept(sent, at, **changed)
    assert not Acceptance.objects.filter(version=sent[0]).exists() or "already" in str(error.value)
    return str(error.value)


# Yes -------------------------------------------------------------------------------------------------------------
def test_a_yes_keeps_what_was_agreed_to(sent: Sent):
    acceptance = accept(sent)
    document = pdf_of(sent[0])
    assert document is not None
    assert (acceptance.version, acceptance.quote) == (sent[0], sent[0].quote)
    assert (acceptance.version_seal, acceptance.document_sha256) == (sent[0].seal, document.sha256)
    assert (acceptance.name, acceptance.capacity, acceptance.contact) == (
        "Camille Ferrand",
        "agricultrice",
        sent[1].contact,
    )
    assert (acceptance.at, acceptance.on) == (make.NOW, make.TODAY)
    assert "D2026-0001" in acceptance.consent
    assert "1\u202f200,00\u00a0€" in acceptance.consent
    assert "Ferme des Trois Chênes" in acceptance.power


def test_the_ledger_is_told_of_a_yes_without_a_name_or_an_address(sent: Sent):
    acceptance = accept(sent)
    facts = LedgerEntry.objects.get(event="quote_accepted").facts
    assert acceptance.document_sha256 in facts
    assert acceptance.traces_digest in facts
    assert not any(word in facts for word in ("Camille", "203.0.113.7", "agricultrice", "Android"))


def test_a_yes_promises_the_deposit_and_the_mails(sent: Sent):
    acceptance = accept(sent)
    promised = set(Errand.objects.filter(subject=ref(acceptance)).values_list("what", flat=True))
    assert promised == {"draft_deposit", "mail_acceptance"}


def test_both_sides_get_the_exact_pdf(
    sent: Sent, run_errands: Callable[[datetime], int], mails_of: Callable[[str], list[Any]]
):
    acceptance = accept(sent)
    run_errands(make.NOW)
    (ours,), (theirs,) = mails_of("quotes/accepted"), mails_of("quotes/accepted_client")
    assert (ours.to, theirs.to) == ("lise@example.org", "camille@example.org")
    for mail in (ours, theirs):
        exact, proof = mail.documents.order_by("pk")
        assert exact.sha256 == acceptance.document_sha256
        assert (proof.what, proof.name) == ("acceptance_pdf", "D2026-0001-accord.pdf")
        assert acceptance.document_sha256 in mail.body
    assert "{{ link }}" in theirs.body
    assert "{{ link }}" not in ours.body


def test_a_double_click_is_one_yes(sent: Sent):
    request_id = uuid.uuid4()
    assert accept(sent, request_id=request_id) == accept(sent, request_id=request_id)


def test_a_second_yes_is_refused(sent: Sent):
    accept(sent)
    assert refused(sent) == "This quote was accepted already, by Camille Ferrand, on Dec. 1, 2026."


@pytest.mark.parametrize("missing", [{"name": " "}, {"capacity": ""}, {"power": False}, {"consent": False}])
def test_a_yes_needs_a_name_a_capacity_the_power_and_the_consent(sent: Sent, missing: dict[str, Any]):
    refused(sent, **missing)


def test_a_name_that_no_document_could_print_is_refused(sent: Sent):
    assert refused(sent, name="Camille 🥕") == "These characters cannot be printed in the PDF: 🥕. Remove them."


# The last day ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("time_zone", "last_second"),
    [
        ("Europe/Paris", datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)),
        ("America/Guadeloupe", datetime(2027, 1, 1, 3, 59, 59, tzinfo=UTC)),
        ("Indian/Reunion", datetime(2026, 12, 31, 19, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_offer_stands_through_the_last_second_of_its_last_day(db: None, time_zone: str, last_second: datetime):
    version = make.quote(valid_until=NEW_YEARS_EVE)
    version.quote.business.time_zone = time_zone
    version.quote.business.save()
    sent = send(version)
    one_second_later = datetime.fromtimestamp(last_second.timestamp() + 1, UTC)
    assert refused(sent, one_second_later).startswith("This offer ended on Dec. 31, 2026")
    assert accept(sent, last_second).on == NEW_YEARS_EVE


# What can no longer be accepted ----------------------------------------------------------------------------------
def test_a_replaced_version_is_refused_and_says_which_one_to_read(sent: Sent, someone: User):
    drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    second = send(sent[0])
    assert refused(sent) == "This version was replaced by version 2: read that one first."
    assert accept(second).version == second[0]


def test_a_draft_of_the_next_version_leaves_the_sent_one_open(sent: Sent, someone: User):
    drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    assert accept(sent).version == sent[0]


def test_a_draft_cannot_be_accepted(sent: Sent, someone: User):
    draft = drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    assert refused(sent, version_id=draft.pk) == "This version was never sent."


def test_a_version_of_another_quote_cannot_be_accepted(sent: Sent):
    other, _link = send(make.quote())
    assert refused(sent, version_id=other.pk, seal=other.seal) == "This version was never sent."


def test_a_revoked_link_cannot_accept_even_if_the_page_was_open(sent: Sent, someone: User):
    version, link = sent
    sending.revoke_link(link=link, by=someone, at=make.NOW)
    assert refused((version, link)).startswith("This link was withdrawn")


def test_a_link_renewed_since_the_page_was_opened_cannot_accept(sent: Sent, someone: User):
    sending.renew_link(link=sent[1], by=someone, at=make.NOW)
    assert refused(sent).startswith("This link was replaced")


def test_another_seal_than_the_one_shown_is_refused(sent: Sent):
    assert refused(sent, seal="0" * 64).startswith("What you were shown is not what was sent")


def test_a_private_person_does_not_accept_online(db: None):
    buyer = make.contact(client=make.client(kind=Client.Kind.PERSON, siren="")).client
    assert refused(send(make.quote(client=buyer))).startswith("A private person accepts on paper")


def test_a_withdrawn_quote_cannot_be_accepted(sent: Sent):
    sent[0].quote.withdrawn_at = make.NOW
    sent[0].quote.save()
    assert refused(sent) == "This quote was withdrawn: ask for a new one."


# No --------------------------------------------------------------------------------------------------------------
def refuse(sent: Sent, **changed: Any) -> Refusal:
    given: dict[str, Any] = {"link": sent[1], "version_id": sent[0].pk, "request_id": uuid.uuid4(), "at": make.NOW}
    return answering.refuse(**given | changed)


def test_a_no_needs_no_reason(sent: Sent):
    assert refuse(sent).reason == ""
    assert LedgerEntry.objects.filter(event="quote_refused").exists()


def test_the_business_reads_the_reason_of_a_no(
    sent: Sent, run_errands: Callable[[datetime], int], mails_of: Callable[[str], list[Any]]
):
    refuse(sent, reason="Trop tôt dans la saison")
    run_errands(make.NOW)
    (mail,) = mails_of("quotes/refused")
    assert "Trop tôt dans la saison" in mail.body


def test_a_refused_version_cannot_be_accepted_but_the_next_one_can(sent: Sent, someone: User):
    refuse(sent)
    assert refused(sent).startswith("This version was refused already")
    drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    assert accept(send(sent[0])).version.version == 2


def test_an_accepted_quote_cannot_be_refused(sent: Sent):
    accept(sent)
    with pytest.raises(AnswerError):
        refuse(sent)


def test_a_private_person_may_refuse_and_ask(db: None):
    buyer = make.contact(client=make.client(kind=Client.Kind.PERSON, siren="")).client
    sent = send(make.quote(client=buyer))
    ask(sent)
    refuse(sent)


# Questions -------------------------------------------------------------------------------------------------------
def ask(sent: Sent, **changed: Any) -> Question:
    given: dict[str, Any] = {"link": sent[1], "version_id": sent[0].pk, "request_id": uuid.uuid4(), "at": make.NOW}
    return answering.ask(text="Qui héberge le site ?", **given | changed)


def test_a_question_reaches_the_business_and_its_answer_comes_back(
    sent: Sent, someone: User, mails_of: Callable[[str], list[Any]]
):
    question = ask(sent, line_id=sent[0].lines.get().pk)
    (asked,) = mails_of("quotes/asked")
    assert (asked.to, asked.reply_to) == ("lise@example.org", "camille@example.org")
    assert "Qui héberge le site ?" in asked.body
    answering.answer(question=question, text="Un hébergeur associatif.", by=someone, at=make.NOW)
    (answered,) = mails_of("quotes/answered")
    assert answered.to == "camille@example.org"
    assert "Un hébergeur associatif." in answered.body


def test_a_question_is_answered_once(sent: Sent, someone: User):
    question = ask(sent)
    answering.answer(question=question, text="Oui.", by=someone, at=make.NOW)
    with pytest.raises(AnswerError):
        answering.answer(question=question, text="Non.", by=someone, at=make.NOW)


def test_a_question_may_come_after_the_end_of_the_offer(sent: Sent):
    assert ask(sent, at=datetime(2027, 2, 1, tzinfo=UTC)).pk


def test_a_line_of_another_quote_is_not_asked_about(sent: Sent):
    assert ask(sent, line_id=make.quote().lines.get().pk).line is None


# Received otherwise ----------------------------------------------------------------------------------------------
def accept_on_paper(sent: Sent, **changed: Any) -> Acceptance:
    given: dict[str, Any] = {
        "quote": sent[0].quote,
        "by": make.user(),
        "at": make.NOW,
        "on": make.TODAY,
        "name": "Camille Ferrand",
        "capacity": "agricultrice",
        "how_words": "devis signé sur papier",
        "request_id": uuid.uuid4(),
    }
    return answering.accept_otherwise(**given | changed)


def test_a_signed_paper_is_recorded_with_its_scan_as_it_is(sent: Sent):
    scan = b"%PDF-1.7 signed"
    acceptance = accept_on_paper(sent, scan=io.BytesIO(scan))
    kept = keeping.find("acceptance_scan", ref(acceptance))
    assert kept is not None
    assert keeping.read(kept) == scan
    assert (acceptance.how, acceptance.consent, acceptance.traces_digest) == (
        "OTHERWISE",
        "devis signé sur papier",
        "",
    )
    assert not Evidence.objects.exists()


def test_a_private_person_accepts_on_paper(db: None):
    buyer = make.contact(client=make.client(kind=Client.Kind.PERSON, siren="")).client
    assert accept_on_paper(send(make.quote(client=buyer))).pk


@pytest.mark.parametrize("on", [date(2026, 11, 30), date(2026, 12, 2), date(2027, 1, 1)])
def test_a_paper_of_a_day_when_the_offer_did_not_stand_is_refused(sent: Sent, on: date):
    with pytest.raises(AnswerError):
        accept_on_paper(sent, on=on)


def test_a_scan_that_is_neither_pdf_nor_picture_is_refused(sent: Sent):
    with pytest.raises(AnswerError):
        accept_on_paper(sent, scan=io.BytesIO(b"MZ\x90\x00"))


def test_a_photographed_paper_is_kept_without_the_place_where_it_was_taken(sent: Sent):
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    photograph = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(photograph, "JPEG", exif=exif)
    acceptance = accept_on_paper(sent, scan=io.BytesIO(photograph.getvalue()))
    kept = keeping.find("acceptance_scan", ref(acceptance))
    assert kept is not None
    assert b"SecretPhone" not in keeping.read(kept)


def test_a_damaged_picture_is_refused_in_words(sent: Sent):
    with pytest.raises(AnswerError, match="image"):
        accept_on_paper(sent, scan=io.BytesIO(b"\xff\xd8\xff damaged"))
