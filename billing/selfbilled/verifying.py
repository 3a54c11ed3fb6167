"""Are mandates and self-billed invoices still as they were sealed? Registered with records.verifying."""

from collections.abc import Iterator

from billing.models import Mandate, MandateAcceptance, SelfBilledInvoice
from billing.selfbilled.mandate_answering import facts_of
from billing.selfbilled.sealing import seal_of_mandate, seal_of_self_billed
from people.models import Business
from records import ledger, verifying
from records.subjects import ref


@verifying.register
def mandates_as_sealed(business: Business) -> Iterator[str]:
    """Compare proposed mandates with their seal, and what was said to them with what the ledger was told."""
    for mandate in Mandate.objects.filter(business=business, proposed_at__isnull=False).order_by("pk"):
        if seal_of_mandate(mandate, mandate.seal_version) != mandate.seal:
            yield f"Mandate {mandate.pk} is not what was sealed."
        told = ledger.facts_about(business, "mandate_proposed", ref(mandate))
        if [facts.get("seal") for facts in told] != [mandate.seal]:
            yield f"Mandate {mandate.pk}: the ledger was told something else."
    for acceptance in MandateAcceptance.objects.filter(mandate__business=business).order_by("pk"):
        told = ledger.facts_about(business, "mandate_accepted", ref(acceptance))
        said = facts_of(acceptance) | {"on": acceptance.on.isoformat()}
        if told != [said]:
            yield f"The acceptance of mandate {acceptance.mandate_id} is not what the ledger was told."


@verifying.register
def self_billed_as_sealed(business: Business) -> Iterator[str]:
    """Compare issued self-billed invoices with their seal, and the seal with what the ledger was told."""
    issued = SelfBilledInvoice.objects.filter(business=business, issued_at__isnull=False).select_related("corrects")
    for invoice in issued.order_by("pk").iterator():
        if seal_of_self_billed(invoice, invoice.seal_version) != invoice.seal:
            yield f"Self-billed invoice {invoice.number} is not what was sealed."
        told = ledger.facts_about(business, "self_billed_issued", ref(invoice))
        if [facts.get("seal") for facts in told] != [invoice.seal]:
            yield f"Self-billed invoice {invoice.number}: the ledger was told something else."
