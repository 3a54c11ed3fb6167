"""The papers of set-offs and slips: made once by the worker, kept, mailed on demand to the client's contacts."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import SetOff, Slip
from billing.partners.set_off_paper import set_off_pdf
from billing.partners.slip_paper import slip_pdf
from lib import clock
from people.models import Contact, User
from records import errands, keeping, mails
from records.models import Document, Errand, Mail
from records.subjects import id_of, ref

SET_OFF_PDF, SLIP_PDF = "set_off_pdf", "slip_pdf"
MAIL_ERRAND = "mail_partner_paper"
Paper = SetOff | Slip


class MailingError(Exception):
    """Why a paper cannot be mailed, in words for the person."""


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
    if not contacts:
        raise MailingError(_("Choose at least one person to send it to."))
    if any(contact.client_id != paper.client_id for contact in contacts):
        raise MailingError(_("This person is not a contact of this client."))
    written_to = set(Mail.objects.filter(event=event_of(paper), subject_ref=ref(paper)).values_list("to", flat=True))
    waiting = [contact for contact in contacts if contact.email not in written_to]
    if not waiting:
        people = ", ".join(contact.email for contact in contacts)
        raise MailingError(_("This was already mailed to %(people)s.") % {"people": people})
    for contact in waiting:
        subject = f"{ref(paper)}/{ref(contact)}"
        errands.promise(what=MAIL_ERRAND, subject=subject, at=at, business=paper.business)
        errands.reopen(Errand.objects.filter(what=MAIL_ERRAND, subject=subject), at)  # their address was corrected


def event_of(paper: Paper) -> str:
    return "billing/set_off" if isinstance(paper, SetOff) else "billing/slip"


READERS: dict[str, Callable[[str], Paper]] = {"set_off": set_off_of, "slip": slip_of}


def post_paper(errand: Errand) -> None:
    """Write the mail of one paper to one contact, its PDF attached; one that is not there yet is made first."""
    named, _slash, contact_subject = errand.subject.partition("/")
    paper = READERS[named.partition(":")[0]](named)
    contact = Contact.objects.get(pk=id_of(contact_subject, "contact"))
    document = made_pdf(paper)
    with transaction.atomic():
        mails.post(
            business=paper.business,
            event=event_of(paper),
            to=contact.email,
            language=paper.language,
            context={"paper": paper, "contact": contact},
            at=clock.now(),
            subject_ref=named,
            documents=[document],
            reply_to=paper.business.email,
            activity=paper.activity,
            once=True,
        )
