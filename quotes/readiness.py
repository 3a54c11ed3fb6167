"""What stands in the way of sending a draft, in words. Reads rows, changes none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lib import pdf
from lib.days import day_written
from lib.law import Fact
from people import parties
from people.models import Business, Contact
from quotes import mentions, mixes, vat
from quotes.models import Quote, QuoteVersion
from quotes.pricing import LineValues
from quotes.remuneration import ERROR, TermValues

ADDRESS = ("address", "postal_code", "city")
WORDS = ("title", "introduction", "conditions")
LINE_WORDS = ("section", "title", "description")
TERM_WORDS = ("label", "unit", "valuation")


def obstacles(version: QuoteVersion, contacts: Sequence[Contact], on: date) -> list[str]:
    """Return why a draft cannot be sent to these contacts on a day; nothing when it can."""
    return [
        *_of_the_business(version.quote.business),
        *_of_the_contacts(version.quote, contacts),
        *_of_the_text(version.title, version.valid_until, on),
        *_of_the_price(version, on),
        *of_vat(mixes.line_values(version.lines.all()), mixes.situation_of(version)),
        *unprintable(version),
    ]


def obstacles_typed(
    quote: Quote,
    words: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    terms: Sequence[Mapping[str, Any]],
    on: date,
) -> list[str]:
    """Return the same of what is typed and not saved yet, but what `mixes.checks_on` says of its mix."""
    said = [words[name] for name in WORDS]
    said += [row.get(name) or "" for row in lines for name in LINE_WORDS]
    said += [row.get(name) or "" for row in terms for name in TERM_WORDS]
    return [
        *_of_the_business(quote.business),
        *_of_the_contacts(quote, quote.client.contacts.filter(archived_at=None)),
        *_of_the_text(words["title"], words["valid_until"], on),
        *([] if lines else [_("Add at least one line.")]),
        *of_vat(_values(lines), vat.between(quote.business, quote.client)),
        *_of_the_characters([*said, *_of_the_parties(quote)]),
    ]


def doubts(version: QuoteVersion, on: date) -> list[str]:
    """Return what a person should look at before sending a draft, besides its mix: it stops nothing."""
    lines = mixes.line_values(version.lines.all())
    return _doubts(version.quote, version.valid_until, lines, mixes.mix_of(version), on)


def doubts_typed(
    quote: Quote, words: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], terms: Sequence[TermValues], on: date
) -> list[str]:
    """Return the same of what is typed and not saved yet."""
    return _doubts(quote, words["valid_until"], _values(lines), terms, on)


def _doubts(
    quote: Quote, valid_until: date | None, lines: Sequence[LineValues], terms: Sequence[TermValues], on: date
) -> list[str]:
    business, client = quote.business, quote.client
    said = mentions.printed(business=business, client=client, terms=terms, valid_until=valid_until, on=on, lines=lines)
    return list(outdated(said))


def outdated(facts: Iterable[Fact]) -> Iterator[str]:
    """Say which legal facts of a document are past the last day on which they are known to hold."""
    language = (get_language() or "fr").split("-")[0]
    for known in facts:
        if known.outdated and known.until:
            words = {"title": known.title[language], "day": day_written(known.until)}
            yield _("“%(title)s”: known to hold until %(day)s only. Ask your accountant what to write now.") % words


def _values(lines: Iterable[Mapping[str, Any]]) -> list[LineValues]:
    return [LineValues(**{name: line[name] for name in mixes.LINE_NAMES if name in line}) for line in lines]


def of_vat(lines: Sequence[LineValues], situation: vat.Situation) -> Iterator[str]:
    """A line at zero says why (242 nonies A, I 12°), and one document gives one reason per category (EN 16931)."""
    treatments = [vat.treated(line, situation) for line in lines]
    for line, treatment in zip(lines, treatments, strict=True):
        if treatment.category == vat.EXEMPT and not treatment.reason:
            yield _("“%(line)s” is at 0 %% of VAT: give its rate, or say why no VAT is due (“More…”).") % {
                "line": line.title
            }
    if vat.clashes(treatments):
        yield _(
            "Two different reasons why no VAT is due cannot stand on one document: an electronic invoice holds one. "
            "Make two quotes or invoices."
        )


def _of_the_business(business: Business) -> Iterator[str]:
    """A quote carries the seller's identity (c. com. R123-237)."""
    if not business.legal_name or not business.siren or not all(getattr(business, name) for name in ADDRESS):
        yield _("Your business's identity is not complete (name, SIREN, address): see its settings.")
    if not business.email:
        yield _("Your business has no e-mail address for answers: see its settings.")


def _of_the_contacts(quote: Quote, contacts: Iterable[Contact]) -> Iterator[str]:
    if not contacts:
        yield _("Choose at least one person to send it to.")
    if any(contact.client_id != quote.client_id or contact.archived_at for contact in contacts):
        yield _("One of the people chosen is not a contact of this client any more.")


def _of_the_text(title: str, valid_until: date | None, on: date) -> Iterator[str]:
    if not title.strip():
        yield _("Give the quote a title.")
    if valid_until is None:
        yield _("Say until which day this offer stands.")
    elif valid_until < on:
        yield _("The day until which this offer stands is past.")


def _of_the_price(version: QuoteVersion, on: date) -> Iterator[str]:
    if not version.lines.exists():
        yield _("Add at least one line.")
        return
    if mixes.price_of(version).total.amount <= 0:
        yield _("This quote comes to nothing: give its lines a price.")
        return
    yield from (check.message for check in mixes.checks_of(version, on) if check.level == ERROR)


def unprintable(version: QuoteVersion) -> list[str]:
    """Return, in a sentence, the characters for which a version's PDF cannot be made; nothing when it can."""
    return list(_of_the_characters(_texts(version)))


def _of_the_characters(texts: Iterable[str]) -> Iterator[str]:
    """A character that no font of the documents has would print as an empty box (PDF/A forbids it)."""
    if why := pdf.why_unprintable(*texts):
        yield why


def _texts(version: QuoteVersion) -> Iterator[str]:
    yield from (getattr(version, name) for name in WORDS)
    for line in version.lines.all():
        yield from (getattr(line, name) for name in LINE_WORDS)
    for term in version.terms.all():
        yield from (getattr(term, name) for name in TERM_WORDS)
    yield from _of_the_parties(version.quote)


def _of_the_parties(quote: Quote) -> Iterator[str]:
    for party in (parties.seller(quote.business), parties.buyer(quote.client)):
        yield from (value for value in party.values() if isinstance(value, str))
