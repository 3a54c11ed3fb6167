"""What the accountant's page asks."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import Export
from desk.periods import Period, choices
from lib.days import day_written
from lib.form_fields import DayField

CUSTOM, SINCE_LAST = "custom", "since_last"


class ExportForm(forms.Form):
    """A period, which day counts, and the identity of this request."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    period = forms.ChoiceField(label=_("Period"), widget=forms.RadioSelect)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    basis = forms.ChoiceField(
        label=_("Which invoices"),
        widget=forms.RadioSelect,
        choices=[
            (Export.Basis.ISSUE, _("those issued in the period")),
            (Export.Basis.RECEIPT, _("those settled by something received in the period")),
        ],
        initial=Export.Basis.ISSUE,
    )

    def __init__(self, *args: Any, today: date, since_last: Period | None = None, **kwargs: Any) -> None:
        initial = {"request_id": uuid4(), "period": SINCE_LAST if since_last else "last_quarter"}
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.periods = dict(choices(today)) | ({SINCE_LAST: since_last} if since_last else {})
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            *((key, _label(key, period)) for key, period in self.periods.items()),
            (CUSTOM, _("other days")),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("period") != CUSTOM:
            return data | {"chosen": self.periods.get(str(data.get("period")))}
        for name in ("since", "until"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Give this day, or pick one of the periods above."))
        if data.get("since") and data.get("until"):
            if data["until"] < data["since"]:
                self.add_error("until", _("The last day comes before the first."))
            else:
                data["chosen"] = Period(data["since"], data["until"])
        return data

    @property
    def shown(self) -> Period:
        """Return the period whose controls are shown: the one chosen when valid, else the one proposed."""
        if self.is_bound and self.is_valid():
            chosen: Period = self.cleaned_data["chosen"]
            return chosen
        return self.periods[str(self.initial["period"])]


def _label(key: str, period: Period) -> str:
    days = f"{day_written(period.since, 'j F Y')} – {day_written(period.until, 'j F Y')}"
    words = {
        SINCE_LAST: gettext("since my last export"),
        "month": gettext("this month"),
        "last_month": gettext("last month"),
        "quarter": gettext("this quarter"),
        "last_quarter": gettext("last quarter"),
        "year": gettext("this year"),
        "last_year": gettext("last year"),
    }
    return f"{words[key]} ({days})"
