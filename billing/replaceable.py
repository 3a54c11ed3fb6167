"""Which issued invoices another one may replace (CGI 289 I-5), and why not. Reads rows, writes nothing."""

from django.utils.translation import gettext as _

from billing.deducting import taker_of
from billing.models import Invoice
from billing.partners.compensated import why_bound
from billing.releasing import settled_of
from billing.roles import DEPOSIT, role_of


def why_not_replaced(invoice: Invoice) -> str:
    """Return why an invoice cannot be replaced, in words; nothing when it can."""
    if invoice.issued_at is None:
        return _("A draft is changed or thrown away, not replaced.")
    if invoice.corrects_id:
        return _("A credit note is not replaced: issue a new invoice.")
    words = {"number": invoice.number}
    if found := Invoice.objects.filter(replaces=invoice, issued_at__isnull=False).first():
        return _("Invoice %(number)s is replaced by %(other)s already.") % {**words, "other": found.number}
    if invoice.deductions.exists():
        return (
            _(
                "Invoice %(number)s deducts deposits, and a replacement may name one earlier document only: write a "
                "credit note of all of it, then a new invoice."
            )
            % words
        )
    if invoice.credit_notes.filter(issued_at__isnull=False).exists():
        return _("Invoice %(number)s is credited, at least in part: write credit notes for the rest.") % words
    if role_of(invoice) == DEPOSIT and (taker := taker_of(invoice)) is not None:
        return _("Invoice %(other)s deducts deposit %(number)s: credit that one first.") % {
            **words,
            "other": taker.number,
        }
    if invoice.payment_requests.filter(reverses=None, reversed_by=None).exists():
        return _("Euros are asked for instead of a part of invoice %(number)s: undo that request first.") % words
    return next((why for receipt, _value in settled_of(invoice) if (why := why_bound(receipt, invoice))), "")
