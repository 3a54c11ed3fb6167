"""What is agreed, in plain sentences, in the language asked for. Pure: the same words on pages, mails and paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override
from djmoney.money import Money

from lib import money
from lib.days import day_written
from lib.money import NO_BREAK_SPACE, euros, number_written, written
from quotes.models.remuneration import IfMissed, Kind, MoneyDue, Rhythm
from quotes.terms import TermValues, planned_days

MISSED = {
    IfMissed.CARRIED_OVER: gettext_lazy("What is missed is carried over to the end."),
    IfMissed.REPLACED: gettext_lazy("What is missed is replaced by something of the same value."),
    IfMissed.DUE_IN_EUROS: gettext_lazy("What is missed is due in euros."),
    IfMissed.WAIVED: gettext_lazy("What is missed is waived, by a credit note."),
}
KINDS = {
    Kind.MONEY: gettext_lazy("in euros"),
    Kind.GOODS: gettext_lazy("in kind"),
    Kind.TIME: gettext_lazy("in hours"),
    Kind.LOCAL_CURRENCY: gettext_lazy("in local currency"),
}
MOST_PARTS_IN_A_SENTENCE = 3
INVARIABLE = ("s", "x", "z")


@dataclass(frozen=True)
class Deal:
    """What the plain words are made of."""

    seller: str
    buyer: str
    title: str
    total: Money
    terms: Sequence[TermValues]
    valid_until: date | None
    franchise: bool
    time_zone: str = "Europe/Paris"
    online: bool = True


def plain_words_of(deal: Deal, language: str) -> list[str]:
    """Return « En clair »: who does what for how much; how it is paid; until when, and what happens next."""
    with override(language):
        return [_who(deal, language), _how(deal, language), _until(deal, language)]


def sentences(terms: Sequence[TermValues], language: str) -> list[str]:
    """Return what each term means: amount, days, and what happens if something is missed."""
    with override(language):
        return [_sentence(term, language) for term in terms]


def headline(term: TermValues, language: str) -> str:
    """Return the few words of a term, without its days: « 15 paniers de légumes », « 360 € »."""
    with override(language):
        return _what(term, language)


def when_due(term: TermValues, language: str) -> str:
    """Return by when an amount in euros is due, as the seller tells it: « à la livraison », « acompte à l’accord »."""
    with override(language):
        return _("deposit at the agreement") if term.is_deposit else _due(term, language)


def amount(value: Money, language: str) -> str:
    """Return an amount inside a sentence: whole euros without decimals, « 1 200 € », else « 12,50 € »."""
    if value.amount % 1:
        return written(value, language)
    sum_written = number_written(value.amount, language)
    return f"{sum_written}{NO_BREAK_SPACE}€" if language.startswith("fr") else f"€{sum_written}"


def day(on: date, language: str) -> str:
    """Return a day with its weekday: « vendredi 8 janvier 2027 »."""
    with override(language):
        return day_written(on, "l j F Y")


def counted(quantity: Decimal, unit: str, language: str) -> str:
    """Return a quantity with its unit: « 15 paniers de légumes », « 1 panier », « 2,5 kg »."""
    number = number_written(quantity, language)
    return f"{number}{NO_BREAK_SPACE}{_plural(unit, language) if _is_plural(quantity, language) else unit}".strip()


def _is_plural(quantity: Decimal, language: str) -> bool:
    """French counts 1,5 panier; English counts 1.5 baskets."""
    return quantity >= 2 if language.startswith("fr") else quantity != 1


def _plural(unit: str, language: str) -> str:
    """Return a unit that people typed in the singular, in the plural: its first word in French, its last in English."""
    if language.startswith("fr"):
        word, space, rest = unit.partition(" ")
        return _plural_word(word) + space + rest
    rest, space, word = unit.rpartition(" ")
    return rest + space + (word if len(word) < 3 or word.endswith("s") else f"{word}s")


def _plural_word(word: str) -> str:
    if len(word) < 3 or not word.isalpha() or word.endswith(INVARIABLE):
        return word
    if word.endswith(("eau", "eu")):
        return f"{word}x"
    return f"{word[:-2]}aux" if word.endswith("al") else f"{word}s"


def _who(deal: Deal, language: str) -> str:
    words = {"seller": deal.seller, "buyer": deal.buyer, "title": deal.title, "total": amount(deal.total, language)}
    if deal.franchise:
        return _("%(seller)s does “%(title)s” for %(buyer)s, for %(total)s in all, without VAT.") % words
    return _("%(seller)s does “%(title)s” for %(buyer)s, for %(total)s in all, VAT included.") % words


def _how(deal: Deal, language: str) -> str:
    parts = _listed([_short(term, language) for term in deal.terms])
    kinds = {term.kind for term in deal.terms}
    if len(kinds) < 2:
        return _("This price is paid as follows: %(parts)s.") % {"parts": parts}
    sums = _listed([_sum_of_kind(deal, kind, language) for kind in Kind.values if kind in kinds])
    if len(deal.terms) > MOST_PARTS_IN_A_SENTENCE:
        said = _("This price is paid %(sums)s, in %(count)s parts that the quote tells one by one, with their days.")
        return said % {"sums": sums, "count": len(deal.terms)}
    return _("This price is paid %(sums)s: %(parts)s.") % {"sums": sums, "parts": parts}


def _sum_of_kind(deal: Deal, kind: str, language: str) -> str:
    value = money.total(term.value for term in deal.terms if term.kind == kind)
    return _("%(amount)s %(kind)s") % {"amount": amount(value, language), "kind": KINDS[Kind(kind)]}


def _until(deal: Deal, language: str) -> str:
    if deal.valid_until is None:
        return _("No day is set yet until which this offer stands.")
    words = {"day": day(deal.valid_until, language), "place": deal.time_zone.split("/")[-1].replace("_", " ")}
    if deal.online:
        return (
            _("This offer stands until %(day)s at 23:59 (%(place)s time); nothing begins before your agreement.")
            % words
        )
    return (
        _("This offer stands until %(day)s at 23:59 (%(place)s time); nothing begins before you return it signed.")
        % words
    )


def _listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence: « a, b et c »."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(some)s and %(last)s") % {"some": ", ".join(parts[:-1]), "last": parts[-1]}


def _sentence(term: TermValues, language: str) -> str:
    parts = [f"{_capital(_short(term, language))}."]
    if not term.in_euros and (days := planned_days(term)):
        parts += [_last_day(days[-1][0], language)] if len(days) > 1 else []
    if term.if_missed:
        parts.append(str(MISSED[IfMissed(term.if_missed)]))
    return " ".join(parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(term: TermValues, language: str) -> str:
    """Return a term with its days, without the point: « 360 € à l’accord »."""
    what = _what(term, language)
    if term.in_euros:
        return f"{what} {_due(term, language)}"
    worth = _("%(what)s (%(value)s)") % {"what": what, "value": amount(term.value, language)}
    rhythm = _rhythm(term, language)
    return f"{worth}, {rhythm}" if rhythm else worth


def _what(term: TermValues, language: str) -> str:
    if term.in_euros:
        value = amount(term.value, language)
        return f"{value} ({term.label})" if term.label else value
    words = {
        "count": _count(term, language),
        "price": amount(term.unit_value, language),
        "currency": term.unit or term.label,
    }
    if term.kind == Kind.LOCAL_CURRENCY:
        return _("%(count)s (1 %(currency)s = €1)") % words
    if term.kind == Kind.TIME:
        return _("%(count)s at %(price)s an hour") % words
    return _("%(count)s at %(price)s each") % words


def _count(term: TermValues, language: str) -> str:
    quantity = term.quantity or Decimal(0)
    if term.kind == Kind.LOCAL_CURRENCY:
        return f"{number_written(quantity, language)}{NO_BREAK_SPACE}{term.unit or term.label}"
    if term.kind == Kind.TIME:
        hours = ngettext("%(count)s hour", "%(count)s hours", 2 if _is_plural(quantity, language) else 1)
        said = hours % {"count": number_written(quantity, language)}
        return _("%(hours)s of work: %(label)s,") % {"hours": said, "label": term.label} if term.label else said
    return _goods(quantity, term.unit, term.label, language)


def _goods(quantity: Decimal, unit: str, label: str, language: str) -> str:
    """Return « 15 paniers de légumes » when the label begins with the unit, else « 15 paniers (légumes d’hiver) »."""
    if not unit or label.casefold().startswith(unit.casefold()):
        return counted(quantity, label[:1].lower() + label[1:], language)
    said = counted(quantity, unit, language)
    return f"{said} ({label})" if label else said


def _due(term: TermValues, language: str) -> str:
    if term.due == MoneyDue.DEPOSIT_DATE and term.due_on:
        return _("on %(day)s (deposit)") % {"day": day(term.due_on, language)}
    if term.due == MoneyDue.DATE and term.due_on:
        return _("on %(day)s") % {"day": day(term.due_on, language)}
    if term.due == MoneyDue.AFTER_INVOICE:
        days = term.due_days or 0
        return ngettext("%(days)s day after the invoice", "%(days)s days after the invoice", days) % {"days": days}
    return _("at your agreement (deposit)") if term.due == MoneyDue.ACCEPTANCE else _("on delivery")


def _rhythm(term: TermValues, language: str) -> str:
    days = planned_days(term)
    if not days:
        return ""
    words = {"day": day(days[0][0], language), "each": number_written(days[0][1], language)}
    if len(days) == 1:
        return _("on %(day)s") % words
    return {
        Rhythm.WEEKLY: _("%(each)s every week from %(day)s"),
        Rhythm.FORTNIGHTLY: _("%(each)s every two weeks from %(day)s"),
        Rhythm.MONTHLY: _("%(each)s every month from %(day)s"),
    }[Rhythm(term.rhythm)] % words


def _last_day(on: date, language: str) -> str:
    return _("The last day is %(day)s.") % {"day": day(on, language)}


def total_in_euros(terms: Sequence[TermValues]) -> Money:
    """Return what is paid in euros."""
    return money.total(term.value for term in terms if term.in_euros) if terms else euros(0)
