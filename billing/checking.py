"""What stands in the way of issuing an invoice, in words for the person who would. Reads rows, writes nothing."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing import balances, claiming, stating
from billing.drafting import charges_no_vat
from billing.facts import InvoiceFacts
from billing.models import Invoice
from billing.splitting import exceed
from lib import law, pdf
from lib.money import percent_written, written
from people.models import Business, Client

WITH_SIREN = (Client.Kind.FARM, Client.Kind.COMPANY, Client.Kind.PUBLIC)
MOST_CHARACTERS_SHOWN = 12


def obstacles(invoice: Invoice, facts: InvoiceFacts, on: date) -> list[str]:
    """Return every reason not to issue this draft today; nothing when it may be issued."""
    return [
        *_seller(invoice.seller or {}),
        *_buyer(invoice.buyer or {}),
        *_amounts(invoice, on),
        *_regime(invoice),
        *_order_of_things(invoice),
        *_characters(facts),
    ]


def _seller(seller: Mapping[str, Any]) -> Iterator[str]:
    if not seller["siren"]:
        yield _("Your SIREN is missing: add it in the settings.")
    if not (seller["address"] and seller["postal_code"] and seller["city"]):
        yield _("Your own address is incomplete: complete it in the settings.")
    if seller["vat_regime"] == Business.VatRegime.NORMAL and not seller["vat_number"]:
        yield _("Your VAT number is missing: add it in the settings.")
    if not (seller["siren"] or seller["email"]):
        yield _("Your e-mail address is missing: add it in the settings.")


def _buyer(buyer: Mapping[str, Any]) -> Iterator[str]:
    words = {"client": buyer["name"]}
    if not (buyer["address"] and buyer["city"]):
        yield _("The address of %(client)s is incomplete: an invoice must carry it.") % words
    if buyer["country"] == "FR" and buyer["kind"] in WITH_SIREN and not buyer["siren"]:
        yield _("The SIREN of %(client)s is missing: an invoice to a professional carries it.") % words
    elif not (buyer["siren"] or buyer["email"]):
        yield _("%(client)s has neither a SIREN nor a contact who receives invoices by e-mail: add one.") % words


def _amounts(invoice: Invoice, on: date) -> Iterator[str]:
    if invoice.total.amount <= 0:
        yield _("There is nothing to invoice: the total is zero.")
    if invoice.due_on and invoice.due_on < on and not invoice.corrects_id:
        yield _("This invoice would be due on %(day)s, before it exists: choose a later day.") % {
            "day": date_format(invoice.due_on)
        }
    allowed = {Decimal(rate) for rate in law.fact("vat.rates_allowed_in_xml", on).value}
    if charges_no_vat(invoice):
        return
    for rate in sorted({line.vat_rate for line in invoice.lines.all()}):
        shown = {"rate": percent_written(rate, get_language() or "fr")}
        if rate == 0:
            yield _("A line is at %(rate)s: say at which rate it is taxed. Exempt lines are not possible yet.") % shown
        elif rate not in allowed:
            yield _("%(rate)s is not a VAT rate in France.") % shown


def _regime(invoice: Invoice) -> Iterator[str]:
    """VAT follows the regime on the day of the operation (CGI 269, 1-a and 293 B), the price is the one agreed: when
    the regime has changed in between, only a person knows which of the two gives way."""
    if invoice.acceptance is None or invoice.corrects_id:
        return
    words = {"number": invoice.acceptance.version.number}
    without_vat = charges_no_vat(invoice)
    if without_vat == (invoice.business.vat_regime == Business.VatRegime.FRANCHISE):
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


def _order_of_things(invoice: Invoice) -> Iterator[str]:
    """A deposit comes before the final invoice, and what came for an invoice credited since is free again; a credit
    note takes off no more than there is."""
    same_quote = Invoice.objects.filter(acceptance=invoice.acceptance_id) if invoice.acceptance_id else None
    if invoice.corrects:
        yield from _credit_note(invoice, invoice.corrects)
    elif same_quote is not None and invoice.type == Invoice.Type.DEPOSIT:
        for final in same_quote.filter(type__in=("FINAL", "STANDARD"), issued_at__isnull=False):
            if balances.creditable_of(final).amount > 0:
                yield _("The whole quote is already invoiced (%(number)s): no deposit can follow.") % {
                    "number": final.number
                }
    elif same_quote is not None and same_quote.filter(type="DEPOSIT", issued_at=None).exists():
        yield _("The deposit invoice is still a draft: issue it first, or throw it away.")
    elif same_quote is not None:
        yield from _paid_in_vain(same_quote.exclude(pk=invoice.pk))


def _paid_in_vain(same_quote: QuerySet[Invoice]) -> Iterator[str]:
    """What came for an invoice that is credited would be asked for again: a person frees it, or gives it back."""
    for other in same_quote.filter(issued_at__isnull=False, corrects=None):
        left = balances.left_of(other)
        if left.amount < 0:
            yield _(
                "%(amount)s received still settle invoice %(number)s, which is credited: on the receipt’s page, take "
                "them back so that this invoice counts them, or undo the receipt if you gave them back."
            ) % {"amount": written(-left, get_language() or "fr"), "number": other.number}


def _credit_note(invoice: Invoice, corrected: Invoice) -> Iterator[str]:
    final = claiming.deducted_in(corrected)
    if final is not None:
        yield deposit_is_deducted(corrected, final)
    taken = claiming.claim_of(invoice, corrected.issued_on or date.min).taxes
    if exceed(taken, claiming.left_per_rate(corrected)):
        yield _("This credit note takes off more than is left of invoice %(number)s.") % {"number": corrected.number}


def deposit_is_deducted(deposit: Invoice, final: Invoice) -> str:
    """Say why a deposit cannot be credited alone."""
    words = {"deposit": deposit.number, "final": final.number}
    return (
        _(
            "Deposit %(deposit)s is deducted in invoice %(final)s, which already corrects it: "
            "credit %(final)s instead, wholly first."
        )
        % words
    )


def _characters(facts: InvoiceFacts) -> Iterator[str]:
    missing = sorted(pdf.missing_glyphs(stating.texts(facts)))
    if missing:
        shown = " ".join(missing[:MOST_CHARACTERS_SHOWN])
        yield _("These characters cannot be printed: %(characters)s. Replace them in the texts.") % {
            "characters": shown
        }
