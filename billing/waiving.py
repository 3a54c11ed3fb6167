"""What was missed and is waived, by the rule the quote agreed, is taken off by a credit note: never silently.

The rule says that nothing more is owed; the invoice says the whole price. Until a credit note takes it off, the missed
value is proposed here, and a person issues the note.
"""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing.models import Invoice
from billing.not_coming import NOTHING, gone_of
from lib.money import CENT

WAIVED = "waived"


def waived_of(invoice: Invoice) -> Money:
    """Return what of an issued invoice was missed and waived, and that no credit note takes off yet."""
    gone = gone_of(Invoice.objects.filter(pk=invoice.pk)).get(invoice.pk)
    return gone.waived if gone else NOTHING


def is_proposed(waived: Money) -> bool:
    """Tell whether a credit note can take it off: a cent that no base with its VAT makes stays, owed by nobody."""
    return bool(waived.amount > CENT)


def proposal(invoice: Invoice) -> dict[str, Any]:
    """Return what the credit note's form holds at first: that it waives, and why; nothing when nothing is waived.

    The reason is in the language of the document, which prints it.
    """
    waived = waived_of(invoice)
    if not is_proposed(waived):
        return {}
    with override(invoice.language):
        return {"how": WAIVED, "reason": _("Missed deliveries, waived as the quote agrees")}


def with_something_waived(invoices: QuerySet[Invoice]) -> list[tuple[Invoice, Money]]:
    """Return the invoices of which something is waived and not credited, with how much."""
    gone = gone_of(invoices)
    found = [(invoice, gone[invoice.pk].waived) for invoice in invoices if invoice.pk in gone]
    return [(invoice, waived) for invoice, waived in found if is_proposed(waived)]
