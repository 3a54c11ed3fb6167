"""Is what was billed and received still as it was sealed? Registered with records.verifying."""

from collections.abc import Iterator

from billing import balances
from billing.models import Invoice, Receipt
from billing.reversing import event_of
from billing.sealing import seal_of_invoice, seal_of_receipt
from lib.money import euros
from people.models import Business
from records import ledger, verifying
from records.subjects import ref


@verifying.register
def invoices_as_sealed(business: Business) -> Iterator[str]:
    """Compare issued invoices with their seal, and the seal with what the ledger was told."""
    issued = Invoice.objects.filter(business=business, issued_at__isnull=False).select_related("corrects")
    for invoice in issued.order_by("pk").iterator():
        if seal_of_invoice(invoice, invoice.seal_version) != invoice.seal:
            yield f"Invoice {invoice.number} is not what was sealed."
        told = ledger.facts_about(business, "invoice_issued", ref(invoice))
        if [facts.get("seal") for facts in told] != [invoice.seal]:
            yield f"Invoice {invoice.number}: the ledger was told something else."


@verifying.register
def receipts_as_recorded(business: Business) -> Iterator[str]:
    """Compare receipts with what the ledger was told, and what they settle with what they are worth."""
    for receipt in Receipt.objects.filter(business=business).order_by("pk").iterator():
        told = ledger.facts_about(business, event_of(receipt), ref(receipt))
        if [facts.get("seal") for facts in told] != [seal_of_receipt(receipt)]:
            yield f"Receipt {receipt.pk} is not what the ledger was told."
        settled = balances.total_of(receipt.allocations.all(), "value")
        if not min(receipt.value, euros(0)) <= settled <= max(receipt.kept, euros(0)):
            yield f"Receipt {receipt.pk} settles more than it is worth."
        if receipt.came and not euros(0) <= receipt.kept <= receipt.value:
            yield f"Of receipt {receipt.pk}, more was given back than came."


@verifying.register
def invoices_settled_once(business: Business) -> Iterator[str]:
    """No invoice is settled below nothing, nor above its total less what is deducted."""
    for invoice in Invoice.objects.filter(business=business, allocations__isnull=False).distinct().order_by("pk"):
        settled = balances.total_of(invoice.allocations.all(), "value")
        if not euros(0) <= settled <= invoice.total - invoice.deducted:
            yield f"Invoice {invoice.number} is settled for more than it claims."
