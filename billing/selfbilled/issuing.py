"""An invoice in a partner's name is issued: numbered in the partner's own series, frozen, sealed, then sent to them.

CGI 289 I-2; CGI ann. II 242 nonies I. It is a purchase: the same claim is written among what the client invoices us, so
that it can be set off. Locks: the client, the mandate, the invoice, what it is for (receipts, or the claim that it
takes off), the series, the head of the ledger.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import facts
from billing.advising import too_long
from billing.models import MandateLink, Receipt, ReceivedInvoice, SelfBilledInvoice, SelfBilledTax
from billing.partners import receiving
from billing.partners.compensated import covered_of
from billing.partners.received_left import compensated_of
from billing.selfbilled.drafting import (
    EUROS,
    SET_OFF,
    SelfBillingError,
    charges_no_vat,
    left_per_rate,
    locked_invoice,
    rates_of,
    taxes_of,
)
from billing.selfbilled.mandating import day_of, holds
from billing.selfbilled.sealing import LATEST, seal_of_self_billed
from billing.selfbilled.stating import contest_until, keys_of, mentions_of, stated
from billing.splitting import exceed, gross
from billing.stating import texts
from lib import pdf
from lib.days import day_written
from lib.law import UnknownFact, fact
from lib.money import euros, percent_written, total
from people import parties
from people.models import Business, Client, User
from quotes import readiness
from quotes.pricing import CALCULATION_VERSION, Tax
from records import errands, ledger, numbering
from records.models import NumberSeries
from records.subjects import ref

PDF_ERRAND = "render_self_billed"


@transaction.atomic(durable=True)
def issue(*, invoice: SelfBilledInvoice, by: User, at: datetime) -> SelfBilledInvoice:
    """Give a draft its number and freeze it; one that was issued meanwhile is returned as it is.

    The partner gets it by mail, with a link to approve or contest it. Raises SelfBillingError with every reason not to.
    """
    draft = locked_invoice(invoice)
    if draft.issued_at is not None:
        return draft
    _hold(draft)
    on = day_of(draft.mandate, at)
    said = fill(draft, on)
    if reasons := obstacles(draft, said, on):
        raise SelfBillingError(*reasons)
    draft.number = _number(draft, on)
    draft.issued_at, draft.issued_on, draft.issued_by = at, on, by
    _write(draft, by, at)
    _tell(draft, at)
    return draft


def _hold(draft: SelfBilledInvoice) -> None:
    """Lock what a draft is for: what came, which may be set off or undone meanwhile; or the claim that it takes off."""
    rows = Receipt.objects.select_for_update(of=("self",)).filter(pk__in=draft.receipts.values("receipt"))
    list(rows.order_by("pk"))
    if draft.corrects and draft.corrects.received_id:
        ReceivedInvoice.objects.select_for_update(of=("self",)).get(pk=draft.corrects.received_id)


def fill(draft: SelfBilledInvoice, on: date) -> facts.InvoiceFacts:
    """Copy onto a draft, in memory, all that issuing sets but its number, and return what it says.

    The preview and the act both come here. Raises SelfBillingError when the law's sentences of that day are not known.
    """
    draft.seller = draft.mandate.identity()
    draft.buyer = parties.seller(draft.business)
    draft.calculation_version, draft.seal_version = CALCULATION_VERSION, LATEST
    draft.contest_until = contest_until(draft, on)
    is_set_off = draft.settlement == SET_OFF and not draft.corrects_id
    draft.agreed_otherwise = draft.total if is_set_off else euros(0)
    draft.payable = draft.total - draft.agreed_otherwise
    try:
        draft.mentions = mentions_of(draft, on=on, contest_until=draft.contest_until)
    except UnknownFact as unknown:
        raise SelfBillingError(_("A legal sentence is missing for that day: %(key)s.") % {"key": unknown}) from None
    return stated(draft, on=on, taxes=taxes_of(draft))


def doubts(draft: SelfBilledInvoice, on: date) -> list[str]:
    """Return what a person should look at before issuing this draft: it stops nothing."""
    found = [*readiness.outdated(fact(key, on) for key in keys_of(draft))]
    if draft.client.kind in Client.TRADERS and draft.business.status != Business.Status.ASSOCIATION:
        found += too_long(draft.due_on, on)
    return found


# What stands in the way -------------------------------------------------------------------------------------------


def obstacles(draft: SelfBilledInvoice, said: facts.InvoiceFacts, on: date) -> list[str]:
    """Return every reason not to issue this draft today, in words; nothing when it may be issued."""
    found = [
        *_mandate(draft, on),
        *_parties(said),
        *_amounts(draft, on),
        *(_credited(draft, draft.corrects) if draft.corrects else _delivered(draft, on)),
        *_characters(said),
    ]
    return found or list(_unsound(said))


def _mandate(draft: SelfBilledInvoice, on: date) -> Iterator[str]:
    """A credit note may follow the mandate's end: it corrects what was issued under it."""
    if not draft.corrects_id and not holds(draft.mandate, on):
        yield _("There is no mandate in force: nothing can be written in their name.")
    contacts = draft.client.contacts.filter(receives_invoices=True, archived_at=None)
    withdrawn = MandateLink.objects.filter(mandate=draft.mandate, revoked_at__isnull=False)
    if not contacts.exists():
        yield _("Nobody there receives invoices by mail: add a contact, for the seller must have its copy.")
    elif not contacts.exclude(pk__in=withdrawn.values("contact")).exists():
        yield _("Their link was withdrawn: send them a new one first, for the seller must have its copy.")


