"""What settled an invoice is free again the moment another one replaces it: by negative rows, nothing is erased."""

from datetime import datetime

from djmoney.money import Money

from billing import balances
from billing.models import Allocation, Invoice, Receipt
from records import ledger
from records.subjects import ref


def lock_receipts(draft: Invoice) -> None:
    """Lock what settles the invoice that a draft would replace, by id: receipts come before invoices."""
    if draft.replaces_id:
        rows = Receipt.objects.select_for_update(of=("self",)).filter(
            pk__in=Allocation.objects.filter(invoice=draft.replaces_id).values("receipt")
        )
        list(rows.order_by("pk"))


def settled_of(invoice: Invoice) -> list[tuple[Receipt, Money]]:
    """Return the receipts that settle an invoice, and for how much; a reversed one was taken back by its mirror."""
    receipts = Receipt.objects.filter(allocations__invoice=invoice, reversed_by=None).distinct().order_by("pk")
    sums = [(receipt, balances.total_of(receipt.allocations.filter(invoice=invoice), "value")) for receipt in receipts]
    return [(receipt, value) for receipt, value in sums if value.amount > 0]


def release_replaced(issued: Invoice, at: datetime) -> None:
    """Take back all that settled the invoice that this one replaces. Needs its locks."""
    if issued.replaces is None:
        return
    for receipt, value in settled_of(issued.replaces):
        row = Allocation.objects.create(receipt=receipt, invoice=issued.replaces, value=-value, at=at)
        facts = {"receipt": row.receipt_id, "invoice": row.invoice_id, "value": row.value}
        ledger.record(business=receipt.business, event="receipt_allocated", subject=ref(receipt), facts=facts, at=at)
