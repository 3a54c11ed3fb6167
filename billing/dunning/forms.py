"""The forms of reminders, of the hours they keep, and of payment requests."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.dunning.overdue import Charges
from billing.dunning.reminder_words import DAYS_TO_PAY, FORMAL, FRIENDLY, LONGEST_CLOSING, LONGEST_OPENING, Choice
from billing.dunning.requesting import Wish
from billing.dunning.turning import Askable
from billing.forms import day_field
from billing.models import ReminderHours
from lib.money import written
from people.models import Contact
from quotes.forms import RequestForm
from quotes.forms_fields import NumberField
from quotes.wording import counted

DAYS_TO_ANSWER = 30


class ReminderForm(RequestForm):
    """What a person writes around the claim, to whom, and what is asked for beside it between professionals."""

    opening = forms.CharField(
        label=_("First words"), max_length=LONGEST_OPENING, widget=forms.Textarea(attrs={"rows": 4})
    )
    pay_by = day_field(_("Please pay by"), required=True)
    with_indemnity = forms.BooleanField(required=False)
    with_interest = forms.BooleanField(required=False)
    closing = forms.CharField(
        label=_("Last words"), max_length=LONGEST_CLOSING, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    contacts = forms.ModelMultipleChoiceField(
        label=_("Write to"), queryset=Contact.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, level: str, contacts: QuerySet[Contact], charges: Charges, **options: Any) -> None:
        super().__init__(*args, **options)
        self.level = level
        chosen = self.fields["contacts"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = contacts
        chosen.initial = [contact.pk for contact in contacts if contact.receives_invoices]
        chosen.required = level != FORMAL
        if level == FRIENDLY:
            del self.fields["pay_by"]
        self._offer(charges if level != FRIENDLY else None)

    def _offer(self, charges: Charges | None) -> None:
        """Keep the ticks of what may be asked for, and say how much that is."""
        language = get_language() or "fr"
        if charges is None or charges.indemnity is None:
            del self.fields["with_indemnity"]
        else:
            amount = written(charges.indemnity, language)
            self.fields["with_indemnity"].label = _("Ask for the recovery compensation: %(amount)s") % {
                "amount": amount
            }
        if charges is None or not charges.has_interest:
            del self.fields["with_interest"]
        elif charges.interest is None:
            self.fields["with_interest"].label = _("Mention the late-payment penalties, without an amount")
        else:
            amount = written(charges.interest.amount, language)
            self.fields["with_interest"].label = _("Ask for the late-payment penalties: %(amount)s") % {
                "amount": amount
            }

    def choice(self) -> Choice:
        """Return what was typed, valid or not: a preview shows it as it is."""
        said = self.cleaned_data if self.is_bound else self.initial
        return Choice(
            level=self.level,
            opening=said.get("opening") or "",
            closing=said.get("closing") or "",
            pay_by=said.get("pay_by"),
            with_indemnity=bool(said.get("with_indemnity")),
            with_interest=bool(said.get("with_interest")),
        )


def first_words(opening: str, closing: str, leaves_on: date) -> dict[str, Any]:
    """Return what a reminder's form holds at first."""
    return {"opening": opening, "closing": closing, "pay_by": leaves_on + timedelta(days=DAYS_TO_PAY)}


class HoursForm(forms.ModelForm[ReminderHours]):
    """When reminders leave."""

    class Meta:
        model = ReminderHours
        fields = ("quiet_since", "quiet_until", "quiet_sundays", "quiet_holidays", "alsace_moselle")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("quiet_since", "quiet_until"):
            self.fields[name].widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        since, until = said.get("quiet_since"), said.get("quiet_until")
        if since and until and since <= until:
            self.add_error("quiet_until", _("Leave some hours of the day open: morning first, evening after."))
        if said.get("alsace_moselle") and not said.get("quiet_holidays"):
            said["quiet_holidays"] = True
            self.instance.quiet_holidays = True
        return said


class PaymentRequestForm(RequestForm):
    """What is asked for in euros: which part, how many units, by when and why."""

    key = forms.ChoiceField(label=_("What will not come?"), widget=forms.RadioSelect)
    quantity = NumberField(
        label=_("How many of it"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2,
        help_text=_("In units: what is asked for is their agreed value."),
    )  # fmt: skip
    due_on = day_field(_("To be paid by"), required=True)
    reason = forms.CharField(
        label=_("Why?"), max_length=200, help_text=_("Printed on the request. For example: hail, two baskets missed.")
    )

    def __init__(self, *args: Any, items: Sequence[Askable], on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        key = self.fields["key"]
        assert isinstance(key, forms.ChoiceField)
        key.choices = [(item.key, said_of(item)) for item in items]
        if items:
            key.initial = items[0].key
            self.fields["quantity"].initial = items[0].quantity if items[0].basis == "DUE" else None
        self.fields["due_on"].initial = on + timedelta(days=DAYS_TO_ANSWER)

    def wish(self) -> Wish:
        said = self.cleaned_data
        return Wish(said["key"], said["quantity"], said["due_on"], said["reason"])


def said_of(item: Askable) -> str:
    """Return a part that may be asked for, in words: what, how many at most, and why it may be."""
    language = get_language() or "fr"
    words = {
        "what": item.label,
        "count": counted(item.quantity, item.unit or item.label, language),
        "value": written(item.value, language),
    }
    if item.basis == "DUE":
        return str(_("%(what)s: %(count)s did not come, %(value)s due in euros") % words)
    return str(_("%(what)s: up to %(count)s to come (%(value)s), if your client agrees to pay in euros") % words)
