"""Are payment requests and reminders still what was sealed? Registered with records.verifying."""

from collections.abc import Iterator
from typing import Any

from billing.dunning.reminding import said
from billing.models import PaymentRequest, Reminder
from lib.seals import seal
from people.models import Business
from records import ledger, verifying
from records.subjects import ref


@verifying.register
def requests_as_sealed(business: Business) -> Iterator[str]:
    """Compare payment requests with their seal, and the seal with what the ledger was told."""
    for request in PaymentRequest.objects.filter(business=business).order_by("pk").iterator():
        event = "payment_request_withdrawn" if request.reverses_id else "payment_requested"
        yield from _problems(request, seal(request.said()), business, event, f"Payment request {request.pk}")


@verifying.register
def reminders_as_sealed(business: Business) -> Iterator[str]:
    """Compare reminders with their seal, and the seal with what the ledger was told."""
    for reminder in Reminder.objects.filter(business=business).order_by("pk").iterator():
        yield from _problems(reminder, seal(said(reminder)), business, "reminder_written", f"Reminder {reminder.pk}")


def _problems(row: Any, found: str, business: Business, event: str, name: str) -> Iterator[str]:
    if found != row.seal:
        yield f"{name} is not what was sealed."
    if [facts.get("seal") for facts in ledger.facts_about(business, event, ref(row))] != [row.seal]:
        yield f"{name}: the ledger was told something else."
