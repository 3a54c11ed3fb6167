"""A version as a person reads it, on the client's page and in the preview: everything in the page's language."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from lib.bars import mix_bar
from lib.money import number_written, written
from quotes import mentions, mixes, wording
from quotes.models import Kind, QuoteVersion
from quotes.paper import quantity_in_words
from quotes.terms import TermValues, planned_days
from quotes.views.common import label_of, segments_of

BAR_WIDTH, BAR_HEIGHT = 640, 32


def reading_of(version: QuoteVersion) -> dict[str, Any]:
    """Return what both pages show of a version; its quote, business and client are loaded."""
    language = get_language() or version.language
    terms = mixes.mix_of(version)
    price = mixes.price_of(version)
    lines = list(version.lines.all())
    for line, net, treatment in zip(lines, price.nets, price.treatments, strict=True):
        line.net, line.vat_rate, line.category = net, treatment.rate, treatment.category
    deal = mixes.deal_of(version)
    return {
        "version": version,
        "seller": deal.seller,
        "buyer": deal.buyer,
        "seller_email": (version.seller or {}).get("email") or version.quote.business.email,
        "franchise": mixes.is_franchise(version),
        "valid_until": wording.day(version.valid_until, language) if version.valid_until else "",
        "city": deal.time_zone.split("/")[-1].replace("_", " "),
        "plain_words": wording.plain_words_of(deal, language),
        "bar": bar_of(terms, language),
        "terms": _said(terms, language),
        "lines": [{"row": line, "quantity": quantity_in_words(line.quantity, line.unit, language)} for line in lines],
        "price": price,
        "taxes": price.taxes,
        "calendar": calendar_of(terms, language),
        "mentions": _mentions(version, terms),
        "is_demonstration": version.quote.business.is_demonstration,
    }


def bar_of(terms: Sequence[TermValues], language: str) -> SafeString:
    """Return the mix bar, which says itself in words."""
    segments = segments_of(terms)
    said = ", ".join(f"{segment.label} {written(segment.value, language)}" for segment in segments)
    return mix_bar(segments, width=BAR_WIDTH, height=BAR_HEIGHT, title=said)


def _said(terms: Sequence[TermValues], language: str) -> list[dict[str, Any]]:
    sentences = wording.sentences(terms, language)
    return [
        {"values": term, "label": label_of(term, language), "sentence": sentence}
        for term, sentence in zip(terms, sentences, strict=True)
    ]


def calendar_of(terms: Sequence[TermValues], language: str) -> list[dict[str, Any]]:
    """Return, for each term handed over on several days, its days gathered by month."""
    planned = [(term, planned_days(term)) for term in terms if term.kind != Kind.MONEY]
    several = [(term, days) for term, days in planned if len(days) > 1]
    return [{"label": label_of(term, language), "months": _months(days, language)} for term, days in several]


def _months(days: Sequence[tuple[date, Decimal]], language: str) -> list[dict[str, str]]:
    months = (list(inside) for _month, inside in groupby(days, key=lambda planned: planned[0].replace(day=1)))
    return [{"name": date_format(inside[0][0], "F Y"), "days": _days(inside, language)} for inside in months]


def _days(days: Sequence[tuple[date, Decimal]], language: str) -> str:
    """Return days as words; where a quantity is not that of the others, it is said."""
    usual = days[0][1]
    words = ((date_format(on, "D j"), quantity) for on, quantity in days)
    return ", ".join(day if many == usual else f"{day} ({number_written(many, language)})" for day, many in words)


def _mentions(version: QuoteVersion, terms: Sequence[TermValues]) -> list[str]:
    """Return the legal sentences: those frozen when it was sent; those it would get, in a preview."""
    if version.mentions is not None:
        return [mention["text"] for mention in version.mentions]
    printed = mentions.mentions(
        business=version.quote.business,
        client=version.quote.client,
        terms=terms,
        valid_until=version.valid_until,
        on=version.saved_at.date(),
        language=version.language,
        lines=list(version.lines.all()),
    )
    return [mention["text"] for mention in printed]
