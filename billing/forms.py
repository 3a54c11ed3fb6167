"""The forms of invoices. Those of receipts are in forms_receipts."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from billing.drafting import DraftLine
from billing.models import Invoice
from lib.money import euros
from people.models import Business, Client, Contact
from quotes.forms import RequestForm
from quotes.forms_fields import EurosField, NumberField, number_shown
from quotes.models import Unit

LINES_SHOWN = 3  # empty ones, at the end of a one-off invoice


def day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **{"required": False} | options
    )


class DraftForm(forms.Form):
    """What may still be said on a draft."""

    title = forms.CharField(label=_("Title"), max_length=200)
    delivered_on = day_field(_("Done on"), help_text=_("The day the work was done. Empty: the day of issue."))
    due_on = day_field(_("To be paid by"), help_text=_("Empty: as agreed in the quote, else 30 days after the issue."))
    order_reference = forms.CharField(
        label=_("Your client's order number"),
        max_length=50,
        required=False,
        help_text=_("Required when your client gave one (purchase order, commitment number)."),
    )
    introduction = forms.CharField(
        label=_("A few words, printed with the mentions"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, invoice: Invoice) -> "DraftForm":
        names = ("title", "delivered_on", "due_on", "order_reference", "introduction", "revision")
        return cls(initial={name: getattr(invoice, name) for name in names})


class LineForm(forms.Form):
    """A line of an invoice that comes from no quote."""

    title = forms.CharField(label=_("What"), max_length=200, required=False)
    quantity = NumberField(
        label=_("Quantity"), required=False, min_value=Decimal("0.0001"), max_digits=12, decimal_places=4
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, required=False, initial=Unit.FLAT)
    unit_price = EurosField(label=_("Price in euros"), required=False, max_digits=18, decimal_places=6)
    vat_rate = NumberField(
        label=_("VAT rate, in %"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
    )

    def __init__(self, *args: Any, business: Business, **options: Any) -> None:
        super().__init__(*args, **options)
        if business.vat_regime == Business.VatRegime.FRANCHISE:
            del self.fields["vat_rate"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("unit_price") is not None and not said.get("title"):
            self.add_error("title", _("Say what this line is for."))
        if said.get("title") and said.get("unit_price") is None and "unit_price" not in self.errors:
            self.add_error("unit_price", _("Give its price."))
        return said

    def line(self) -> DraftLine | None:
        said = self.cleaned_data
        if not said.get("title"):
            return None
        return DraftLine(
            unit_price=said["unit_price"],
            quantity=said.get("quantity") or Decimal(1),
            vat_rate=said.get("vat_rate") or Decimal(0),
            title=said["title"],
            unit=said.get("unit") or Unit.FLAT,
        )


class Lines(forms.BaseFormSet[LineForm]):
    def lines(self) -> list[DraftLine]:
        return [line for form in self.forms if (line := form.line()) is not None]


LineFormSet = forms.formset_factory(LineForm, formset=Lines, extra=LINES_SHOWN, max_num=200, validate_max=True)


def initial_of(invoice: Invoice) -> list[dict[str, Any]]:
    names = ("title", "quantity", "unit", "unit_price", "vat_rate")
    return [{name: getattr(line, name) for name in names} for line in invoice.lines.order_by("position")]


class OneOffForm(RequestForm):
    """An invoice without a quote."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none())
    title = forms.CharField(label=_("Title"), max_length=200)

    def __init__(self, *args: Any, clients: QuerySet[Client], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["client"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = clients


class CreditForm(RequestForm):
    """What a credit note takes off, and why."""

    WHOLE, AMOUNT, LINES = "whole", "amount", "lines"

    how = forms.ChoiceField(label=_("What does it take off?"), widget=forms.RadioSelect, initial=WHOLE)
    amount = EurosField(label=_("Amount"), required=False)
    reason = forms.CharField(
        label=_("Why?"), max_length=200, help_text=_("Printed on the credit note. For example: ten guides not printed.")
    )

    def __init__(self, *args: Any, invoice: Invoice, may_choose_lines: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(self.WHOLE, _("all that is left of the invoice")), (self.AMOUNT, _("an amount, VAT included"))]
        self.line_fields: list[str] = []
        if may_choose_lines:
            choices.append((self.LINES, _("some of its lines")))
            self._add_lines(invoice)
        how = self.fields["how"]
        assert isinstance(how, forms.ChoiceField)
        how.choices = choices

    def _add_lines(self, invoice: Invoice) -> None:
        for line in invoice.lines.order_by("position"):
            name = f"line_{line.position}"
            self.fields[name] = NumberField(
                label=line.title,
                required=False,
                min_value=Decimal(0),
                max_value=line.quantity,
                decimal_places=4,
                help_text=_("Invoiced: %(quantity)s") % {"quantity": number_shown(line.quantity)},
            )
            self.line_fields.append(name)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("how") == self.AMOUNT and not said.get("amount"):
            self.add_error("amount", _("Say how much."))
        return said

    def wanted(self) -> dict[str, Any]:
        """Return what the act takes: an amount, quantities by position, or neither."""
        said = self.cleaned_data
        if said["how"] == self.AMOUNT:
            return {"amount": said["amount"] or euros(0)}
        if said["how"] == self.LINES:
            chosen = {int(name.removeprefix("line_")): said.get(name) for name in self.line_fields}
            return {"quantities": {position: quantity for position, quantity in chosen.items() if quantity}}
        return {}

    def lines(self) -> list[forms.BoundField]:
        return [self[name] for name in self.line_fields]


class MailForm(forms.Form):
    """Who receives the invoice by mail."""

    contacts = forms.ModelMultipleChoiceField(
        label=_("Send it to"), queryset=Contact.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, contacts: QuerySet[Contact], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["contacts"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = contacts
        chosen.initial = [contact.pk for contact in contacts if contact.receives_invoices]
