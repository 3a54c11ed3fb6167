"""The partner accepts a mandate by its link, or on paper; either side ends it from a day.

Opening changes nothing; only a deliberate POST comes here. An online yes is a simple electronic signature (C. civ.
1366, 1367): the exact PDF's digest, the seal, the sentences and the name are kept; no address nor device is collected.
"""

import uuid
from datetime import date, datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import Mandate, MandateAcceptance, MandateEnd, MandateLink
from billing.selfbilled.mandate_posting import keep_pdf
from billing.selfbilled.mandating import MandateError, State, day_of, ended, in_force, locked, said_yes, state_of
from billing.selfbilled.sealing import seal_of_mandate
from lib import pdf
from lib.days import day_written
from lib.seals import canonical, salted
from people.models import Contact, User
from quotes.answering import AnswerError, read_scan
from records import errands, keeping, ledger
from records.subjects import ref

# The yes ----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def accept(
    *,
    link: MandateLink,
    seal: str,
    name: str,
    capacity: str,
    power: bool,
    consent: bool,
    request_id: uuid.UUID,
    at: datetime,
) -> MandateAcceptance:
    """Take the partner's yes. `seal` is that of the mandate they were shown. The same `request_id` again returns it.

    Raises MandateError when the mandate can no longer be accepted, or when a name, the power or the consent is missing.
    """
    mandate = locked_by(link)
    if (earlier := MandateAcceptance.objects.filter(request_id=request_id, link=link).first()) is not None:
        return earlier
    _refuse_unless_open(mandate, day_of(mandate, at))
    if not (name.strip() and capacity.strip()):
        raise MandateError(_("Write your name and in what capacity you answer."))
    if not power:
        raise MandateError(_("Say that you have the power to commit the seller."))
    if not consent:
        raise MandateError(_("Tick the sentence of agreement."))
    if seal != mandate.seal or seal_of_mandate(mandate, mandate.seal_version) != mandate.seal:
        raise MandateError(_("What you were shown is not what was sent: open the link again, and tell the sender."))
    clauses = mandate.clauses or {}
    return _record(
        MandateAcceptance(
            mandate=mandate,
            how=MandateAcceptance.How.ONLINE,
            link=link,
            contact=link.contact,
            name=name.strip(),
            capacity=capacity.strip(),
            consent=clauses["consent"],
            power=clauses["power"],
            at=at,
            on=day_of(mandate, at),
            request_id=request_id,
        )
    )


@transaction.atomic(durable=True)
def accept_on_paper(
    *,
    mandate: Mandate,
    by: User,
    at: datetime,
    on: date,
    name: str,
    capacity: str,
    how_words: str,
    request_id: uuid.UUID,
    scan: BinaryIO,
) -> MandateAcceptance:
    """Record a mandate that came back signed on paper, with its scan (PDF, PNG or JPEG, 10 MB at most).

    Raises MandateError for a day before it was proposed or still to come, or for a file that is no scan.
    """
    row = locked(mandate)
    if (earlier := MandateAcceptance.objects.filter(request_id=request_id, mandate=row).first()) is not None:
        return earlier
    today = day_of(row, at)
    _refuse_unless_open(row, today)
    if on > today:
        raise MandateError(_("This day is still to come."), field="on")
    if row.proposed_on is None or on < row.proposed_on:
        raise MandateError(_("On this day the mandate was not proposed yet."), field="on")
    if not (name.strip() and how_words.strip()):
        raise MandateError(_("Say who said yes, and how it came."))
    content, media_type, ending = _scan(scan)
    acceptance = _record(
        MandateAcceptance(
            mandate=row,
            how=MandateAcceptance.How.OTHERWISE,
            recorded_by=by,
            name=name.strip(),
            capacity=capacity.strip(),
            consent=how_words.strip(),
            at=at,
            on=on,
            request_id=request_id,
        )
    )
    _keep_scan(acceptance, content, media_type, ending)
    return acceptance


def _refuse_unless_open(mandate: Mandate, on: date) -> None:
    state = state_of(mandate, on)
    if (yes := said_yes(mandate)) is not None:
        words = {"name": yes.name, "day": day_written(yes.on)}
        raise MandateError(_("This mandate was accepted already, by %(name)s, on %(day)s.") % words)
    if state == State.DRAFT:
        raise MandateError(_("This mandate was not proposed yet."))
    if state in (State.DECLINED, State.WITHDRAWN):
        raise MandateError(_("This mandate was declined or withdrawn: ask for a new one."))
    if in_force(mandate.client, on) is not None:
        raise MandateError(_("Another mandate is in force between you: it is to be ended first."))


