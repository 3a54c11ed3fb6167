"""What people type about their business, their colleagues and themselves, checked next to the field."""

import re
import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lib import clock, colours, identifiers, images, law, pdf
from lib.form_fields import DayField, NumberField
from lib.money import euros
from people.models import Business, Role, User

ZONES = [
    "Europe/Paris",
    "America/Cayenne",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Miquelon",
    "Indian/Mayotte",
    "Indian/Reunion",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Wallis",
    "Europe/Brussels",
    "Europe/Luxembourg",
    "Europe/Zurich",
]
FRENCH_POSTAL_CODE = re.compile(r"[0-9]{5}")
NARROW_ADDRESS = {"autocomplete": "postal-code", "inputmode": "numeric"}


def number_or_error(read: Any, text: str) -> str:
    """Return an identifier in its short form; its own sentence becomes the error of the field."""
    try:
        return str(read(text))
    except identifiers.InvalidIdentifier as error:
        raise forms.ValidationError(str(error)) from error


def exemptions() -> list[tuple[str, Any]]:
    """Return the reasons why an activity is exempt from VAT, as lib.law knows them today."""
    known = law.titles("vat.exempt.", clock.now().date(), get_language() or "fr")
    return [("", "–"), *((key.removeprefix("vat.exempt."), title) for key, title in known)]


class PrintedForm(forms.ModelForm):  # type: ignore[type-arg]
    """What documents will say of somebody: only what our fonts can print, and a French postal code in France."""

    NEVER_PRINTED: ClassVar[set[str]] = set()

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(said.items()):
            if name not in self.NEVER_PRINTED and (why := pdf.why_unprintable(value)):
                self.add_error(name, why)
        return said

    @property
    def is_in_france(self) -> bool:
        """Whether the address is French."""
        return bool((self.cleaned_data.get("country") or self.instance.country or "FR") == "FR")

    def clean_postal_code(self) -> str:
        typed: str = self.cleaned_data["postal_code"]
        if not self.is_in_france:
            return typed
        code = "".join(typed.split())
        if not FRENCH_POSTAL_CODE.fullmatch(code):
            raise forms.ValidationError(_("A French postal code has five digits, such as 67000."))
        return code


