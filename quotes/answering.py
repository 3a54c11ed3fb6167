"""The client answers: yes, no, or a question. Opening changes nothing; only a person's deliberate POST comes here.

An online yes is a simple electronic signature (C. civ. 1366, 1367; eIDAS art. 25(1)): admissible, not presumed
reliable. Hence what is kept with it: the seal of the version, the digest of the exact PDF, the sentences agreed to,
and, erasable, where it came from.
"""

import uuid
from datetime import date, datetime, time, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from lib import images, pdf
from lib.days import day_written
from lib.law import fact
from lib.money import written
from people.models import Contact, User
from quotes import posting, sealing
from quotes.evidence import NO_TRACES, Traces, facts_of, keep_evidence, promise_erasure
from quotes.models import (
    Acceptance,
    MoneyDue,
    Question,
    Quote,
    QuoteLine,
    QuoteLink,
    QuoteVersion,
    Refusal,
    RemunerationTerm,
)
from quotes.posting import PDF
from quotes.states import latest_sent
from records import errands, keeping, ledger
from records.subjects import ref

SCANS = {b"%PDF-": (PDF, "pdf"), b"\x89PNG": ("image/png", "png"), b"\xff\xd8\xff": ("image/jpeg", "jpg")}
MOST_BYTES_OF_SCAN = 10 * 1024 * 1024
LONGEST_TEXT = 2000
DEPOSIT_DRAFTED_BEFORE = timedelta(days=7)  # time to read its invoice, issue it, and be paid on the day
MORNING = time(6)


class AnswerError(Exception):
    """Why an answer cannot be taken, in words for the person."""


def consent_sentence(version: QuoteVersion) -> str:
    """Return the sentence that a yes agrees to, in the version's language."""
    details = {
        "number": version.number,
        "version": version.version,
        "total": written(version.total, version.language),
    }
    assert version.sent_on is not None
    return fact("acceptance.consent", version.sent_on).text(version.language, **details)


def power_sentence(version: QuoteVersion) -> str:
    """Return the sentence by which a person says that they may commit the client."""
    assert version.sent_on is not None
    client = version.buyer["name"] if version.buyer else ""
    return fact("acceptance.power", version.sent_on).text(version.language, client=client)


@transaction.atomic(durable=True)
def accept(
    *,
    link: QuoteLink,
    version_id: int,
    seal: str,
    name: str,
    capacity: str,
    power: bool,
    consent: bool,
    request_id: uuid.UUID,
    at: datetime,
    traces: Traces = NO_TRACES,
) -> Acceptance:
    """Take the yes to one sent version, by a link. `seal` is that of the version the person was shown.

    The same `request_id` again returns the first yes. Raises AnswerError when this version can no longer be accepted,
    or not by this link, or when a name, a capacity, the power to commit or the consent is missing.
    """
    quote = _locked(link)
    if (earlier := Acceptance.objects.filter(request_id=request_id, link=link).first()) is not None:
        return earlier
    version = _answerable(quote, link, version_id, at)
    if quote.client.is_consumer:
        raise AnswerError(_("A private person accepts on paper for now: sign the PDF and send it back."))
    _refuse_incomplete(name, capacity, power=power, consent=consent)
    if seal != version.seal or not sealing.is_intact(version):
        raise AnswerError(_("What you were shown is not what was sent: open the link again, and tell the sender."))
    acceptance = _record_acceptance(
        Acceptance(
            quote=quote,
            version=version,
            how=Acceptance.How.ONLINE,
            link=link,
            contact=link.contact,
            name=name.strip(),
            capacity=capacity.strip(),
            consent=consent_sentence(version),
            power=power_sentence(version),
            at=at,
            on=_day(quote, at),
            request_id=request_id,
        ),
        traces,
    )
    return _promise_what_follows(acceptance)


@transaction.atomic(durable=True)
def accept_otherwise(
    *,
    quote: Quote,
    by: User,
    at: datetime,
    on: date,
    name: str,
    capacity: str,
    how_words: str,
    request_id: uuid.UUID,
    contact: Contact | None = None,
    scan: BinaryIO | None = None,
) -> Acceptance:
    """Record a yes that came on paper, by a purchase order or by minutes, on a day when the offer stood.

    `how_words` says how it came; `scan` (PDF, PNG or JPEG, 10 MB at most) is kept, pictures without
    their metadata.
    """
    locked = _locked_quote(quote.pk)
    if (earlier := Acceptance.objects.filter(request_id=request_id, quote=locked).first()) is not None:
        return earlier
    version = _open_version(locked)
    _refuse_day(version, on, _day(locked, at))
    if not name.strip() or not how_words.strip():
        raise AnswerError(_("Say who said yes, and how it came."))
    _refuse_unprintable(name, capacity, how_words)
    content, media_type, ending = read_scan(scan) if scan else (b"", "", "")
    acceptance = _record_acceptance(
        Acceptance(
            quote=locked,
            version=version,
            how=Acceptance.How.OTHERWISE,
            contact=contact,
            recorded_by=by,
            name=name.strip(),
            capacity=capacity.strip(),
            consent=how_words.strip(),
            at=at,
            on=on,
            request_id=request_id,
        ),
        NO_TRACES,
    )
    if content:
        _keep_scan(acceptance, content, media_type, ending)
    return _promise_what_follows(acceptance)