def _parties(said: facts.InvoiceFacts) -> Iterator[str]:
    if not said.buyer.siren or not (said.buyer.address and said.buyer.city):
        yield _("Your own SIREN and address are needed: complete them in the settings.")
    if not said.seller.siren:
        yield _("The seller's SIREN is missing: end this mandate and propose another one.")


def _amounts(draft: SelfBilledInvoice, on: date) -> Iterator[str]:
    if draft.total.amount <= 0:
        yield _("There is nothing to invoice: the total is zero.")
    if draft.settlement == EUROS and not draft.corrects_id:
        if draft.due_on is None:
            yield _("Say by which day it is to be paid (c. com. L441-9).")
        elif draft.due_on < on:
            yield _("This invoice would be due before it exists: choose a later day.")
    if charges_no_vat(draft):
        return
    allowed = rates_of(draft.mandate)
    for rate in sorted({line.vat_rate for line in draft.lines.all()} - set(allowed)):
        shown = {"rate": percent_written(Decimal(rate), draft.language)}
        yield _("%(rate)s is not one of the VAT rates that the mandate names.") % shown


def _delivered(draft: SelfBilledInvoice, on: date) -> Iterator[str]:
    if draft.delivered_on > on:
        yield _("What is delivered on %(day)s is not delivered yet.") % {"day": day_written(draft.delivered_on)}
    chosen = Receipt.objects.filter(self_billed__invoice=draft)
    if chosen.filter(reversed_by__isnull=False).exists():
        yield _("One of the receipts was undone since: throw this draft away and write it again.")
    if chosen.filter(given_back__recorded_at__gt=draft.created_at).exists():
        yield _("Some of what came was given back since: throw this draft away and write it again.")
    if any(covered_of(receipt).amount > 0 for receipt in chosen):
        yield _("Some of what came was set off since, with an invoice of their own: throw this draft away.")


