"""The cash floor: VAT and social contributions are paid in euros, on the whole price, in kind included.

A warning and nothing more: rates are dated facts, most of them uncertain, and each person's own may differ.
"""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from djmoney.money import Money

from lib.law import Fact, UnknownFact, fact
from lib.money import euros, percent_written, share
from people.models import Business
from quotes.pricing import Priced
from quotes.remuneration import TermValues
from quotes.wording import amount, total_in_euros

MICRO_RATE = "social.micro_rate.bnc"  # the highest of the micro rates for services: a floor is better too high


def warning(price: Priced, terms: Sequence[TermValues], *, status: str, on: date) -> str | None:
    """Return a sentence when the part in euros cannot pay what is due on the whole price; None when it can."""
    rate = _contributions(status, on)
    contributions = share(price.net, rate.value) if rate else euros(0)
    due, paid = price.vat + contributions, total_in_euros(terms)
    if not terms or paid >= due:
        return None
    sentence = _("%(paid)s come in euros, but about %(due)s will be due in euros on the whole price: %(what)s.")
    return sentence % {"paid": _written(paid), "due": _written(due), "what": _what(price.vat, contributions, rate)}


def _contributions(status: str, on: date) -> Fact | None:
    """Return the rate of contributions on turnover; other statuses pay on profit, which a quote cannot tell."""
    if status != Business.Status.MICRO:
        return None
    try:
        return fact(MICRO_RATE, on)
    except UnknownFact:
        return None


def _what(vat: Money, contributions: Money, rate: Fact | None) -> str:
    parts = [_("%(amount)s of VAT") % {"amount": _written(vat)}] if vat else []
    if rate:
        sentence = (
            _("%(amount)s of social contributions (%(rate)s)")
            if rate.certainty == "certain" and not rate.outdated
            else _("%(amount)s of social contributions (%(rate)s, rate to be checked)")
        )
        rate_written = percent_written(rate.value, _language())
        parts.append(sentence % {"amount": _written(contributions), "rate": rate_written})
    return ", ".join(parts)


def _written(value: Money) -> str:
    return amount(value, _language())


def _language() -> str:
    return get_language() or "fr"
