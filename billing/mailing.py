"""An issued invoice is mailed on demand, its PDF attached, to the client's contacts."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.issuing import invoice_of, made_pdf
from billing.models import Invoice
from lib import clock
from people.models import Contact, User
from records import errands, mails
from records.models import Errand, Mail
from records.subjects import id_of, ref

MAIL_ERRAND = "mail_invoice"


class MailingError(Exception):
    """Why an invoice cannot be mailed, in words for the person."""


@transaction.atomic(durable=True)
def mail_invoice(*, invoice: Invoice, by: User, at: datetime, contacts: Sequence[Contact]) -> None:
    """Mail an issued invoice, its PDF attached, to some of the client's contacts; once to each address.

    The mails wait for the PDF. Raises MailingError for a draft, when there is nobody, or when all have had it.
    """
    promise_mails(invoice=invoice, at=at, contacts=contacts)


def promise_mails(*, invoice: Invoice, at: datetime, contacts: Sequence[Contact]) -> None:
    """Do what `mail_invoice` does, within the caller's transaction."""
    if invoice.issued_at is None:
        raise MailingError(_("Issue this invoice first: a draft is never sent."))
    if not contacts:
        raise MailingError(_("Choose at least one person to send it to."))
    if any(contact.client_id != invoice.client_id for contact in contacts):
        raise MailingError(_("This person is not a contact of this client."))
    written_to = set(Mail.objects.filter(event=_event(invoice), subject_ref=ref(invoice)).values_list("to", flat=True))
    waiting = [contact for contact in contacts if contact.email not in written_to]
    if not waiting:
        people = ", ".join(contact.email for contact in contacts)
        raise MailingError(_("This was already mailed to %(people)s.") % {"people": people})
    for contact in waiting:
        subject = f"{ref(invoice)}/{ref(contact)}"
        errands.promise(what=MAIL_ERRAND, subject=subject, at=at, business=invoice.business)
        errands.reopen(Errand.objects.filter(what=MAIL_ERRAND, subject=subject), at)  # their address was corrected


def _event(invoice: Invoice) -> str:
    return f"billing/{'credit_note' if invoice.corrects_id else 'invoice'}"


def post_invoice(errand: Errand) -> None:
    """Write the mail of one invoice to one contact, its PDF attached; a PDF that is not there yet is made first."""
    invoice_subject, _slash, contact_subject = errand.subject.partition("/")
    invoice = invoice_of(invoice_subject)
    contact = Contact.objects.get(pk=id_of(contact_subject, "contact"))
    document = made_pdf(invoice)
    with transaction.atomic():
        mails.post(
            business=invoice.business,
            event=_event(invoice),
            to=contact.email,
            language=invoice.language,
            context={"invoice": invoice, "contact": contact},
            at=clock.now(),
            subject_ref=invoice_subject,
            documents=[document],
            reply_to=invoice.business.email,
            activity=invoice.activity,
            once=True,
        )
