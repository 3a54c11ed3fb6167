"""Mails: what was said, to whom, whether it left; and never twice unless a person asks."""

import hashlib
import uuid
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from lib import clock, links
from people.models import Activity, Business, User
from records import errands, keeping, mails
from records.mails import LinkRef, MailError
from records.models import Errand, Mail
from tests.make import NOW
from tests.records.mailbox import Mailbox
from tests.records.work import keep

LINK = LinkRef(path="/d/{token}/", purpose="quote", id=12, generation=3)
TEXT = """{% extends "mail/base.txt" %}{% block subject %}Devis de {{ who }} : l’essentiel{% endblock %}
{% block body %}Bonjour,



c'est ici : {{ link }}{% endblock %}"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stop the clock, tell no worker, and read one template that these tests write."""
    (tmp_path / "mail" / "tests").mkdir(parents=True)
    (tmp_path / "mail" / "tests" / "letter.txt").write_text(TEXT)
    ours: dict[str, Any] = settings.TEMPLATES[0]
    templates = [ours | {"DIRS": [tmp_path, *ours["DIRS"]]}]
    monkeypatch.setattr(settings, "TEMPLATES", templates)
    reload_templates()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(mails, "LEADS_NOWHERE", {})  # the links of these tests lead to no row
    monkeypatch.setattr("records.tasks.run_errand.apply_async", lambda *_, **__: None)


def reload_templates() -> None:
    from django.test.signals import setting_changed

    setting_changed.send(sender=None, setting="TEMPLATES", value=settings.TEMPLATES, enter=True)


def post(business: Business, **fields: Any) -> Mail:
    given: dict[str, Any] = {
        "event": "tests/letter",
        "to": "camille@example.org",
        "language": "fr",
        "context": {"who": "Lise & fils"},
        "subject_ref": "quote_version:12",
        "link": LINK,
    }
    with transaction.atomic():
        return mails.post(business=business, at=NOW, **given | fields)


def send(mail: Mail) -> Mail:
    errands.run(Errand.objects.get(what="send_mail", subject=f"mail:{mail.pk}").pk)
    mail.refresh_from_db()
    return mail


