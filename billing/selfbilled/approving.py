"""The partner approves a self-billed invoice by its link, or contests it, within the days that the mandate gives.

Silence past that day is acceptance, as the mandate says; nothing is written then: where an invoice stands is computed.
What is contested is corrected by a credit note and, if need be, another invoice.
"""

import uuid
from datetime import date, datetime
from enum import Enum

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import MandateLink, SelfBilledAnswer, SelfBilledInvoice
from billing.selfbilled.drafting import SelfBillingError, locked_invoice
from billing.selfbilled.mandate_answering import locked_by
from billing.selfbilled.mandating import MandateError, day_of
from lib.days import day_written
from lib.money import total
from lib.seals import canonical, salted
from people.models import User
from records import errands, ledger
from records.subjects import ref

Kind = SelfBilledAnswer.Kind
LONGEST_REASON = 2000
LISTED = ("business", "client", "corrects", "answer")  # what a list of invoices reads at once
NOTES = "credit_notes"  # and what it prefetches


class State(Enum):
    """Where a self-billed invoice stands; its value is the word that pages show."""

    DRAFT = gettext_lazy("draft")
    WAITING = gettext_lazy("to be approved")
    APPROVED = gettext_lazy("approved")
    CONTESTED = gettext_lazy("contested")
    SILENT = gettext_lazy("accepted by silence")
    CREDITED = gettext_lazy("cancelled by a credit note")
    CREDIT_NOTE = gettext_lazy("credit note")


TONES = {
    State.WAITING: "wait",
    State.APPROVED: "good",
    State.SILENT: "good",
    State.CONTESTED: "bad",
    State.CREDITED: "off",
    State.CREDIT_NOTE: "off",
}


def state_of(invoice: SelfBilledInvoice, on: date) -> State:
    """Return where an invoice stands on a day."""
    return standing(invoice, answer_to(invoice), is_credited=_is_credited(invoice), on=on)


def state_in_list(invoice: SelfBilledInvoice, on: date) -> State:
    """Return the same without a query, for rows read with LISTED and NOTES."""
    return standing(invoice, getattr(invoice, "answer", None), is_credited=_is_credited(invoice), on=on)


def _is_credited(invoice: SelfBilledInvoice) -> bool:
    """Tell whether issued credit notes took off all of an invoice."""
    notes = [note for note in invoice.credit_notes.all() if note.issued_at is not None]
    return bool(notes) and total(note.total for note in notes) >= invoice.total


def standing(invoice: SelfBilledInvoice, answer: SelfBilledAnswer | None, *, is_credited: bool, on: date) -> State:
    """Return where an invoice stands once this was said of it. Pure."""
    if invoice.issued_at is None or invoice.contest_until is None:
        return State.DRAFT
    if invoice.corrects_id:
        return State.CREDIT_NOTE
    if is_credited:
        return State.CREDITED
    if answer is not None:
        return State.CONTESTED if answer.kind == Kind.CONTESTED else State.APPROVED
    return State.WAITING if on <= invoice.contest_until else State.SILENT


def answer_to(invoice: SelfBilledInvoice) -> SelfBilledAnswer | None:
    return SelfBilledAnswer.objects.filter(invoice=invoice).first()


@transaction.atomic(durable=True)
def answer(
    *,
    link: MandateLink,
    invoice: SelfBilledInvoice,
    kind: str,
    name: str,
    request_id: uuid.UUID,
    at: datetime,
    reason: str = "",
) -> SelfBilledAnswer:
    """Take what the holder of a link says of an invoice: right, or what is wrong; the same `request_id` returns it.

    Raises SelfBillingError when it was answered, credited, or is past its last day; and for a contestation without a
    reason.
    """
    try:
        locked_by(link)
    except MandateError as refused:
        raise SelfBillingError(str(refused)) from None
    given = SelfBilledAnswer(kind=kind, link=link, contact=link.contact, name=name, reason=reason)
    given.request_id = request_id
    return _taken(invoice, given, at)


@transaction.atomic(durable=True)
def record_answer(
    *,
    invoice: SelfBilledInvoice,
    kind: str,
    name: str,
    by: User,
    at: datetime,
    request_id: uuid.UUID,
    reason: str = "",
) -> SelfBilledAnswer:
    """Record what the partner said by telephone, by mail or on paper. Raises SelfBillingError as `answer` does."""
    given = SelfBilledAnswer(kind=kind, recorded_by=by, name=name, reason=reason, request_id=request_id)
    return _taken(invoice, given, at)


def _taken(invoice: SelfBilledInvoice, given: SelfBilledAnswer, at: datetime) -> SelfBilledAnswer:
    row = locked_invoice(invoice)
    if (earlier := answer_to(row)) is not None and earlier.request_id == given.request_id:
        return earlier
    on = day_of(row.mandate, at)
    _refuse(row, given, on)
    given.invoice, given.at, given.on = row, at, on
    given.name, given.reason = given.name.strip()[:120], given.reason.strip()[:LONGEST_REASON]
    given.save(force_insert=True)
    told = {
        "number": row.number,
        "seal": row.seal,
        "answer": given.kind,
        "on": on,
        "words_digest": salted(canonical([given.name, given.reason]), str(given.request_id)),
    }
    ledger.record(business=row.business, event="self_billed_answered", subject=ref(given), facts=told, at=at)
    if given.link_id is not None:
        errands.promise(what="mail_self_billed_answer", subject=ref(given), at=at, business=row.business)
    return given


def _refuse(invoice: SelfBilledInvoice, given: SelfBilledAnswer, on: date) -> None:
    if given.kind not in Kind.values:
        raise SelfBillingError(_("Say whether this invoice is right."))
    refusals = {
        State.DRAFT: _("This invoice was not issued yet."),
        State.CREDIT_NOTE: _("A credit note is not answered: it takes off the invoice that it names."),
        State.CREDITED: _("This invoice was cancelled by a credit note."),
        State.APPROVED: _("This invoice was approved already."),
        State.CONTESTED: _("This invoice was contested already: it is being corrected."),
    }
    state = state_of(invoice, on)
    if state in refusals:
        raise SelfBillingError(refusals[state])
    if state == State.SILENT and invoice.contest_until and given.kind == Kind.CONTESTED:
        words = {"day": day_written(invoice.contest_until)}
        raise SelfBillingError(
            _("The time to contest ended on %(day)s, as the mandate says: write to whoever sent it.") % words
        )
    if not given.name.strip():
        raise SelfBillingError(_("Write your name."), field="name")
    if given.kind == Kind.CONTESTED and not given.reason.strip():
        raise SelfBillingError(_("Say what is wrong, so that it can be corrected."), field="reason")
