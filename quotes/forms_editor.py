"""The quote editor's forms: the document, its lines, its terms. One HTML form holds them all.

Rows are named by a key that does not change while the form is shown (`line-3-title`); their order is that of the
hidden inputs `line` and `term`, so that moving or removing one rewrites nothing that was typed.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from lib.form_fields import DayField
from lib.money import euros
from quotes.forms_fields import EurosField, ExemptionField, NumberField, number_shown
from quotes.models import (
    ON_A_DATE,
    IfMissed,
    Kind,
    MoneyDue,
    Nature,
    QuoteLine,
    QuoteVersion,
    RemunerationTerm,
    Rhythm,
    Unit,
)

VALID_FOR = timedelta(days=30)
MORE = ("section", "nature", "exemption")  # what few lines say
PAR = euros(1)  # a local currency is worth as many euros (CMF L311-5)


class DraftForm(forms.Form):
    """What a quote says around its lines."""

    title = forms.CharField(label=_("Title"), max_length=160)
    introduction = forms.CharField(
        label=_("Introduction"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    conditions = forms.CharField(
        label=_("Conditions"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    valid_until = DayField(label=_("Valid until the end of"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def initial_of(version: QuoteVersion) -> dict[str, Any]:
        """Return what the form shows of a draft."""
        names = ("title", "introduction", "conditions", "valid_until", "revision")
        return {name: getattr(version, name) for name in names}

    def words(self) -> dict[str, Any]:
        """Return what is to be saved."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class RowForm(forms.Form):
    """A row that may be left wholly blank: it is then kept on the page, and not saved."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, key: str, kind: str, **options: Any) -> None:
        super().__init__(data, prefix=f"{kind}-{key}", empty_permitted=True, use_required_attribute=False, **options)
        self.key = key

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed in it."""
        return self.is_bound and self.empty_permitted and not self.has_changed()


class LineForm(RowForm):
    """A line: what, how many, at what price."""

    net: Money | None = None  # found when the sheet is worked out
    offer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("What"), max_length=200)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    quantity = NumberField(
        label=_("Quantity"), min_value=Decimal("0.0001"), max_digits=12, decimal_places=4, initial=Decimal(1)
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, initial=Unit.FLAT)
    unit_price = EurosField(label=_("Unit price, €"), max_digits=18, decimal_places=6)
    discount_percent = NumberField(
        label=_("Discount, %"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
    )
    vat_rate = NumberField(
        label=_("VAT, %"), min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2
    )

    section = forms.CharField(label=_("Under the heading"), required=False, max_length=120)
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature.choices, initial=Nature.SERVICES.value, required=False)
    exemption = ExemptionField()

    def __init__(self, data: Any = None, *, key: str, charges_vat: bool, more: bool = False, **options: Any) -> None:
        """`more`: whether the fields that few lines need are there."""
        super().__init__(data, key=key, kind="line", **options)
        self.more = more
        for name in MORE if not more else () if charges_vat else ("exemption",):
            del self.fields[name]
        if charges_vat:
            self.fields["vat_rate"].widget.attrs["list"] = "vat-rates"
            self.fields["vat_rate"].initial = Decimal(20)
        else:
            del self.fields["vat_rate"]

    @staticmethod
    def initial_of(line: QuoteLine) -> dict[str, Any]:
        names = ("title", "description", "quantity", "unit", "unit_price", "discount_percent", "vat_rate", *MORE)
        shown: dict[str, Any] = {name: getattr(line, name) for name in names} | {"offer": line.offer_id}
        return shown | {"discount_percent": line.discount_percent or None}

    @staticmethod
    def says_more(initial: Mapping[str, Any]) -> bool:
        """Whether a line says something of its own in the fields that few lines need."""
        return bool(initial.get("section") or initial.get("exemption") or initial.get("nature") == Nature.GOODS)

    def values(self) -> dict[str, Any]:
        """Return the line as it is to be saved, without its position."""
        said = dict(self.cleaned_data)
        return {
            **said,
            "offer_id": said.pop("offer"),
            "discount_percent": said["discount_percent"] or Decimal(0),
            "vat_rate": said.get("vat_rate") or Decimal(0),
            "section": said.get("section", ""),
            "nature": said.get("nature") or Nature.SERVICES,
            "exemption": said.get("exemption", ""),
        }


class TermForm(RowForm):
    """One way of being paid. The server shows the fields of its kind, and no others."""

    term_kind: Kind
    worth: Money | None = None  # found when the sheet is worked out
    label = forms.CharField(label=_("Called"), required=False, max_length=120)

    def __init__(self, data: Any = None, *, key: str, **options: Any) -> None:
        super().__init__(data, key=key, kind="term", **options)

    def values(self, *, closes: bool) -> dict[str, Any]:
        """Return the term as it is to be saved, without its position."""
        return {"kind": self.term_kind.value, "closes": closes, "label": self.cleaned_data["label"]}


