"""A version's price and mix, read from its rows: from here on everything is computed by the pure modules."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date

from lib.bars import Segment
from people.models import Client
from quotes import cash_floor, remuneration, vat, wording
from quotes.models import Quote, QuoteLine, QuoteVersion, RemunerationTerm
from quotes.pricing import LineValues, Priced, priced
from quotes.remuneration import Check, Circumstances, TermValues, close_mix
from quotes.wording import Deal

LINE_NAMES = [field.name for field in fields(LineValues)]
TERM_NAMES = [field.name for field in fields(TermValues)]


def line_values(lines: Iterable[QuoteLine]) -> list[LineValues]:
    return [LineValues(**{name: getattr(line, name) for name in LINE_NAMES}) for line in lines]


def term_values(terms: Iterable[RemunerationTerm]) -> list[TermValues]:
    return [TermValues(**{name: getattr(term, name) for name in TERM_NAMES}) for term in terms]


def situation_of(version: QuoteVersion) -> vat.Situation:
    """Return who sells to whom, for VAT: the parties copied onto a sent version, else those of today."""
    if version.seller:
        return vat.of_parties(version.seller, version.buyer or {})
    return vat.between(version.quote.business, version.quote.client)


def is_franchise(version: QuoteVersion) -> bool:
    """Tell whether its seller charges no VAT at all: under franchise, or exempt by its activity."""
    return situation_of(version).charges_no_vat


def price_of(version: QuoteVersion) -> Priced:
    """Return a version's totals, by its own arithmetic version."""
    lines = line_values(version.lines.all())
    return priced(lines, situation=situation_of(version), version=version.calculation_version)


def mix_of(version: QuoteVersion) -> list[TermValues]:
    """Return a version's terms with their values."""
    return close_mix(price_of(version).total, term_values(version.terms.all()))


def circumstances(quote: Quote, on: date) -> Circumstances:
    business = quote.business
    return Circumstances(
        accepts_goods=business.accepts_goods,
        accepts_time=business.accepts_time,
        local_currencies=tuple(currency.name for currency in business.local_currencies.all()),
        client_kind=quote.client.kind,
        on=on,
    )


def checks_of(version: QuoteVersion, on: date) -> list[Check]:
    """Return all that is to be said of a draft's mix: errors, then warnings, the cash floor last."""
    return checks_on(version.quote, price_of(version), term_values(version.terms.all()), on)


def checks_on(quote: Quote, price: Priced, terms: Sequence[TermValues], on: date) -> list[Check]:
    """Return the same of values that are not saved: what the editor shows while it is typed in."""
    found = remuneration.checks(price.total, terms, circumstances(quote, on))
    floor = cash_floor.warning(price, close_mix(price.total, terms), status=quote.business.status, on=on)
    return [*found, Check(remuneration.WARNING, floor)] if floor else found


def deal_of(version: QuoteVersion) -> Deal:
    """Return what the plain words of a version are made of; a draft's parties are those of today."""
    quote, price = version.quote, price_of(version)
    return Deal(
        seller=_seller(version),
        buyer=version.buyer["name"] if version.buyer else quote.client.name,
        title=version.title,
        total=price.total,
        terms=mix_of(version),
        valid_until=version.valid_until,
        franchise=is_franchise(version) or not price.vat.amount,
        time_zone=quote.business.time_zone,
        online=quote.client.kind != Client.Kind.PERSON,
    )


def _seller(version: QuoteVersion) -> str:
    """Return the name people know the seller by."""
    if version.seller:
        return str(version.seller["trade_name"] or version.seller["name"])
    return str(version.quote.business)


def plain_words(version: QuoteVersion) -> list[str]:
    """Return « En clair »: three sentences in the version's language."""
    return wording.plain_words_of(deal_of(version), version.language)


def segments(terms: Sequence[TermValues], language: str) -> list[Segment]:
    """Return the mix bar's segments, terms having their values."""
    return [Segment(term.kind, term.value, wording.headline(term, language)) for term in terms]
