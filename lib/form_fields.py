"""Form fields that take what people type: « 1 200,50 » is an amount, a day is a day in every language."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

SPACES = str.maketrans("", "", " \u00a0\u202f'’€")


def typed_number(text: str) -> str:
    """Return a number as Decimal reads it: spaces and € dropped; with a comma for the decimals, a point groups."""
    bare = text.translate(SPACES).replace("\u2212", "-")
    return bare.replace(".", "").replace(",", ".") if "," in bare else bare


class NumberField(forms.DecimalField):
    """A decimal number typed as text, shown again as the person's language writes decimals."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        return super().to_python(typed_number(value) if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        text = f"{value.normalize():f}"
        if self.decimal_places == 2 and value != value.to_integral():
            text = f"{value:.2f}"
        return text.replace(".", ",") if _in_french() else text


class DayField(forms.DateField):
    """A day of this century, picked in the browser's calendar or typed by hand where there is none."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {
            "widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "input_formats": ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"],
            "validators": [in_this_century],
        }
        super().__init__(**usual | options)


def in_this_century(day: date) -> None:
    """Refuse 0026 and 2206: a slip of the finger that no electronic invoice can hold (BR-FR-03)."""
    if not is_in_this_century(day):
        raise forms.ValidationError(_("Look at the year again: %(year)04d."), params={"year": day.year})


def is_in_this_century(day: date) -> bool:
    return 2000 <= day.year <= 2099


def _in_french() -> bool:
    from django.utils.translation import get_language

    return (get_language() or "fr").startswith("fr")
