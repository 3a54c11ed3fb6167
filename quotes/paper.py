"""A quote on paper: from the frozen rows to facts, and from facts to the page that is printed.

`quote_facts()` reads rows, frozen copies where the version was sent; the rest is pure. Everything on the page is in
the language of the document, whoever asks for it. What invoices print too (lines, sums, mix bar) is here as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext
from djmoney.money import Money

from lib import clock, law, pdf
from lib.bars import Segment, mix_bar, swatch
from lib.days import day_written
from lib.markdown import inside_paragraph, to_html
from lib.money import number_written, percent_written, total, written
from people import letterhead, parties
from people.letterhead import Party
from quotes import vat, wording
from quotes.mentions import mentions
from quotes.models import QuoteLine, QuoteVersion, RemunerationTerm, Unit
from quotes.pricing import LineValues, Tax, priced
from quotes.terms import TermValues

BAR_WIDTH, BAR_HEIGHT = 660, 16
NARROW = 12  # characters of an amount that fit in the usual columns: 123 456,78 €
TALL, TALL_LINES = 1500, 24  # characters, lines of a description that a page may cut


class PrintedLine(Protocol):
    """A line of a quote or an invoice, as a row or as values."""

    @property
    def title(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit(self) -> str: ...
    @property
    def unit_price(self) -> Money: ...
    @property
    def discount_percent(self) -> Decimal: ...
    @property
    def vat_rate(self) -> Decimal: ...
    @property
    def nature(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def net(self) -> Money: ...


@dataclass(frozen=True)
class QuoteFacts:
    """All that one version of a quote says. `number` is empty in a draft."""

    number: str
    version: int
    title: str
    sent_on: date | None
    valid_until: date | None
    seller: Party
    buyer: Party
    lines: Sequence[PrintedLine]
    taxes: Sequence[Tax]
    net: Money
    vat: Money
    total: Money
    terms: Sequence[TermValues]
    franchise: bool
    introduction: str = ""
    conditions: str = ""
    mentions: tuple[str, ...] = ()
    exemptions: tuple[str, ...] = ()
    paper_signature: str = ""
    language: str = "fr"
    time_zone: str = "Europe/Paris"
    logo: bytes | None = None
    accent: str = "#2f6b3c"
    is_demonstration: bool = False


def quote_facts(version: QuoteVersion, *, on: date | None = None) -> QuoteFacts:
    """Return what a version says: from the copies frozen when it was sent, or from live rows while it is a draft.

    `on` is the day whose law is printed: the day it was sent, else today.
    """
    business = version.quote.business
    on = on or version.sent_on or clock.today(business.time_zone)
    seller: Mapping[str, Any] = version.seller or parties.seller(business)
    buyer: Mapping[str, Any] = version.buyer or parties.buyer(version.quote.client)
    situation = vat.of_parties(seller, buyer)
    lines = list(version.lines.all())
    sums = priced([_line_values(line) for line in lines], situation=situation, version=version.calculation_version)
    for line, net, treatment in zip(lines, sums.nets, sums.treatments, strict=True):
        line.net, line.vat_rate, line.category = net, treatment.rate, treatment.category
    terms = [term_values(term) for term in RemunerationTerm.objects.filter(version=version)]
    return QuoteFacts(
        number=version.number,
        version=version.version,
        title=version.title,
        sent_on=version.sent_on,
        valid_until=version.valid_until,
        seller=letterhead.party(seller),
        buyer=letterhead.party(buyer),
        lines=lines,
        taxes=sums.taxes,
        net=sums.net,
        vat=sums.vat,
        total=sums.total,
        terms=terms,
        franchise=situation.charges_no_vat,
        introduction=version.introduction,
        conditions=version.conditions,
        mentions=tuple(letterhead.mention_texts(version.mentions or _mentions(version, terms, on))),
        exemptions=tuple(vat.fact_of(reason, on).text(version.language) for reason in vat.reasons_of(sums.treatments)),
        paper_signature=law.fact("quote.paper_signature", on).text(version.language),
        language=version.language,
        time_zone=business.time_zone,
        logo=letterhead.picture(version.logo if version.sent_at else business.logo),
        accent=seller["accent_colour"],
        is_demonstration=bool(seller["is_demonstration"]),
    )


def _mentions(version: QuoteVersion, terms: Sequence[TermValues], on: date) -> list[dict[str, str]]:
    """Return the mentions that a draft would be sent with."""
    quote = version.quote
    return mentions(
        business=quote.business,
        client=quote.client,
        terms=terms,
        valid_until=version.valid_until,
        on=on,
        language=version.language,
        lines=list(version.lines.all()),
    )


def term_values(term: RemunerationTerm) -> TermValues:
    """Return a term's row as plain values."""
    return TermValues(**{field.name: getattr(term, field.name) for field in fields(TermValues)})


def _line_values(line: QuoteLine) -> LineValues:
    return LineValues(
        line.unit_price,
        line.quantity,
        line.discount_percent,
        line.vat_rate,
        nature=line.nature,
        exemption=line.exemption,
    )


