"""The settings of numbers: what those of each kind of document look like, the next one shown before it is taken."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lib import clock
from people.access import BusinessRequest, owner_only
from people.models import Business
from records import numbering, patterns, renumbering
from records.numbering import Kind
from records.renumbering import MOST, RenumberingError


class SeriesForm(forms.Form):
    """What the numbers of one kind look like; where the counter begins, while it has not."""

    pattern = forms.CharField(
        label=gettext_lazy("What a number looks like"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    begins_at = forms.IntegerField(
        label=gettext_lazy("Next count"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=gettext_lazy("To go on where another tool stopped, this year. Empty: 1."),
    )

    def __init__(self, data: Any = None, *, kind: Kind, business: Business, initial: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{kind}_%s", initial=initial)
        if not renumbering.may_begin_anywhere(business, kind):
            del self.fields["begins_at"]

    def wanted(self) -> dict[str, Any]:
        return {"pattern": self.cleaned_data["pattern"], "begins_at": self.cleaned_data.get("begins_at")}


@dataclass(frozen=True)
class Row:
    """One kind on the page: its form, and the number that would come next."""

    kind: Kind
    form: SeriesForm
    next_number: str
    restarts: str

    @property
    def word(self) -> str:
        return str(self.kind.label)


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def numbers(request: BusinessRequest) -> HttpResponse:
    """Show the series of each kind; change one."""
    typed: SeriesForm | None = None
    if request.method == "POST":
        kind = _kind(request.POST.get("kind", ""))
        typed = SeriesForm(request.POST, kind=kind, business=request.business)
        if typed.is_valid() and _changed(request, kind, typed):
            return redirect("numbers", request.business.slug)
    rows = [_row(request, kind, typed) for kind in _shown(request)]
    context = {
        "rows": rows,
        "section": "numbers",
        "words": _words(),
        "has_deposits": numbering.has_its_own(request.business, Kind.DEPOSIT),
    }
    return render(request, "records/numbers.html", context, status=422 if request.method == "POST" else 200)


def _changed(request: BusinessRequest, kind: Kind, form: SeriesForm) -> bool:
    try:
        series = renumbering.change_series(
            business=request.business, kind=kind, by=request.user, at=clock.now(), **form.wanted()
        )
    except RenumberingError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    said = {"number": numbering.next_number(series, clock.today(request.business.time_zone))}
    messages.success(request, _("Saved. The next number will be %(number)s.") % said)
    return True


@owner_only
@require_GET
def next_number(request: BusinessRequest) -> HttpResponse:
    """Answer while a pattern is typed: the next number, or what is wrong with it. Writes nothing."""
    kind = _kind(request.GET.get("kind", Kind.INVOICE))
    form = SeriesForm(request.GET, kind=kind, business=request.business)
    said: dict[str, Any] = {"kind": kind}
    if form.is_valid():
        try:
            on = clock.today(request.business.time_zone)
            plan = renumbering.planned(business=request.business, kind=kind, on=on, **form.wanted())
            said |= {"next_number": plan.next_number, "restarts": plan.pattern.restarts}
        except RenumberingError as refusal:
            said["problem"] = str(refusal)
    else:
        said["problem"] = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return render(request, "records/_next_number.html", said)


@owner_only
@require_POST
def deposits_apart(request: BusinessRequest) -> HttpResponse:
    """Give deposit invoices a series of their own, or put them back among the invoices."""
    business, by, at = request.business, request.user, clock.now()
    try:
        if "stop" in request.POST:
            renumbering.stop_series(business=business, kind=Kind.DEPOSIT, by=by, at=at)
        else:
            usual = numbering.current(business, Kind.DEPOSIT).pattern
            renumbering.change_series(business=business, kind=Kind.DEPOSIT, pattern=usual, by=by, at=at)
    except RenumberingError as refusal:
        messages.error(request, str(refusal))
    return redirect("numbers", business.slug)


def _kind(name: str) -> Kind:
    if name not in (*renumbering.CHOSEN, Kind.DEPOSIT):
        raise Http404
    return Kind(name)


def _shown(request: BusinessRequest) -> list[Kind]:
    kinds = list(renumbering.CHOSEN)
    if numbering.has_its_own(request.business, Kind.DEPOSIT):
        kinds.insert(kinds.index(Kind.INVOICE) + 1, Kind.DEPOSIT)
    return kinds


def _row(request: BusinessRequest, kind: Kind, typed: SeriesForm | None) -> Row:
    business, series = request.business, numbering.current(request.business, kind)
    pattern = patterns.kept(series.pattern)
    form = typed if typed and request.POST.get("kind") == kind else None
    form = form or SeriesForm(initial={"pattern": pattern.shown()}, kind=kind, business=business)
    return Row(kind, form, numbering.next_number(series, clock.today(business.time_zone)), pattern.restarts)


def _words() -> list[tuple[str, str]]:
    """Return the words that a pattern may hold, with what each stands for."""
    said = {"year": "2026", "yy": "26", "month": "07", "counter": "12"}
    names = patterns.names()
    examples = [(f"{{{names[word]}}}", example) for word, example in said.items()]
    return [*examples, (f"{{{names['counter']}:4}}", "0012")]
