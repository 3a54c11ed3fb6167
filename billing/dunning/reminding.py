"""A person reminds a client of what is overdue in euros: written, frozen, promised for the next open hour, sent then if
nothing was paid meanwhile; cancelled until then. Nothing is ever sent without a person.

Locks, in this order: the invoice, the head of the ledger.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing import issuing
from billing.dunning import overdue, reminder_paper, reminder_words, requesting
from billing.dunning.overdue import Charges, Claim
from billing.dunning.quiet_hours import QuietHours, next_day, next_open
from billing.dunning.reminder_words import FORMAL, FRIENDLY, Choice, Words
from billing.issuing import day_of
from billing.models import Invoice, PaymentRequest, Reminder, ReminderHours, ReminderOutcome
from lib import clock, pdf
from lib.seals import seal
from people import parties
from people.models import Business, Contact, User
from records import errands, keeping, ledger, mails
from records.models import Document, Errand
from records.subjects import id_of, ref

What = ReminderOutcome.What
LETTER = "reminder_letter"
LETTER_ERRAND = "render_reminder"
SEND_ERRAND = "send_reminder"
EVENT = "billing/reminder"
SENT = (What.MAILED, What.LETTER)


class ReminderError(Exception):
    """Why a reminder cannot be written or cancelled, in words for the person; `field` is the form's, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Preview:
    """A reminder as it would leave: unsaved, made by the same functions as the one that is sent.

    `seller`: the business as it is now; its account is the one that the text, the letter and its code all say.
    """

    claim: Claim
    seller: dict[str, Any]
    charges: Charges
    words: Words
    due_at: datetime
    dated: date


# Writing ----------------------------------------------------------------------------------------------------------


def preview(claim: Claim, choice: Choice, at: datetime) -> Preview:
    """Return what would leave, and when: in the next open hour of the business. Writes nothing."""
    business = claim.invoice.business
    due_at = next_open(at, business.time_zone, quiet_hours(business))
    dated = day_of(due_at, business.time_zone)
    charges, seller = overdue.charges_of(claim, dated), parties.seller(business)
    words = reminder_words.words_of(claim, choice, charges, dated, seller)
    return Preview(claim, seller, charges, words, due_at, dated)


@transaction.atomic(durable=True)
def remind(
    *,
    invoice: Invoice,
    choice: Choice,
    contacts: Sequence[Contact],
    by: User,
    at: datetime,
    request_id: uuid.UUID,
    request: PaymentRequest | None = None,
) -> Reminder:
    """Write a reminder and promise it for the next open hour; the same form again returns the first one.

    A formal notice is also a letter; it may be that alone, to nobody's mail. Raises ReminderError: nothing is overdue,
    another one is waiting, nobody is written to, the day to pay is past, or the letter cannot be printed.
    """
    locked = _locked(invoice)
    if (found := Reminder.objects.filter(request_id=request_id).first()) is not None:
        if found.invoice_id != locked.pk:
            raise ReminderError(_("This form was already used."))
        return found
    on = day_of(at, locked.business.time_zone)
    made = preview(overdue.claim_on(locked, on, request), choice, at)
    _check(made, choice, contacts, on)
    if choice.level == FORMAL:
        _refuse_unprintable(made, choice, by)
    reminder = _write(made, choice, contacts, by, at, request_id)
    _promise(reminder, at)
    return reminder


def _check(made: Preview, choice: Choice, contacts: Sequence[Contact], on: date) -> None:
    if not made.claim.is_overdue(on):
        raise ReminderError(_("Nothing is overdue here in euros: what is owed in kind is never reminded of."))
    if waiting_for(made.claim.invoice, made.claim.request) is not None:
        raise ReminderError(_("A reminder is waiting to leave: cancel it first."))
    if any(contact.client_id != made.claim.invoice.client_id for contact in contacts):
        raise ReminderError(_("This person is not a contact of this client."), "contacts")
    if not contacts and choice.level != FORMAL:
        raise ReminderError(_("Choose at least one person to write to."), "contacts")
    if not choice.opening.strip():
        raise ReminderError(_("Write at least a word before the amount."), "opening")
    if choice.level != FRIENDLY and (choice.pay_by is None or choice.pay_by <= made.dated):
        raise ReminderError(_("Choose a day after the one on which it leaves."), "pay_by")


def _refuse_unprintable(made: Preview, choice: Choice, by: User) -> None:
    """The letter of a formal notice prints what was typed, what the invoice says, and who signs."""
    invoice = made.claim.invoice
    for field in ("opening", "closing"):
        if why := pdf.why_unprintable(getattr(choice, field)):
            raise ReminderError(why, field)
    if why := pdf.why_unprintable(made.words.rows, by.name, invoice.seller, invoice.buyer):
        raise ReminderError(why)


