"""Are received invoices, set-offs and slips still as they were written? Registered with records.verifying."""

from collections.abc import Iterator

from billing.models import ReceivedInvoice, SetOff, Slip
from billing.partners.received_left import compensated_of, standing, standing_total
from billing.partners.sealing import seal_of_received, seal_of_set_off, seal_of_slip
from lib.money import euros
from people.models import Business
from records import ledger, verifying
from records.subjects import ref


@verifying.register
def received_as_recorded(business: Business) -> Iterator[str]:
    """Compare received invoices with what the ledger was told, and what is set off of them with their totals."""
    rows = ReceivedInvoice.objects.filter(business=business).select_related("document").order_by("pk")
    for received in rows.iterator():
        told = ledger.facts_about(business, "invoice_received", ref(received))
        if [facts.get("seal") for facts in told] != [seal_of_received(received)]:
            yield f"Received invoice {received.number} is not what the ledger was told."
    for received in standing(rows.filter(corrects=None)).select_related("withdrawal"):
        due = min(received.total - received.already_paid, standing_total(received))
        if not euros(0) <= compensated_of(received) <= due:
            yield f"Received invoice {received.number} is set off for more than was due of it."


@verifying.register
def set_offs_as_sealed(business: Business) -> Iterator[str]:
    for row in SetOff.objects.filter(business=business).prefetch_related("covers").order_by("pk"):
        covers = [(cover.receipt_id, cover.value) for cover in row.covers.all()]
        event = "set_off_undone" if row.reverses_id else "set_off_recorded"
        told = ledger.facts_about(business, event, ref(row))
        if seal_of_set_off(row, covers) != row.seal or [facts.get("seal") for facts in told] != [row.seal]:
            yield f"Set-off {row.number} is not what was sealed."


@verifying.register
def slips_as_sealed(business: Business) -> Iterator[str]:
    for slip in Slip.objects.filter(business=business).prefetch_related("lines").order_by("pk"):
        lines = sorted(slip.lines.all(), key=lambda line: line.position)
        told = ledger.facts_about(business, "slip_made", ref(slip))
        if seal_of_slip(slip, lines) != slip.seal or [facts.get("seal") for facts in told] != [slip.seal]:
            yield f"Delivery slip {slip.number} is not what was sealed."
