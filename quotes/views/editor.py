"""The quote editor: one form, whose buttons the server answers with the whole page or with what changed on it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lib import clock
from people.access import BusinessRequest, writers_only
from quotes import drafting, mixes, readiness
from quotes.forms_document import Sheet, bound, sheet_of, sheet_typed
from quotes.forms_editor import RowForm
from quotes.models import Kind, Offer, Quote, QuoteVersion
from quotes.remuneration import TermValues, close_mix
from quotes.views.common import quote_or_404, segments_of
from quotes.views.offers import search

OFFERS_SHOWN = 8
GOES_ON = {"preview": "quote_preview", "send": "quote_send"}


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def quote_edit(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show and save the draft of a quote."""
    quote = quote_or_404(request, pk)
    version = quote.versions.filter(sent_at=None).first()
    if version is None:
        messages.info(request, _("What was sent does not change: start a new version to change it."))
        return redirect(quote)
    desk = Desk(request, quote, version)
    if request.method == "POST":
        return desk.answer(request.POST.get("action", "autosave"))
    if "offer_q" in request.GET and request.headers.get("HX-Request"):
        return render(request, "quotes/_offers_found.html", desk.offers_found(request.GET["offer_q"]))
    today = clock.today(request.business.time_zone)
    return desk.page(bound(sheet_of(version, request.business, today)), saved_at=version.saved_at)