def _credited(draft: SelfBilledInvoice, corrected: SelfBilledInvoice) -> Iterator[str]:
    taken, left = Receipt.objects.filter(self_billed__invoice=draft), left_per_rate(corrected)
    if exceed([Tax(tax.category, tax.rate, tax.base, tax.amount) for tax in taxes_of(draft)], left):
        yield _("This credit note takes off more than is left of invoice %(number)s.") % {"number": corrected.number}
    set_off = corrected.received and compensated_of(corrected.received)
    is_needed = set_off and draft.total > total(gross(tax) for tax in left) - set_off
    if is_needed or any(covered_of(receipt).amount > 0 for receipt in taken):
        yield _("Invoice %(number)s is set off: undo the set-off first.") % {"number": corrected.number}


def _unsound(said: facts.InvoiceFacts) -> Iterator[str]:
    """What public validators let pass, and we do not: a number with a wrong key, sums that do not add up."""
    if found := facts.problems(said):
        yield _("This invoice would not be right: %(problems)s") % {"problems": " ".join(found)}


def _characters(said: facts.InvoiceFacts) -> Iterator[str]:
    if missing := sorted(pdf.missing_glyphs(texts(said))):
        words = {"characters": " ".join(missing[:12])}
        yield _("These characters cannot be printed: %(characters)s. Replace them in the texts.") % words


# Writing ----------------------------------------------------------------------------------------------------------


def _number(draft: SelfBilledInvoice, on: date) -> str:
    kinds = NumberSeries.Kind
    kind = kinds.SELF_BILLED_CREDIT if draft.corrects_id else kinds.SELF_BILLED
    try:
        issued = SelfBilledInvoice.objects.filter(client=draft.client)
        return numbering.take_number(business=draft.business, kind=kind, on=on, partner=draft.client, among=issued)
    except numbering.NumberingError as refusal:
        raise SelfBillingError(str(refusal)) from None


def _write(draft: SelfBilledInvoice, by: User, at: datetime) -> None:
    """Write the children and the claim on us, then seal the parent: from then on the database refuses any change."""
    SelfBilledTax.objects.bulk_create(taxes_of(draft))
    draft.received = _received(draft, by, at)
    draft.seal = seal_of_self_billed(draft)
    draft.save()


def _received(draft: SelfBilledInvoice, by: User, at: datetime) -> ReceivedInvoice:
    """Write the same claim among what the client invoices us; negative where it takes one off."""
    assert draft.issued_on is not None
    if receiving.same_number(draft.client, draft.number or "", draft.issued_on.year) is not None:
        words = {"number": draft.number}
        raise SelfBillingError(
            _("Number %(number)s is among what they invoice you already: withdraw it first.") % words
        )
    sign = -1 if draft.corrects_id else 1
    return receiving.insert(
        ReceivedInvoice(
            business=draft.business,
            activity=draft.activity,
            client=draft.client,
            number=draft.number or "",
            issued_on=draft.issued_on,
            due_on=draft.due_on,
            subject=draft.title,
            net=_signed(draft.net, sign),
            vat=_signed(draft.vat, sign),
            total=_signed(draft.total, sign),
            source=ReceivedInvoice.Source.SELF_BILLED,
            corrects=draft.corrects.received if draft.corrects else None,
            follows=receiving.withdrawn_before(draft.client, draft.number or "", draft.issued_on.year),
            recorded_at=at,
            recorded_by=by,
            request_id=uuid.uuid5(draft.request_id, "received"),
        )
    )


def _signed(amount: Money, sign: int) -> Money:
    return amount * sign


def _tell(draft: SelfBilledInvoice, at: datetime) -> None:
    sealed = {
        "number": draft.number,
        "issued_on": draft.issued_on,
        "type": draft.type,
        "total": draft.total,
        "vat": draft.vat,
        "seal": draft.seal,
        "seal_version": draft.seal_version,
        "mandate": draft.mandate_id,
        "received": draft.received_id,
        "corrects": draft.corrects.number if draft.corrects else None,
    }
    subject = ref(draft)
    ledger.record(business=draft.business, event="self_billed_issued", subject=subject, facts=sealed, at=at)
    errands.promise(what=PDF_ERRAND, subject=subject, at=at, business=draft.business)
