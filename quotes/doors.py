"""The door of people without a login: a token opens one link to one quote, or says why not. Opening changes nothing."""

import logging
from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy as _

from lib import links
from quotes.models import QuoteLink, Visit
from quotes.robots import is_probably_automatic
from records.models import Mail

PURPOSE = "quote"
PATH = "/d/{token}/"
COPY_DUE = "quotes/accepted_client"

logger = logging.getLogger(__name__)


class Reason(Enum):
    """Why a token opens nothing; its value is a sentence for the page."""

    WRONG = _("This address is not one of ours: was it copied whole from the mail?")
    RENEWED = _("This link was replaced by a newer one: look for the latest mail about this quote.")
    REVOKED = _("This link was withdrawn by whoever sent it: ask them for another one.")


def open_link(token: str) -> tuple[QuoteLink | None, Reason | None]:
    """Return the link of a token, its quote, business and contact loaded; or None and the reason."""
    link_id = links.link_id_of(token)
    found = QuoteLink.objects.select_related("quote__business", "quote__activity", "quote__client", "contact")
    link = found.filter(pk=link_id).first() if link_id is not None else None
    if link is None:
        return None, Reason.WRONG
    if not links.matches(token, link.pk, link.generation, PURPOSE):
        return None, Reason.RENEWED if _is_of_an_earlier_generation(token, link) else Reason.WRONG
    if link.revoked_at is not None:
        return None, Reason.REVOKED
    return link, None


def token_of(link: QuoteLink) -> str:
    """Return the token of a link, for the addresses of its own pages."""
    return links.make(link.pk, link.generation, PURPOSE)


def is_outdated(mail: Mail) -> bool:
    """Tell whether a mail carries a link that was replaced or revoked since it was written.

    The copy of what was agreed leaves all the same: it is due to whoever said yes, and reads without the link.
    """
    if mail.event == COPY_DUE or mail.link_id is None or mail.link_generation is None:
        return False
    return not QuoteLink.objects.filter(pk=mail.link_id, generation=mail.link_generation, revoked_at=None).exists()


def record_visit(link: QuoteLink, *, method: str, headers: Mapping[str, str], at: datetime) -> Visit | None:
    """Write down that a link was opened, and whether by a robot as far as can be told. Never fails the page."""
    try:
        with transaction.atomic():
            automatic = is_probably_automatic(method, headers)
            return Visit.objects.create(link=link, at=at, probably_automatic=automatic)
    except DatabaseError:
        logger.exception("The visit of link %s could not be written down.", link.pk)
        return None


def _is_of_an_earlier_generation(token: str, link: QuoteLink) -> bool:
    return any(links.matches(token, link.pk, earlier, PURPOSE) for earlier in range(1, link.generation))
