from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils.translation import override

from lib.money import euros
from people.models import Client, User
from quotes import doors, drafting, posting, sending
from quotes.doors import Reason, open_link
from quotes.models import Acceptance, QuoteLink, QuoteVersion
from quotes.posting import pdf_of
from quotes.sealing import is_intact
from quotes.sending import SendError
from records import keeping
from records.models import Errand, LedgerEntry
from tests import make
from tests.quotes.conftest import Sent, send

pytestmark = pytest.mark.django_db


def refused(version: QuoteVersion, **changed: Any) -> list[str]:
    given: dict[str, Any] = {"contacts": list(version.quote.client.contacts.all()), "at": make.NOW}
    with override("en"), pytest.raises(SendError) as error:
        sending.send(quote=version.quote, by=make.user(), **given | changed)
    return error.value.obstacles


def test_sending_numbers_freezes_and_seals(sent: Sent):
    version, _link = sent
    assert version.number == version.quote.number == "D2026-0001"
    assert (version.sent_at, version.sent_on) == (make.NOW, date(2026, 12, 1))
    assert version.seller is not None
    assert version.buyer is not None
    assert (version.seller["name"], version.buyer["name"]) == ("Lise Potager EI", "Ferme des Trois Chênes")
    assert (version.net, version.vat, version.total) == (euros(1200), euros(0), euros(1200))
    assert is_intact(QuoteVersion.objects.get(pk=version.pk))


def test_the_mentions_of_the_day_are_copied(sent: Sent):
    assert sent[0].mentions is not None
    texts = {mention["key"]: mention["text"] for mention in sent[0].mentions}
    assert texts["mention.vat_franchise"] == "TVA non applicable, art. 293 B du CGI"
    assert "31 décembre 2026" in texts["quote.valid_until"]


PENALTIES = {"mention.late_penalty", "mention.recovery_indemnity", "mention.no_early_discount"}


@pytest.mark.parametrize("kind", Client.Kind.values)
def test_only_a_farm_or_a_company_reads_of_penalties_between_professionals(db: None, kind: str):
    """Not an association that does not trade, nor an AMAP: their invoices spare them too."""
    buyer = make.contact(client=make.client(kind=kind, siren="")).client
    version, _link = send(make.quote(client=buyer))
    assert version.mentions is not None
    said = PENALTIES & {mention["key"] for mention in version.mentions}
    assert said == (PENALTIES if kind in ("FARM", "COMPANY") else set())


def test_the_ledger_is_told_the_seal_and_no_name(sent: Sent):
    entry = LedgerEntry.objects.get(event="quote_sent")
    assert sent[0].seal in entry.facts
    assert "Lise" not in entry.facts
    assert "Chênes" not in entry.facts


def test_a_second_version_keeps_the_number(sent: Sent, someone: User):
    drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    second, link = send(sent[0])
    assert (second.number, second.version) == ("D2026-0001", 2)
    assert link == sent[1]


def test_the_next_quote_has_the_next_number(sent: Sent):
    second, _link = send(make.quote(client=sent[0].quote.client))
    assert second.number == "D2026-0002"


def test_the_pdf_is_made_once_and_mailed_with_the_link(
    sent: Sent, run_errands: Callable[[datetime], int], mails_of: Callable[[str], list[Any]]
):
    run_errands(make.NOW)
    document = pdf_of(sent[0])
    assert document is not None
    assert document.name == "D2026-0001.pdf"
    assert keeping.read(document).startswith(b"%PDF-")
    (mail,) = mails_of("quotes/sent")
    assert (mail.to, mail.subject) == ("camille@example.org", "Devis D2026-0001 : Site de la ferme")
    assert "{{ link }}" in mail.body
    assert "1\u202f200\u00a0€" in mail.body
    assert list(mail.documents.all()) == [document]
    run_errands(make.NOW)
    assert len(mails_of("quotes/sent")) == 1


def test_each_contact_has_a_link_of_their_own(db: None, run_errands: Callable[[datetime], int]):
    version = make.quote()
    make.contact(client=version.quote.client, name="Dominique", email="dominique@example.org")
    send(version)
    assert QuoteLink.objects.filter(quote=version.quote).count() == 2
    tokens = {doors.token_of(link) for link in QuoteLink.objects.all()}
    assert len(tokens) == 2


# Refusals --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ({"lines": ()}, "Add at least one line."),
        ({"lines": ({"unit_price": euros(0)},)}, "This quote comes to nothing: give its lines a price."),
        ({"valid_until": None}, "Say until which day this offer stands."),
        ({"valid_until": date(2026, 11, 30)}, "The day until which this offer stands is past."),
        ({"title": " "}, "Give the quote a title."),
        ({"terms": ()}, "Say how this price is to be paid."),
        ({"introduction": "Bonjour 🥒"}, "These characters cannot be printed in the PDF: 🥒. Remove them."),
        ({"lines": ({"section": "Été 🥒"},)}, "These characters cannot be printed in the PDF: 🥒. Remove them."),
        (
            {"terms": ({"value": euros(1000), "closes": False},)},
            "€200 missing: the parts make €1,000 out of €1,200.",
        ),
    ],
)
def test_what_is_not_ready_is_refused_in_words(db: None, made: dict[str, Any], sentence: str):
    version = make.quote(**made)
    assert refused(version) == [sentence]
    version.quote.refresh_from_db()
    assert version.quote.number is None