class MoneyTermForm(TermForm):
    """Euros: so many, or a share of the total, or what is left; and when."""

    term_kind = Kind.MONEY
    closes = False  # told by the sheet before it validates
    amount = forms.CharField(
        label=_("Amount or share"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"class": "amount", "autocomplete": "off", "inputmode": "text"}),
    )
    due = forms.ChoiceField(label=_("To be paid"), choices=MoneyDue.choices, initial=MoneyDue.DELIVERY)
    due_on = DayField(label=_("On"), required=False)
    due_days = forms.IntegerField(
        label=_("Days"),
        required=False,
        min_value=0,
        max_value=365,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "amount"}),
    )

    @staticmethod
    def initial_of(term: RemunerationTerm) -> dict[str, Any]:
        names = ("label", "due", "due_on", "due_days")
        shown = "" if term.closes else _share_shown(term.percent) or number_shown(term.value.amount, least=2)
        return {name: getattr(term, name) for name in names} | {"amount": shown}

    def clean_amount(self) -> tuple[Decimal | None, Decimal | None]:
        """Return (euros, percent), one of them at most."""
        typed = self.cleaned_data["amount"].strip()
        if not typed:
            return None, None
        if typed.endswith("%"):
            field = NumberField(min_value=Decimal("0.0001"), max_value=Decimal(100), max_digits=7, decimal_places=4)
            return None, field.clean(typed)
        return EurosField().clean(typed).amount, None  # type: ignore[union-attr]  # something was typed

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.closes and said.get("amount") == (None, None):
            self.add_error("amount", _("Say how much: an amount, a share in %, or tick “takes what is left”."))
        if said.get("due") in ON_A_DATE and not said.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Say on which day."))
        if said.get("due") == MoneyDue.AFTER_INVOICE and said.get("due_days") is None and "due_days" not in self.errors:
            self.add_error("due_days", _("Say how many days."))
        return said

    def values(self, *, closes: bool) -> dict[str, Any]:
        said = self.cleaned_data
        amount, percent = (None, None) if closes else said["amount"]
        due = said["due"]
        return super().values(closes=closes) | {
            "value": euros(amount or 0),
            "percent": percent,
            "due": due,
            "due_on": said["due_on"] if due in ON_A_DATE else None,
            "due_days": said["due_days"] if due == MoneyDue.AFTER_INVOICE else None,
        }


def _share_shown(percent: Decimal | None) -> str:
    return "" if percent is None else f"{number_shown(percent)} %"


class PlannedTermForm(TermForm):
    """What comes in units, on days: goods, hours, local currency."""

    unit = forms.CharField(label=_("Unit, in the singular"), max_length=40)
    quantity = NumberField(label=_("How many in all"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    unit_value = EurosField(label=_("Worth each, €"))
    valuation = forms.CharField(
        label=_("How this value was found"), max_length=200, required=False, help_text=_("Such as: price at the stall.")
    )
    first_on = DayField(label=_("First day"), required=False)
    rhythm = forms.ChoiceField(label=_("Then"), choices=Rhythm.choices, initial=Rhythm.ONCE)
    per_delivery = NumberField(
        label=_("Each time"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        initial=Decimal(1),
    )
    if_missed = forms.ChoiceField(label=_("If one is missed"), choices=IfMissed.choices, initial=IfMissed.CARRIED_OVER)
    whole = False

    @staticmethod
    def initial_of(term: RemunerationTerm) -> dict[str, Any]:
        names = ("label", "unit", "quantity", "unit_value", "valuation", "first_on", "rhythm", "per_delivery")
        return {name: getattr(term, name) for name in (*names, "if_missed")}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in ("quantity", "per_delivery"):
            number = said.get(name)
            if self.whole and number is not None and number != number.to_integral_value():
                self.add_error(name, ValidationError(_("Goods go in whole units.")))
        if said.get("rhythm") not in {None, Rhythm.ONCE} and not said.get("per_delivery"):
            self.errors.get("per_delivery") or self.add_error("per_delivery", _("Say how many each time."))
        return said

    def values(self, *, closes: bool) -> dict[str, Any]:
        names = ("unit", "quantity", "unit_value", "valuation", "first_on", "rhythm", "per_delivery", "if_missed")
        return super().values(closes=closes) | {name: self.cleaned_data[name] for name in names}


class GoodsTermForm(PlannedTermForm):
    """Goods: baskets, jars, wood; whole units."""

    term_kind = Kind.GOODS
    label = forms.CharField(label=_("What"), max_length=120, help_text=_("For example: basket of vegetables."))
    whole = True


class TimeTermForm(PlannedTermForm):
    """Hours of work given in return."""

    term_kind = Kind.TIME
    label = forms.CharField(label=_("What work"), max_length=120)
    unit = forms.CharField(label=_("Unit"), max_length=40, initial=_("hour"))


class LocalCurrencyTermForm(PlannedTermForm):
    """A local currency, at par: its unit is its name and is worth one euro."""

    term_kind = Kind.LOCAL_CURRENCY
    label = forms.CharField(
        label=_("Which currency"), max_length=40, widget=forms.TextInput(attrs={"list": "local-currencies"})
    )
    unit = None  # type: ignore[assignment]
    unit_value = None  # type: ignore[assignment]
    valuation = None  # type: ignore[assignment]

    @staticmethod
    def initial_of(term: RemunerationTerm) -> dict[str, Any]:
        names = ("label", "quantity", "first_on", "rhythm", "per_delivery", "if_missed")
        return {name: getattr(term, name) for name in names}

    def values(self, *, closes: bool) -> dict[str, Any]:
        self.cleaned_data |= {"unit": self.cleaned_data["label"], "unit_value": PAR, "valuation": ""}
        return super().values(closes=closes)


TERM_FORMS: dict[str, type[MoneyTermForm] | type[PlannedTermForm]] = {
    Kind.MONEY.value: MoneyTermForm,
    Kind.GOODS.value: GoodsTermForm,
    Kind.TIME.value: TimeTermForm,
    Kind.LOCAL_CURRENCY.value: LocalCurrencyTermForm,
}
