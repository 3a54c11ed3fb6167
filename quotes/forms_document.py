"""A draft as it stands on the page: what is typed, right or wrong, and what the buttons do to it. Saves nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict

from lib.addresses import row_id
from people.models import Business
from quotes import mixes
from quotes.drafting import line_of
from quotes.forms_editor import TERM_FORMS, VALID_FOR, DraftForm, LineForm, MoneyTermForm, RowForm, TermForm
from quotes.models import Kind, Nature, Offer, QuoteVersion
from quotes.pricing import LineValues, Priced, priced
from quotes.terms import TermValues
from quotes.vat import FRENCH_AND_TAXED, Situation

MOST_ROWS = 60
ROWS = {"line": "lines", "term": "terms"}


@dataclass
class Sheet:
    """The forms of one draft, in order."""

    business: Business
    draft: DraftForm
    situation: Situation = FRENCH_AND_TAXED
    lines: list[LineForm] = field(default_factory=list)
    terms: list[TermForm] = field(default_factory=list)
    closes: str = ""  # the key of the term that takes what is left
    added: str = ""  # the name of the field to go to next, after a row was added

    @property
    def charges_vat(self) -> bool:
        return not self.situation.charges_no_vat

    def point(self) -> None:
        """Put the cursor in the row that was just added."""
        for form in (*self.lines, *self.terms):
            for name, shown in form.fields.items():
                if form.add_prefix(name) == self.added:
                    shown.widget.attrs["autofocus"] = True

    # Reading ---------------------------------------------------------------------------------------------------
    @property
    def saved_lines(self) -> list[LineForm]:
        """The lines that are to be saved: all but the blank ones. Validates them."""
        return [line for line in self.lines if line.is_valid() and not line.is_blank]

    @property
    def saved_terms(self) -> list[TermForm]:
        return [term for term in self.terms if term.is_valid() and not term.is_blank]

    def is_valid(self) -> bool:
        """Validate every form, so that each shows its errors."""
        wrong = [form for form in (self.draft, *self.lines, *self.terms) if not form.is_valid()]
        return not wrong

    def line_values(self) -> list[dict[str, Any]]:
        return [line.values() for line in self.saved_lines]

    def term_values(self) -> list[dict[str, Any]]:
        return [term.values(closes=term.key == self.closes) for term in self.saved_terms]

    def priced(self) -> Priced:
        """Return the totals of the lines that can be read."""
        names = ("unit_price", "quantity", "discount_percent", "vat_rate", "title", "unit", "nature", "exemption")
        values = (LineValues(**{name: line[name] for name in names}) for line in self.line_values())
        return priced(values, situation=self.situation)

    def priced_terms(self) -> list[tuple[str, TermValues]]:
        """Return the terms that can be read, each with its form's key."""
        known = TermValues.__dataclass_fields__
        return [
            (term.key, TermValues(**{name: value for name, value in values.items() if name in known}))
            for term, values in zip(self.saved_terms, self.term_values(), strict=True)
        ]

    def tell(self, errors: Mapping[str, list[str]]) -> None:
        """Put what could not be kept (`lines.0.quantity`: sentences) beside the fields it is about."""
        rows: dict[str, Sequence[RowForm]] = {"lines": self.saved_lines, "terms": self.saved_terms}
        for place, sentences in errors.items():
            kind, _dot, rest = place.partition(".")
            index, _dot, name = rest.partition(".")
            known = rows.get(kind, ())
            form = known[int(index)] if index.isdigit() and int(index) < len(known) else self.draft
            form.add_error(name if name in form.fields else None, sentences)

    # The buttons -----------------------------------------------------------------------------------------------
    def do(self, action: str, offers: Callable[[int], Offer | None]) -> bool:
        """Do what a button says ("add-line", "up-term:3", "add-offer:12"…); False when it is none of ours."""
        verb, _colon, what = action.partition(":")
        if verb == "add-line":
            self.add_line()
        elif verb == "more-line":
            self._open(what)
        elif verb == "add-term" and what in TERM_FORMS:
            self.add_term(what)
        elif verb == "add-offer" and (pk := row_id(what)) is not None:
            if offer := offers(pk):
                self.add_offer(offer)
        elif (step := verb.partition("-"))[0] in {"remove", "up", "down"} and step[2] in ROWS:
            self._arrange(step[0], step[2], what)
        else:
            return False
        return True

    def add_line(self, initial: dict[str, Any] | None = None) -> None:
        if len(self.lines) < MOST_ROWS:
            more = LineForm.says_more(initial or {})
            line = LineForm(key=_next_key(self.lines), charges_vat=self.charges_vat, more=more, initial=initial)
            self.lines.append(line)
            self.added = line.add_prefix("title")

    def _open(self, key: str) -> None:
        """Show the fields that few lines need."""
        for line in self.lines:
            if line.key == key:
                line.more = True
                self.added = line.add_prefix("section")

    def add_offer(self, offer: Offer) -> None:
        """Add an offer as a line; it takes the place of a line left blank at the end."""
        if self.lines and self.lines[-1].is_blank:
            self.lines.pop()
        self.add_line({"offer": offer.pk} | line_of(offer))
        self.added = ""  # whoever adds one from the list may want another

    def add_term(self, kind: str) -> None:
        if len(self.terms) < MOST_ROWS:
            term = TERM_FORMS[kind](key=_next_key(self.terms))
            self.terms.append(term)
            first = "amount" if kind == Kind.MONEY else "label"
            self.added = term.add_prefix(first)
            if kind == Kind.MONEY and not self.closes:
                self.closes = term.key

    def _arrange(self, step: str, kind: str, key: str) -> None:
        rows: list[Any] = getattr(self, ROWS[kind])
        at = next((i for i, row in enumerate(rows) if row.key == key), None)
        if at is None:
            return
        row = rows.pop(at)
        if step == "remove":
            self.closes = "" if kind == "term" and self.closes == key else self.closes
        else:
            rows.insert(max(0, at - 1) if step == "up" else at + 1, row)


