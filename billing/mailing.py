"""An issued invoice is mailed on demand, its PDF attached, to the client's contacts."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing import to_contacts
from billing.issuing import invoice_of, made_pdf
from billing.models import Invoice
from billing.to_contacts import MailingError as MailingError
from people.models import Contact, User
from records.models import Errand

MAIL_ERRAND = "mail_invoice"


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
    to_contacts.promise(invoice, contacts, event=_event(invoice), what=MAIL_ERRAND, at=at)


def _event(invoice: Invoice) -> str:
    return f"billing/{'credit_note' if invoice.corrects_id else 'invoice'}"


def post_invoice(errand: Errand) -> None:
    """Write the mail of one invoice to one contact, its PDF attached; a PDF that is not there yet is made first."""
    invoice_subject, contact = to_contacts.named(errand)
    invoice = invoice_of(invoice_subject)
    to_contacts.post(invoice, contact, made_pdf(invoice), event=_event(invoice), context={"invoice": invoice})
