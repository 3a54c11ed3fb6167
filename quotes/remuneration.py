"""How a price is to be paid: terms whose values add up to it, to the cent, and what stands in the way. Pure.

Goods move in whole agreed units; the one term in euros that closes the mix takes what is left, and so absorbs every
difference. Sentences are in the active language.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from djmoney.money import Money

from lib import money
from lib.money import cents, euros
from people.models import Client
from quotes.models.remuneration import ON_A_DATE, Kind, MoneyDue, Rhythm
from quotes.terms import MOST_DELIVERIES, TermValues, calendar, planned_days
from quotes.wording import amount, sentences

__all__ = [
    "Check",
    "Circumstances",
    "TermValues",
    "calendar",
    "checks",
    "close_mix",
    "left_to_share",
    "planned_days",
    "problems",
    "sentences",
]

ERROR: Literal["error"] = "error"
WARNING: Literal["warning"] = "warning"
HUNDRED = Decimal(100)
AT_PAR = euros(1)


@dataclass(frozen=True)
class Check:
    """One thing that is wrong (an error stops the sending) or to be thought about; `term` is its place in the list."""

    level: Literal["error", "warning"]
    message: str
    term: int | None = None


@dataclass(frozen=True)
class Circumstances:
    """Who is to be paid, by whom, and on which day: what decides which ways of paying are possible."""

    accepts_goods: bool
    accepts_time: bool
    local_currencies: tuple[str, ...]
    client_kind: str
    on: date


def close_mix(total: Money, terms: Sequence[TermValues]) -> list[TermValues]:
    """Return the terms with their values; the first one in euros that closes takes what is left, never less than 0."""
    closing = next((i for i, term in enumerate(terms) if term.closes and term.in_euros), None)
    valued = [replace(term, value=term.worth(total)) for term in terms]
    if closing is None:
        return valued
    rest = total - money.total(term.value for i, term in enumerate(valued) if i != closing)
    valued[closing] = replace(valued[closing], value=max(rest, euros(0)))
    return valued


def left_to_share(total: Money, terms: Sequence[TermValues]) -> Money:
    """Return the total less the values of all terms: 0 when the mix is closed, negative when it goes over."""
    return total - money.total(term.value for term in close_mix(total, terms))


def problems(total: Money, terms: Sequence[TermValues]) -> list[str]:
    """Return, in words, why these terms do not make a mix of this total; nothing when they do."""
    return [check.message for check in _faults(total, terms)]


def checks(total: Money, terms: Sequence[TermValues], circumstances: Circumstances) -> list[Check]:
    """Return all that is to be said of a mix, errors first."""
    found = [*_faults(total, terms)]
    for place, term in enumerate(close_mix(total, terms)):
        found += [Check(level, message, place) for level, message in _in_place(term, circumstances)]
    return sorted(found, key=lambda check: check.level != ERROR)


def _faults(total: Money, terms: Sequence[TermValues]) -> Iterator[Check]:
    if not terms:
        yield Check(ERROR, _("Say how this price is to be paid."))
        return
    yield from _closing(terms)
    valued = close_mix(total, terms)
    for place, term in enumerate(valued):
        yield from (Check(ERROR, message, place) for message in _wrong(term))
    yield from _sum(total, valued)


def _closing(terms: Sequence[TermValues]) -> Iterator[Check]:
    closing = [place for place, term in enumerate(terms) if term.closes]
    for place in closing:
        if not terms[place].in_euros:
            yield Check(ERROR, _("Only a part in euros can take what is left."), place)
    if len(closing) > 1:
        yield Check(ERROR, _("Only one part can take what is left."), closing[1])


def _sum(total: Money, valued: Sequence[TermValues]) -> Iterator[Check]:
    said = money.total(term.value for term in valued)
    words = {"parts": _amount(said), "total": _amount(total), "difference": _amount(abs(total - said))}
    if said < total:
        yield Check(ERROR, _("%(difference)s missing: the parts make %(parts)s out of %(total)s.") % words)
    elif said > total:
        yield Check(ERROR, _("%(difference)s too much: the parts make %(parts)s out of %(total)s.") % words)


def _wrong(term: TermValues) -> Iterator[str]:
    yield from _wrong_money(term) if term.in_euros else _wrong_in_kind(term)
    if term.value.amount < 0:
        yield _("A part cannot be worth less than nothing.")
    elif term.value.amount == 0:
        yield _("This part is worth nothing: remove it.") if term.closes else _("Say what this part is worth.")
    elif cents(term.value) != term.value:
        yield _("A part is worth whole cents.")


def _wrong_money(term: TermValues) -> Iterator[str]:
    if term.percent is not None and not 0 < term.percent <= HUNDRED:
        yield _("A percentage is more than 0 and at most 100.")
    if term.due not in MoneyDue.values:
        yield _("Say when this part in euros is due.")
    elif term.due in ON_A_DATE and term.due_on is None:
        yield _("Say on which date this part in euros is due.")
    elif term.due == MoneyDue.AFTER_INVOICE and term.due_days is None:
        yield _("Say how many days after the invoice this part in euros is due.")


def _wrong_in_kind(term: TermValues) -> Iterator[str]:
    quantity = term.quantity or Decimal(0)
    if quantity <= 0:
        yield _("Say how much of it.")
    if not (term.label or term.unit):
        yield _("Say what it is.")
    if term.kind == Kind.GOODS:
        yield from _wrong_goods(term, quantity)
    if term.kind in (Kind.GOODS, Kind.TIME):
        yield from _wrong_value(term)
    if term.kind == Kind.LOCAL_CURRENCY and term.unit_value != AT_PAR:
        yield _("A local currency counts at par: 1 for €1.")
    yield from _wrong_rhythm(term, quantity)


def _wrong_goods(term: TermValues, quantity: Decimal) -> Iterator[str]:
    if quantity % 1 or (term.per_delivery or Decimal(0)) % 1:
        yield _("Goods are counted in whole units.")
    if term.first_on is None or not term.rhythm:
        yield _("Say the first day and the rhythm of the deliveries.")


def _wrong_value(term: TermValues) -> Iterator[str]:
    if term.unit_value.amount < 0 or cents(term.unit_value) != term.unit_value:
        yield _("The value of a unit is in euros and whole cents.")
    if not term.if_missed:
        yield _("Say what happens if something is missed.")


def _wrong_rhythm(term: TermValues, quantity: Decimal) -> Iterator[str]:
    if term.rhythm in ("", Rhythm.ONCE):
        return
    if not term.per_delivery or term.per_delivery <= 0:
        yield _("Say how much each time.")
    elif quantity / term.per_delivery > MOST_DELIVERIES:
        yield _("That makes more than %(most)s deliveries.") % {"most": MOST_DELIVERIES}


def _in_place(term: TermValues, around: Circumstances) -> Iterator[tuple[Literal["error", "warning"], str]]:
    """Yield what is wrong or doubtful in a term because of who pays, who is paid, and the day."""
    yield from ((ERROR, message) for message in _not_accepted(term, around))
    if term.first_on is not None and term.first_on < around.on:
        yield ERROR, _("Its first day is past: choose one that is yet to come.")
    yield from ((WARNING, message) for message in _doubtful(term, around))


def _not_accepted(term: TermValues, around: Circumstances) -> Iterator[str]:
    if term.kind == Kind.GOODS and not around.accepts_goods:
        yield _("Your business does not accept goods: see its settings.")
    if term.kind == Kind.TIME and not around.accepts_time:
        yield _("Your business does not accept hours of work: see its settings.")
    if term.kind == Kind.LOCAL_CURRENCY and not _listed(term.unit or term.label, around.local_currencies):
        yield _("Your business does not accept this local currency: see its settings.")
    if around.client_kind == Client.Kind.PUBLIC and term.kind in (Kind.GOODS, Kind.TIME):
        yield _("A public body pays in money: neither in goods nor in hours.")


def _listed(name: str, currencies: Sequence[str]) -> bool:
    return name.casefold() in {currency.casefold() for currency in currencies}


def _doubtful(term: TermValues, around: Circumstances) -> Iterator[str]:
    if term.kind in (Kind.GOODS, Kind.TIME) and not term.valuation:
        yield _("Say how its value was found: it is your proof if you are asked.")
    if term.due_on is not None and term.due_on < around.on:
        yield _("This day is past.")
    yield from _doubtful_client(term, around.client_kind)


def _doubtful_client(term: TermValues, kind: str) -> Iterator[str]:
    if kind == Client.Kind.AMAP and term.kind == Kind.GOODS:
        yield _(
            "In an AMAP the vegetables belong to the farmer, not to the group: "
            "whoever is to deliver must have agreed to it."
        )
    if kind == Client.Kind.PERSON and term.kind == Kind.TIME:
        yield _("Regular work by a private person can be seen as employment: have it checked by a professional.")
    if kind == Client.Kind.PUBLIC and term.kind == Kind.LOCAL_CURRENCY:
        yield _("A public body pays in local currency only under an agreement with its issuer: ask before you send.")


def _amount(value: Money) -> str:
    return amount(value, get_language() or "fr")
