"""The client's own invoice is recorded: brought as a file that is read, or typed; always confirmed by a person.

What a file says is proposed, never believed. Locks, in this order: the client, the received invoice, the head of the
ledger.
"""

import io
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing.drafting import lock_client
from billing.issuing import day_of
from billing.models import PlannedSetOff, ReceivedInvoice, ReceivedUpload, ReceivedWithdrawal
from billing.partners.received_doubts import doubts, is_credit, paid_before
from billing.partners.received_left import compensated_of, standing, standing_total
from billing.partners.sealing import seal_of_received
from lib import images, pdf
from lib.days import day_written
from lib.money import cents, euros
from lib.reading.asking import Unreadable, read
from lib.reading.child import LARGEST
from lib.reading.starts import pdf_in, xml_in
from lib.visible import alike, visible
from people.models import Client, User
from records import keeping, ledger
from records.models import Document
from records.subjects import ref

FILE = "received_invoice"
PDF, XML = "application/pdf", "application/xml"
PICTURES = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
ENDINGS = {PDF: "pdf", XML: "xml", "image/png": "png", "image/jpeg": "jpg"}
KEPT_UNCONFIRMED = timedelta(days=7)
OLDEST = timedelta(days=3653)  # ten years: how long papers are kept (c. com. L123-22)
Source = ReceivedInvoice.Source
NOTHING = euros(0)


class ReceivingError(Exception):
    """Why an invoice is not taken, in words for the person; `field` is the form's, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Typed:
    """What a person confirmed. Amounts are positive, on a credit note too. `already_paid`: of its total, before it
    came; what is to be set off is no part of it."""

    number: str
    issued_on: date
    net: Money
    vat: Money
    due_on: date | None = None
    subject: str = ""
    already_paid: Money = NOTHING
    corrects: ReceivedInvoice | None = None

    @property
    def total(self) -> Money:
        return self.net + self.vat


# Bringing a file --------------------------------------------------------------------------------------------------


def bring(
    *, client: Client, file: IO[bytes], name: str, by: User, at: datetime, request_id: uuid.UUID
) -> ReceivedUpload:
    """Read a file and keep it aside until a person confirms what it says; the same form twice gives the same upload.

    Files that nobody confirmed within a week are thrown away. Raises ReceivingError.
    """
    if (found := ReceivedUpload.objects.filter(request_id=request_id, by=by, client=client).first()) is not None:
        return found
    content = file.read(LARGEST + 1)
    content, media_type = _cleaned(content)
    said = _read(content) if media_type in (PDF, XML) else {}
    if said and said["currency"] != "EUR":
        raise ReceivingError(_("This invoice is in %(currency)s: only euros are set off.") % said, "file")
    ReceivedUpload.objects.filter(at__lt=at - KEPT_UNCONFIRMED).delete()
    return ReceivedUpload.objects.create(
        client=client,
        by=by,
        at=at,
        name=f"{_plain(name)}.{ENDINGS[media_type]}",
        media_type=media_type,
        content=content,
        read=said,
        wrong=doubts(said, client, get_language() or "fr"),
        request_id=request_id,
    )


def _cleaned(content: bytes) -> tuple[bytes, str]:
    """Return a file's bytes (a picture without what tells where it was taken) and what it is, by its first bytes."""
    if len(content) > LARGEST:
        raise ReceivingError(_("This file is larger than 10 MB."), "file")
    for start, media_type in PICTURES.items():
        if content.startswith(start):
            return _picture(content), media_type
    if pdf_in(content):
        return content, PDF
    if xml_in(content):
        return content, XML
    raise ReceivingError(_("This file is neither a PDF, nor an XML invoice, nor a PNG or JPEG picture."), "file")


def _picture(content: bytes) -> bytes:
    try:
        return images.clean_scan(content)
    except images.NotAnImage as refusal:
        raise ReceivingError(str(refusal), "file") from None


def _read(content: bytes) -> dict[str, Any]:
    try:
        return read(content)
    except Unreadable as refusal:
        raise ReceivingError(str(refusal), "file") from None


def _plain(name: str) -> str:
    """Return the name of a file without its folders, its ending and what a file system may choke on."""
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name
    kept = "".join(char if char.isalnum() or char in "-_ " else "-" for char in stem).strip(" -")
    return kept[:80] or "facture"