class Desk:
    """One request at the editor: the draft, who works on it, and whether htmx asks."""

    def __init__(self, request: BusinessRequest, quote: Quote, version: QuoteVersion) -> None:
        self.request, self.quote, self.version = request, quote, version
        self.business = request.business
        self.in_place = bool(request.headers.get("HX-Request"))

    # What buttons do ----------------------------------------------------------------------------------------------
    def answer(self, action: str) -> HttpResponse:
        sheet = sheet_typed(self.request.POST, self.business, mixes.situation_of(self.version))
        if action == "enter":
            action = self._meant_by_enter()
        if sheet.do(action, self._offer):
            return self._rearranged(bound(sheet))
        if action == "recalculate":
            return self.page(sheet, unsaved=_("Not saved yet"))
        return self._save(sheet, action)

    def _meant_by_enter(self) -> str:
        """Enter in the offers' search adds the first one found; anywhere else it saves."""
        words = self.request.POST.get("offer_q", "").strip()
        first = self._offers(words).first() if words else None
        return f"add-offer:{first.pk}" if first else "save"

    def _rearranged(self, sheet: Sheet) -> HttpResponse:
        """Show the page with its rows moved, and keep that if all that is typed can be kept."""
        if not sheet.is_valid():
            return self.page(sheet, unsaved=_("Not saved yet"))
        try:
            saved = self._keep(sheet)
        except drafting.StaleDraft as stale:
            return self._stale(sheet, stale)
        except drafting.DraftError:
            return self.page(sheet, unsaved=_("Not saved yet"))
        return self.page(bound(_at_revision(sheet, saved.revision)), saved_at=saved.saved_at)

    def _save(self, sheet: Sheet, action: str) -> HttpResponse:
        if not sheet.is_valid():
            return self._refused(sheet, action)
        try:
            saved = self._keep(sheet)
        except drafting.StaleDraft as stale:
            return self._stale(sheet, stale)
        except drafting.DraftError as refused:
            sheet.tell(refused.errors)
            return self._refused(sheet, action, said=str(refused))
        if action in GOES_ON:
            return self._go(reverse(GOES_ON[action], args=[self.business.slug, self.quote.pk]))
        if self.in_place:
            return self._fragments(sheet, saved.revision, saved_at=saved.saved_at)
        return self._go(reverse("quote_edit", args=[self.business.slug, self.quote.pk]))

    def _keep(self, sheet: Sheet) -> QuoteVersion:
        """Save what is typed. What says word for word what is saved already is saved, whatever its revision."""
        try:
            return self._write(sheet)
        except drafting.StaleDraft as stale:
            if _values(sheet) != _values(self._saved(stale)):
                raise
            return stale.saved

    def _saved(self, stale: drafting.StaleDraft) -> Sheet:
        theirs = bound(sheet_of(stale.saved, self.business, clock.today(self.business.time_zone)))
        theirs.is_valid()
        return theirs

    def _write(self, sheet: Sheet) -> QuoteVersion:
        return drafting.save_draft(
            version=self.version,
            revision=sheet.draft.cleaned_data["revision"],
            fields=sheet.draft.words(),
            lines=sheet.line_values(),
            terms=sheet.term_values(),
            by=self.request.user,
            at=clock.now(),
        )

    def _go(self, address: str) -> HttpResponse:
        if self.in_place:
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)

    # What is answered ---------------------------------------------------------------------------------------------
    def _refused(self, sheet: Sheet, action: str, said: str = "") -> HttpResponse:
        """Say what stands in the way: in a word while typing goes on, on the whole page when asked to save."""
        if action == "autosave" and self.in_place:
            return self._fragments(sheet, None, unsaved=_("Not saved yet: something needs another look"))
        return self.page(sheet, unsaved=_("Not saved yet"), said=said, complain=True)

    def _stale(self, sheet: Sheet, stale: drafting.StaleDraft) -> HttpResponse:
        """Show both texts. Sent again from here, what is typed replaces what was saved elsewhere."""
        current, theirs = stale.saved, self._saved(stale)
        again = bound(_at_revision(sheet, current.revision))
        again.is_valid()
        return self.page(again, unsaved=_("Not saved"), stale=stale, both=_both(again, theirs))

    def page(
        self,
        sheet: Sheet,
        *,
        saved_at: datetime | None = None,
        unsaved: str = "",
        said: str = "",
        complain: bool = False,
        **more: Any,
    ) -> HttpResponse:
        """Answer with the whole editor; htmx gets it without the rest of the page."""
        sheet.point()
        context = self._worked_out(sheet) | self._around(sheet) | more
        context |= {"saved_at": saved_at, "unsaved": unsaved, "wrong": _wrong(sheet) if complain else [], "said": said}
        status = 200 if self.in_place or not (complain or more) else 409 if more else 422
        if not self.in_place:
            return render(self.request, "quotes/editor.html", context, status=status)
        answer = render(self.request, "quotes/_editor.html", context)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#editor", "outerHTML show:none"
        return answer

    def _fragments(
        self, sheet: Sheet, revision: int | None, *, saved_at: datetime | None = None, unsaved: str = ""
    ) -> HttpResponse:
        context = self._worked_out(sheet) | {"oob": True, "saved_at": saved_at, "unsaved": unsaved}
        context["to_review"] = context["unread"] if unsaved else []
        context["revision"] = sheet.draft["revision"].value() if revision is None else revision
        return render(self.request, "quotes/_fragments.html", context)

    def _around(self, sheet: Sheet) -> dict[str, Any]:
        """Return what the page shows besides the document."""
        kinds = [Kind.MONEY.value]
        kinds += [Kind.GOODS.value] if self.business.accepts_goods else []
        kinds += [Kind.TIME.value] if self.business.accepts_time else []
        kinds += [Kind.LOCAL_CURRENCY.value] if self._local_currencies() else []
        pane = self.request.POST.get("pane", "2")
        return {
            "quote": self.quote,
            "version": self.version,
            "kinds": kinds,
            "local_currencies": self._local_currencies(),
            "pane": pane if pane in {"1", "2", "3"} else "2",
            **self.offers_found(""),
        }

    def offers_found(self, words: str) -> dict[str, Any]:
        found = list(self._offers(words.strip())[: OFFERS_SHOWN + 1])
        return {"offers": found[:OFFERS_SHOWN], "more_offers": len(found) > OFFERS_SHOWN, "offer_q": words}

    def _offers(self, words: str) -> Any:
        return Offer.objects.filter(search(words), activity=self.quote.activity_id, archived_at=None)

    def _offer(self, pk: int) -> Offer | None:
        return self._offers("").filter(pk=pk).first()  # type: ignore[no-any-return]

    def _local_currencies(self) -> list[str]:
        if not hasattr(self, "_currencies"):
            self._currencies = list(self.business.local_currencies.values_list("name", flat=True))
        return self._currencies

    def _worked_out(self, sheet: Sheet) -> dict[str, Any]:
        """Return the arithmetic of what is typed: totals, values of terms, and all there is to say about them."""
        priced = sheet.priced()
        for line, net in zip(sheet.saved_lines, priced.nets, strict=True):
            line.net = net
        keyed = sheet.priced_terms()
        valued = close_mix(priced.total, [term for _key, term in keyed])
        worth = {key: term.value for (key, _term), term in zip(keyed, valued, strict=True)}
        for form in sheet.terms:
            form.worth = worth.get(form.key)
        today = clock.today(self.business.time_zone)
        found = mixes.checks_on(self.quote, priced, [term for _key, term in keyed], today)
        places = [next(i for i, form in enumerate(sheet.terms, 1) if form.key == key) for key, _term in keyed]
        told = [(check.level, None if check.term is None else places[check.term], check.message) for check in found]
        problems = [(place, message) for level, place, message in told if level == "error"]
        unread, empty, obstacles = _wrong(sheet), _empty(sheet), self._obstacles(sheet, today)
        in_the_way = [*unread, *empty, *problems, *obstacles]
        return {
            "sheet": sheet,
            "priced": priced,
            "unread": unread,
            "empty": empty,
            "obstacles": obstacles,
            "may_leave": priced.total.amount > 0 and not in_the_way,
            "segments": segments_of(valued) if priced.total.amount else [],
            "problems": problems,
            "warnings": [
                *((place, message) for level, place, message in told if level == "warning"),
                *((None, message) for message in self._doubts(sheet, valued, today)),
            ],
        }

    def _obstacles(self, sheet: Sheet, on: date) -> list[str]:
        """Return what sending would refuse besides the mix; nothing while a field cannot be read: that comes first."""
        if not sheet.is_valid():
            return []
        typed = sheet.draft.words(), sheet.line_values(), sheet.term_values()
        return readiness.obstacles_typed(self.quote, *typed, on)

    def _doubts(self, sheet: Sheet, terms: Sequence[TermValues], on: date) -> list[str]:
        if not sheet.is_valid():
            return []
        return readiness.doubts_typed(self.quote, sheet.draft.words(), sheet.line_values(), terms, on)


