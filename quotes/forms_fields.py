"""Fields that read numbers the way people type them: "12,50", "1 200", "1 200,00 €", "5,5 %"."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from lib import clock
from lib.money import euros
from quotes import vat

SPACES_AND_SIGNS = re.compile(r"[\s\u00a0\u202f\u2009'’€%]+")
ENGLISH_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
FRENCH_THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+,\d*")


def number_typed(text: str, language: str) -> str:
    """Return what a person typed as plain digits with a point: "1 200,50 €" → "1200.50".

    A comma is a decimal mark, except where it can only be an English thousands separator ("1,200.50"; "1,200" on an
    English page).
    """
    typed = SPACES_AND_SIGNS.sub("", text)
    if FRENCH_THOUSANDS.fullmatch(typed):
        return typed.replace(".", "").replace(",", ".")
    if ENGLISH_THOUSANDS.fullmatch(typed) and ("." in typed or not language.startswith("fr")):
        return typed.replace(",", "")
    return typed.replace(",", ".")


def number_shown(value: Decimal, *, least: int = 0) -> str:
    """Return a number as a field shows it: no useless zero, no thousands, the page's decimal mark."""
    whole, _point, decimals = f"{value:f}".partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    mark = "," if (get_language() or "fr").startswith("fr") else "."
    return f"{whole}{mark}{decimals}" if decimals and (least == 0 or decimals.strip("0")) else whole


class NumberField(forms.DecimalField):
    """A decimal number. `least` decimals are shown once there is one: 12.5 → "12,50"."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("This is not a number. Write for example 12.50 or 1 200.")}

    def __init__(self, *, least: int = 0, **options: Any) -> None:
        self.least = least
        super().__init__(**options)
        self.widget.is_localized = False
        for validator in self.validators:
            if isinstance(validator, MinValueValidator):
                above_zero = validator.limit_value > 0
                validator.message = _("Write a number above 0.") if above_zero else _("Write 0 or more.")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = number_typed(value, get_language() or "fr")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Money):
            value = value.amount
        return number_shown(value, least=self.least) if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class EurosField(NumberField):
    """An amount in euros, cleaned into Money; empty is None."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"least": 2, "min_value": Decimal(0), "max_digits": 12, "decimal_places": 2}
        super().__init__(**usual | options)

    def clean(self, value: Any) -> Money | None:
        amount = super().clean(value)
        return None if amount is None else euros(amount)


class ExemptionField(forms.ChoiceField):
    """Why no VAT is due on something that is sold: a reason of lib.law, or none."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"label": _("Exempt from VAT because"), "required": False, "choices": _exemptions}
        super().__init__(**usual | options)


def _exemptions() -> list[tuple[str, Any]]:
    known = vat.exemptions(clock.now().date(), get_language() or "fr")
    return [("", _("(no: taxed at its rate)")), *known]
