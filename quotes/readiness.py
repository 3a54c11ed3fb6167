"""What stands in the way of sending a draft, in words. Reads rows, changes none."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _

from lib import pdf
from people import parties
from people.models import Business, Contact
from quotes import mixes
from quotes.models import QuoteVersion
from quotes.remuneration import ERROR

ADDRESS = ("address", "postal_code", "city")


def obstacles(version: QuoteVersion, contacts: Sequence[Contact], on: date) -> list[str]:
    """Return why a draft cannot be sent to these contacts on a day; nothing when it can."""
    return [
        *_of_the_business(version.quote.business),
        *_of_the_contacts(version, contacts),
        *_of_the_text(version, on),
        *_of_the_price(version, on),
        *_of_the_characters(version),
    ]


def _of_the_business(business: Business) -> Iterator[str]:
    """A quote carries the seller's identity (c. com. R123-237)."""
    if not business.legal_name or not business.siren or not all(getattr(business, name) for name in ADDRESS):
        yield _("Your business's identity is not complete (name, SIREN, address): see its settings.")
    if not business.email:
        yield _("Your business has no e-mail address for answers: see its settings.")


def _of_the_contacts(version: QuoteVersion, contacts: Sequence[Contact]) -> Iterator[str]:
    if not contacts:
        yield _("Choose at least one person to send it to.")
    if any(contact.client_id != version.quote.client_id or contact.archived_at for contact in contacts):
        yield _("One of the people chosen is not a contact of this client any more.")


def _of_the_text(version: QuoteVersion, on: date) -> Iterator[str]:
    if not version.title.strip():
        yield _("Give the quote a title.")
    if version.valid_until is None:
        yield _("Say until which day this offer stands.")
    elif version.valid_until < on:
        yield _("The day until which this offer stands is past.")


def _of_the_price(version: QuoteVersion, on: date) -> Iterator[str]:
    if not version.lines.exists():
        yield _("Add at least one line.")
        return
    if mixes.price_of(version).total.amount <= 0:
        yield _("This quote comes to nothing: give its lines a price.")
        return
    yield from (check.message for check in mixes.checks_of(version, on) if check.level == ERROR)


def _of_the_characters(version: QuoteVersion) -> Iterator[str]:
    """A character that no font of the documents has would print as an empty box (PDF/A forbids it)."""
    missing = pdf.missing_glyphs("".join(_texts(version)))
    if missing:
        shown = " ".join(sorted(missing)[:10])
        yield _("These characters cannot be printed in the PDF: %(characters)s. Remove them.") % {"characters": shown}


def _texts(version: QuoteVersion) -> Iterator[str]:
    yield from (version.title, version.introduction, version.conditions)
    for line in version.lines.all():
        yield from (line.title, line.description)
    for term in version.terms.all():
        yield from (term.label, term.unit, term.valuation)
    for party in (parties.seller(version.quote.business), parties.buyer(version.quote.client)):
        yield from (value for value in party.values() if isinstance(value, str))
