"""What people type about a client. Which identity is asked depends on what the client is."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lib import countries, identifiers
from people.forms import NARROW_ADDRESS, PrintedForm, number_or_error
from people.models import Activity, Client, Contact

Kind = Client.Kind
NUMBER, VAT, RNA, COURT, SERVICE = "company_number", "vat_number", "rna", "court_register", "service_code"
ASKED: dict[str, Sequence[str]] = {
    Kind.FARM: (NUMBER, VAT),
    Kind.ASSOCIATION: (NUMBER, RNA, COURT, VAT),
    Kind.AMAP: (NUMBER, RNA, COURT),
    Kind.COMPANY: (NUMBER, VAT),
    Kind.PUBLIC: (NUMBER, SERVICE, VAT),
    Kind.PERSON: (),
}
NEEDED: dict[str, str] = {Kind.COMPANY: NUMBER, Kind.PUBLIC: NUMBER}
ALL_ASKED = (NUMBER, VAT, RNA, COURT, SERVICE)
DELIVERY = ("delivery_address", "delivery_postal_code", "delivery_city")


class ClientForm(PrintedForm):
    """A client of one kind: the fields of the other kinds are not there."""

    NEVER_PRINTED: ClassVar[set[str]] = {"notes"}

    company_number = forms.CharField(
        label=_("SIREN or SIRET number"),
        max_length=20,
        help_text=_("9 or 14 digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    country = forms.ChoiceField(label=_("Country"), initial=countries.HOME)
    delivery_country = forms.ChoiceField(label=_("Country"), required=False)

    class Meta:
        model = Client
        fields: ClassVar[list[str]] = [
            "activity",
            "name",
            "country",
            *ALL_ASKED,
            "address",
            "address_more",
            "postal_code",
            "city",
            *DELIVERY,
            "delivery_country",
            "language",
            "second_language",
            "notes",
        ]
        labels = {
            "activity": _("Activity"),
            "name": _("Name"),
            "vat_number": _("VAT number"),
            "rna": _("RNA number"),
            "court_register": _("Register of associations"),
            "service_code": _("Service code (Chorus Pro)"),
            "address": _("Address"),
            "address_more": _("Address, continued"),
            "postal_code": _("Postal code"),
            "city": _("Town"),
            "delivery_address": _("Address"),
            "delivery_postal_code": _("Postal code"),
            "delivery_city": _("Town"),
            "language": _("Language of their documents"),
            "second_language": _("Second language of their documents"),
            "notes": _("Private notes"),
        }
        help_texts = {
            "rna": _("W and nine digits, if they have one."),
            "court_register": _("In Alsace and Moselle: the court, the volume and the folio."),
            "vat_number": _("If they have one. From another country of the Union, it decides who owes the VAT."),
            "second_language": _("Each title and mention is then said in both."),
            "notes": _("Never shown to the client."),
        }
        widgets = {
            "postal_code": forms.TextInput(attrs=NARROW_ADDRESS),
            "delivery_postal_code": forms.TextInput(attrs={"autocomplete": "off"}),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, kind: str, activities: Iterable[Activity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.activities = kind, list(activities)
        self._settle_countries()
        for name in ALL_ASKED:
            if name not in ASKED[kind]:
                del self.fields[name]
        if NUMBER in self.fields:
            self.fields[NUMBER].required = False  # in France it is: see `clean`
            if NEEDED.get(kind) == NUMBER:
                self.fields[NUMBER].help_text = _("9 or 14 digits. Needed in France, not asked abroad.")
            if self.instance.pk:
                self.initial[NUMBER] = self.instance.siret or self.instance.siren
        self._settle_labels()
        self._settle_activity()

    def _settle_countries(self) -> None:
        language = get_language() or "fr"
        for name, first in (("country", []), ("delivery_country", [("", "–")])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*first, *countries.choices(language, besides=getattr(self.instance, name))]

    def _settle_labels(self) -> None:
        self.fields["name"].label = _("First name and surname") if self.kind == Kind.PERSON else _("Legal name")
        if self.kind == Kind.PUBLIC:
            self.fields[NUMBER].label = _("SIRET number")
            self.fields[NUMBER].help_text = _("14 digits: Chorus Pro knows them by it.")
        for name in ("address", "postal_code", "city"):
            self.fields[name].required = True

    def _settle_activity(self) -> None:
        """Ask for the activity only where there is a choice."""
        if self.instance.pk or len(self.activities) == 1:
            del self.fields["activity"]
            return
        choice = self.fields["activity"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Activity.objects.filter(pk__in=[activity.pk for activity in self.activities])

    def clean_company_number(self) -> str:
        text: str = self.cleaned_data[NUMBER]
        if not text:
            return ""
        if not self.is_in_france:
            raise forms.ValidationError(_("Only a company in France has a SIREN: leave this empty."))
        digits = "".join(letter for letter in text if letter.isdigit())
        if self.kind == Kind.PUBLIC or len(digits) > 9:
            return number_or_error(identifiers.siret, text)
        return number_or_error(identifiers.siren, text)

    def clean_vat_number(self) -> str:
        text: str = self.cleaned_data[VAT]
        country: str = self.cleaned_data.get("country") or countries.HOME
        return number_or_error(partial(identifiers.vat_number_in, country), text) if text else ""

    def clean_rna(self) -> str:
        text: str = self.cleaned_data[RNA]
        return number_or_error(identifiers.rna, text) if text else ""

    def clean(self) -> dict[str, Any]:
        """Ask a French company for its number, and a delivery address for all of it."""
        said = super().clean()
        if self.is_in_france and NEEDED.get(self.kind) == NUMBER and not said.get(NUMBER) and NUMBER not in self.errors:
            self.add_error(NUMBER, self.fields[NUMBER].error_messages["required"])
        if any(said.get(name) for name in DELIVERY):
            for name in (name for name in DELIVERY if not said.get(name) and name not in self.errors):
                self.add_error(name, _("Complete the delivery address, or leave all of it empty."))
            said["delivery_country"] = said.get("delivery_country") or said.get("country") or countries.HOME
        else:
            said["delivery_country"] = ""
        if said.get("second_language") == said.get("language"):
            said["second_language"] = ""
        return said

    def chosen_activity(self) -> Activity:
        chosen: Activity = self.cleaned_data.get("activity") or self.activities[0]
        return chosen

    def facts(self) -> dict[str, Any]:
        """Return what goes on the row; what a kind is not asked is emptied."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in {"activity", NUMBER}}
        number: str = self.cleaned_data.get(NUMBER, "")
        emptied = {name: "" for name in ALL_ASKED if name != NUMBER and name not in self.fields}
        identity = {"siren": number[:9], "siret": number if len(number) == 14 else ""}
        return {**facts, **emptied, **identity, "kind": self.kind}


class ContactForm(PrintedForm):
    """A person at a client's who receives mails with links."""

    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = ["name", "email", "capacity", "phone", "receives_quotes", "receives_invoices"]
        labels = {
            "name": _("Name"),
            "email": _("E-mail"),
            "capacity": _("Capacity"),
            "phone": _("Phone"),
            "receives_quotes": _("Receives quotes"),
            "receives_invoices": _("Receives invoices"),
        }
        help_texts = {"capacity": _("For example: president, farmer, head of purchases.")}
        widgets = {"phone": forms.TextInput(attrs={"type": "tel"})}

    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class FirstContactForm(ContactForm):
    """The contact asked for together with a new client: one who leaves the words empty adds none."""

    def __init__(self, typed: QueryDict | None = None) -> None:
        super().__init__(typed, prefix="contact", empty_permitted=True, use_required_attribute=False)

    def has_changed(self) -> bool:
        return bool({"name", "email", "capacity", "phone"} & set(self.changed_data))
