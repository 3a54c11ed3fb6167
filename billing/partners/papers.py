"""The papers of set-offs and slips: made once by the worker, kept, mailed on demand to the client's contacts."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from billing import to_contacts
from billing.models import SetOff, Slip
from billing.partners.set_off_paper import set_off_pdf
from billing.partners.slip_paper import slip_pdf
from billing.to_contacts import MailingError as MailingError
from lib import clock
from people.models import Contact, User
from records import keeping
from records.models import Document, Errand
from records.subjects import id_of, ref

SET_OFF_PDF, SLIP_PDF = "set_off_pdf", "slip_pdf"
MAIL_ERRAND = "mail_partner_paper"
Paper = SetOff | Slip


def render_set_off(errand: Errand) -> None:
    """Make the statement of a set-off and keep it. Made once: a second run finds it."""
    made_pdf(set_off_of(errand.subject))


def render_slip(errand: Errand) -> None:
    """Make the PDF of a slip and keep it. Made once: a second run finds it."""
    made_pdf(slip_of(errand.subject))


def set_off_of(subject: str) -> SetOff:
    return SetOff.objects.select_related("business", "client", "activity").get(pk=id_of(subject, "set_off"))


def slip_of(subject: str) -> Slip:
    return Slip.objects.select_related("business", "client", "activity").get(pk=id_of(subject, "slip"))


def pdf_of(paper: Paper) -> Document | None:
    """Return the kept PDF, or None while the worker has not made it."""
    return keeping.find(_what(paper), ref(paper))


def made_pdf(paper: Paper) -> Document:
    """Return the kept PDF, making it if it is not there yet. Never made again."""
    if (kept := pdf_of(paper)) is not None:
        return kept
    content = set_off_pdf(paper) if isinstance(paper, SetOff) else slip_pdf(paper)
    with transaction.atomic():
        return keeping.keep(
            business=paper.business,
            what=_what(paper),
            subject=ref(paper),
            name=f"{paper.number}.pdf",
            media_type="application/pdf",
            content=content,
            at=clock.now(),
        )


def _what(paper: Paper) -> str:
    return SET_OFF_PDF if isinstance(paper, SetOff) else SLIP_PDF


# By mail ----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def mail_paper(*, paper: Paper, by: User, at: datetime, contacts: Sequence[Contact]) -> None:
    """Mail a statement or a slip to some of the client's contacts, once to each address. Raises MailingError."""
    to_contacts.promise(paper, contacts, event=event_of(paper), what=MAIL_ERRAND, at=at)


def event_of(paper: Paper) -> str:
    return "billing/set_off" if isinstance(paper, SetOff) else "billing/slip"


READERS: dict[str, Callable[[str], Paper]] = {"set_off": set_off_of, "slip": slip_of}


def post_paper(errand: Errand) -> None:
    """Write the mail of one paper to one contact, its PDF attached; one that is not there yet is made first."""
    subject, contact = to_contacts.named(errand)
    paper = READERS[subject.partition(":")[0]](subject)
    to_contacts.post(paper, contact, made_pdf(paper), event=event_of(paper), context={"paper": paper})
