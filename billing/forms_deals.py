"""The forms by which an accepted quote is invoiced in parts: a deposit asked for, a progress invoice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from billing.progress import WHOLE, Advance
from lib.money import share
from quotes.forms import RequestForm
from quotes.forms_fields import EurosField, NumberField, number_shown


def percent_field(label: Any, **options: Any) -> NumberField:
    usual: dict[str, Any] = {"required": False, "min_value": Decimal(0), "max_value": WHOLE}
    return NumberField(label=label, max_digits=5, decimal_places=2, **usual | options)


class DepositForm(RequestForm):
    """How much is asked for in advance: an amount, or a share of the agreed price."""

    amount = forms.CharField(
        label=_("Amount or share"),
        max_length=30,
        widget=forms.TextInput(attrs={"class": "amount", "autocomplete": "off"}),
        help_text=_("VAT included: “200 €”, or “20 %” of the agreed price."),
    )

    def __init__(self, *args: Any, price: Money, **options: Any) -> None:
        super().__init__(*args, **options)
        self.price = price

    def clean_amount(self) -> Money:
        """Return how much is asked for, in euros."""
        typed = self.cleaned_data["amount"].strip()
        if typed.endswith("%"):
            percent: Decimal = percent_field("", required=True, min_value=Decimal("0.01")).clean(typed)
            return share(self.price, percent)
        amount = EurosField().clean(typed)
        assert amount is not None  # something was typed
        return amount


class ProgressForm(RequestForm):
    """How far the work has come: one percentage for the whole, or one for each line; cumulated."""

    WHOLE, LINES = "whole", "lines"

    how = forms.ChoiceField(
        label=_("How far has the work come?"),
        widget=forms.RadioSelect,
        choices=[(WHOLE, _("all of it, at the same point")), (LINES, _("line by line"))],
        initial=WHOLE,
    )
    percent = percent_field(
        _("Done so far, in %"), help_text=_("Since the beginning, what is invoiced already included.")
    )

    def __init__(self, *args: Any, advances: Sequence[Advance], **options: Any) -> None:
        super().__init__(*args, **options)
        self.advances = advances
        for row in advances:
            self.fields[self._name(row)] = percent_field(
                row.line.title, help_text=_("Invoiced so far: %(percent)s %%") % {"percent": number_shown(row.done)}
            )

    @staticmethod
    def _name(row: Advance) -> str:
        return f"line_{row.line.pk}"

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("how") == self.WHOLE and said.get("percent") is None and "percent" not in self.errors:
            self.add_error("percent", _("Say how far it is."))
        return said

    def done(self) -> Decimal | dict[int, Decimal]:
        """Return what the act takes: a percentage of the whole, or of each line that one was given for."""
        if self.cleaned_data["how"] == self.WHOLE:
            percent: Decimal = self.cleaned_data["percent"]
            return percent
        said = {row.line.pk: self.cleaned_data.get(self._name(row)) for row in self.advances}
        return {pk: percent for pk, percent in said.items() if percent is not None}

    def lines(self) -> list[forms.BoundField]:
        return [self[self._name(row)] for row in self.advances]