def test_a_quote_is_not_sent_to_nobody(db: None):
    assert refused(make.quote(), contacts=[]) == ["Choose at least one person to send it to."]


def test_a_quote_is_not_sent_to_a_stranger(db: None):
    assert len(refused(make.quote(), contacts=[make.contact()])) == 1


def test_an_incomplete_identity_is_refused(db: None):
    version = make.quote()
    version.quote.business.city = ""
    version.quote.business.save()
    assert refused(version) == ["Your business's identity is not complete (name, SIREN, address): see its settings."]


def test_what_the_business_does_not_accept_is_not_sent(db: None):
    version = make.quote(terms=(make.baskets(), {"value": euros(900)}))
    version.quote.business.accepts_goods = False
    version.quote.business.save()
    assert refused(version) == ["Your business does not accept goods: see its settings."]


def test_nothing_is_sent_twice(sent: Sent):
    assert refused(sent[0]) == ["There is nothing to send: the last version is sent already."]


def test_a_draft_changed_since_it_was_read_is_not_sent(db: None):
    assert len(refused(make.quote(), revision=7)) == 1


def test_the_last_day_counts_where_the_business_is(db: None):
    version = make.quote(valid_until=date(2026, 12, 31))
    version.quote.business.time_zone = "America/Guadeloupe"
    version.quote.business.save()
    sent, _link = send(version, datetime(2027, 1, 1, 3, 30, tzinfo=UTC))  # still 31 December there
    assert (sent.sent_on, sent.number) == (date(2026, 12, 31), "D2026-0001")


# Links -----------------------------------------------------------------------------------------------------------
def test_a_link_opens_its_quote(sent: Sent):
    assert open_link(doors.token_of(sent[1])) == (sent[1], None)


@pytest.mark.parametrize("token", ["", "x", "1-" + "a" * 32, "zzz-" + "b" * 32, "../../etc"])
def test_a_wrong_token_opens_nothing(sent: Sent, token: str):
    assert open_link(token) == (None, Reason.WRONG)


def test_a_revoked_link_opens_nothing(sent: Sent, someone: User):
    token = doors.token_of(sent[1])
    sending.revoke_link(link=sent[1], by=someone, at=make.NOW)
    assert open_link(token) == (None, Reason.REVOKED)


def test_a_renewed_link_replaces_the_old_one_and_is_mailed(
    sent: Sent, someone: User, mails_of: Callable[[str], list[Any]]
):
    old = doors.token_of(sent[1])
    link = sending.renew_link(link=sent[1], by=someone, at=make.NOW)
    assert open_link(old) == (None, Reason.RENEWED)
    assert open_link(doors.token_of(link))[0] == link
    assert [mail.link_generation for mail in mails_of("quotes/link_renewed")] == [2]


def test_the_same_page_sent_twice_renews_a_link_once(sent: Sent, someone: User, mails_of: Callable[[str], list[Any]]):
    for _click in range(2):
        link = sending.renew_link(link=sent[1], by=someone, at=make.NOW, generation=1)
    assert link.generation == 2
    assert len(mails_of("quotes/link_renewed")) == 1


def test_a_mail_whose_link_was_replaced_before_it_left_does_not_leave(
    sent: Sent, someone: User, mails_of: Callable[[str], list[Any]]
):
    for _time in range(2):
        sending.renew_link(link=sent[1], by=someone, at=make.NOW)
    make.run_errands(make.NOW)
    assert [mail.state for mail in mails_of("quotes/link_renewed")] == ["OUTDATED", "SENT"]
    sending.renew_link(link=sent[1], by=someone, at=make.NOW)
    sending.revoke_link(link=sent[1], by=someone, at=make.NOW)
    make.run_errands(make.NOW)
    assert [mail.state for mail in mails_of("quotes/link_renewed")] == ["OUTDATED", "SENT", "OUTDATED"]


def test_the_copy_of_what_was_agreed_is_sent_whatever_became_of_its_link(
    accepted: Acceptance, someone: User, mails_of: Callable[[str], list[Any]]
):
    posting.mail_acceptance(Errand.objects.get(what="mail_acceptance"))
    assert accepted.link is not None
    sending.revoke_link(link=accepted.link, by=someone, at=make.NOW)
    make.run_errands(make.NOW)
    assert [mail.state for mail in mails_of("quotes/accepted_client")] == ["SENT"]


def test_a_first_delivery_is_past_or_not_on_the_day_of_sending(db: None):
    """A quote written in December with baskets from 8 January may leave that day, and no longer the day after."""
    client = make.contact().client
    version = make.quote(client=client, terms=[{"closes": True, "value": euros(900)}, make.baskets()])
    version.valid_until = date(2027, 2, 28)
    version.save()
    late = datetime(2027, 1, 9, 9, tzinfo=UTC)
    assert refused(version, at=late) == ["Its first day is past: choose one that is yet to come."]
    assert send(version, datetime(2027, 1, 8, 9, tzinfo=UTC))[0].number == "D2027-0001"
