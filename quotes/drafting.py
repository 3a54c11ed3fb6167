"""A draft is written: created, saved whole, added to, copied from what was sent, thrown away.

A draft may be wrong (a mix that does not close, no line): it is saved as it is, and `sending` refuses it in words.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import Activity, Client, User
from quotes import mixes
from quotes.models import Offer, Quote, QuoteLine, QuoteVersion, RemunerationTerm
from quotes.writing import DraftError, write_lines, write_price, write_terms

WORDS = ("title", "introduction", "conditions", "valid_until", "language")
LINE_NAMES = (
    "offer_id",
    "section",
    "title",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_percent",
    "vat_rate",
    "nature",
    "exemption",
)

__all__ = [
    "DraftError",
    "StaleDraft",
    "add_offer",
    "create_quote",
    "discard_draft",
    "duplicate_quote",
    "new_version",
    "save_draft",
]


class StaleDraft(DraftError):
    """The draft was changed in another window since it was opened. `saved` is what it says now, `typed` what came."""

    def __init__(self, saved: QuoteVersion, typed: Mapping[str, Any]) -> None:
        super().__init__(_("This quote was changed in another window since you opened it here."))
        self.saved = saved
        self.typed = typed


@transaction.atomic(durable=True)
def create_quote(
    *, by: User, at: datetime, activity: Activity, client: Client, title: str, request_id: uuid.UUID
) -> Quote:
    """Start a quote with an empty draft; the same `request_id` again returns the first one."""
    if client.activity_id != activity.pk:
        raise DraftError(_("This client is not one of this activity's."))
    return _create(activity, client, at, request_id, {"title": title, "language": client.language})


@transaction.atomic(durable=True)
def save_draft(
    *,
    version: QuoteVersion,
    revision: int,
    fields: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    terms: Sequence[Mapping[str, Any]],
    by: User,
    at: datetime,
) -> QuoteVersion:
    """Replace a draft's words, lines and terms by those given, in order, and price it.

    Raises StaleDraft when it was saved elsewhere since `revision`, DraftError (with `.errors` by field) for values that
    no draft can hold.
    """
    draft = _locked_draft(version)
    if draft.revision != revision:
        raise StaleDraft(draft, {"fields": fields, "lines": lines, "terms": terms})
    for name in WORDS:
        setattr(draft, name, fields.get(name, getattr(draft, name)))
    return _write(draft, lines, terms, at)


@transaction.atomic(durable=True)
def add_offer(*, version: QuoteVersion, offer: Offer, by: User, at: datetime) -> QuoteVersion:
    """Add an offer at the end of a draft's lines: its words and price are copied, and its own from then on."""
    draft = _locked_draft(version)
    return _write(draft, [*_lines_of(draft), line_of(offer)], _terms_of(draft), at)


@transaction.atomic(durable=True)
def new_version(*, quote: Quote, by: User, at: datetime) -> QuoteVersion:
    """Return the quote's draft: the one there is, or a copy of what was sent last. Raises DraftError once accepted."""
    return _new_version(_locked(quote), at)


@transaction.atomic(durable=True)
def duplicate_quote(
    *, quote: Quote, by: User, at: datetime, request_id: uuid.UUID, client: Client | None = None
) -> Quote:
    """Copy a quote's latest text as the draft of a new quote, to the same client or another one."""
    latest = quote.versions.order_by("-version")[0]
    words = {name: getattr(latest, name) for name in WORDS} | {"valid_until": None}
    buyer = client or quote.client
    copy = _create(buyer.activity, buyer, at, request_id, words | {"language": buyer.language})
    draft = copy.versions.get()
    if draft.revision == 1:
        _write(draft, _lines_of(latest), _terms_of(latest), at)
    return copy


@transaction.atomic(durable=True)
def discard_draft(*, version: QuoteVersion, by: User, at: datetime) -> Quote | None:
    """Throw a draft away; the quote goes with it when nothing of it was ever sent (then None is returned)."""
    draft = _locked_draft(version)
    quote = draft.quote
    draft.delete()
    if quote.versions.exists():
        return quote
    quote.delete()
    return None


def line_of(offer: Offer) -> dict[str, Any]:
    """Return the values of a line made from an offer."""
    return {
        "offer_id": offer.pk,
        "title": offer.title,
        "description": "\n\n".join(text for text in (offer.summary, offer.included) if text),
        "quantity": Decimal(1),
        "unit": offer.unit,
        "unit_price": offer.unit_price,
        "discount_percent": Decimal(0),
        "vat_rate": offer.vat_rate,
        "nature": offer.nature,
        "exemption": offer.exemption,
    }


def _create(activity: Activity, client: Client, at: datetime, request_id: uuid.UUID, words: dict[str, Any]) -> Quote:
    values = {"business": activity.business, "activity": activity, "client": client, "created_at": at}
    quote, is_new = Quote.objects.get_or_create(request_id=request_id, defaults=values)
    if quote.activity_id != activity.pk:
        raise DraftError(_("This form was already used."))
    if is_new:
        QuoteVersion.objects.create(quote=quote, version=1, saved_at=at, **words)
    return quote


def _new_version(quote: Quote, at: datetime) -> QuoteVersion:
    if hasattr(quote, "acceptance"):
        raise DraftError(_("This quote is accepted: it no longer changes. Write another quote."))
    if (draft := quote.versions.filter(sent_at=None).first()) is not None:
        return draft
    last = quote.versions.order_by("-version")[0]
    words = {name: getattr(last, name) for name in WORDS}
    draft = QuoteVersion.objects.create(quote=quote, version=last.version + 1, saved_at=at, **words)
    return _write(draft, _lines_of(last), _terms_of(last), at)


def _locked(quote: Quote) -> Quote:
    return Quote.objects.select_for_update(of=("self",)).select_related("business", "client").get(pk=quote.pk)


def _locked_draft(version: QuoteVersion) -> QuoteVersion:
    """Return the draft as it is now, its quote locked: whoever sends it waits, or has sent it already."""
    quote = _locked(version.quote)
    draft = QuoteVersion.objects.filter(pk=version.pk).first()
    if draft is None or draft.sent_at is not None:
        raise DraftError(_("This version was sent or thrown away meanwhile: it no longer changes."))
    draft.quote = quote
    return draft


def _write(
    draft: QuoteVersion, lines: Sequence[Mapping[str, Any]], terms: Sequence[Mapping[str, Any]], at: datetime
) -> QuoteVersion:
    write_lines(draft, lines)
    write_terms(draft, terms)
    write_price(draft)
    draft.revision += 1
    draft.saved_at = at
    draft.save()
    return draft


def _lines_of(version: QuoteVersion) -> list[dict[str, Any]]:
    lines = QuoteLine.objects.filter(version=version).order_by("position")
    return [{name: getattr(line, name) for name in LINE_NAMES} for line in lines]


def _terms_of(version: QuoteVersion) -> list[dict[str, Any]]:
    terms = RemunerationTerm.objects.filter(version=version).order_by("position")
    return [{name: getattr(term, name) for name in mixes.TERM_NAMES} for term in terms]