def _write(
    made: Preview, choice: Choice, contacts: Sequence[Contact], by: User, at: datetime, request_id: uuid.UUID
) -> Reminder:
    """Insert the reminder, sealed, and tell the ledger: ids and digests alone."""
    invoice, words = made.claim.invoice, made.words
    assert made.claim.due_on is not None  # it is overdue
    reminder = Reminder(
        business=invoice.business,
        activity=invoice.activity,
        invoice=invoice,
        payment_request=made.claim.request,
        level=choice.level,
        language=invoice.language,
        subject=words.subject,
        opening=words.opening,
        rows=words.rows,
        notices=words.notices,
        closing=words.closing,
        contacts=[{"id": contact.pk, "name": contact.name, "email": contact.email} for contact in contacts],
        seller=made.seller,
        buyer=parties.buyer(invoice.client),
        logo=bytes(invoice.business.logo) if invoice.business.logo else None,
        left=made.claim.left,
        indemnity=words.indemnity,
        interest=words.interest,
        was_due_on=made.claim.due_on,
        pay_by=choice.pay_by if choice.level != FRIENDLY else None,
        due_at=made.due_at,
        dated=made.dated,
        written_at=at,
        written_by=by,
        request_id=request_id,
    )
    reminder.seal = seal(said(reminder))
    reminder.save(force_insert=True)
    facts = {
        "level": reminder.level,
        "invoice": reminder.invoice_id,
        "request": reminder.payment_request_id,
        "left": reminder.left,
        "due_at": reminder.due_at,
        "seal": reminder.seal,
    }
    ledger.record(business=reminder.business, event="reminder_written", subject=ref(reminder), facts=facts, at=at)
    return reminder


def said(reminder: Reminder) -> dict[str, Any]:
    """Return what the seal of a reminder covers (version 1)."""
    texts = ("level", "language", "subject", "opening", "rows", "notices", "closing", "contacts", "seller", "buyer")
    others = ("left", "indemnity", "interest", "was_due_on", "pay_by", "due_at", "invoice_id")
    facts = {name: getattr(reminder, name) for name in (*texts, *others)}
    return facts | {"document": "courgette reminder version 1", "request": reminder.payment_request_id}


def _promise(reminder: Reminder, at: datetime) -> None:
    if reminder.level == FORMAL:
        errands.promise(what=LETTER_ERRAND, subject=ref(reminder), at=at, business=reminder.business)
    if reminder.contacts:
        business, due_at = reminder.business, reminder.due_at
        errands.promise(what=SEND_ERRAND, subject=ref(reminder), at=at, business=business, due_at=due_at)
    else:
        _end(reminder, What.LETTER, at, reminder.written_by)


@transaction.atomic(durable=True)
def cancel(*, reminder: Reminder, by: User, at: datetime) -> ReminderOutcome:
    """Keep a reminder from leaving; a second time returns the first answer. Raises ReminderError once it has left."""
    _locked(reminder.invoice)
    found = ReminderOutcome.objects.filter(reminder=reminder).first()
    if found is None:
        return _end(reminder, What.CANCELLED, at, by)
    if found.what == What.CANCELLED:
        return found
    raise ReminderError(_("It has left already, or will not leave any more."))


def _end(reminder: Reminder, what: str, at: datetime, by: User | None = None) -> ReminderOutcome:
    outcome = ReminderOutcome.objects.create(reminder=reminder, what=what, at=at, by=by)
    event = f"reminder_{what.lower()}"
    ledger.record(business=reminder.business, event=event, subject=ref(reminder), facts={"outcome": what}, at=at)
    return outcome


def _locked(invoice: Invoice) -> Invoice:
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("business", "client", "activity")
    return rows.get(pk=invoice.pk)


# Sending ----------------------------------------------------------------------------------------------------------


def send_reminder(errand: Errand) -> None:
    """Errand: mail a reminder to its contacts, if that is still owed; later, if this is a quiet hour after all."""
    reminder = reminder_of(errand.subject)
    if not reminder.is_waiting:
        return
    at = _moment(errand, reminder)
    opens = next_open(at, reminder.business.time_zone, quiet_hours(reminder.business))
    if opens > at:
        errands.postpone(errand, opens)
        return
    documents = list(_documents(reminder))
    with transaction.atomic():
        _locked(reminder.invoice)
        if ReminderOutcome.objects.filter(reminder=reminder).exists():
            return
        outcome = _what_became_of(reminder, at)
        if outcome == What.MAILED:
            _post(reminder, documents, at)
        _end(reminder, outcome, at)


