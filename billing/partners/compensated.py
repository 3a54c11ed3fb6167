"""What a standing set-off holds fast: the receipt it made, and the receipts in kind that it covers; and what an invoice
in the partner's name was made from. Reads rows only."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing.balances import total_of
from billing.models import Invoice, Receipt, SelfBilledInvoice, SelfBilledReceipt, SetOff, SetOffCover


def covered_of(receipt: Receipt, invoice: Invoice | None = None) -> Money:
    """Return how much of a receipt set-offs cover (of one invoice): what was undone counts for nothing."""
    rows = SetOffCover.objects.filter(receipt=receipt)
    return total_of(rows if invoice is None else rows.filter(set_off__invoice=invoice), "value")


def why_bound(receipt: Receipt, invoice: Invoice | None = None) -> str:
    """Return why a receipt is neither undone nor released (of one invoice), in words; "" when it may be."""
    if why := why_made(receipt):
        return why
    if covered_of(receipt, invoice).amount > 0:
        cover = SetOffCover.objects.filter(receipt=receipt, set_off__reverses=None, set_off__reversed_by=None).first()
        number = cover.set_off.number if cover else ""
        return _("The set-off %(number)s covers it: undo the set-off first.") % {"number": number}
    return ""


def why_made(receipt: Receipt) -> str:
    """Return which standing set-off made a receipt, in words; "" when none did."""
    made_by = SetOff.objects.filter(receipt=receipt, reverses=None, reversed_by=None).first()
    if made_by is None:
        return ""
    return _("The set-off %(number)s received it: undo the set-off.") % {"number": made_by.number}


def why_kept(receipt: Receipt) -> str:
    """Return why a receipt is not undone, in words: a set-off, or an invoice written in their name that is for it and
    stands; "" when it may be."""
    return why_bound(receipt) or why_invoiced(receipt)


def why_invoiced(receipt: Receipt) -> str:
    """Return which standing invoice, written in their name, is for a receipt, in words; "" when none is."""
    rows = SelfBilledReceipt.objects.filter(receipt=receipt, invoice__issued_at__isnull=False)
    standing = standing_rows(rows).select_related("invoice").first()
    if standing is None:
        return ""
    words = {"number": standing.invoice.number}
    return _("Invoice %(number)s, written in their name, is for it: credit that invoice first.") % words


def standing_rows(rows: QuerySet[SelfBilledReceipt]) -> QuerySet[SelfBilledReceipt]:
    """Keep the receipts of invoices, written in their name, that no issued credit note has taken off. One that names no
    receipt took off the whole."""
    notes = SelfBilledInvoice.objects.filter(corrects=OuterRef("invoice"), issued_at__isnull=False)
    taken = notes.filter(Q(receipts__receipt=OuterRef("receipt")) | Q(receipts=None))
    return rows.filter(~Exists(taken), invoice__corrects=None)
