"""The forms of an invoice's agreed parts: on its draft, and what became of them once it is issued."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.agreeing import PartValues, ToCome, kinds_of
from billing.forms import day_field
from billing.models import Invoice
from billing.settling import MEANS_OF, Destination
from lib.money import euros
from people.models import Business
from quotes.forms import RequestForm
from quotes.forms_fields import EurosField, NumberField
from quotes.models import Kind

PARTS_SHOWN = 1  # empty ones, after those there are


class PartForm(forms.Form):
    """One part that is paid otherwise than in euros; left blank, it is no part."""

    kind = forms.ChoiceField(label=_("Paid in"), required=False)
    label = forms.CharField(label=_("What"), max_length=120, required=False)
    unit = forms.CharField(label=_("Unit, in the singular"), max_length=40, required=False)
    quantity = NumberField(
        label=_("How many in all"), required=False, min_value=Decimal("0.01"), max_digits=10, decimal_places=2
    )
    unit_value = EurosField(label=_("Worth each, €"), required=False)
    valuation = forms.CharField(
        label=_("How this value was found"),
        max_length=200,
        required=False,
        help_text=_("Such as: price at the stall."),
    )
    due_on = day_field(_("By when"))

    def __init__(self, *args: Any, business: Business, **options: Any) -> None:
        super().__init__(*args, **options)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = kinds_of(business)
        self.business = business

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not (said.get("label") or said.get("quantity")):
            return said
        if said.get("kind") == Kind.LOCAL_CURRENCY:
            said["unit_value"], said["unit"] = euros(1), said.get("unit") or said.get("label", "")
        for name, words in (("label", _("Say what it is.")), ("quantity", _("Say how much of it."))):
            if not said.get(name) and name not in self.errors:
                self.add_error(name, words)
        if said.get("unit_value") is None and "unit_value" not in self.errors:
            self.add_error("unit_value", _("Say what one is worth."))
        return said

    def part(self) -> PartValues | None:
        said = self.cleaned_data
        if not said.get("label"):
            return None
        names = ("kind", "label", "unit", "quantity", "unit_value", "valuation", "due_on")
        return PartValues(**{name: said[name] for name in names})


class Parts(forms.BaseFormSet[PartForm]):
    def parts(self) -> list[PartValues]:
        return [part for form in self.forms if (part := form.part()) is not None]


PartFormSet = forms.formset_factory(PartForm, formset=Parts, extra=PARTS_SHOWN, max_num=20, validate_max=True)


def initial_of_parts(invoice: Invoice) -> list[dict[str, Any]]:
    names = ("kind", "label", "unit", "quantity", "unit_value", "valuation", "due_on")
    return [{name: getattr(part, name) for name in names} for part in invoice.agreed_parts.order_by("position")]


class PartReceivedForm(RequestForm):
    """What came of an agreed part: how many, on which day; what was agreed is filled in."""

    quantity = NumberField(label=_("How many"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    received_on = day_field(_("Received on"), required=True)

    def __init__(self, *args: Any, to_come: ToCome, today: date, **options: Any) -> None:
        super().__init__(*args, **options | {"auto_id": f"part-{to_come.part.pk}-%s"})
        self.fields["quantity"].initial = to_come.left
        self.fields["received_on"].initial = today
        self.fields["received_on"].widget.attrs["max"] = today.isoformat()
        if to_come.part.kind == Kind.GOODS:
            self.fields["destination"] = forms.ChoiceField(
                label=_("Where did it go?"), choices=Destination.choices, initial=Destination.PERSONAL
            )
        means = MEANS_OF[Kind(to_come.part.kind)]
        if len(means) > 1:
            choices = [(one.value, one.label) for one in means]
            self.fields["means"] = forms.ChoiceField(label=pgettext_lazy("payment", "How"), choices=choices)


class PartInEurosForm(RequestForm):
    """How many units of an agreed part will not come, and why."""

    quantity = NumberField(label=_("How many"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    reason = forms.CharField(label=_("Why?"), max_length=200)

    def __init__(self, *args: Any, to_come: ToCome, **options: Any) -> None:
        super().__init__(*args, **options | {"auto_id": f"short-{to_come.part.pk}-%s"})
        self.fields["quantity"].initial = to_come.left


def forms_of(to_come: ToCome, today: date) -> dict[str, Any]:
    """Return what the page of an invoice shows of one part that is still to come."""
    return {
        "to_come": to_come,
        "received": PartReceivedForm(to_come=to_come, today=today),
        "in_euros": PartInEurosForm(to_come=to_come),
    }