@transaction.atomic(durable=True)
def refuse(*, link: QuoteLink, version_id: int, request_id: uuid.UUID, at: datetime, reason: str = "") -> Refusal:
    """Take the no to one sent version, with a reason if they wish. Raises AnswerError as `accept` does."""
    quote = _locked(link)
    if (earlier := Refusal.objects.filter(request_id=request_id, link=link).first()) is not None:
        return earlier
    version = _answerable(quote, link, version_id, at)
    refusal = Refusal.objects.create(
        version=version, link=link, reason=reason.strip()[:LONGEST_TEXT], at=at, request_id=request_id
    )
    facts = {"number": version.number, "version": version.version, "seal": version.seal}
    ledger.record(business=quote.business, event="quote_refused", subject=ref(refusal), facts=facts, at=at)
    errands.promise(what="mail_refusal", subject=ref(refusal), at=at, business=quote.business)
    return refusal


@transaction.atomic(durable=True)
def ask(
    *, link: QuoteLink, version_id: int, text: str, request_id: uuid.UUID, at: datetime, line_id: int | None = None
) -> Question:
    """Take a question on a version or one of its lines, and tell the business. Reading a link is enough to ask."""
    quote = _locked(link)
    if (earlier := Question.objects.filter(request_id=request_id, link=link).first()) is not None:
        return earlier
    _refuse_closed_link(link)
    version = quote.versions.filter(pk=version_id, sent_at__isnull=False).first()
    if version is None:
        raise AnswerError(_("This version was never sent."))
    if not text.strip():
        raise AnswerError(_("Write your question first."))
    line = QuoteLine.objects.filter(pk=line_id, version=version).first() if line_id else None
    version.quote = quote
    question = Question.objects.create(
        link=link, version=version, line=line, text=text.strip()[:LONGEST_TEXT], asked_at=at, request_id=request_id
    )
    posting.post_question(question, at)
    return question


@transaction.atomic(durable=True)
def answer(*, question: Question, text: str, by: User, at: datetime) -> Question:
    """Answer a question, once, and mail the answer to whoever asked."""
    found = Question.objects.select_for_update(of=("self",)).select_related(
        "link__contact", "version__quote__business", "version__quote__activity", "version__quote__client"
    )
    asked = found.get(pk=question.pk)
    if asked.answered_at is not None:
        raise AnswerError(_("This question is answered already."))
    if not text.strip():
        raise AnswerError(_("Write your answer first."))
    asked.answer, asked.answered_at, asked.answered_by = text.strip()[:LONGEST_TEXT], at, by
    asked.save(update_fields=["answer", "answered_at", "answered_by"])
    posting.post_answer(asked, at)
    return asked


# What an answer needs ---------------------------------------------------------------------------------------------


def _locked(link: QuoteLink) -> Quote:
    """Lock the quote, then bring the link up to date: it may have been revoked since it was opened."""
    opened_generation = link.generation
    quote = _locked_quote(link.quote_id)
    link.refresh_from_db(fields=["generation", "revoked_at"])
    link.quote = quote
    if link.generation != opened_generation:
        raise AnswerError(_("This link was replaced by a newer one: look for the latest mail about this quote."))
    return quote


def _locked_quote(quote_id: int) -> Quote:
    rows = Quote.objects.select_for_update(of=("self",)).select_related("business", "activity", "client")
    return rows.get(pk=quote_id)


def _answerable(quote: Quote, link: QuoteLink, version_id: int, at: datetime) -> QuoteVersion:
    """Return the version that is answered, if it still can be, today, by this link."""
    _refuse_closed_link(link)
    version = _open_version(quote)
    if version.pk != version_id:
        _refuse_other_version(quote, version, version_id)
    if version.valid_until is None or _day(quote, at) > version.valid_until:
        until = day_written(version.valid_until) if version.valid_until else ""
        raise AnswerError(_("This offer ended on %(day)s, at the end of the day: ask for a new one.") % {"day": until})
    return version


def _open_version(quote: Quote) -> QuoteVersion:
    """Return the last sent version, if neither yes nor no was said and nothing was withdrawn."""
    version = latest_sent(quote)
    if version is None:
        raise AnswerError(_("This quote was not sent yet."))
    version.quote = quote
    if (acceptance := Acceptance.objects.filter(quote=quote).first()) is not None:
        words = {"name": acceptance.name, "day": day_written(acceptance.on)}
        raise AnswerError(_("This quote was accepted already, by %(name)s, on %(day)s.") % words)
    if quote.withdrawn_at is not None:
        raise AnswerError(_("This quote was withdrawn: ask for a new one."))
    if Refusal.objects.filter(version=version).exists():
        raise AnswerError(_("This version was refused already: ask for a new one if you have changed your mind."))
    return version