def over(server: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send by SMTP to a server."""
    from config import env

    monkeypatch.setenv("EMAIL_URL", server.url)
    for name, value in env.mail("EMAIL_URL", Path("/nowhere")).items():
        monkeypatch.setattr(settings, name, value)


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def test_a_mail_is_a_row_and_an_errand_before_anything_leaves(business: Business, mailoutbox: Any) -> None:
    mail = post(business)
    assert mail.state == Mail.State.WAITING
    assert Errand.objects.get(what="send_mail").subject == f"mail:{mail.pk}"
    assert mailoutbox == []


def test_a_mail_is_plain_text_with_its_subject_on_the_first_line(business: Business) -> None:
    mail = post(business)
    assert mail.subject == "Devis de Lise & fils : l’essentiel"
    assert mail.body.startswith("Bonjour,\n\nc'est ici : {{ link }}\n\n-- \n")
    assert "Lise Potager EI" in mail.body


def test_a_stored_mail_holds_no_secret(business: Business) -> None:
    token = links.make(12, 3, "quote")
    assert token not in post(business).body


def test_a_mail_leaves_with_its_link_its_sender_and_its_documents(business: Business, mailoutbox: Any) -> None:
    document = keep(business)
    mail = send(post(business, documents=[document], reply_to="lise@example.org", sender_name="Lise Potager"))
    assert (mail.state, mail.sent_at) == (Mail.State.SENT, NOW)
    [letter] = mailoutbox
    assert f"{settings.SITE_URL}/d/{links.make(12, 3, 'quote')}/" in letter.body
    message = parsed(letter.message().as_bytes(linesep="\r\n"))
    assert message["From"] == "Lise Potager <courgette@localhost>"
    assert message["Reply-To"] == "lise@example.org"
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    [attached] = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("F2026-0001.pdf", "application/pdf")
    assert attached.get_content() == keeping.read(document)


def test_what_was_sent_is_known_by_its_digest(business: Business, smtp: Mailbox, monkeypatch: Any) -> None:
    over(smtp, monkeypatch)
    mail = send(post(business))
    [envelope] = smtp.received
    assert hashlib.sha256(envelope.content.rstrip(b"\r\n") + b"\r\n").hexdigest() == mail.sent_sha256
    assert envelope.rcpt_tos == ["camille@example.org"]


def test_a_name_cannot_add_headers(business: Business, mailoutbox: Any) -> None:
    send(post(business, sender_name="Lise\nBcc: all@example.org"))
    message = parsed(mailoutbox[0].message().as_bytes())
    assert message["Bcc"] is None
    assert message["From"].addresses[0].display_name == "Lise Bcc: all@example.org"


def test_the_embedded_mail_is_a_file_to_read(business: Business, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_FILE_PATH", tmp_path, raising=False)
    assert send(post(business)).state == Mail.State.SENT
    [file] = tmp_path.glob("*.log")
    assert "camille@example.org" in file.read_text()


def test_a_mail_asked_for_once_by_an_errand_that_runs_twice_is_one(business: Business) -> None:
    assert post(business, once=True) == post(business, once=True)
    assert post(business, once=True) != post(business, once=True, to="jo@example.org")


def test_an_unreachable_server_is_tried_again(business: Business, smtp: Mailbox, monkeypatch: Any) -> None:
    over(smtp, monkeypatch)
    monkeypatch.setattr(settings, "EMAIL_PORT", 1)
    mail = send(post(business))
    assert mail.state == Mail.State.WAITING
    assert "Refused" in mail.last_error
    errand = Errand.objects.get()
    assert errand.due_at == NOW + timedelta(minutes=1)
    monkeypatch.setattr(settings, "EMAIL_PORT", int(smtp.url.rpartition(":")[2]))
    Errand.objects.update(due_at=NOW)
    assert send(mail).state == Mail.State.SENT
    assert len(smtp.received) == 1


def test_a_server_that_says_later_is_tried_again(business: Business, smtp: Mailbox, monkeypatch: Any) -> None:
    over(smtp, monkeypatch)
    smtp.answer = "451 greylisted, come back"
    mail = send(post(business))
    assert mail.state == Mail.State.WAITING
    assert "greylisted" in mail.last_error
    assert Errand.objects.get().done_at is None


@pytest.mark.parametrize("refusal", ["recipient", "content"])
def test_a_mail_refused_for_good_is_shown_at_once(
    business: Business, smtp: Mailbox, monkeypatch: Any, refusal: str
) -> None:
    over(smtp, monkeypatch)
    if refusal == "recipient":
        smtp.answer_to_recipient = "550 no such person"
    else:
        smtp.answer = "554 we take it for spam"
    mail = send(post(business))
    assert mail.state == Mail.State.FAILED
    assert mail.last_error.startswith("55")
    assert Errand.objects.get().done_at is not None
    assert list(mails.in_doubt(business)) == [mail]


def test_a_talk_that_breaks_off_in_the_middle_is_perhaps_sent(
    business: Business, smtp: Mailbox, monkeypatch: Any
) -> None:
    over(smtp, monkeypatch)
    smtp.silent = True
    mail = send(post(business))
    assert mail.state == Mail.State.PERHAPS
    assert Errand.objects.get().done_at is not None


def test_after_the_last_attempt_a_mail_says_that_it_was_not_sent(
    business: Business, smtp: Mailbox, monkeypatch: Any
) -> None:
    over(smtp, monkeypatch)
    smtp.answer = "451 later"
    mail = post(business)
    Errand.objects.update(attempts=settings.ERRAND_MAX_ATTEMPTS - 1)
    assert send(mail).state == Mail.State.FAILED
    assert Errand.objects.get().failed_at == NOW


def test_what_a_dead_worker_was_sending_is_perhaps_sent(business: Business, mailoutbox: Any) -> None:
    mail = post(business)
    Mail.objects.update(state=Mail.State.SENDING)
    Errand.objects.update(claimed_until=NOW + timedelta(minutes=1))
    assert mails.sweep(NOW) == 0
    assert mails.sweep(NOW + timedelta(minutes=2)) == 1
    mail.refresh_from_db()
    assert mail.state == Mail.State.PERHAPS
    Errand.objects.update(claimed_until=None)
    assert send(mail).state == Mail.State.PERHAPS
    assert mailoutbox == []


def test_an_errand_that_finds_a_mail_half_sent_does_not_send_it(business: Business, mailoutbox: Any) -> None:
    mail = post(business)
    Mail.objects.update(state=Mail.State.SENDING)
    assert send(mail).state == Mail.State.PERHAPS
    assert mailoutbox == []


def test_a_mail_whose_errand_was_given_up_is_not_sent(business: Business) -> None:
    mail = post(business)
    Errand.objects.update(failed_at=NOW, last_error="The worker stopped in the middle, each time.")
    assert mails.sweep(NOW) == 1
    mail.refresh_from_db()
    assert mail.state == Mail.State.FAILED


def test_a_person_sends_it_again_with_the_same_identity(business: Business, freelancer: User, mailoutbox: Any) -> None:
    mail = post(business)
    Mail.objects.update(state=Mail.State.SENDING)
    send(mail)
    mail = mails.resend(mail, by=freelancer, at=NOW)
    assert (mail.state, mail.resent_by) == (Mail.State.WAITING, freelancer)
    assert send(mail).state == Mail.State.SENT
    [letter] = mailoutbox
    assert letter.extra_headers["Message-ID"] == mail.message_id


def test_what_was_sent_is_not_sent_again(business: Business, freelancer: User, mailoutbox: Any) -> None:
    mail = send(post(business))
    with pytest.raises(MailError):
        mails.resend(mail, by=freelancer, at=NOW)
    assert len(mailoutbox) == 1


def test_a_sent_mail_says_when_past_every_guard(business: Business) -> None:
    mail = post(business)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(state="SENT")


def test_a_document_that_is_lost_stops_the_mail_before_it_leaves(business: Business, mailoutbox: Any) -> None:
    document = keep(business, b"lost before the mail")
    mail = post(business, documents=[document])
    Path(keeping.storage().path(keeping.place_of(document.sha256))).unlink()
    assert send(mail).state == Mail.State.WAITING
    assert mailoutbox == []


# Pages -----------------------------------------------------------------------------------------------------------
def test_a_mail_is_read_without_its_link(as_freelancer: Any, business: Business) -> None:
    mail = post(business)
    page = as_freelancer.get(f"/b/{business.slug}/mails/{mail.pk}/").content.decode()
    assert "[le lien personnel du destinataire]" in page
    assert links.make(12, 3, "quote") not in page
    assert "Envoyer de nouveau" not in page


def test_the_list_says_what_to_do(as_freelancer: Any, business: Business) -> None:
    post(business)
    post(business, to="jo@example.org")
    Mail.objects.filter(to="jo@example.org").update(state="PERHAPS")
    page = as_freelancer.get(f"/b/{business.slug}/mails/").content.decode()
    assert "peut-être envoyé" in page
    found = as_freelancer.get(f"/b/{business.slug}/mails/?state=PERHAPS").content.decode()
    assert "jo@example.org" in found
    assert "camille@example.org" not in found


def test_a_freelancer_sends_again_from_the_page(as_freelancer: Any, business: Business) -> None:
    mail = post(business)
    Mail.objects.update(state="PERHAPS")
    address = f"/b/{business.slug}/mails/{mail.pk}/"
    assert "Envoyer de nouveau" in as_freelancer.get(address).content.decode()
    assert as_freelancer.get(f"{address}resend/").status_code == 405
    assert as_freelancer.post(f"{address}resend/").status_code == 302
    mail.refresh_from_db()
    assert mail.state == Mail.State.WAITING


def test_a_teammate_sees_the_mails_of_their_own_activity_only(
    as_teammate: Any, teammate: User, business: Business, activity: Activity
) -> None:
    theirs = Activity.objects.get(name="Graphisme")
    mine, hers = post(business, activity=theirs), post(business, activity=activity)
    address = f"/b/{business.slug}/mails/"
    assert as_teammate.get(f"{address}{mine.pk}/").status_code == 200
    assert as_teammate.get(f"{address}{hers.pk}/").status_code == 404
    assert as_teammate.post(f"{address}{hers.pk}/resend/").status_code == 404


def test_others_read_no_mail(as_stranger: Any, as_accountant: Any, as_anonymous: Any, business: Business) -> None:
    address = f"/b/{business.slug}/mails/{post(business).pk}/"
    assert as_stranger.get(address).status_code == 404
    assert as_accountant.get(address).status_code == 403
    assert as_anonymous.get(address).status_code == 302


def test_a_mail_whose_link_opens_nothing_any_more_does_not_leave(business: Business, mailoutbox: Any) -> None:
    mails.register_link("quote", lambda mail: mail.link_generation == 3)
    mail = send(post(business))
    assert (mail.state, mail.last_error, mailoutbox) == (Mail.State.OUTDATED, "", [])
    assert Errand.objects.get().done_at is not None
    assert mail not in mails.in_doubt(business)
    assert send(post(business, link=LinkRef("/d/{token}/", "quote", 12, 4))).state == Mail.State.SENT


def test_a_doubtful_mail_whose_link_was_replaced_is_not_sent_again(business: Business, freelancer: User) -> None:
    mail = post(business)
    Mail.objects.update(state=Mail.State.PERHAPS)
    mails.register_link("quote", lambda mail: True)
    with pytest.raises(MailError, match="n’ouvre plus rien"):
        mails.resend(mail, by=freelancer, at=NOW)
    assert Mail.objects.get().state == Mail.State.PERHAPS


def test_a_sent_mail_is_sent_once_more_on_purpose_as_a_mail_of_its_own(
    business: Business, freelancer: User, mailoutbox: Any
) -> None:
    document = keep(business)
    mail = send(post(business, documents=[document]))
    copy = send(mails.send_copy(mail, by=freelancer, at=NOW, request_id=uuid.uuid4()))
    again = send(mails.send_copy(copy, by=freelancer, at=NOW, request_id=uuid.uuid4()))
    assert len({mail.message_id, copy.message_id, again.message_id}) == 3
    assert (copy.copy_of, again.copy_of, copy.resent_by) == (mail, mail, freelancer)
    assert again.subject == "Copie : Devis de Lise & fils : l’essentiel".replace(" :", "\u00a0:", 1)
    assert again.body == f"(Ceci est une copie de notre courriel du 1er décembre 2026.)\n\n{mail.body}"
    assert [list(sent.documents.all()) for sent in (copy, again)] == [[document], [document]]
    assert links.make(12, 3, "quote") in mailoutbox[2].body


def test_two_clicks_make_one_copy(business: Business, freelancer: User) -> None:
    mail, request_id = send(post(business)), uuid.uuid4()
    copies = {mails.send_copy(mail, by=freelancer, at=NOW, request_id=request_id).pk for _click in range(2)}
    assert len(copies) == 1


@pytest.mark.parametrize("state", ["WAITING", "SENDING", "PERHAPS", "FAILED", "OUTDATED"])
def test_what_was_not_sent_is_not_copied(state: str, business: Business, freelancer: User) -> None:
    mail = post(business)
    Mail.objects.update(state=state)
    with pytest.raises(MailError, match="déjà parti"):
        mails.send_copy(mail, by=freelancer, at=NOW, request_id=uuid.uuid4())


def test_a_mail_whose_link_is_dead_is_not_copied(business: Business, freelancer: User) -> None:
    mail = send(post(business))
    mails.register_link("quote", lambda mail: True)
    with pytest.raises(MailError, match="n’ouvre plus rien"):
        mails.send_copy(mail, by=freelancer, at=NOW, request_id=uuid.uuid4())


def test_a_copy_is_sent_from_the_mails_page(business: Business, as_freelancer: Any, as_stranger: Any) -> None:
    mail = send(post(business))
    page = reverse("mail", args=[business.slug, mail.pk])
    assert "Envoyer une copie" in as_freelancer.get(page).content.decode()
    said = {"request_id": uuid.uuid4()}
    assert as_stranger.post(f"{page}copy/", said).status_code == 404
    for _click in range(2):
        answer = as_freelancer.post(f"{page}copy/", said)
    copy = Mail.objects.get(copy_of=mail)
    assert answer["Location"] == reverse("mail", args=[business.slug, copy.pk])
    assert as_freelancer.post(f"{page}copy/", {"request_id": "no"})["Location"] == page
    assert mail.subject in as_freelancer.get(answer["Location"]).content.decode().replace("&amp;", "&")
