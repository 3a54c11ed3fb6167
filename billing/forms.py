"""The forms of invoices. Those of receipts are in forms_receipts."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from billing.crediting import left_of_line
from billing.drafting import DraftLine
from billing.models import Invoice
from billing.roles import DEPOSIT, role_of
from billing.waiving import WAIVED, is_proposed
from lib.form_fields import DayField
from lib.money import euros, written
from people.models import Business, Client, Contact
from quotes.forms import RequestForm
from quotes.forms_fields import EurosField, ExemptionField, NumberField, number_shown
from quotes.models import Nature, Unit
from quotes.vat import WITHOUT_VAT

MORE = ("section", "nature", "exemption")
LINES_SHOWN = 3  # empty ones, at the end of a one-off invoice


def day_field(label: Any, **options: Any) -> DayField:
    return DayField(label=label, **{"required": False} | options)


class DraftForm(forms.Form):
    """What may still be said on a draft. Each kind of client has the references it needs, and no others."""

    title = forms.CharField(label=_("Title"), max_length=200)
    delivered_on = day_field(_("Done on"), help_text=_("The day the work was done. Empty: the day of issue."))
    due_on = day_field(_("To be paid by"), help_text=_("Empty: as agreed in the quote, else 30 days after the issue."))
    period_since = day_field(_("Period from"), help_text=_("Where the work went on for some time."))
    period_until = day_field(_("Period to"))
    order_reference = forms.CharField(
        label=_("Your client's order number"),
        max_length=50,
        required=False,
        help_text=_("Required when your client gave one."),
    )
    engagement = forms.CharField(
        label=_("Engagement number"),
        max_length=50,
        required=False,
        help_text=_("Most public bodies refuse an invoice without theirs: ask for it."),
    )
    buyer_accounting_reference = forms.CharField(
        label=_("Your client's accounting reference"), max_length=50, required=False
    )
    introduction = forms.CharField(
        label=_("A few words, printed with the mentions"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, invoice: Invoice, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in _not_asked(invoice):
            del self.fields[name]

    @classmethod
    def of(cls, invoice: Invoice) -> "DraftForm":
        names = (name for name in cls.base_fields if hasattr(invoice, name))
        return cls(initial={name: getattr(invoice, name) for name in names}, invoice=invoice)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        since, until = said.get("period_since"), said.get("period_until")
        if bool(since) != bool(until):
            self.add_error("period_until" if since else "period_since", _("A period has a first and a last day."))
        elif since and until and until < since:
            self.add_error("period_until", _("A period ends after it starts."))
        return said


def _not_asked(invoice: Invoice) -> set[str]:
    """Return the fields that this client, or this kind of invoice, has no use for."""
    kind, left_out = invoice.client.kind, set()
    if kind != Client.Kind.PUBLIC:
        left_out.add("engagement")
    if kind == Client.Kind.PERSON:
        left_out |= {"order_reference", "buyer_accounting_reference"}
    if role_of(invoice) == DEPOSIT:  # nothing is done yet
        left_out |= {"delivered_on", "period_since", "period_until"}
    return left_out


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

    section = forms.CharField(
        label=_("Under the heading"),
        required=False,
        max_length=120,
        help_text=_("Lines that follow each other under one heading are grouped."),
    )
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature.choices, initial=Nature.SERVICES.value, required=False)
    exemption = ExemptionField()

    def __init__(self, *args: Any, business: Business, **options: Any) -> None:
        super().__init__(*args, **options)
        if business.vat_regime in WITHOUT_VAT:
            del self.fields["vat_rate"], self.fields["exemption"]

    def usual(self) -> list[forms.BoundField]:
        """Return the fields that each line fills."""
        return [bound for bound in self if bound.name not in MORE]

    def more(self) -> list[forms.BoundField]:
        """Return the fields that few lines need."""
        return [bound for bound in self if bound.name in MORE]

    @property
    def says_more(self) -> bool:
        """Whether one of those is filled in, or wrong."""
        said = any(bound.value() not in ("", None, Nature.SERVICES, Nature.SERVICES.value) for bound in self.more())
        return said or any(bound.errors for bound in self.more())

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
            section=said.get("section", ""),
            nature=said.get("nature") or Nature.SERVICES.value,
            exemption=said.get("exemption", ""),
        )


class Lines(forms.BaseFormSet[LineForm]):
    def lines(self) -> list[DraftLine]:
        return [line for form in self.forms if (line := form.line()) is not None]


LineFormSet = forms.formset_factory(LineForm, formset=Lines, extra=LINES_SHOWN, max_num=200, validate_max=True)


def initial_of(invoice: Invoice) -> list[dict[str, Any]]:
    names = ("title", "quantity", "unit", "unit_price", "vat_rate", *MORE)
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

    WHOLE, AMOUNT, LINES, WAIVED = "whole", "amount", "lines", WAIVED

    how = forms.ChoiceField(label=_("What does it take off?"), widget=forms.RadioSelect, initial=WHOLE)
    amount = EurosField(label=_("Amount"), required=False)
    reason = forms.CharField(
        label=_("Why?"), max_length=200, help_text=_("Printed on the credit note. For example: ten guides not printed.")
    )

    def __init__(self, *args: Any, invoice: Invoice, may_choose_lines: bool, waived: Money, **options: Any) -> None:
        super().__init__(*args, **options)
        choices: list[tuple[str, Any]] = [
            (self.WHOLE, _("all that is left of the invoice")),
            (self.AMOUNT, _("an amount, VAT included")),
        ]
        if is_proposed(waived):
            words = {"amount": written(waived, get_language() or "fr")}
            choices.insert(0, (self.WAIVED, _("what was missed and is waived, %(amount)s") % words))
        self.line_fields: list[str] = []
        if may_choose_lines:
            choices.append((self.LINES, _("some of its lines")))
            self._add_lines(invoice)
        how = self.fields["how"]
        assert isinstance(how, forms.ChoiceField)
        how.choices = choices

    def _add_lines(self, invoice: Invoice) -> None:
        for line in invoice.lines.order_by("position"):
            name, left = f"line_{line.position}", left_of_line(line)
            if left <= 0:
                continue
            invoiced = {"quantity": number_shown(line.quantity), "left": number_shown(left)}
            self.fields[name] = NumberField(
                label=line.title,
                required=False,
                min_value=Decimal(0),
                max_value=left,
                decimal_places=4,
                help_text=(_("Invoiced: %(quantity)s") if left == line.quantity else _("Left: %(left)s")) % invoiced,
            )
            self.line_fields.append(name)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("how") == self.AMOUNT and not said.get("amount"):
            self.add_error("amount", _("Say how much."))
        return said

    def wanted(self) -> dict[str, Any]:
        """Return what the act takes: an amount, quantities by position, that it waives, or nothing of these."""
        said = self.cleaned_data
        if said["how"] == self.WAIVED:
            return {"waives": True}
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