def _refuse_other_version(quote: Quote, latest: QuoteVersion, version_id: int) -> None:
    if quote.versions.filter(pk=version_id, sent_at__isnull=False).exists():
        words = {"number": latest.version}
        raise AnswerError(_("This version was replaced by version %(number)s: read that one first.") % words)
    raise AnswerError(_("This version was never sent."))


def _refuse_closed_link(link: QuoteLink) -> None:
    if link.revoked_at is not None:
        raise AnswerError(_("This link was withdrawn by whoever sent it: ask them for another one."))


def _refuse_incomplete(name: str, capacity: str, *, power: bool, consent: bool) -> None:
    if not name.strip() or not capacity.strip():
        raise AnswerError(_("Write your name and in what capacity you answer."))
    _refuse_unprintable(name, capacity)
    if not power:
        raise AnswerError(_("Say that you have the power to commit the client."))
    if not consent:
        raise AnswerError(_("Tick the sentence of agreement."))


def _refuse_unprintable(*texts: str) -> None:
    """The proof of a yes prints who said it: a character without a glyph would be an empty box."""
    if why := pdf.why_unprintable(*texts):
        raise AnswerError(why)


def _refuse_day(version: QuoteVersion, on: date, today: date) -> None:
    """An acceptance counts when the offer stood (C. civ. 1117, 1121)."""
    if on > today:
        raise AnswerError(_("This day is still to come."))
    if version.sent_on is None or on < version.sent_on:
        raise AnswerError(_("On this day the version was not sent yet."))
    if version.valid_until is None or on > version.valid_until:
        raise AnswerError(_("On this day the offer had ended: send a new version with a later day."))


def read_scan(scan: BinaryIO) -> tuple[bytes, str, str]:
    """Return a scan's bytes, pictures without their metadata, its media type and the ending of its name."""
    content = scan.read(MOST_BYTES_OF_SCAN + 1)
    if len(content) > MOST_BYTES_OF_SCAN:
        raise AnswerError(_("This file is larger than 10 MB."))
    for start, (media_type, ending) in SCANS.items():
        if content.startswith(start):
            return _cleaned(content, media_type), media_type, ending
    raise AnswerError(_("This file is neither a PDF nor a PNG or JPEG picture."))


def _cleaned(content: bytes, media_type: str) -> bytes:
    """Return a picture without its metadata, which tell where and by whom it was taken; a PDF as it is."""
    if not media_type.startswith("image/"):
        return content
    try:
        return images.clean_scan(content)
    except images.NotAnImage as error:
        raise AnswerError(str(error)) from error


# What a yes leaves ------------------------------------------------------------------------------------------------


def _record_acceptance(acceptance: Acceptance, traces: Traces) -> Acceptance:
    """Save the yes with the digests of what was agreed to, its evidence beside it, and its fact in the ledger."""
    acceptance.version_seal = acceptance.version.seal
    acceptance.document_sha256 = posting.keep_pdf(acceptance.version).sha256
    evidence = keep_evidence(acceptance, traces)
    acceptance.save(force_insert=True)
    if evidence is not None:
        evidence.acceptance = acceptance
        evidence.save(force_insert=True)
        promise_erasure(evidence)
    ledger.record(
        business=acceptance.quote.business,
        event="quote_accepted",
        subject=ref(acceptance),
        facts=facts_of(acceptance),
        at=acceptance.at,
    )
    return acceptance


def _keep_scan(acceptance: Acceptance, content: bytes, media_type: str, ending: str) -> None:
    word = _("agreement")
    keeping.keep(
        business=acceptance.quote.business,
        what="acceptance_scan",
        subject=ref(acceptance),
        name=f"{acceptance.version.number}-{word}.{ending}",
        media_type=media_type,
        content=content,
        at=acceptance.at,
    )


def _promise_what_follows(acceptance: Acceptance) -> Acceptance:
    """Higher floors are told by errands: what goes wrong there never undoes the yes."""
    for what in ("draft_deposit", "mail_acceptance"):
        business = acceptance.quote.business
        errands.promise(what=what, subject=ref(acceptance), at=acceptance.at, business=business)
    for term in acceptance.version.terms.filter(due=MoneyDue.DEPOSIT_DATE, value__gt=0):
        _promise_deposit(acceptance, term)
    return acceptance


def _promise_deposit(acceptance: Acceptance, term: RemunerationTerm) -> None:
    """Promise that the invoice of a deposit on a date is drafted a week before it, in the morning; at once if later."""
    assert term.due_on is not None
    business = acceptance.quote.business
    morning = datetime.combine(term.due_on - DEPOSIT_DRAFTED_BEFORE, MORNING, ZoneInfo(business.time_zone))
    errands.promise(
        what="draft_dated_deposit",
        subject=ref(term),
        at=acceptance.at,
        business=business,
        due_at=max(morning, acceptance.at),
    )


def _day(quote: Quote, at: datetime) -> date:
    """Return the day it is where the business is: an offer stands through 23:59:59 of its last day, there."""
    return at.astimezone(ZoneInfo(quote.business.time_zone)).date()
