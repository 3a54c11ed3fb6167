"""A paper kept for a client leaves by mail to some of their contacts, its PDF attached, once to each address.

Each mail is an errand first, whose subject is "the paper/the contact"; written, it waits for the PDF.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lib import clock
from people.models import Contact
from records import errands, mails
from records.models import Document, Errand, Mail
from records.subjects import id_of, ref


class MailingError(Exception):
    """Why a paper cannot be mailed, in words for the person."""


def promise(paper: Any, contacts: Sequence[Contact], *, event: str, what: str, at: datetime) -> None:
    """Promise the mail of a paper to those who have not had it. Needs a transaction.

    Raises MailingError when there is nobody, somebody else's contact, or when all have had it.
    """
    if not contacts:
        raise MailingError(_("Choose at least one person to send it to."))
    if any(contact.client_id != paper.client_id for contact in contacts):
        raise MailingError(_("This person is not a contact of this client."))
    written_to = set(Mail.objects.filter(event=event, subject_ref=ref(paper)).values_list("to", flat=True))
    waiting = [contact for contact in contacts if contact.email not in written_to]
    if not waiting:
        people = ", ".join(contact.email for contact in contacts)
        raise MailingError(_("This was already mailed to %(people)s.") % {"people": people})
    for contact in waiting:
        subject = f"{ref(paper)}/{ref(contact)}"
        errands.promise(what=what, subject=subject, at=at, business=paper.business)
        errands.reopen(Errand.objects.filter(what=what, subject=subject), at)  # their address was corrected


def named(errand: Errand) -> tuple[str, Contact]:
    """Return the paper's subject and the contact that an errand promised by `promise` names."""
    paper_subject, _slash, contact_subject = errand.subject.partition("/")
    return paper_subject, Contact.objects.get(pk=id_of(contact_subject, "contact"))


def post(paper: Any, contact: Contact, document: Document, *, event: str, context: Mapping[str, Any]) -> None:
    """Write the mail of one paper to one contact, in the paper's language; a second time writes nothing."""
    with transaction.atomic():
        mails.post(
            business=paper.business,
            event=event,
            to=contact.email,
            language=paper.language,
            context={**context, "contact": contact},
            at=clock.now(),
            subject_ref=ref(paper),
            documents=[document],
            reply_to=paper.business.email,
            activity=paper.activity,
            once=True,
        )