def _moment(errand: Errand, reminder: Reminder) -> datetime:
    """Return the present; in a demonstration, which tells of the past in one go, the hour that was promised."""
    return errand.due_at if reminder.business.is_demonstration else clock.now()


def _what_became_of(reminder: Reminder, at: datetime) -> str:
    on = day_of(at, reminder.business.time_zone)
    left = overdue.claim_on(reminder.invoice, on, reminder.payment_request).left
    if left.amount <= 0:
        return What.PAID
    if left != reminder.left:
        return What.CHANGED
    return What.MAILED if _is_still_true(reminder, on) else What.OUTDATED


def _is_still_true(reminder: Reminder, on: date) -> bool:
    """Tell whether a reminder says what is so on the day it leaves: its own day, or the next open one if a worker came
    late. Days of delay and interest are as of its day; a day to pay by that is there already cannot be asked for."""
    if reminder.seller.get("iban") != reminder.business.iban:
        return False
    if on <= reminder.dated:
        return True
    last_day = next_day(reminder.dated, quiet_hours(reminder.business))
    return on <= last_day and (reminder.pay_by is None or on < reminder.pay_by)


def _post(reminder: Reminder, documents: Sequence[Document], at: datetime) -> None:
    for contact in reminder.contacts:
        mails.post(
            business=reminder.business,
            event=EVENT,
            to=contact["email"],
            language=reminder.language,
            context={"reminder": reminder, "name": contact["name"]},
            at=at,
            subject_ref=ref(reminder),
            documents=documents,
            reply_to=reminder.business.email,
            activity=reminder.activity,
            once=True,
        )


def _documents(reminder: Reminder) -> Iterable[Document]:
    """Yield what is attached: the letter of a formal notice, the request, the invoice."""
    if reminder.level == FORMAL:
        yield made_letter(reminder)
    if reminder.payment_request:
        yield requesting.made_pdf(reminder.payment_request)
    yield issuing.made_pdf(reminder.invoice)


def render_letter(errand: Errand) -> None:
    """Errand: make the letter of a formal notice and keep it. Made once: a second run finds it."""
    made_letter(reminder_of(errand.subject))


def made_letter(reminder: Reminder) -> Document:
    """Return the kept letter of a formal notice, making it if it is not there yet. Never made again."""
    if (kept := letter_of(reminder)) is not None:
        return kept
    content = pdf.render(
        reminder_paper.letter_html(reminder),
        language=reminder.language,
        created=reminder.written_at,
        title=reminder_paper.title_of(reminder),
        pictures=[bytes(reminder.logo)] if reminder.logo else [],
    )
    with transaction.atomic():
        return keeping.keep(
            business=reminder.business,
            what=LETTER,
            subject=ref(reminder),
            name=reminder_paper.file_name(reminder),
            media_type="application/pdf",
            content=content,
            at=clock.now(),
        )


# Asking -----------------------------------------------------------------------------------------------------------


def letter_of(reminder: Reminder) -> Document | None:
    return keeping.find(LETTER, ref(reminder))


def reminder_of(subject: str) -> Reminder:
    """Return the reminder that an errand names."""
    rows = Reminder.objects.select_related(
        "business", "activity", "outcome", "invoice__business", "payment_request__invoice"
    )
    return rows.get(pk=id_of(subject, "reminder"))


def quiet_hours(business: Business) -> QuietHours:
    """Return when nothing leaves: as the business says, else the usual hours."""
    kept = ReminderHours.objects.filter(business=business).first()
    return kept.quiet if kept else QuietHours()


def history(invoice: Invoice) -> list[Reminder]:
    """Return the reminders of an invoice and of its payment requests, oldest first."""
    rows = Reminder.objects.filter(invoice=invoice).select_related("outcome", "payment_request__invoice", "business")
    return list(rows.order_by("written_at", "pk"))


def waiting_for(invoice: Invoice, request: PaymentRequest | None = None) -> Reminder | None:
    """Return the reminder that waits for an open hour, if there is one."""
    return Reminder.objects.filter(invoice=invoice, payment_request=request, outcome=None).first()


def last_sent(invoice: Invoice, request: PaymentRequest | None = None) -> Reminder | None:
    """Return the last reminder that left, by mail or as a letter."""
    sent = Reminder.objects.filter(invoice=invoice, payment_request=request, outcome__what__in=SENT)
    return sent.order_by("written_at", "pk").last()


def last_of_each(invoices: Iterable[int]) -> dict[int, Reminder]:
    """Return, in one query, the last reminder of each invoice that was not cancelled."""
    rows = Reminder.objects.filter(invoice__in=invoices).exclude(outcome__what=What.CANCELLED)
    found = rows.select_related("outcome", "business").order_by("written_at", "pk")
    return {reminder.invoice_id: reminder for reminder in found}
