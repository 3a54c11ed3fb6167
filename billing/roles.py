"""What an invoice is in its deal: a replacement goes on as what it replaces; what is replaced claims nothing any more.

Queries here say `role_is(...)` and `NOT_REPLACED`; nobody else asks for the type of an invoice to know what it does.
"""

from django.db.models import Q, QuerySet

from billing.models import Invoice

DEPOSIT, STANDARD, FINAL, PROGRESS, REPLACEMENT, CREDIT_NOTE = (
    Invoice.Type.DEPOSIT,
    Invoice.Type.STANDARD,
    Invoice.Type.FINAL,
    Invoice.Type.PROGRESS,
    Invoice.Type.REPLACEMENT,
    Invoice.Type.CREDIT_NOTE,
)
CLOSING = (FINAL, STANDARD)  # what invoices an accepted quote as a whole
ISSUED = Q(issued_at__isnull=False)
NOT_REPLACED = Q(replaced_by__issued_at__isnull=True)  # by a draft: not yet


def role_is(*roles: str) -> Q:
    """Say "these invoices, or replacements that go on as one"."""
    return Q(type__in=roles) | Q(stands_for__in=roles)


def role_of(invoice: Invoice) -> str:
    return invoice.stands_for or invoice.type


def is_replaced(invoice: Invoice) -> bool:
    """Tell whether an issued invoice has taken this one's place."""
    return Invoice.objects.filter(replaces=invoice, issued_at__isnull=False).exists()


def issued_of(acceptance_id: int | None, *roles: str) -> QuerySet[Invoice]:
    """Return the issued invoices of an accepted quote that play one of these roles and were not replaced, in order."""
    if acceptance_id is None:
        return Invoice.objects.none()
    rows = Invoice.objects.filter(ISSUED, NOT_REPLACED, role_is(*roles), acceptance=acceptance_id)
    return rows.order_by("issued_on", "number")