class IdentityForm(PrintedForm):
    """Who sells: the name, number and address that the law wants on each document."""

    company_number = forms.CharField(
        label=_("SIREN or SIRET number"),
        max_length=20,
        help_text=_("9 or 14 digits. With the SIRET we know the SIREN too."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    class Meta:
        model = Business
        fields: ClassVar[list[str]] = [
            "legal_name",
            "trade_name",
            "status",
            "company_number",
            "registration",
            "address",
            "address_more",
            "postal_code",
            "city",
            "email",
            "phone",
            "website",
        ]
        labels = {
            "legal_name": _("Legal name"),
            "trade_name": _("Trade name"),
            "status": _("Status"),
            "registration": _("Registration"),
            "address": _("Address"),
            "address_more": _("Address, continued"),
            "postal_code": _("Postal code"),
            "city": _("Town"),
            "email": _("E-mail shown on documents"),
            "phone": _("Phone"),
            "website": _("Website"),
        }
        help_texts = {
            "legal_name": _("A sole trader: first name and surname. “EI” is added for you, the law wants it."),
            "trade_name": _("If your clients know you by another name."),
            "registration": _("A company: its form, capital, RCS and town."),
        }
        widgets = {
            "status": forms.RadioSelect,
            "legal_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "trade_name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "address": forms.TextInput(attrs={"autocomplete": "address-line1"}),
            "address_more": forms.TextInput(attrs={"autocomplete": "address-line2"}),
            "postal_code": forms.TextInput(attrs=NARROW_ADDRESS),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("address", "postal_code", "city"):
            self.fields[name].required = True
        if self.instance.pk:
            self.initial["company_number"] = self.instance.siret or self.instance.siren

    def clean_company_number(self) -> str:
        text = self.cleaned_data["company_number"]
        digits = "".join(letter for letter in text if letter.isdigit())
        return number_or_error(identifiers.siret if len(digits) > 9 else identifiers.siren, text)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("status") in (Business.Status.COMPANY, Business.Status.CAE) and not said.get("registration"):
            self.add_error("registration", _("A company says its form, its capital, its register and town."))
        return said

    def facts(self) -> dict[str, Any]:
        """Return what goes on the row."""
        facts = dict(self.cleaned_data)
        number = facts.pop("company_number")
        return facts | {"siren": number[:9], "siret": number if len(number) == 14 else ""}


class TaxForm(forms.ModelForm):  # type: ignore[type-arg]
    """VAT, bank account, start of activity: what invoices and thresholds are computed with."""

    turnover_already = NumberField(
        label=_("Turnover already received this year, in euros"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=_("Before using Courgette: it counts towards the thresholds. Value in kind included."),
    )
    vat_exemption = forms.ChoiceField(
        label=_("Why your activity is exempt"),
        required=False,
        choices=exemptions,
        help_text=_("Asked only if you chose “exempt by its activity”."),
    )
    started_on = DayField(label=_("Start of activity"), required=False, validators=[])
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone.replace("_", " ")) for zone in ZONES])

    class Meta:
        model = Business
        fields: ClassVar[list[str]] = [
            "vat_regime",
            "vat_exemption",
            "vat_number",
            "vat_on_debits",
            "iban",
            "bic",
            "started_on",
            "turnover_already",
            "time_zone",
        ]
        labels = {
            "vat_regime": _("VAT"),
            "vat_number": _("VAT number"),
            "vat_on_debits": _("I chose to pay VAT on invoices (“option pour les débits”)"),
            "iban": _("IBAN"),
            "bic": _("BIC"),
        }
        help_texts = {
            "vat_number": _(
                "May stay empty: if you charge VAT, it is worked out from the SIREN. To serve a business of another "
                "country of the Union you need one, under the small-business exemption too."
            ),
            "vat_on_debits": _("Else VAT on services is due when they are paid."),
            "iban": _("Printed on invoices, so that transfers need no typing."),
        }
        widgets = {
            "vat_regime": forms.RadioSelect,
            "iban": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "bic": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, siren: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.siren = siren or self.instance.siren
        if self.instance.pk:
            self.initial["turnover_already"] = self.instance.turnover_already.amount

    def clean_vat_exemption(self) -> str:
        """Ask for the reason of those who are exempt, and of them alone."""
        reason: str = self.cleaned_data["vat_exemption"]
        if self.cleaned_data.get("vat_regime") != Business.VatRegime.EXEMPT:
            return ""
        if not reason:
            raise forms.ValidationError(_("Say why: each invoice names the article of the law."))
        return reason

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        zoneinfo.ZoneInfo(zone)
        return zone

    def clean_iban(self) -> str:
        text: str = self.cleaned_data["iban"]
        return number_or_error(identifiers.iban, text) if text else ""

    def clean_bic(self) -> str:
        text: str = self.cleaned_data["bic"]
        return number_or_error(identifiers.bic, text) if text else ""

    def clean_vat_number(self) -> str:
        text: str = self.cleaned_data["vat_number"]
        if text:
            number = number_or_error(identifiers.vat_number, text)
            if number.startswith("FR") and self.siren and not number.endswith(self.siren):
                words = {"siren": self.siren}
                raise forms.ValidationError(_("This is another company's number: yours ends with %(siren)s.") % words)
            return number
        if self.cleaned_data.get("vat_regime") == Business.VatRegime.NORMAL and self.siren:
            return identifiers.french_vat_number(self.siren)
        return ""

    def clean_turnover_already(self) -> Any:
        return euros(self.cleaned_data["turnover_already"] or 0)

    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class LookForm(forms.ModelForm):  # type: ignore[type-arg]
    """How documents look, and what may be accepted besides euros."""

    logo_file = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG or JPEG. It is made small and clean; nothing else of the file is kept."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    remove_logo = forms.BooleanField(label=_("Remove the present logo"), required=False)
    local_currencies = forms.CharField(
        label=_("Local currencies"),
        required=False,
        max_length=200,
        help_text=_("Their names, separated by commas: Stück, Eusko… They are accepted at par with the euro."),
    )

    class Meta:
        model = Business
        fields: ClassVar[list[str]] = [
            "logo_file",
            "remove_logo",
            "accent_colour",
            "accepts_goods",
            "accepts_time",
            "local_currencies",
        ]
        labels = {
            "accent_colour": _("Colour of your documents"),
            "accepts_goods": _("Goods, such as vegetable baskets"),
            "accepts_time": _("Hours of work"),
        }
        help_texts = {
            "accepts_time": _(
                "Only between businesses that invoice each other. Hours of a volunteer, or of a person who is not in "
                "business, may be judged undeclared work: ask a professional first."
            ),
        }
        widgets = {"accent_colour": forms.TextInput(attrs={"type": "color"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            names = self.instance.local_currencies.order_by("pk").values_list("name", flat=True)
            self.initial["local_currencies"] = ", ".join(names)
        if not self.instance.logo:
            del self.fields["remove_logo"]

    def clean_accent_colour(self) -> str:
        colour = str(self.cleaned_data["accent_colour"]).lower()
        if not colours.HEX.fullmatch(colour):
            raise forms.ValidationError(_("Write the colour as six digits, such as #2f6b3c."))
        if (readable := colours.legible(colour)) != colour:
            raise forms.ValidationError(
                _("This colour is too light to be read on white paper. The nearest that can be read is %(colour)s.")
                % {"colour": readable}
            )
        return colour

    def clean_logo_file(self) -> bytes | None:
        file: UploadedFile[bytes] | None = self.cleaned_data["logo_file"]
        if not file:
            return None
        try:
            return images.clean_logo(file.read())
        except images.NotAnImage as error:
            raise forms.ValidationError(str(error)) from error

    def clean_local_currencies(self) -> list[str]:
        names = [" ".join(name.split()) for name in self.cleaned_data["local_currencies"].split(",")]
        unlike: dict[str, str] = {}
        for name in filter(None, names):
            unlike.setdefault(name.lower(), name)
        if any(len(name) > 40 for name in unlike):
            raise forms.ValidationError(_("The name of a currency has 40 letters at most."))
        return list(unlike.values())

    def facts(self) -> dict[str, Any]:
        """Return what goes on the row; the logo only when there is a new one, or none any more."""
        facts = {name: self.cleaned_data[name] for name in ("accent_colour", "accepts_goods", "accepts_time")}
        if self.cleaned_data["logo_file"]:
            return facts | {"logo": self.cleaned_data["logo_file"]}
        return facts | {"logo": None} if self.cleaned_data.get("remove_logo") else facts


class InvitationForm(forms.Form):
    """Whom to ask, as what."""

    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(
        label=_("As"),
        widget=forms.RadioSelect,
        initial=Role.ACCOUNTANT,
        choices=[
            (Role.ACCOUNTANT, _("accountant: reads everything, writes nothing, takes exports")),
            (Role.FREELANCER, _("freelancer: own clients, offers, quotes and invoices")),
            (Role.OWNER, _("owner: everything, settings included")),
        ],
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """How we call a person, and in which language we write to them."""

    language = forms.ChoiceField(label=_("Language"), choices=[("fr", "Français"), ("en", "English")])

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "language"]
        labels = {"name": _("Name")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
