"""Form fields that take what people type: « 1 200,50 » is an amount, a day is a day in every language."""

from decimal import Decimal
from typing import Any

from django import forms

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
    """A day, picked or typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)


def _in_french() -> bool:
    from django.utils.translation import get_language

    return (get_language() or "fr").startswith("fr")