# Recording --------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def record(
    *, client: Client, typed: Typed, by: User, at: datetime, request_id: uuid.UUID, upload: ReceivedUpload | None = None
) -> ReceivedInvoice:
    """Record a client's invoice as a person confirmed it, its file kept; the same `request_id` gives the first one.

    What does not agree (sums, who, the file against what was typed) is written with it and stops nothing. Raises
    ReceivingError, among others for a number that is recorded already in that year.
    """
    lock_client(client)
    if (found := ReceivedInvoice.objects.filter(request_id=request_id).first()) is not None:
        if found.client_id != client.pk:
            raise ReceivingError(_("This form was already used."))
        return found
    if upload is not None and upload.client_id != client.pk:
        raise ReceivingError(_("This file was brought for another client."))
    typed = replace(typed, number=visible(typed.number))
    _refuse(typed, client, day_of(at, client.activity.business.time_zone))
    received = ReceivedInvoice(
        business=client.activity.business,
        activity=client.activity,
        client=client,
        source=Source.FACTURX if upload is not None and upload.read else Source.TYPED,
        document=_kept(upload, client, request_id, at),
        read=upload.read if upload is not None else {},
        follows=withdrawn_before(client, typed.number, typed.issued_on.year),
        recorded_at=at,
        recorded_by=by,
        request_id=request_id,
        **_columns(typed),
    )
    received.wrong = [
        *doubts(received.read, client, get_language() or "fr", typed=received),
        *_of_another_year(received),
    ]
    return insert(received)


def insert(received: ReceivedInvoice) -> ReceivedInvoice:
    """Write a received invoice and tell the ledger, within the caller's transaction."""
    received.save(force_insert=True)
    facts = {
        "client": received.client_id,
        "issued_on": received.issued_on,
        "total": received.total,
        "source": received.source,
        "document": received.document.sha256 if received.document else "",
        "seal": seal_of_received(received),
    }
    facts |= {"already_paid": received.already_paid} if received.paid_before is not None else {}
    ledger.record(
        business=received.business,
        event="invoice_received",
        subject=ref(received),
        facts=facts,
        at=received.recorded_at,
    )
    return received


def _columns(typed: Typed) -> dict[str, Any]:
    sign = -1 if typed.corrects else 1
    amounts = {"net": typed.net * sign, "vat": typed.vat * sign, "total": typed.total * sign}
    return amounts | {
        "number": typed.number,
        "issued_on": typed.issued_on,
        "due_on": typed.due_on,
        "subject": typed.subject,
        "paid_before": typed.already_paid.amount or None,
        "corrects": typed.corrects,
    }


def _refuse(typed: Typed, client: Client, today: date) -> None:
    if not typed.number:
        raise ReceivingError(_("An invoice has a number: type the one that is on it."), "number")
    if why := pdf.why_unprintable(typed.number):  # the statements of its set-offs print it
        raise ReceivingError(why, "number")
    if typed.issued_on > today:
        raise ReceivingError(_("That day is yet to come."), "issued_on")
    if typed.issued_on < today - OLDEST:
        raise ReceivingError(_("This invoice is more than ten years old: check its date."), "issued_on")
    if typed.due_on and typed.due_on < typed.issued_on:
        raise ReceivingError(_("It cannot be due before its own day."), "due_on")
    if typed.total.amount <= 0 or typed.net != cents(typed.net) or typed.vat != cents(typed.vat):
        raise ReceivingError(_("Type its amounts, to the cent."), "net")
    _refuse_paid(typed)
    if same := same_number(client, typed.number, typed.issued_on.year):
        words = {"number": same.number, "day": f"{same.issued_on:%d/%m/%Y}"}
        raise ReceivingError(_("Invoice %(number)s of %(day)s is recorded already for this client.") % words, "number")
    if typed.corrects:
        _refuse_credit(typed, typed.corrects, client)


def _refuse_paid(typed: Typed) -> None:
    paid = typed.already_paid
    if paid != cents(paid) or not NOTHING <= paid <= typed.total:
        raise ReceivingError(_("What is paid already is at most its total, to the cent."), "already_paid")
    if paid.amount and typed.corrects:
        raise ReceivingError(_("Nothing is paid already of a credit note: leave this empty."), "already_paid")


def _refuse_credit(typed: Typed, corrected: ReceivedInvoice, client: Client) -> None:
    locked = ReceivedInvoice.objects.select_for_update(of=("self",)).get(pk=corrected.pk)
    if locked.client_id != client.pk or locked.corrects_id or not locked.stands:
        raise ReceivingError(_("Choose the invoice of this client that it takes off."), "corrects")
    if typed.total > standing_total(locked) - compensated_of(locked):
        raise ReceivingError(_("Of that invoice, less than this is left."), "net")


