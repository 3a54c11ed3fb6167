"""The forms of self-billing: the mandate, the invoices in a partner's name, and the partner's own answers."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.drafting import DraftLine
from billing.models import Mandate, Receipt, SelfBilledInvoice
from billing.selfbilled.drafting import EUROS, Said, rates_of
from billing.selfbilled.mandating import MOST_DAYS, Terms
from lib import identifiers
from lib.days import day_written
from lib.form_fields import DayField
from lib.money import percent_written, written
from people.models import Contact
from quotes.forms import ContactsField, RequestForm
from quotes.forms_fields import EurosField, NumberField
from quotes.models import Nature, Unit
from quotes.wording import counted

FLAT_RATE = "FLAT_RATE"
LINES_SHOWN = 3


# The mandate ------------------------------------------------------------------------------------------------------


class MandateForm(RequestForm):
    """Who gives the mandate, for which sales, from when. `flat_rate` and `rates` are lib.law's of the day."""

    legal_name = forms.CharField(
        label=_("Legal name of the seller"),
        max_length=200,
        help_text=_("As on its own invoices; a sole trader’s ends with “EI”."),
    )
    siren = forms.CharField(
        label=_("SIREN"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    registration = forms.CharField(
        label=_("Legal form, capital and register"),
        max_length=200,
        required=False,
        help_text=_("For a company: form, capital, RCS and town."),
    )
    address = forms.CharField(label=_("Address"), max_length=200)
    address_more = forms.CharField(label=_("Address, continued"), max_length=200, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=16)
    city = forms.CharField(label=_("Town"), max_length=100)
    vat_regime = forms.ChoiceField(
        label=_("How does the seller stand with VAT?"), widget=forms.RadioSelect, initial=Mandate.VatRegime.FRANCHISE
    )
    vat_number = forms.CharField(label=_("VAT number"), max_length=20, required=False)
    vat_rates = forms.MultipleChoiceField(
        label=_("VAT rates at which it sells"), required=False, widget=forms.CheckboxSelectMultiple
    )
    covers = forms.CharField(
        label=_("What the mandate covers"),
        max_length=300,
        help_text=_("For example: vegetable baskets delivered in payment of our invoices."),
    )
    contest_days = forms.IntegerField(
        label=_("Days to contest an invoice"),
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("After that, silence is acceptance."),
    )
    starts_on = DayField(label=_("Takes effect on"))
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, rates: Iterable[Decimal], flat_rate: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.flat_rate = flat_rate
        regimes = [*Mandate.VatRegime.choices, (FLAT_RATE, _("Farmer under the flat-rate refund"))]
        self._choices("vat_regime", regimes)
        language = get_language() or "fr"
        self._choices("vat_rates", [(f"{rate.normalize():f}", percent_written(rate, language)) for rate in rates])

    def _choices(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_siren(self) -> str:
        return identifiers.siren(self.cleaned_data["siren"])

    def clean_vat_number(self) -> str:
        text: str = self.cleaned_data["vat_number"]
        return identifiers.vat_number(text) if text else ""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("vat_regime") == FLAT_RATE:
            self.add_error("vat_regime", self.flat_rate)
        if said.get("vat_regime") == Mandate.VatRegime.NORMAL:
            if not said.get("vat_number") and "vat_number" not in self.errors:
                self.add_error("vat_number", _("Write their VAT number: their invoices carry it."))
            if not said.get("vat_rates"):
                self.add_error("vat_rates", _("Say at which VAT rates they sell."))
        return said

    def terms(self) -> Terms:
        names = [name for name in Terms.__dataclass_fields__ if name in self.cleaned_data]
        said = {name: self.cleaned_data[name] for name in names}
        if said["vat_regime"] == Mandate.VatRegime.FRANCHISE:
            said["vat_rates"] = []
        return Terms(**said)

    @classmethod
    def initial_of(cls, mandate: Mandate) -> dict[str, Any]:
        return {name: getattr(mandate, name) for name in cls.base_fields if name != "request_id"}


class ProposeForm(forms.Form):
    """Who gets the mandate by mail; nobody: it is to be signed on paper."""

    contacts = ContactsField(
        label=_("Who receives it?"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody: print the PDF, have it signed, then record it here."),
    )

    def __init__(self, *args: Any, contacts: QuerySet[Contact], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["contacts"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = contacts
        chosen.initial = [contact.pk for contact in contacts if contact.receives_invoices]


class PaperForm(RequestForm):
    """A mandate that came back signed on paper."""

    name = forms.CharField(label=_("Who signed?"), max_length=120)
    capacity = forms.CharField(label=_("In what capacity?"), max_length=120, help_text=_("For example: farmer."))
    on = DayField(label=_("On which day?"))
    how_words = forms.CharField(
        label=_("How did it come?"), max_length=200, help_text=_("For example: signed and handed over at the market.")
    )
    scan = forms.FileField(
        label=_("The paper, scanned or photographed"),
        help_text=_("PDF, PNG or JPEG, 10 MB at most. It is kept as it is, with its fingerprint."),
    )


class EndForm(RequestForm):
    """From which day a mandate ends, and why."""

    ends_on = DayField(label=_("From which day?"), help_text=_("From that day no invoice is written in their name."))
    reason = forms.CharField(label=_("Why, if you wish to say"), required=False, max_length=300)

    def __init__(self, *args: Any, is_accepted: bool, ask_who: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_accepted:
            del self.fields["ends_on"]
        if ask_who:
            self.fields["by_partner"] = forms.BooleanField(
                label=_("It is their wish: they said so in another way"), required=False
            )


# The invoices -----------------------------------------------------------------------------------------------------


class ReceiptsField(forms.ModelMultipleChoiceField[Receipt]):
    """What came and is not invoiced, by day, with its value."""

    def label_from_instance(self, receipt: Receipt) -> str:
        language = get_language() or "fr"
        what = counted(receipt.kept_quantity, receipt.unit or receipt.label, language) if receipt.quantity else ""
        return f"{day_written(receipt.received_on)} · {what} · {written(receipt.kept, language)}"


class HowPaidForm(RequestForm):
    """How the partner's invoice is settled."""

    settlement = forms.ChoiceField(
        label=_("How is it paid?"),
        choices=SelfBilledInvoice.Settlement.choices,
        widget=forms.RadioSelect,
        initial=SelfBilledInvoice.Settlement.SET_OFF,
    )
    due_on = DayField(label=_("To be paid by"), required=False, help_text=_("Where it is paid in euros."))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("settlement") == EUROS and not said.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Say by which day."))
        return said


class FromReceiptsForm(RequestForm):
    """Which receipts in kind of a month the invoice is for, and at which rate where there are several."""

    receipts = ReceiptsField(
        label=_("What came and is not invoiced yet"),
        queryset=Receipt.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    vat_rate = forms.ChoiceField(label=_("VAT rate"))

    def __init__(
        self, *args: Any, mandate: Mandate, receipts: QuerySet[Receipt], month: str = "", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        chosen, rates = self.fields["receipts"], rates_of(mandate)
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = receipts
        months = {receipt.pk: f"{receipt.received_on:%Y-%m}" for receipt in receipts}
        wanted = month if month in months.values() else min(months.values(), default="")
        chosen.initial = [pk for pk, its in months.items() if its == wanted]
        if len(rates) == 1:
            del self.fields["vat_rate"]
        else:
            rate = self.fields["vat_rate"]
            assert isinstance(rate, forms.ChoiceField)
            rate.choices = rate_choices(rates)

    def rate(self) -> Decimal | None:
        chosen = self.cleaned_data.get("vat_rate")
        return Decimal(chosen) if chosen else None


def rate_choices(rates: Iterable[Decimal]) -> list[tuple[str, str]]:
    language = get_language() or "fr"
    return [(f"{rate.normalize():f}", percent_written(rate, language)) for rate in rates]


class SaidForm(HowPaidForm):
    """What is said beside the lines of an invoice written by hand."""

    title = forms.CharField(label=_("Title"), max_length=200)
    delivered_on = DayField(label=_("Delivered on"))
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order = ("title", "delivered_on", "settlement", "due_on")

    def said(self, invoice: SelfBilledInvoice | None = None) -> Said:
        typed = self.cleaned_data
        since, until = (invoice.period_since, invoice.period_until) if invoice else (None, None)
        return Said(
            title=typed["title"],
            delivered_on=typed["delivered_on"],
            settlement=typed["settlement"],
            due_on=typed["due_on"],
            period=(since, until) if since and until else None,
        )

    @classmethod
    def initial_of(cls, invoice: SelfBilledInvoice) -> dict[str, Any]:
        return {name: getattr(invoice, name) for name in (*cls.field_order, "revision")}


class PartnerLineForm(forms.Form):
    """A line of what the partner sold."""

    title = forms.CharField(label=_("What"), max_length=200, required=False)
    quantity = NumberField(
        label=_("Quantity"), required=False, min_value=Decimal("0.0001"), max_digits=12, decimal_places=4
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, required=False, initial=Unit.PIECE)
    unit_price = EurosField(label=_("Price in euros, before VAT"), required=False, max_digits=18, decimal_places=6)
    vat_rate = forms.ChoiceField(label=_("VAT rate"), required=False)
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature.choices, required=False, initial=Nature.GOODS)

    def __init__(self, *args: Any, rates: Sequence[Decimal], **options: Any) -> None:
        super().__init__(*args, **options)
        if list(rates) == [Decimal(0)]:
            del self.fields["vat_rate"]
            self.fields["unit_price"].label = _("Price in euros")
            return
        rate = self.fields["vat_rate"]
        assert isinstance(rate, forms.ChoiceField)
        rate.choices = rate_choices(rates)

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
            vat_rate=Decimal(said.get("vat_rate") or 0),
            title=said["title"],
            unit=said.get("unit") or Unit.PIECE,
            nature=said.get("nature") or Nature.GOODS,
        )


class PartnerLines(forms.BaseFormSet[PartnerLineForm]):
    def lines(self) -> list[DraftLine]:
        return [line for form in self.forms if (line := form.line()) is not None]


PartnerLineFormSet = forms.formset_factory(
    PartnerLineForm, formset=PartnerLines, extra=LINES_SHOWN, max_num=100, validate_max=True
)


def lines_of(invoice: SelfBilledInvoice) -> list[dict[str, Any]]:
    names = ("title", "quantity", "unit", "unit_price", "nature")
    return [
        {name: getattr(line, name) for name in names} | {"vat_rate": f"{line.vat_rate.normalize():f}"}
        for line in invoice.lines.order_by("position")
    ]


class SpokenAnswerForm(RequestForm):
    """What the partner said in another way than by the link."""

    kind = forms.ChoiceField(label=_("What did they say?"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Who?"), max_length=120)
    reason = forms.CharField(
        label=_("What is wrong, in their words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("APPROVED", _("it is right")), ("CONTESTED", _("something is wrong"))]


# The partner's ----------------------------------------------------------------------------------------------------


class GiveMandateForm(RequestForm):
    """The yes to a mandate: who, in what capacity, with what power, to exactly which text."""

    seal = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = forms.CharField(
        label=_("Your first and last name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    capacity = forms.CharField(
        label=_("In what capacity?"),
        max_length=120,
        help_text=_("For example: farmer, president, manager."),
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    power = forms.BooleanField(error_messages={"required": _("Tick this sentence, if it is true.")})
    consent = forms.BooleanField(error_messages={"required": _("Tick this sentence to say yes.")})

    def __init__(self, *args: Any, power: str, consent: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["power"].label, self.fields["consent"].label = power, consent


class AnswerForm(RequestForm):
    """The partner's word on one invoice; a contestation says what is wrong."""

    name = forms.CharField(
        label=_("Your first and last name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    reason = forms.CharField(label=_("What is wrong?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, contests: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not contests:
            del self.fields["reason"]
