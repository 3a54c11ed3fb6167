"""A quote is sent: its draft is frozen, numbered and sealed, then rendered and mailed, one link per contact."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from people import parties
from people.models import Contact, User
from quotes import mixes, sealing
from quotes.mentions import mentions
from quotes.models import Quote, QuoteLink, QuoteVersion, RemunerationTerm, Sending
from quotes.posting import post_link
from quotes.pricing import CALCULATION_VERSION
from quotes.readiness import obstacles
from quotes.writing import write_price
from records import errands, ledger, numbering
from records.models import NumberSeries
from records.subjects import ref

__all__ = ["SendError", "obstacles", "renew_link", "revoke_link", "send", "today_of"]


class SendError(Exception):
    """Why a quote cannot be sent; `.obstacles` are the sentences, one by one."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.obstacles = list(sentences)


def today_of(quote: Quote, at: datetime) -> date:
    """Return the day it is, at a moment, where the business is."""
    return at.astimezone(ZoneInfo(quote.business.time_zone)).date()


@transaction.atomic(durable=True)
def send(
    *, quote: Quote, by: User, at: datetime, contacts: Sequence[Contact], revision: int | None = None
) -> QuoteVersion:
    """Freeze and seal the quote's draft, number the quote if it has no number yet, and promise PDF and mails.

    The version sent before is replaced from now on. `revision`: what the person saw; another one is refused. Raises
    SendError with all that is in the way.
    """
    return _send(quote, at, contacts, revision)


def _send(quote: Quote, at: datetime, contacts: Sequence[Contact], revision: int | None = None) -> QuoteVersion:
    locked = Quote.objects.select_for_update(of=("self",)).select_related("business", "client").get(pk=quote.pk)
    draft = _draft_of(locked, revision)
    on = today_of(locked, at)
    if found := obstacles(draft, contacts, on):
        raise SendError(found)
    _number(locked, on)
    version = _freeze(draft, at, on)
    for contact in contacts:
        Sending.objects.create(version=version, link=_link(locked, contact, at), at=at)
    _record(version, at)
    errands.promise(what="render_version", subject=ref(version), at=at, business=locked.business)
    return version


def _draft_of(quote: Quote, revision: int | None) -> QuoteVersion:
    draft = quote.versions.filter(sent_at=None).first()
    if draft is None:
        raise SendError([_("There is nothing to send: the last version is sent already.")])
    if hasattr(quote, "acceptance") or quote.withdrawn_at is not None:
        raise SendError([_("This quote is accepted or withdrawn: nothing more can be sent.")])
    if revision is not None and draft.revision != revision:
        raise SendError([_("This quote was changed in another window since you opened it here: read it again.")])
    draft.quote = quote
    return draft


def _number(quote: Quote, on: date) -> None:
    """Give the quote its number, when it is first sent; all its versions keep it."""
    if quote.number is not None:
        return
    try:
        kind, sent = NumberSeries.Kind.QUOTE, Quote.objects.filter(business=quote.business)
        quote.number = numbering.take_number(business=quote.business, kind=kind, on=on, among=sent)
    except numbering.NumberingError as error:
        raise SendError([str(error)]) from error
    quote.save(update_fields=["number"])


def _freeze(draft: QuoteVersion, at: datetime, on: date) -> QuoteVersion:
    """Copy everything the document says onto the version, then seal it: the last write there will ever be."""
    quote = draft.quote
    draft.calculation_version, draft.seal_version = CALCULATION_VERSION, sealing.LATEST
    write_price(draft, for_good=True)
    values = mixes.mix_of(draft)
    for row, term in zip(draft.terms.order_by("position"), values, strict=True):
        RemunerationTerm.objects.filter(pk=row.pk).update(value=term.value)
    draft.number, draft.sent_at, draft.sent_on = quote.number or "", at, on
    draft.seller, draft.buyer, draft.logo = parties.seller(quote.business), parties.buyer(quote.client), _logo(quote)
    draft.mentions = mentions(
        business=quote.business,
        client=quote.client,
        terms=values,
        valid_until=draft.valid_until,
        on=on,
        language=draft.language,
        lines=list(draft.lines.all()),
    )
    draft.seal = sealing.seal_of(draft)
    draft.save()
    return draft


def _logo(quote: Quote) -> bytes | None:
    return bytes(quote.business.logo) if quote.business.logo else None


def _record(version: QuoteVersion, at: datetime) -> None:
    facts = {
        "number": version.number,
        "version": version.version,
        "seal": version.seal,
        "seal_version": version.seal_version,
        "total": version.total,
        "valid_until": version.valid_until,
    }
    business = version.quote.business
    ledger.record(business=business, event="quote_sent", subject=ref(version), facts=facts, at=at)


# Links -----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def revoke_link(*, link: QuoteLink, by: User, at: datetime) -> QuoteLink:
    """Withdraw a contact's link: from now on it opens nothing. Again: nothing more happens."""
    locked = _locked_link(link)
    if locked.revoked_at is None:
        locked.revoked_at = at
        locked.save(update_fields=["revoked_at"])
        _record_link(locked, "link_revoked", at)
    return locked


@transaction.atomic(durable=True)
def renew_link(*, link: QuoteLink, by: User, at: datetime, generation: int | None = None) -> QuoteLink:
    """Give a contact a new link, mail it, and let the old ones open nothing.

    `generation`: of the link to replace, as the person saw it; when it is replaced already, nothing more happens.
    """
    locked = _locked_link(link)
    if generation is not None and locked.generation != generation:
        return locked
    _renew(locked)
    _record_link(locked, "link_renewed", at)
    post_link(locked, at)
    return locked


def _link(quote: Quote, contact: Contact, at: datetime) -> QuoteLink:
    """Return the contact's one link to a quote; who is written to again has a link that opens."""
    link, is_new = QuoteLink.objects.get_or_create(quote=quote, contact=contact, defaults={"created_at": at})
    if not is_new and link.revoked_at is not None:
        _renew(link)
    return link


def _renew(link: QuoteLink) -> None:
    link.generation += 1
    link.revoked_at = None
    link.save(update_fields=["generation", "revoked_at"])


def _locked_link(link: QuoteLink) -> QuoteLink:
    """Return the link, its quote's row locked first: whoever answers by it does so before or after, not meanwhile."""
    quote = Quote.objects.select_for_update(of=("self",)).select_related("business").get(pk=link.quote_id)
    locked = QuoteLink.objects.select_for_update(of=("self",)).select_related("contact").get(pk=link.pk)
    locked.quote = quote
    return locked


def _record_link(link: QuoteLink, event: str, at: datetime) -> None:
    facts = {"generation": link.generation}
    ledger.record(business=link.quote.business, event=event, subject=ref(link), facts=facts, at=at)
