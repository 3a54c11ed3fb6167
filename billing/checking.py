"""What stands in the way of issuing an invoice, in words for the person who would. Reads rows, writes nothing."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from billing import agreeing, crediting, ordering, stating, taxing
from billing.drafting import charges_no_vat
from billing.facts import InvoiceFacts
from billing.models import Invoice
from billing.partners import announcing
from lib import pdf
from lib.days import day_written
from lib.form_fields import is_in_this_century
from people.models import Business, Client
from quotes import vat

REGISTERED = (Business.Status.COMPANY, Business.Status.CAE)
WITH_SIREN = (Client.Kind.FARM, Client.Kind.COMPANY, Client.Kind.PUBLIC)
MOST_CHARACTERS_SHOWN = 12


def obstacles(invoice: Invoice, facts: InvoiceFacts, on: date) -> list[str]:
    """Return every reason not to issue this draft today; nothing when it may be issued."""
    return [
        *_seller(invoice.seller or {}),
        *_buyer(invoice.buyer or {}),
        *_days(invoice),
        *_amounts(invoice, on),
        *_regime(invoice),
        *taxing.obstacles(invoice, on),
        *ordering.obstacles(invoice),
        *agreeing.obstacles(invoice),
        *announcing.obstacles(invoice, facts.total - facts.deducted),
        *crediting.obstacles(invoice),
        *_characters(facts),
    ]


def _seller(seller: Mapping[str, Any]) -> Iterator[str]:
    if not seller["siren"]:
        yield _("Your SIREN is missing: add it in the settings.")
    if not (seller["address"] and seller["postal_code"] and seller["city"]):
        yield _("Your own address is incomplete: complete it in the settings.")
    if seller["vat_regime"] == Business.VatRegime.NORMAL and not seller["vat_number"]:
        yield _("Your VAT number is missing: add it in the settings.")
    if seller["status"] in REGISTERED and not seller["registration"]:
        yield _("Your company's form, capital and register are missing: add them in the settings (c. com. R123-237).")
    if not (seller["siren"] or seller["email"]):
        yield _("Your e-mail address is missing: add it in the settings.")


def _buyer(buyer: Mapping[str, Any]) -> Iterator[str]:
    words = {"client": buyer["name"]}
    if not (buyer["address"] and buyer["city"]):
        yield _("The address of %(client)s is incomplete: an invoice must carry it.") % words
    if buyer["country"] in ("FR", "") and buyer["kind"] in WITH_SIREN and not buyer["siren"]:
        yield _("The SIREN of %(client)s is missing: an invoice to a professional carries it.") % words
    elif not (buyer["siren"] or buyer["email"]):
        yield _("%(client)s has neither a SIREN nor a contact who receives invoices by e-mail: add one.") % words


def _days(invoice: Invoice) -> Iterator[str]:
    for day in (invoice.delivered_on, invoice.due_on, invoice.period_since, invoice.period_until):
        if day is not None and not is_in_this_century(day):
            yield _("A day of this draft is in the year %(year)s: look at it again.") % {"year": f"{day.year:04}"}


def _amounts(invoice: Invoice, on: date) -> Iterator[str]:
    if invoice.total.amount <= 0:
        yield _("There is nothing to invoice: the total is zero.")
    if invoice.due_on and invoice.due_on < on and not invoice.corrects_id:
        yield _("This invoice would be due on %(day)s, before it exists: choose a later day.") % {
            "day": day_written(invoice.due_on)
        }


def _regime(invoice: Invoice) -> Iterator[str]:
    """VAT follows the regime on the day of the operation (CGI 269, 1-a and 293 B), the price is the one agreed: when
    the regime has changed in between, only a person knows which of the two gives way."""
    if invoice.acceptance is None or invoice.corrects_id:
        return
    words = {"number": invoice.acceptance.version.number}
    without_vat = charges_no_vat(invoice)
    if without_vat == (invoice.business.vat_regime in vat.WITHOUT_VAT):
        return
    if without_vat:
        yield _("Quote %(number)s was agreed without VAT, and your settings now say that you charge it.") % words
    else:
        yield _("Quote %(number)s was agreed with VAT, and your settings now say that you charge none.") % words
    yield _(
        "If the work was done before your VAT regime changed, put the former regime back in the settings while you "
        "issue this invoice. If it was done after, the price is to be agreed again: send a new quote, invoice that "
        "one, and credit the deposit if it was invoiced."
    )


def _characters(facts: InvoiceFacts) -> Iterator[str]:
    missing = sorted(pdf.missing_glyphs(stating.texts(facts)))
    if missing:
        shown = " ".join(missing[:MOST_CHARACTERS_SHOWN])
        yield _("These characters cannot be printed: %(characters)s. Replace them in the texts.") % {
            "characters": shown
        }
