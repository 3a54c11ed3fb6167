"""What was missed and is waived, by the rule the quote agreed, is taken off by a credit note: never silently.

The rule says that nothing more is owed; the invoice says the whole price. Until a credit note takes it off, the missed
value is proposed here, and a person issues the note.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import balances
from billing.models import Invoice, InvoiceTerm, MissedDelivery
from lib.money import cents, euros
from quotes.models import IfMissed


def waived_of(invoice: Invoice) -> Money:
    """Return what of an issued invoice was missed and waived, and that no credit note takes off yet.

    Of several invoices that claim parts of one term, the last answers for it, as in `balances`. What a credit note is
    for is nowhere written: any that was issued after the first of these misses was recorded counts as the waiver, on
    whichever of these invoices, unless it takes off the whole of one.
    """
    own = invoice.terms.filter(term__isnull=False)
    again = Exists(balances.claimed_again(OuterRef("term"), invoice.issued_at))
    missed = MissedDelivery.objects.filter(~again, term__if_missed=IfMissed.WAIVED, term__in=own.values("term"))
    first = missed.filter(reverses=None, reversed_by=None).order_by("recorded_at").first()
    if first is None:
        return cents(euros(0))
    sharing = InvoiceTerm.objects.filter(term__in=missed.values("term")).values("invoice")
    notes = Invoice.objects.filter(
        corrects__in=sharing, issued_at__gt=first.recorded_at, corrects__total__gt=F("total")
    )
    left: Money = balances.total_of(missed, "value") - balances.total_of(notes, "total")
    return max(min(left, balances.left_of(invoice)), euros(0))


def proposal(invoice: Invoice) -> dict[str, Any]:
    """Return what the credit note's form holds at first: the amount waived and its reason; nothing when there is none.

    The reason is in the language of the document, which prints it.
    """
    waived = waived_of(invoice)
    if not waived.amount:
        return {}
    with override(invoice.language):
        return {"how": "amount", "amount": waived.amount, "reason": _("Missed deliveries, waived as the quote agrees")}


def with_something_waived(invoices: Iterable[Invoice]) -> list[tuple[Invoice, Money]]:
    """Return the invoices of which something is waived and not credited, with how much."""
    found = [(invoice, waived_of(invoice)) for invoice in invoices]
    return [(invoice, waived) for invoice, waived in found if waived.amount]
