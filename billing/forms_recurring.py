"""The forms of invoices that come back, and of those issued together."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms import day_field
from billing.models import Invoice, Recurrence
from billing.recurring import Rhythm, next_of
from lib.addresses import row_id
from quotes.forms import RequestForm


class RhythmForm(RequestForm):
    """How an invoice comes back."""

    title = forms.CharField(
        label=_("Title"), max_length=160, help_text=_("The months are written after it, in the client’s language.")
    )
    every_months = forms.TypedChoiceField(label=_("How often?"), choices=Recurrence.Rhythm.choices, coerce=int)
    day = forms.IntegerField(
        label=_("On which day of the month?"), min_value=1, max_value=31, help_text=_("31: the last day of each month.")
    )
    covers = forms.ChoiceField(
        label=_("What does each invoice cover?"), choices=Recurrence.Covers.choices, widget=forms.RadioSelect
    )
    since = day_field(_("Not before"), required=True)
    until = day_field(_("Until"), help_text=_("Empty: until you end it."))

    def wanted(self) -> Rhythm:
        said = self.cleaned_data
        names = ("title", "every_months", "day", "covers", "since", "until")
        return Rhythm(**{name: said[name] for name in names})

    @classmethod
    def for_model(cls, invoice: Invoice, today: date) -> "RhythmForm":
        """Return the form as proposed for an issued invoice: each month, on its day; nothing for days gone by."""
        on = invoice.issued_on
        assert on is not None
        day = 31 if (on + timedelta(days=1)).day == 1 else on.day
        said = {"title": invoice.title[:160], "every_months": 1, "day": day, "covers": Recurrence.Covers.ENDING}
        return cls(initial=said | {"since": max(on + timedelta(days=1), today)})

    @classmethod
    def of(cls, recurrence: Recurrence) -> "RhythmForm":
        said = {name: getattr(recurrence, name) for name in ("title", "every_months", "day", "covers", "until")}
        coming = next_of(recurrence)
        return cls(initial=said | {"since": coming.planned_on if coming else None})


class TogetherForm(RequestForm):
    """The drafts that a person saw on the page, in its order, and whether their mails leave too."""

    drafts = forms.CharField(widget=forms.HiddenInput, max_length=12000, required=False)
    mails_too = forms.BooleanField(
        label=_("Send each by mail too, to the contacts who receive invoices"), required=False
    )

    def clean_drafts(self) -> dict[int, int | None]:
        """Return the ids, in order, each with the revision that was shown (`12-3`)."""
        words = (word.partition("-") for word in str(self.cleaned_data["drafts"]).split(","))
        found = {row_id(pk): row_id(revision) for pk, _dash, revision in words}
        return {pk: revision for pk, revision in found.items() if pk is not None}
