"""The forms of offers and lists, and those by which a quote is started, sent and followed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lib.form_fields import DayField
from people.models import Activity, Business, Client, Contact, new_request_id
from quotes.forms_fields import EurosField, ExemptionField, NumberField
from quotes.models import Nature, Offer, Question, Unit
from quotes.vat import WITHOUT_VAT


class RequestForm(forms.Form):
    """A form that creates: sent twice, it makes one thing."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_request_id)


class OfferForm(forms.Form):
    """An offer. Whoever charges no VAT never sees a rate."""

    title = forms.CharField(label=_("Title"), max_length=160)
    summary = forms.CharField(
        label=_("In one sentence"),
        max_length=300,
        required=False,
        help_text=_("What your client gets, in plain words."),
    )
    included = forms.CharField(label=_("What is included"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    left_out = forms.CharField(
        label=_("Left out on purpose"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Saying it now spares a dispute later."),
    )
    reused = forms.CharField(
        label=_("What is reused"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Open-source parts: links and licences."),
    )
    licence = forms.CharField(
        label=_("Licence of what is delivered"), max_length=80, required=False, help_text=_("For example: AGPL-3.0.")
    )
    published_at_url = forms.URLField(
        label=_("Where its code will be published"), required=False, max_length=200, assume_scheme="https"
    )
    hours = NumberField(
        label=_("Hours it really takes"),
        required=False,
        min_value=Decimal(0),
        max_digits=7,
        decimal_places=2,
        help_text=_("For you alone: your client never sees them."),
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, initial=Unit.FLAT)
    unit_price = EurosField(label=_("Price in euros"), max_digits=18, decimal_places=6)
    vat_rate = NumberField(
        label=_("VAT rate, in %"), min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2
    )
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature.choices, initial=Nature.SERVICES.value, required=False)
    exemption = ExemptionField()
    tags = forms.CharField(label=_("Tags"), max_length=200, required=False, help_text=_("Separated by commas."))
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_request_id)

    def __init__(self, *args: Any, business: Business, **options: Any) -> None:
        super().__init__(*args, **options)
        if business.vat_regime in WITHOUT_VAT:
            del self.fields["vat_rate"], self.fields["exemption"]
        else:
            self.fields["unit_price"].label = _("Price in euros, before VAT")

    def clean_tags(self) -> str:
        tags = (tag.strip() for tag in self.cleaned_data["tags"].split(","))
        return ", ".join(dict.fromkeys(tag for tag in tags if tag))

    def fields_of_offer(self) -> dict[str, Any]:
        """Return what the form says of the offer itself."""
        said = dict(self.cleaned_data)
        for name in ("revision", "request_id"):
            said.pop(name)
        said["nature"] = said["nature"] or Nature.SERVICES.value
        return {"vat_rate": Decimal(0), "exemption": ""} | said

    @classmethod
    def initial_of(cls, offer: Offer) -> dict[str, Any]:
        """Return what the form shows of an offer."""
        names = [name for name in cls.base_fields if name not in {"request_id"}]
        return {name: getattr(offer, name) for name in names}


class ActivityForm(forms.Form):
    """Whose catalogue or quote it is: asked only of people who have several activities."""

    activity = forms.ModelChoiceField(label=_("Activity"), queryset=Activity.objects.none())

    def __init__(self, *args: Any, activities: QuerySet[Activity], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["activity"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = activities
        if len(activities) == 1:
            chosen.initial = activities[0]
            chosen.widget = chosen.hidden_widget()


class ClientOfQuoteField(forms.ModelChoiceField[Client]):
    """A client, by name and town."""

    def label_from_instance(self, client: Client) -> str:
        return f"{client.name} ({client.city})" if client.city else client.name


class NewQuoteForm(RequestForm):
    """For whom, and under what title. The quote's activity is its client's."""

    client = ClientOfQuoteField(label=_("For which client?"), queryset=Client.objects.none())
    title = forms.CharField(
        label=_("Title of the quote"), max_length=160, help_text=_("For example: website for the farm and its baskets.")
    )

    def __init__(self, *args: Any, clients: QuerySet[Client], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["client"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = clients


class ContactsField(forms.ModelMultipleChoiceField[Contact]):
    def label_from_instance(self, contact: Contact) -> str:
        return f"{contact.name}, {contact.capacity} · {contact.email}" if contact.capacity else str(contact)


class SendForm(forms.Form):
    """To whom a quote is sent: each gets a link of their own."""

    contacts = ContactsField(
        label=_("Who receives it?"),
        queryset=Contact.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, contacts: QuerySet[Contact], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["contacts"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = contacts
        chosen.initial = [contact.pk for contact in contacts if contact.receives_quotes]


class AnswerForm(forms.Form):
    """The answer to one question."""

    question = forms.ModelChoiceField(queryset=Question.objects.none(), widget=forms.HiddenInput)
    answer = forms.CharField(label=_("Your answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, questions: QuerySet[Question], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["question"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = questions


class OtherwiseForm(RequestForm):
    """A yes that came on paper, by a purchase order, by minutes: what it is, from whom, on which day."""

    name = forms.CharField(label=_("Who said yes?"), max_length=120)
    capacity = forms.CharField(label=_("In what capacity?"), max_length=120, help_text=_("For example: president."))
    on = DayField(label=_("On which day?"))
    how_words = forms.CharField(
        label=_("How did the yes come?"),
        max_length=200,
        help_text=_("For example: quote signed on paper; purchase order 2026-114; minutes of the board."),
    )
    scan = forms.FileField(
        label=_("The paper, scanned or photographed"),
        required=False,
        help_text=_("PDF, PNG or JPEG, 10 MB at most. It is kept as it is, with its fingerprint."),
    )