def quote_pdf(facts: QuoteFacts, *, created: datetime, preview: bool = False) -> bytes:
    """Return the PDF of a quote; `created` is the day written in the file."""
    return pdf.render(
        quote_html(facts, preview=preview),
        language=facts.language,
        created=created,
        title=document_title(facts, preview=preview),
        pictures=[facts.logo] if facts.logo else [],
    )


def quote_html(facts: QuoteFacts, *, preview: bool = False) -> str:
    """Return the page of a quote, for `lib.pdf.render`; a preview prints "preview" for its number."""
    with override(facts.language):
        return render_to_string("documents/quote.html", _page(facts, preview=preview))


def document_title(facts: QuoteFacts, *, preview: bool = False) -> str:
    with override(facts.language):
        number = facts.number if facts.number and not preview else _("preview")
        return f"{_('Quote')} {number} – {facts.seller.name}"


def _page(facts: QuoteFacts, *, preview: bool) -> dict[str, Any]:
    return {
        **letterhead.frame(
            seller=facts.seller,
            buyer=facts.buyer,
            language=facts.language,
            accent=facts.accent,
            logo=facts.logo,
            title=document_title(facts, preview=preview),
            stamp=letterhead.stamp(preview=preview, demonstration=facts.is_demonstration),
            called=f"{_('Quote')} {facts.number}" if facts.number and not preview else "",
        ),
        "name": _("Quote"),
        "number": facts.number if facts.number and not preview else _("preview"),
        "version": _("version %(number)s") % {"number": facts.version} if facts.version > 1 else "",
        "landmarks": letterhead.in_rows(_landmarks(facts)),
        "object": facts.title,
        "plain_words": wording.plain_words_of(_deal(facts), facts.language),
        "introduction": to_html(facts.introduction),
        "conditions": to_html(facts.conditions),
        "lines": table_of_lines(facts.lines, facts.language, franchise=facts.franchise),
        "broad": is_broad(facts.lines, facts.total, facts.language),
        "totals": list(totals(facts)),
        "taxes": [] if facts.franchise else list(taxes(facts)),
        "exemptions": facts.exemptions,
        "bar": bar([_segment(term, facts.language) for term in facts.terms], facts.language),
        "terms": list(_terms(facts)),
        "mentions": " ".join(f"{text.rstrip('.')}." for text in facts.mentions if text not in facts.exemptions),
        "paper_signature": facts.paper_signature,
    }


def _deal(facts: QuoteFacts) -> wording.Deal:
    return wording.Deal(
        seller=facts.seller.trade_name or facts.seller.name,
        buyer=facts.buyer.name,
        title=facts.title,
        total=facts.total,
        terms=facts.terms,
        valid_until=facts.valid_until,
        franchise=facts.franchise or not facts.vat.amount,
        time_zone=facts.time_zone,
        online=not facts.buyer.is_consumer,
    )


def _landmarks(facts: QuoteFacts) -> Iterable[tuple[str, str]]:
    if facts.sent_on:
        yield _("Date"), day(facts.sent_on)
    if facts.valid_until:
        yield _("Valid until"), day(facts.valid_until)
    if numbers := "\n".join(letterhead.identity_lines(facts.buyer)):
        yield _("Client"), numbers


def _terms(facts: QuoteFacts) -> Iterable[dict[str, Any]]:
    """Return each agreed way of paying: its mark, what it means, how its value was found, its value."""
    for term, sentence in zip(facts.terms, wording.sentences(facts.terms, facts.language), strict=True):
        yield {
            "swatch": swatch(term.kind, title=str(wording.KINDS[term.kind])),  # type: ignore[index]
            "sentence": sentence,
            "valuation": _("Value: %(how)s") % {"how": term.valuation} if term.valuation else "",
            "value": written(term.value, facts.language),
        }


def _segment(term: TermValues, language: str) -> Segment:
    return Segment(term.kind, term.value, wording.headline(term, language))


# What invoices print too ------------------------------------------------------------------------------------------


def day(value: date) -> str:
    """Return a day in the active language: « 1er janvier 2027 »."""
    return day_written(value)


def table_of_lines(lines: Iterable[PrintedLine], language: str, *, franchise: bool) -> dict[str, Any]:
    """Return the table of what is sold. Under franchise no VAT column, and neither HT nor TTC (CGI 283-3)."""
    return {
        "has_vat": not franchise,
        "price": _("Price") if franchise else _("Price excl. VAT"),
        "amount": _("Amount") if franchise else _("Amount excl. VAT"),
        "groups": [_group(heading, list(rows), language) for heading, rows in groupby(lines, key=section_of)],
        "across": 3 if franchise else 4,  # columns before the amount
    }


def is_broad(lines: Iterable[PrintedLine], whole: Money, language: str) -> bool:
    """Tell whether an amount needs broader columns: from a million on, or with many decimals."""
    amounts = [whole, *(amount for line in lines for amount in (line.unit_price, line.net))]
    return any(len(written(amount, language)) > NARROW for amount in amounts)


