"""The forms of receipts: what came, on which day, worth how much; planned days; a reversal; what is given back."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from billing.claiming import free_of
from billing.doubting import SURPLUS_IS_SURE
from billing.forms import day_field
from billing.giving_back import returnable_of, units_of
from billing.models import Invoice, Receipt
from billing.settling import MEANS_OF, Destination
from lib.money import written
from people.models import Client, LocalCurrency
from quotes.forms import RequestForm
from quotes.forms_fields import EurosField, NumberField
from quotes.models import Kind, RemunerationTerm
from quotes.wording import counted

AUTOMATIC = ""


class ReceiptForm(RequestForm):
    """What came. Only the fields of its kind are there; what was agreed is filled in."""

    received_on = day_field(_("Received on"), required=True)

    def __init__(
        self,
        *args: Any,
        kind: str,
        today: date,
        client: Client,
        invoices: QuerySet[Invoice],
        term: RemunerationTerm | None = None,
        settles: Invoice | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kind, self.term, self.client = Kind(kind), term, client
        self.fields["received_on"].initial = today
        self.fields["received_on"].widget.attrs["max"] = today.isoformat()
        {
            Kind.MONEY: self._money,
            Kind.GOODS: self._goods,
            Kind.TIME: self._time,
            Kind.LOCAL_CURRENCY: self._local_currency,
        }[self.kind]()
        self._settles(invoices, settles)
        if SURPLUS_IS_SURE in self.data:
            self.ask_about_surplus()

    def ask_about_surplus(self) -> None:
        """Add the tick that says: yes, more came than was still to come."""
        self.fields[SURPLUS_IS_SURE] = forms.BooleanField(label=_("All of this really came"), required=False)

    def _money(self) -> None:
        initial = self.term.value if self.term else None
        self.fields["value"] = EurosField(label=_("Amount in euros"), initial=initial)
        self._means()
        self.fields["reference"] = _text(_("Reference"), 80, _("For example: the words on the bank statement."))

    def _goods(self) -> None:
        self._what(_("What came"))
        self.fields["quantity"] = _number(_("How many"), initial=(self.term and self.term.per_delivery) or Decimal(1))
        self._unit_value(_("Value of one, in euros, that day"))
        self.fields["destination"] = forms.ChoiceField(
            label=_("Where did it go?"),
            choices=Destination.choices,
            initial=Destination.PERSONAL,
            widget=forms.RadioSelect,
            help_text=_("The books need it: a basket eaten at home is a private drawing."),
        )
        self.fields["delivered_by"] = _text(_("Delivered by"), 120, _("When it is somebody else than your client."))

    def _time(self) -> None:
        self._what(_("What was done"))
        self.fields["quantity"] = _number(_("How many hours"))
        self._unit_value(_("Value of an hour, in euros"))
        self.fields["delivered_by"] = _text(_("Done by"), 120)

    def _local_currency(self) -> None:
        currencies = LocalCurrency.objects.filter(business=self.client.activity.business)
        if self.term is None:
            choices = [(currency.name, currency.name) for currency in currencies]
            self.fields["unit"] = forms.ChoiceField(label=_("Local currency"), choices=choices)
        self.fields["quantity"] = _number(
            _("How much (1 is 1 €)"), initial=self.term.value.amount if self.term else None
        )
        self._means()
        self.fields["reference"] = _text(_("Reference"), 80)

    def _what(self, label: Any) -> None:
        if self.term is None:
            self.fields["label"] = forms.CharField(label=label, max_length=120)
            self.fields["unit"] = _text(_("Unit"), 40, _("For example: basket, kg."))

    def _unit_value(self, label: Any) -> None:
        agreed = self.term.unit_value if self.term else None
        self.fields["unit_value"] = EurosField(label=label, initial=agreed)
        self.fields["valuation"] = _text(
            _("Why this value"), 200, _("For example: price at the farm’s stall."), self.term and self.term.valuation
        )

    def _means(self) -> None:
        choices = [(means.value, means.label) for means in MEANS_OF[self.kind]]
        self.fields["means"] = forms.ChoiceField(label=pgettext_lazy("payment", "How"), choices=choices)

    def _settles(self, invoices: QuerySet[Invoice], chosen: Invoice | None) -> None:
        """Let a person choose the invoice, where there is one to choose."""
        if not invoices:
            return
        by_itself = _("by itself: the oldest open one of this quote") if self.term else _("none for now")
        choices = [(AUTOMATIC, by_itself), *((str(row.pk), f"{row.number} · {row.title}") for row in invoices)]
        self.fields["invoice"] = forms.ChoiceField(
            label=_("Settles which invoice?"),
            choices=choices,
            required=False,
            initial=chosen.pk if chosen else AUTOMATIC,
        )
        self._invoices = {str(row.pk): row for row in invoices}

    def said(self) -> dict[str, Any]:
        """Return what the act takes."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("invoice", "request_id")}
        chosen = self.cleaned_data.get("invoice") or ""
        return values | {"invoice": self._invoices[chosen] if chosen else None}


