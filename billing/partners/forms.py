"""The forms of received invoices, set-offs and delivery slips."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.books import nature_of
from billing.forms import day_field
from billing.models import Receipt, ReceivedInvoice
from billing.partners.coverable import waits_to_be_covered
from billing.partners.receiving import Typed
from billing.partners.setting_off import Pair
from lib.days import day_written
from lib.money import euros, written
from people.models import Client
from quotes.forms import RequestForm
from quotes.forms_fields import EurosField

ACCEPTED = ".pdf,.xml,.png,.jpg,.jpeg,application/pdf,application/xml,text/xml,image/png,image/jpeg"


class FromForm(forms.Form):
    """Whose invoice it is: asked where the address does not say."""

    client = forms.ModelChoiceField(label=_("From which client?"), queryset=Client.objects.none())

    def __init__(self, *args: Any, clients: QuerySet[Client], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["client"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = clients


class UploadForm(RequestForm):
    """The file of a client's invoice. It comes last: a file too large is thrown away, what stands before it is read."""

    file = forms.FileField(
        label=_("The invoice’s file"),
        help_text=_("PDF, Factur-X or XML, or a photo; 10 MB at most. What its data say is proposed on the next page."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )


class ReceivedForm(RequestForm):
    """What a client's invoice says, as a person confirms it."""

    number = forms.CharField(label=_("Number"), max_length=60)
    issued_on = day_field(_("Date of the invoice"), required=True)
    due_on = day_field(_("To be paid by"))
    subject = forms.CharField(label=_("What it is for"), max_length=200, required=False)
    net = EurosField(label=_("Total before VAT"), help_text=_("Without VAT: the whole price."))
    vat = EurosField(label=_("VAT"), initial=euros(0))
    already_paid = EurosField(
        label=_("Already paid"), required=False, help_text=_("Before, by transfer for instance: it is not set off.")
    )

    def __init__(self, *args: Any, today: date, correctable: QuerySet[ReceivedInvoice], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["issued_on"].widget.attrs["max"] = today.isoformat()
        if correctable.exists():
            self.fields["corrects"] = forms.ModelChoiceField(
                label=_("It is a credit note on"),
                queryset=correctable,
                required=False,
                empty_label=_("no: it is an invoice"),
            )

    def typed(self) -> Typed:
        said = self.cleaned_data
        return Typed(
            number=said["number"],
            issued_on=said["issued_on"],
            due_on=said["due_on"],
            subject=said["subject"],
            net=said["net"],
            vat=said["vat"],
            already_paid=said["already_paid"] or euros(0),
            corrects=said.get("corrects"),
        )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why?"), max_length=200, help_text=_("The books keep it."))


class SetOffForm(RequestForm):
    """How much of two invoices is set off: what came in kind already, and euros beside."""

    settled_on = day_field(_("Set off on"), required=True, help_text=_("Both invoices are deemed paid that day."))

    def __init__(self, *args: Any, pair: Pair, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pair, language = pair, get_language() or "fr"
        self.fields["settled_on"].initial = today
        self.fields["settled_on"].widget.attrs["max"] = today.isoformat()
        chosen, covered = _first_that_fit(pair)
        if pair.covers:
            self.fields["covers"] = forms.TypedMultipleChoiceField(
                label=_("Received in kind, and invoiced by this invoice"),
                choices=[(cover.receipt.pk, _words(cover.receipt, cover.value, language)) for cover in pair.covers],
                coerce=int,
                required=False,
                initial=chosen,
                widget=forms.CheckboxSelectMultiple,
            )
        most = pair.rest_after(euros(0))
        if not most.amount:
            return
        self.fields["rest"] = EurosField(
            label=_("And in euros"),
            required=False,
            initial=_rest(pair, chosen, covered),
            help_text=_("At most %(amount)s: what is left in euros of the smaller side.")
            % {"amount": written(most, language)},
        )

    def covers(self) -> list[Receipt]:
        chosen = set(self.cleaned_data.get("covers") or ())
        return [cover.receipt for cover in self.pair.covers if cover.receipt.pk in chosen]


def _first_that_fit(pair: Pair) -> tuple[list[int], Any]:
    room, chosen = pair.theirs, []
    for cover in pair.covers:
        if room.amount <= 0:
            break
        chosen.append(cover.receipt.pk)
        room -= min(room, cover.value)
    return chosen, pair.theirs - room


def _rest(pair: Pair, chosen: list[int], covered: Any) -> Any:
    """Propose no euros while their invoice may be for something in kind that this does not cover: a person says."""
    if not pair.to_cover.amount and waits_to_be_covered(pair.received.client, but=chosen):
        return euros(0)
    return pair.rest_after(covered)


def _words(receipt: Receipt, value: Any, language: str) -> str:
    return f"{day_written(receipt.received_on)} · {nature_of(receipt, language)} · {written(value, language)}"


class AnnounceForm(forms.Form):
    """How much of a client's invoice a draft says it will be set off against."""

    received: Any = forms.ModelChoiceField(queryset=ReceivedInvoice.objects.none(), widget=forms.HiddenInput)
    value = EurosField(label=_("To be set off"), required=False, help_text=_("Empty: nothing."))

    def __init__(self, *args: Any, rows: QuerySet[ReceivedInvoice], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["received"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = rows


class SlipForm(RequestForm):
    """What a slip is for, and who hands over to whom; names left blank are written by hand."""

    handed_over_by = forms.CharField(
        label=_("Handed over by"), max_length=120, required=False, help_text=_("Empty: written by hand on the paper.")
    )
    received_by = forms.CharField(label=_("Received by"), max_length=120, required=False)
    place = forms.CharField(label=_("Place"), max_length=120, required=False)

    def __init__(self, *args: Any, receipts: list[Receipt], chosen: list[int], **options: Any) -> None:
        super().__init__(*args, **options)
        language = get_language() or "fr"
        self.fields["receipts"] = forms.TypedMultipleChoiceField(
            label=_("What came"),
            choices=[
                (
                    row.pk,
                    f"{day_written(row.received_on)} · {nature_of(row, language)} · {written(row.kept, language)}",
                )
                for row in receipts
            ],
            coerce=int,
            initial=chosen,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose what the slip is for.")},
        )
        self.order_fields(["receipts", "handed_over_by", "received_by", "place"])
        self._rows = receipts

    def chosen(self) -> list[Receipt]:
        kept = set(self.cleaned_data["receipts"])
        return [row for row in self._rows if row.pk in kept]