def sheet_of(version: QuoteVersion, business: Business, today: date) -> Sheet:
    """Return the sheet of a saved draft. A validity day not chosen yet is proposed: thirty days from today."""
    draft = DraftForm.initial_of(version)
    draft["valid_until"] = draft["valid_until"] or today + VALID_FOR
    sheet = Sheet(business=business, draft=DraftForm(initial=draft), situation=mixes.situation_of(version))
    for line in version.lines.all():
        sheet.add_line(LineForm.initial_of(line))
    for number, term in enumerate(version.terms.all(), start=1):
        form = TERM_FORMS[term.kind]
        sheet.terms.append(form(key=str(number), initial=form.initial_of(term)))
        sheet.closes = str(number) if term.closes else sheet.closes
    sheet.added = ""
    return sheet


def sheet_typed(data: QueryDict, business: Business, situation: Situation) -> Sheet:
    """Return the sheet that was sent, as typed. Keys and kinds that are not ours are left out."""
    sheet = Sheet(business=business, draft=DraftForm(data), situation=situation, closes=data.get("closes", ""))
    opened = data.getlist("more")
    for key in _keys(data.getlist("line")):
        sheet.lines.append(LineForm(data, key=key, charges_vat=sheet.charges_vat, more=key in opened))
    for key in _keys(data.getlist("term")):
        kind = data.get(f"term-{key}-kind", "")
        if kind in TERM_FORMS:
            sheet.terms.append(TERM_FORMS[kind](data, key=key))
    closing = next((t for t in sheet.terms if t.key == sheet.closes and isinstance(t, MoneyTermForm)), None)
    if closing is None:
        sheet.closes = ""
    else:  # it says enough with nothing typed
        closing.closes, closing.empty_permitted = True, False
    return sheet


def bound(sheet: Sheet) -> Sheet:
    """Return a sheet shown from the database as if it had just been sent, so that it can be priced."""
    data = QueryDict(mutable=True)
    forms = [sheet.draft, *sheet.lines, *sheet.terms]
    for form in forms:
        for name in form.fields:
            shown = form[name].value()
            data[form.add_prefix(name)] = "" if shown is None else str(shown)
    for line in (line for line in sheet.lines if line.more and "nature" not in line.fields):  # opened just now
        data[line.add_prefix("nature")] = Nature.SERVICES.value
    data.setlist("line", [line.key for line in sheet.lines])
    data.setlist("more", [line.key for line in sheet.lines if line.more])
    data.setlist("term", [term.key for term in sheet.terms])
    for term in sheet.terms:
        data[f"term-{term.key}-kind"] = term.term_kind.value
    data["closes"] = sheet.closes
    again = sheet_typed(data, sheet.business, sheet.situation)
    again.added = sheet.added
    return again


def _keys(given: Iterable[str]) -> list[str]:
    return [key for key in dict.fromkeys(given) if row_id(key) is not None and len(key) <= 4][:MOST_ROWS]


def _next_key(rows: Iterable[Any]) -> str:
    return str(max((int(row.key) for row in rows), default=0) + 1)
