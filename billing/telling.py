"""What billing tells the list of quotes: which accepted ones are invoiced, and under what number."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from billing import balances
from billing.models import Invoice
from quotes import follow_ups

CLOSING = (Invoice.Type.FINAL, Invoice.Type.STANDARD)


@follow_ups.register
def invoiced(quote_ids: Collection[int]) -> dict[int, str]:
    """Return, in one query, the words for quotes whose final invoice is issued or being prepared."""
    closing = Invoice.objects.filter(acceptance__quote__in=quote_ids, type__in=CLOSING).order_by("pk")
    return {
        quote: _("Invoiced: %(number)s") % {"number": number} if number else _("Read its invoice, and issue it")
        for quote, number in closing.values_list("acceptance__quote", "number")
        if quote is not None
    }


@follow_ups.register_closer
def is_invoiced(quote_id: int) -> bool:
    """Say whether an issued invoice of the whole quote still claims something: only one may."""
    issued = Invoice.objects.filter(acceptance__quote=quote_id, type__in=CLOSING, issued_at__isnull=False)
    return any(balances.creditable_of(invoice).amount > 0 for invoice in issued)
