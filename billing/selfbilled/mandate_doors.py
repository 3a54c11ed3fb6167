"""The door of a partner without a login: a token opens one mandate and its invoices, or says why not."""

from datetime import datetime
from enum import Enum

from django.utils.translation import gettext_lazy as _

from billing.models import MandateLink
from lib import links
from people.models import Contact
from quotes import doors as quote_doors
from records.mails import LinkRef
from records.models import Mail

PURPOSE = "mandate"
PATH = "/m/{token}/"
INVOICE_PATH = "/m/{token}/invoices/%s/"


class Reason(Enum):
    """Why a token opens nothing; its value is a sentence for the page."""

    WRONG = quote_doors.Reason.WRONG.value
    RENEWED = _("This link was replaced by a newer one: look for the latest mail from the same sender.")
    REVOKED = quote_doors.Reason.REVOKED.value


COPIES_DUE = ("billing/mandate_accepted_partner", "billing/mandate_ended_partner")


def open_link(token: str) -> tuple[MandateLink | None, Reason | None]:
    """Return the link of a token, its mandate, business and contact loaded; or None and the reason."""
    link_id = links.link_id_of(token)
    rows = MandateLink.objects.select_related("mandate__business", "mandate__activity", "mandate__client", "contact")
    link = rows.filter(pk=link_id).first() if link_id is not None else None
    if link is None:
        return None, Reason.WRONG
    if not links.matches(token, link.pk, link.generation, PURPOSE):
        return None, Reason.RENEWED if _is_of_an_earlier_generation(token, link) else Reason.WRONG
    if link.revoked_at is not None:
        return None, Reason.REVOKED
    return link, None


def token_of(link: MandateLink) -> str:
    return links.make(link.pk, link.generation, PURPOSE)


def ref_of(link: MandateLink, invoice_id: int | None = None) -> LinkRef:
    """Return the link as a mail carries it: to the mandate, or to one of its invoices."""
    path = PATH if invoice_id is None else INVOICE_PATH % invoice_id
    return LinkRef(path, PURPOSE, link.pk, link.generation)


def is_outdated(mail: Mail) -> bool:
    """Tell whether a mail carries a link that was replaced or revoked; the copies that are due leave all the same."""
    if mail.event in COPIES_DUE or mail.link_id is None or mail.link_generation is None:
        return False
    return not MandateLink.objects.filter(pk=mail.link_id, generation=mail.link_generation, revoked_at=None).exists()


def living_links(contacts: "list[Contact]", mandate_id: int, at: datetime) -> list[MandateLink]:
    """Return a link that opens for each of these contacts, made where there is none; a revoked one is left out."""
    found = []
    for contact in contacts:
        row, _new = MandateLink.objects.get_or_create(
            mandate_id=mandate_id, contact=contact, defaults={"created_at": at}
        )
        if row.revoked_at is None:
            found.append(row)
    return found


def _is_of_an_earlier_generation(token: str, link: MandateLink) -> bool:
    return any(links.matches(token, link.pk, earlier, PURPOSE) for earlier in range(1, link.generation))
