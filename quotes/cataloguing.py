"""The catalogue: offers are written, changed, copied and put away. Sent quotes keep their own copy of the words."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import Activity, User
from quotes.models import Offer

COPIED = (
    "summary",
    "included",
    "left_out",
    "reused",
    "licence",
    "published_at_url",
    "hours",
    "unit",
    "unit_price",
    "vat_rate",
    "nature",
    "exemption",
    "tags",
)


class OfferError(Exception):
    """Why an offer could not be written, in words for the person."""


class StaleOffer(OfferError):
    """The offer was changed elsewhere since the form was shown; `saved` is what it says now."""

    def __init__(self, saved: Offer) -> None:
        super().__init__(_("This offer was changed in another window since you opened it here."))
        self.saved = saved


@transaction.atomic(durable=True)
def create_offer(*, by: User, at: datetime, activity: Activity, fields: dict[str, Any], request_id: uuid.UUID) -> Offer:
    """Add an offer to a catalogue; the same `request_id` again returns the first one."""
    return _create(activity=activity, at=at, fields=fields, request_id=request_id)


@transaction.atomic(durable=True)
def change_offer(*, by: User, offer: Offer, revision: int, fields: dict[str, Any]) -> Offer:
    """Change an offer seen at `revision`; StaleOffer if it has changed since. Quotes already made keep their words."""
    current = Offer.objects.select_for_update().get(pk=offer.pk)
    if current.revision != revision:
        raise StaleOffer(current)
    for name, value in fields.items():
        setattr(current, name, value)
    current.revision += 1
    current.save()
    return current


@transaction.atomic(durable=True)
def duplicate_offer(*, by: User, at: datetime, offer: Offer, request_id: uuid.UUID) -> Offer:
    """Copy an offer under a title that says so."""
    fields = {name: getattr(offer, name) for name in COPIED}
    fields["title"] = _("%(title)s (copy)") % {"title": offer.title[:150]}
    return _create(activity=offer.activity, at=at, fields=fields, request_id=request_id)


@transaction.atomic(durable=True)
def archive_offer(*, by: User, offer: Offer, at: datetime | None) -> Offer:
    """Put an offer away (`at`), or take it back (None). Nothing is deleted: quotes refer to it."""
    current = Offer.objects.select_for_update().get(pk=offer.pk)
    current.archived_at = at
    current.save(update_fields=["archived_at"])
    return current


def _create(*, activity: Activity, at: datetime, fields: dict[str, Any], request_id: uuid.UUID) -> Offer:
    offer, _made = Offer.objects.get_or_create(
        request_id=request_id, activity=activity, defaults={"created_at": at, **fields}
    )
    return offer