def same_number(client: Client, number: str, year: int) -> ReceivedInvoice | None:
    """Return the standing invoice of this client that has this number in that year, as a person would compare them."""
    rows = ReceivedInvoice.objects.filter(client=client, issued_on__year=year)
    return _numbered(standing(rows), number).first()


def _of_another_year(received: ReceivedInvoice) -> list[str]:
    """Say that the same number and the same total are recorded for another year: some start their numbers again, and
    some years are mistyped."""
    others = standing(ReceivedInvoice.objects.filter(client=received.client_id, total=received.total))
    found = _numbered(others.exclude(pk=received.pk), received.number).first()
    if found is None:
        return []
    words = {"number": found.number, "day": day_written(found.issued_on)}
    return [_("Invoice %(number)s of %(day)s has the same number and the same total: look at the year again.") % words]


def withdrawn_before(client: Client, number: str, year: int) -> ReceivedInvoice | None:
    """Return the withdrawn invoice of this client that had this number in that year, which a new one follows."""
    of_year = ReceivedInvoice.objects.filter(client=client, issued_on__year=year)
    rows = of_year.filter(withdrawal__isnull=False, followed_by=None)
    return _numbered(rows, number).order_by("-pk").first()


def _numbered(rows: QuerySet[ReceivedInvoice], number: str) -> QuerySet[ReceivedInvoice]:
    """Keep those of a number, whatever its case: no engine compares the letters of all scripts."""
    wanted = alike(number)
    return rows.filter(pk__in=[pk for pk, said in rows.values_list("pk", "number") if alike(said) == wanted])


def _kept(upload: ReceivedUpload | None, client: Client, request_id: uuid.UUID, at: datetime) -> Document | None:
    if upload is None:
        return None
    document = keeping.keep(
        business=client.activity.business,
        what=FILE,
        subject=f"received:{request_id}",
        name=upload.name,
        media_type=upload.media_type,
        content=io.BytesIO(bytes(upload.content)),
        at=at,
    )
    upload.delete()
    return document


# Withdrawing ------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def withdraw(*, received: ReceivedInvoice, by: User, at: datetime, reason: str) -> ReceivedWithdrawal:
    """Say that an invoice should not have been recorded; twice returns the first. Raises ReceivingError.

    One that is set off, or that a credit note corrects, is not withdrawn: undo these first.
    """
    lock_client(received.client)
    locked = ReceivedInvoice.objects.select_for_update(of=("self",)).get(pk=received.pk)
    if (found := ReceivedWithdrawal.objects.filter(received=locked).first()) is not None:
        return found
    if not reason.strip():
        raise ReceivingError(_("Say why: the books keep the reason."), "reason")
    if locked.source == Source.SELF_BILLED:
        raise ReceivingError(_("This invoice was made here: a credit note corrects it."))
    if compensated_of(locked) != euros(0):
        raise ReceivingError(_("This invoice is set off: undo the set-off first."))
    if standing(ReceivedInvoice.objects.filter(corrects=locked)).exists():
        raise ReceivingError(_("A credit note corrects this invoice: withdraw it first."))
    PlannedSetOff.objects.filter(received=locked, invoice__issued_at=None).delete()
    row = ReceivedWithdrawal.objects.create(received=locked, reason=reason.strip(), at=at, by=by)
    facts = {"total": locked.total}
    ledger.record(business=locked.business, event="received_invoice_withdrawn", subject=ref(locked), facts=facts, at=at)
    return row


def proposal(upload: ReceivedUpload) -> dict[str, Any]:
    """Return what a form may propose of what was read, for its fields."""
    said = upload.read
    if not said:
        return {}
    titles = [line["title"] for line in said["lines"] if line["title"]]
    return {
        "number": said["number"],
        "issued_on": said["issued_on"],
        "due_on": said["due_on"] or None,
        "net": abs(euros(said["net"]).amount),
        "vat": abs(euros(said["vat"]).amount),
        "already_paid": paid_before(said).amount or None,
        "subject": ", ".join(dict.fromkeys(titles))[:200],
        "is_credit": is_credit(said),
    }


def correctable(client: Client) -> QuerySet[ReceivedInvoice]:
    """Return the invoices that a credit note of this client may take off."""
    return standing(ReceivedInvoice.objects.filter(client=client, corrects=None)).order_by("-issued_on")
