"""The form of a credit note on an invoice that was written in a partner's name: why, and how much of it."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.models import SelfBilledInvoice
from billing.selfbilled.crediting import creditable, still_for
from billing.selfbilled.forms import ReceiptsField
from lib.money import written
from quotes.forms import RequestForm
from quotes.forms_fields import EurosField


class CreditForm(RequestForm):
    """Why an invoice is taken off, and of what it is for how much; all that is left of it at first."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=200,
        help_text=_("Printed on the credit note. For example: three baskets, not four."),
    )

    def __init__(self, *args: Any, invoice: SelfBilledInvoice, **options: Any) -> None:
        super().__init__(*args, **options)
        if invoice.receipts.exists():
            there = still_for(invoice)
            self.fields["receipts"] = ReceiptsField(
                label=_("What is taken off"),
                queryset=there,
                initial=[receipt.pk for receipt in there],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Choose which of what it is for is taken off.")},
            )
        else:
            words = {"most": written(creditable(invoice), get_language() or "fr")}
            self.fields["amount"] = EurosField(
                label=_("How much, VAT included"),
                required=False,
                help_text=_("At most %(most)s. Empty: all that is left.") % words,
            )
        self.order_fields(["receipts", "amount", "reason"])

    def said(self) -> dict[str, Any]:
        """Return what the act takes."""
        said = dict(self.cleaned_data)
        if "receipts" in said:
            said["receipts"] = [receipt.pk for receipt in said["receipts"]]
        return said