def _at_revision(sheet: Sheet, revision: int) -> Sheet:
    """Return the sheet with the revision it is to be saved over."""
    data = sheet.draft.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    data["revision"] = str(revision)
    sheet.draft = type(sheet.draft)(data)
    return sheet


def _both(typed: Sheet, saved: Sheet) -> list[dict[str, Any]]:
    """Return where what is typed here differs from what was saved elsewhere."""
    rows = [
        {"label": typed.draft[name].label, "here": typed.draft[name].value(), "saved": saved.draft[name].value()}
        for name in ("title", "valid_until", "introduction", "conditions")
    ]
    rows.append({"label": _("Lines"), "here": _lines_said(typed), "saved": _lines_said(saved)})
    rows.append({"label": _("Parts"), "here": _terms_said(typed), "saved": _terms_said(saved)})
    return [row for row in rows if _same(row["here"]) != _same(row["saved"])]


def _values(sheet: Sheet) -> tuple[Any, ...]:
    return sheet.draft.words(), sheet.line_values(), sheet.term_values()


def _same(text: Any) -> str:
    return "\n".join(str(text or "").split())


def _lines_said(sheet: Sheet) -> str:
    return "\n".join(
        f"{form['title'].value()} · {form['quantity'].value()} × {form['unit_price'].value()} €" for form in sheet.lines
    )


def _terms_said(sheet: Sheet) -> str:
    said = []
    for form in sheet.terms:
        shown = (form[name].value() for name in form.fields if name not in {"valuation", "per_delivery"})
        said.append(" · ".join(str(value) for value in shown if value))
    return "\n".join(said)


def _wrong(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Return each error with its field's name, its row, and its id."""
    rows = [("", sheet.draft), *_rows(sheet)]
    return [
        (f"{row} · {field.label}" if row else str(field.label), str(error), field.id_for_label)
        for row, form in rows
        for field in form
        for error in field.errors
    ]


def _rows(sheet: Sheet) -> list[tuple[str, RowForm]]:
    """Return the forms of lines and parts, each with its name on the page: « Ligne 2 »."""
    lines = [(_("Line %(number)s") % {"number": i}, form) for i, form in enumerate(sheet.lines, 1)]
    return [*lines, *((_("Part %(number)s") % {"number": i}, form) for i, form in enumerate(sheet.terms, 1))]


def _empty(sheet: Sheet) -> list[str]:
    """Return the rows that show on the page and that a client would not read."""
    said = _("%(row)s is empty: fill it in, or remove it.")
    return [said % {"row": row} for row, form in _rows(sheet) if form.is_blank]
