"""The forms of the client's page: yes, no, and questions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quotes.forms import RequestForm
from quotes.models import QuoteLine, QuoteVersion


class AcceptForm(RequestForm):
    """The yes: who, in what capacity, with what power, to exactly which text."""

    version = forms.IntegerField(widget=forms.HiddenInput)
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


class RefuseForm(RequestForm):
    """The no, with a reason if they wish."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why, if you wish to say"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class LineField(forms.ModelChoiceField[QuoteLine]):
    def label_from_instance(self, line: QuoteLine) -> str:
        return line.title


class AskForm(RequestForm):
    """A question, on the whole or on one line."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label=_("Your question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    line = LineField(
        label=_("About"), queryset=QuoteLine.objects.none(), required=False, empty_label=_("the whole quote")
    )

    def __init__(self, *args: Any, asked: QuoteVersion, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["line"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = asked.lines.all()