def _record(acceptance: MandateAcceptance) -> MandateAcceptance:
    """Save the yes with the digest of the exact PDF, its fact in the ledger, and the promise of the copies."""
    mandate = acceptance.mandate
    if why := pdf.why_unprintable(acceptance.name, acceptance.capacity, acceptance.consent, acceptance.power):
        raise MandateError(why)
    acceptance.mandate_seal = mandate.seal
    acceptance.document_sha256 = keep_pdf(mandate).sha256
    acceptance.save(force_insert=True)
    subject = ref(acceptance)
    told = facts_of(acceptance)
    ledger.record(business=mandate.business, event="mandate_accepted", subject=subject, facts=told, at=acceptance.at)
    errands.promise(what="mail_mandate_accepted", subject=subject, at=acceptance.at, business=mandate.business)
    return acceptance


def facts_of(acceptance: MandateAcceptance) -> dict[str, Any]:
    """Return what the ledger is told of a yes: no name, but a digest of what was said, salted by the row's own UUID."""
    words = {name: getattr(acceptance, name) for name in ("name", "capacity", "consent", "power")}
    return {
        "mandate_seal": acceptance.mandate_seal,
        "document_sha256": acceptance.document_sha256,
        "words_digest": salted(canonical(words), str(acceptance.request_id)),
        "how": acceptance.how,
        "on": acceptance.on,
    }


def _scan(scan: BinaryIO) -> tuple[bytes, str, str]:
    try:
        return read_scan(scan)
    except AnswerError as refused:
        raise MandateError(str(refused), field="scan") from None


def _keep_scan(acceptance: MandateAcceptance, content: bytes, media_type: str, ending: str) -> None:
    word = _("mandate")
    keeping.keep(
        business=acceptance.mandate.business,
        what="mandate_scan",
        subject=ref(acceptance),
        name=f"{word}-{acceptance.mandate_id}.{ending}",
        media_type=media_type,
        content=content,
        at=acceptance.at,
    )


# The end ----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def end_by_partner(*, link: MandateLink, ends_on: date, reason: str, request_id: uuid.UUID, at: datetime) -> MandateEnd:
    """The partner ends the mandate from a day, or declines it when it was not accepted yet."""
    mandate = locked_by(link)
    end = MandateEnd(mandate=mandate, by_partner=True, link=link, ends_on=ends_on, request_id=request_id, at=at)
    return _end(end, reason)


@transaction.atomic(durable=True)
def end_by_us(
    *,
    mandate: Mandate,
    by: User,
    at: datetime,
    ends_on: date,
    reason: str,
    request_id: uuid.UUID,
    by_partner: bool = False,
) -> MandateEnd:
    """End a mandate from a day; `by_partner` where the partner did it by word of mouth or on paper.

    Before any yes, it is withdrawn (or declined). Raises MandateError for a day that is past.
    """
    row = locked(mandate)
    end = MandateEnd(mandate=row, by_partner=by_partner, recorded_by=by, ends_on=ends_on, request_id=request_id, at=at)
    return _end(end, reason)


def _end(end: MandateEnd, reason: str) -> MandateEnd:
    mandate = end.mandate
    if (earlier := ended(mandate)) is not None:
        if earlier.request_id == end.request_id:
            return earlier
        raise MandateError(_("This mandate was ended already."))
    if mandate.proposed_at is None:
        raise MandateError(_("A draft is changed or thrown away, not ended."))
    if said_yes(mandate) is None:
        end.ends_on = day_of(mandate, end.at)  # nothing to end yet: it is a no, from now on
    elif end.ends_on < day_of(mandate, end.at):
        raise MandateError(_("This day is past: the invoices issued since then stand."), field="ends_on")
    end.reason = reason.strip()[:300]
    end.save(force_insert=True)
    told = {"ends_on": end.ends_on, "by_partner": end.by_partner, "seal": mandate.seal}
    ledger.record(business=mandate.business, event="mandate_ended", subject=ref(end), facts=told, at=end.at)
    errands.promise(what="mail_mandate_ended", subject=ref(end), at=end.at, business=mandate.business)
    return end


def locked_by(link: MandateLink) -> Mandate:
    """Lock the link's mandate and return it.

    Raises MandateError when the link was renewed or revoked meanwhile, or when its contact was removed: they still
    read what they were sent, and no longer answer for the client.
    """
    mandate = locked(link.mandate)
    seen = link.generation
    link.refresh_from_db(fields=["generation", "revoked_at"])
    link.mandate = mandate
    if link.generation != seen:
        raise MandateError(_("This link was replaced by a newer one: look for the latest mail from the sender."))
    if link.revoked_at is not None:
        raise MandateError(_("This link was withdrawn by whoever sent it: ask them for another one."))
    if Contact.objects.filter(pk=link.contact_id, archived_at__isnull=False).exists():
        raise MandateError(_("Whoever had this link was removed from the client’s contacts: ask for another link."))
    return mandate
