"""Many drafts are issued in one press, by any number of workers, in the order that the person saw.

Each draft has its errand; but whoever takes one does the next draft of the batch, under the batch's lock: numbers
follow the order shown, whichever worker is quicker. PDFs, which take most of the time, are errands of their own.
Locks: the batch first, then those of issuing.
"""

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from billing import issuing, mailing
from billing.models import BatchedInvoice, Invoice, IssueBatch
from lib import clock
from people.models import Business, Contact, User
from records import errands
from records.models import Errand
from records.subjects import id_of, ref

ERRAND = "issue_next"
MOST = 500  # in one press

logger = logging.getLogger(__name__)


class BatchingError(Exception):
    """Why a batch cannot be made, in words for the person."""


# Asking for it ----------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def issue_together(
    *,
    business: Business,
    invoices: Sequence[Invoice],
    by: User,
    at: datetime,
    request_id: uuid.UUID,
    mails_too: bool = False,
    seen: Mapping[int, int | None] | None = None,
) -> IssueBatch:
    """Promise that these drafts are issued, in this order, as they were read.

    The same `request_id` again returns the first batch. `seen`: the revision that was shown, by id, where it is not
    the one given. Raises BatchingError.
    """
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)  # of two presses, one sees the other's batch
    if (found := IssueBatch.objects.filter(request_id=request_id, business=business).first()) is not None:
        return found
    _refuse(business, invoices)
    batch = IssueBatch.objects.create(
        business=business, made_by=by, made_at=at, mails_too=mails_too, request_id=request_id
    )
    items = BatchedInvoice.objects.bulk_create(
        BatchedInvoice(
            batch=batch,
            position=position,
            invoice=invoice,
            revision=(seen or {}).get(invoice.pk) or invoice.revision,
            title=f"{invoice.client} · {invoice.title}",
        )
        for position, invoice in enumerate(invoices, start=1)
    )
    for item in items:
        errands.promise(what=ERRAND, subject=ref(item), at=at, business=business)
    return batch


def _refuse(business: Business, invoices: Sequence[Invoice]) -> None:
    if not invoices:
        raise BatchingError(_("Choose at least one draft that is ready."))
    if len(invoices) > MOST:
        raise BatchingError(
            ngettext(
                "At most %(most)d draft is issued in one go.", "At most %(most)d drafts are issued in one go.", MOST
            )
            % {"most": MOST}
        )
    if any(invoice.business_id != business.pk for invoice in invoices):
        raise BatchingError(_("A draft of another business cannot be issued here."))
    if Invoice.objects.filter(pk__in=[invoice.pk for invoice in invoices], issued_at__isnull=False).exists():
        raise BatchingError(_("An invoice among these was issued already: look at the list again."))


@transaction.atomic(durable=True)
def retry(*, batch: IssueBatch, by: User, at: datetime) -> int:
    """Try again what was refused, as the drafts are now that somebody has looked; return how many."""
    locked = IssueBatch.objects.select_for_update().get(pk=batch.pk)
    refused = locked.items.exclude(refusal="")
    subjects = [ref(item) for item in refused]
    now = Invoice.objects.filter(pk=OuterRef("invoice")).values("revision")
    refused.update(refusal="", settled_at=None, revision=Subquery(now))
    errands.reopen(Errand.objects.filter(what=ERRAND, subject__in=subjects), at)
    return len(subjects)


# Doing it ---------------------------------------------------------------------------------------------------------


def issue_next(errand: Errand) -> None:
    """Issue the first draft of the batch that waits; each errand of a batch does one. A refusal is kept in words."""
    rows = BatchedInvoice.objects.select_related("batch__made_by")
    if (item := rows.filter(pk=id_of(errand.subject, "batched_invoice")).first()) is not None:
        settle_next(batch=item.batch, at=clock.now())


def settle_next(*, batch: IssueBatch, at: datetime) -> None:
    """Issue the first draft that waits, or write down why it cannot be; nothing when none waits."""
    with transaction.atomic(durable=True):
        IssueBatch.objects.select_for_update().get(pk=batch.pk)
        item = batch.items.filter(settled_at=None).order_by("position").first()
        if item is None:
            return
        with override(batch.made_by.language):
            item.refusal = _issue(batch, item, at)
        item.settled_at = at
        item.save(update_fields=["refusal", "settled_at", "note"])


def _issue(batch: IssueBatch, item: BatchedInvoice, at: datetime) -> str:
    """Issue a draft, and return why it was refused, in words; nothing when it was not."""
    if item.invoice is None:
        return _("This draft was thrown away.")
    try:
        with transaction.atomic():
            seen = item.revision
            issued = issuing.issue_as_seen(invoice=item.invoice, revision=seen, by=batch.made_by, at=at)
            item.note = _mailed(issued, at) if batch.mails_too else ""
    except issuing.IssuedAlready as meanwhile:  # as wanted, but its mail is the affair of whoever issued it
        item.note = str(meanwhile)
    except issuing.IssuingError as refusal:
        return str(refusal)
    except OperationalError:  # the errand is tried again
        raise
    except Exception:
        logger.exception("Invoice %s of batch %s could not be issued.", item.invoice_id, batch.pk)
        return _("Something went wrong that is not your doing: the people who host this site see it in the log.")
    return ""


def _mailed(issued: Invoice, at: datetime) -> str:
    """Promise the mails of an issued invoice; return what to tell when there is nobody to write to."""
    contacts = Contact.objects.filter(client=issued.client_id, archived_at=None, receives_invoices=True)
    try:
        mailing.promise_mails(invoice=issued, at=at, contacts=list(contacts.order_by("pk")))
    except mailing.MailingError:
        return _("Not mailed: no contact receives invoices, or all had it already.")
    return ""
