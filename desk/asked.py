"""What the accountant's archive holds of what was asked for: payment requests and formal notices, each with its table.

Neither is an invoice: they are in none of the control totals.
"""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.dunning import reminding, requesting
from billing.dunning.reminding import What
from billing.models import PaymentRequest, Reminder
from desk.archive import Archive
from desk.periods import Period
from lib.spreadsheets import csv_lines
from people.models import Business
from records import keeping
from records.models import Document


class NotReady(Exception):
    """A PDF is not made yet, or not as it was kept; the message names it."""


def add(archive: Archive, business: Business, period: Period) -> None:
    """Add the PDFs of a period's payment requests and formal notices, and their tables; nothing when there is none.

    Raises NotReady while a PDF is being made.
    """
    days = (period.since, period.until)
    requests = PaymentRequest.objects.filter(business=business, requested_on__range=days)
    if requests.exists():
        _add_requests(archive, requests.select_related("invoice", "client", "reverses").order_by("pk"))
    reminders = Reminder.objects.filter(business=business, dated__range=days)
    if reminders.exists():
        _add_reminders(archive, reminders.select_related("invoice__client", "payment_request__invoice", "outcome"))


def _add_requests(archive: Archive, requests: QuerySet[PaymentRequest]) -> None:
    folder = _("payment-requests")
    for request in requests.filter(reverses=None).iterator(chunk_size=100):
        _add(archive, requesting.pdf_of(request), folder, request.reference)
    archive.add(_("payment-requests.csv"), csv_lines(_request_header(), map(_request_row, requests)))


def _add_reminders(archive: Archive, reminders: QuerySet[Reminder]) -> None:
    folder = _("formal-notices")
    for reminder in reminders.filter(level=Reminder.Level.FORMAL, outcome__what__in=reminding.SENT):
        _add(archive, reminding.letter_of(reminder), f"{folder}/{reminder.pk}", reminder.subject)
    archive.add(_("reminders.csv"), csv_lines(_reminder_header(), map(_reminder_row, reminders)))


def _add(archive: Archive, document: Document | None, folder: str, name: str) -> None:
    if document is None:
        raise NotReady(_("The PDF of %(number)s is not made yet.") % {"number": name})
    with keeping.open_file(document) as source:
        entry = archive.add_file(f"{folder}/{document.name}", source)
    if entry.sha256 != document.sha256:
        raise NotReady(_("The PDF of %(number)s is not the one that was kept.") % {"number": name})


def _request_header() -> list[str]:
    return [
        _("reference"), _("made on"), _("client"), _("invoice"), _("for"), _("reason"), _("amount"),
        _("to be paid by"), _("undoes"),
    ]  # fmt: skip


def _request_row(request: PaymentRequest) -> list[object]:
    return [
        request.reference,
        request.requested_on,
        request.buyer.get("name", ""),
        request.invoice.number,
        request.label,
        request.reason,
        request.value,
        request.due_on,
        request.reverses.reference if request.reverses else "",
    ]


def _reminder_header() -> list[str]:
    return [
        _("dated"), _("level"), _("client"), _("invoice"), _("payment request"), _("left to pay"),
        _("recovery compensation"), _("late-payment penalties"), _("what became of it"),
    ]  # fmt: skip


def _reminder_row(reminder: Reminder) -> list[object]:
    outcome = _("waiting to leave") if reminder.is_waiting else str(What(reminder.outcome.what).label)
    return [
        reminder.dated,
        str(Reminder.Level(reminder.level).label),
        reminder.buyer.get("name", ""),
        reminder.invoice.number,
        reminder.payment_request.reference if reminder.payment_request else "",
        reminder.left,
        reminder.indemnity,
        reminder.interest,
        outcome,
    ]