def _text(label: Any, longest: int, help_text: Any = "", initial: Any = None) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False, help_text=help_text, initial=initial)


def _number(label: Any, initial: Decimal | None = None) -> NumberField:
    return NumberField(label=label, min_value=Decimal("0.01"), max_digits=10, decimal_places=2, initial=initial)


class WhoForm(forms.Form):
    """From whom, and of which kind: the first step of a receipt that no quote foresees."""

    client = forms.ModelChoiceField(label=_("From which client?"), queryset=Client.objects.none())
    kind = forms.ChoiceField(label=_("What came?"), choices=Kind.choices)

    def __init__(self, *args: Any, clients: QuerySet[Client], kinds: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen, kind = self.fields["client"], self.fields["kind"]
        assert isinstance(chosen, forms.ModelChoiceField)
        assert isinstance(kind, forms.ChoiceField)
        chosen.queryset, kind.choices = clients, kinds


class DaysForm(RequestForm):
    """Planned days of one term: for each, came or did not come, or nothing said yet."""

    CAME, MISSED = "came", "missed"

    destination = forms.ChoiceField(
        label=_("Where did it go?"),
        choices=Receipt.Destination.choices,
        initial=Receipt.Destination.PERSONAL,
        required=False,
    )
    note = _text(_("A word about what did not come"), 200, _("For example: hail, nothing to pick."))

    def __init__(self, *args: Any, term: RemunerationTerm, days: list[tuple[date, Decimal]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.days = days
        if term.kind != Kind.GOODS:
            del self.fields["destination"]
        for day, _quantity in days:
            self.fields[name_of(day)] = forms.ChoiceField(
                choices=[("", ""), (self.CAME, ""), (self.MISSED, "")], required=False
            )

    def answers(self) -> list[tuple[date, Decimal, bool]]:
        """Return the days that were answered, and whether it came."""
        said = [(day, quantity, self.cleaned_data.get(name_of(day))) for day, quantity in self.days]
        return [(day, quantity, answer == self.CAME) for day, quantity, answer in said if answer]


def name_of(day: date) -> str:
    return f"day_{day:%Y%m%d}"


class ReverseForm(forms.Form):
    """Why a receipt is undone."""

    reason = forms.CharField(
        label=_("Why?"), max_length=200, help_text=_("The books keep it. For example: typed twice.")
    )


class GiveBackForm(RequestForm):
    """What is given back of a receipt: so many euros, or so many of its units; when, how and why."""

    given_on = day_field(_("Given back on"), required=True)
    reason = forms.CharField(
        label=_("Why?"), max_length=200, help_text=_("The books keep it. For example: paid twice, a wilted basket.")
    )

    def __init__(self, *args: Any, receipt: Receipt, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        language = get_language() or "fr"
        day = self.fields["given_on"]
        day.initial = today
        day.widget.attrs |= {"min": receipt.received_on.isoformat(), "max": today.isoformat()}
        if receipt.kind == Kind.MONEY:
            most = returnable_of(receipt)
            help_text = _("At most %(most)s.") % {"most": written(most, language)}
            free = min(most, free_of(receipt))
            self.fields["value"] = EurosField(
                label=_("How many euros?"), initial=free if free.amount > 0 else None, help_text=help_text
            )
        else:
            left = counted(units_of(receipt), receipt.unit or receipt.label, language)
            self.fields["quantity"] = _number(_("How many?"))
            self.fields["quantity"].help_text = _("At most %(most)s.") % {"most": left}
        if len(ways := MEANS_OF[Kind(receipt.kind)]) > 1:
            self.fields["means"] = forms.ChoiceField(
                label=pgettext_lazy("payment", "How"),
                choices=[(means.value, means.label) for means in ways],
                initial=receipt.means,
            )
        self.order_fields(["value", "quantity", "given_on", "means", "reason"])

    def said(self) -> dict[str, Any]:
        """Return what the act takes."""
        return self.cleaned_data


class SettleForm(forms.Form):
    """Which invoice a receipt settles, and for how much."""

    invoice: Any = forms.ModelChoiceField(label=_("Settles which invoice?"), queryset=Invoice.objects.none())
    value = EurosField(label=_("For how much?"), required=False, help_text=_("Empty: as much as fits."))

    def __init__(self, *args: Any, invoices: QuerySet[Invoice], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["invoice"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = invoices