def section_of(line: PrintedLine) -> str:
    """Return the heading under which a line is printed with its neighbours; "" for none."""
    return line.section.strip()


def _group(heading: str, lines: Sequence[PrintedLine], language: str) -> dict[str, Any]:
    """Return consecutive lines of one section: its heading, and its subtotal where there is something to add up."""
    several = bool(heading) and len(lines) > 1
    return {
        "heading": heading,
        "rows": [_row(line, language) for line in lines],
        "subtotal": written(total(line.net for line in lines), language) if several else "",
    }


def _row(line: PrintedLine, language: str) -> dict[str, Any]:
    percent = percent_written(line.discount_percent, language)
    told = to_html(line.description)
    return {
        "title": line.title,
        "description": told,
        "paragraph": inside_paragraph(told),
        "tall": len(line.description) > TALL or line.description.count("\n") > TALL_LINES,
        "quantity": quantity_in_words(line.quantity, line.unit, language),
        "price": written(line.unit_price, language),
        "discount": _("discount %(percent)s") % {"percent": percent} if line.discount_percent else "",
        "rate": rate_in_column(line.category, line.vat_rate, language),
        "net": written(line.net, language),
    }


def quantity_in_words(quantity: Decimal, unit: str, language: str) -> str:
    """Return « 3,5 jours », « 1 forfait », « 12 mois »."""
    count = 2 if (quantity >= 2 if language.startswith("fr") else quantity != 1) else 1
    words = {
        Unit.PIECE: ngettext("%(n)s piece", "%(n)s pieces", count),
        Unit.FLAT: ngettext("%(n)s flat fee", "%(n)s flat fees", count),
        Unit.HOUR: ngettext("%(n)s hour", "%(n)s hours", count),
        Unit.HALF_DAY: ngettext("%(n)s half-day", "%(n)s half-days", count),
        Unit.DAY: ngettext("%(n)s day", "%(n)s days", count),
        Unit.MONTH: ngettext("%(n)s month", "%(n)s months", count),
        Unit.YEAR: ngettext("%(n)s year", "%(n)s years", count),
        Unit.PAGE: ngettext("%(n)s page", "%(n)s pages", count),
        Unit.KILOGRAM: ngettext("%(n)s kilogram", "%(n)s kilograms", count),
    }
    return words[Unit(unit)] % {"n": number_written(quantity, language)}


class Summed(Protocol):
    """What has totals: a quote or an invoice."""

    @property
    def franchise(self) -> bool: ...
    @property
    def language(self) -> str: ...
    @property
    def net(self) -> Money: ...
    @property
    def vat(self) -> Money: ...
    @property
    def total(self) -> Money: ...


def totals(facts: Summed) -> Iterable[dict[str, Any]]:
    """Return the sums: one under franchise; net, VAT and the whole otherwise."""
    if facts.franchise:
        yield summed(_("Total"), facts.total, facts.language, main=True)
        return
    yield summed(_("Total excl. VAT"), facts.net, facts.language)
    yield summed(_("VAT"), facts.vat, facts.language)
    label = _("Total incl. VAT") if facts.vat.amount else _("Total")
    yield summed(label, facts.total, facts.language, main=True)


def summed(label: str, amount: Money, language: str, *, main: bool = False) -> dict[str, Any]:
    return {"label": label, "amount": written(amount, language), "main": main}


def taxes(facts: Any) -> Iterable[dict[str, str]]:
    """Return the table of VAT by rate (242 nonies A, 11°)."""
    for tax in facts.taxes:
        yield {
            "rate": rate_in_words(tax.category, tax.rate, facts.language),
            "base": written(tax.base, facts.language),
            "amount": written(tax.amount, facts.language),
        }


def rate_in_column(category: str, rate: Decimal, language: str) -> str:
    """Return the same in few letters."""
    exempt = pgettext("in a narrow column", "exempt")
    words = {vat.EXEMPT: exempt, vat.INTRA_EU: exempt, vat.EXPORT: exempt}
    words[vat.REVERSE_CHARGE] = pgettext("in a narrow column", "reverse")
    return words.get(category) or percent_written(rate, language)


def rate_in_words(category: str, rate: Decimal, language: str) -> str:
    """Return a rate, or the word for what is not taxed: its reason is printed under the table."""
    words = {vat.EXEMPT: _("exempt"), vat.INTRA_EU: _("exempt"), vat.EXPORT: _("exempt")}
    words[vat.REVERSE_CHARGE] = _("reverse charge")
    return words.get(category) or percent_written(rate, language)


def bar(segments: Sequence[Segment], language: str) -> SafeString:
    """Return the mix bar, said in words in its title."""
    said = " ; ".join(f"{segment.label}: {written(segment.value, language)}" for segment in segments)
    title = _("How this price is paid: %(parts)s.") % {"parts": said}
    return mix_bar(segments, width=BAR_WIDTH, height=BAR_HEIGHT, title=title)
