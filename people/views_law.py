"""The public pages that list every legal fact this site relies on: its value or sentence, since when, from where, how
sure. One subject per page, one stable anchor per fact; no login, nothing of anybody."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lib import clock, law
from lib.days import day_written
from lib.law import Fact
from lib.money import number_written
from people.law_places import anchor_of, facts_of, subjects

CERTAINTY = {
    "certain": (gettext_lazy("quoted from the law or the standard"), "good"),
    "probable": (gettext_lazy("several public pages agree"), ""),
    "to_check": (gettext_lazy("to be confirmed by a professional"), "wait"),
}
MOST_VALUES = 12  # of a list or a table; a code list of hundreds is no reading
HOLE = re.compile(r"\{[a-z_]+\}")
NAMES = {
    "base": gettext_lazy("threshold"),
    "ceiling": gettext_lazy("raised threshold"),
    "fixed": gettext_lazy("fixed days (month-day)"),
    "easter": gettext_lazy("days after Easter Sunday"),
}
UNITS = {  # by the beginning of a key
    "vat.rates": "%",
    "social.": "%",
    "late.legal_interest_rate": "%",
    "late.ecb_rate": "%",
    "late.points": gettext_lazy("points"),
    "vat.franchise_threshold": "€",
    "micro.threshold": "€",
    "cash.limit": "€",
    "invoice.": "€",
    "mention.recovery_indemnity": "€",
    "dunning.indemnity": "€",
    "dunning.days": gettext_lazy("days"),
    "payment.": gettext_lazy("days"),
    "retention.": gettext_lazy("years"),
}


@dataclass(frozen=True)
class Shown:
    """One fact as it is read."""

    anchor: str
    title: str
    values: Sequence[str]
    sentence: str
    since: str
    until: str
    source: str
    checked_on: str
    certainty: str
    tone: str
    is_outdated: bool
    to_check: bool
    is_past: bool


@require_GET
def legal_facts(request: HttpRequest, subject: str = "invoices") -> HttpResponse:
    """Show the facts of one subject, those that hold today first."""
    names = subjects()
    if subject not in names:
        raise Http404
    today, language = clock.today(settings.TIME_ZONE), (get_language() or "fr").split("-")[0]
    rows = sorted(facts_of(subject), key=lambda fact: (_is_past(fact, today), fact.key, fact.since))
    context = {
        "subject": subject,
        "word": names[subject],
        "subjects": list(names.items()),
        "facts": [shown(fact, today, language) for fact in rows],
    }
    return render(request, "people/law.html", context)


def shown(fact: Fact, today: date, language: str) -> Shown:
    certainty, tone = CERTAINTY[fact.certainty]
    return Shown(
        anchor=anchor_of(fact),
        title=fact.title.get(language) or fact.title["fr"],
        values=[f"{value}{unit_of(fact.key)}" for value in values_of(fact.value, language)],
        sentence=HOLE.sub("…", fact.sentences.get(language, "")),
        since=day_written(fact.since),
        until=day_written(fact.until) if fact.until else "",
        source=fact.source,
        checked_on=day_written(fact.checked_on),
        certainty=str(certainty),
        tone=tone,
        is_outdated=_is_outdated(fact, today),
        to_check=fact.certainty == "to_check",
        is_past=_is_past(fact, today),
    )


def unit_of(key: str) -> str:
    """Return the unit of a fact's numbers, as it follows them; nothing when the title says it."""
    unit = next((unit for beginning, unit in UNITS.items() if key.startswith(beginning)), "")
    return f"\u00a0{unit}" if unit else ""


def _is_past(fact: Fact, today: date) -> bool:
    """Tell whether a later one has taken its place by today."""
    return any(other.key == fact.key and fact.since < other.since <= today for other in law.all_facts())


def _is_outdated(fact: Fact, today: date) -> bool:
    """Tell whether its end is past and nothing has taken its place."""
    return fact.until is not None and fact.until < today and not _is_past(fact, today)


def values_of(value: Any, language: str) -> Iterable[str]:
    """Yield a fact's value in words: a number, a day, a list, or names with their values."""
    if value is None:
        return
    if isinstance(value, dict):
        named = [_("%(name)s: %(value)s") % {"name": NAMES.get(name, name), "value": _one(item, language)}
                 for name, item in value.items()]  # fmt: skip
    else:
        named = [_one(item, language) for item in (value if isinstance(value, list) else [value])]
    yield from named[:MOST_VALUES]
    if len(named) > MOST_VALUES:
        yield _("and %(count)d more") % {"count": len(named) - MOST_VALUES}


def _one(item: Any, language: str) -> str:
    if isinstance(item, bool):
        return _("yes") if item else _("no")
    if isinstance(item, Decimal | int):
        return number_written(item, language)
    if isinstance(item, date):
        return str(date_format(item, "DATE_FORMAT"))
    if isinstance(item, list):
        return ", ".join(_one(one, language) for one in item)
    return str(item)
