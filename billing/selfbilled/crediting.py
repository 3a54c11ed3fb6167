"""A credit note (261) takes off an invoice that was written in a partner's name: the whole of it, or a part.

Of one made from what came, some of the receipts: they may be invoiced, set off or given back again. Of one written by
hand, an amount. Several follow each other; the last one takes all that is left, to the cent.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing.drafting import DraftLine, lines_of_taxes, values_of_line
from billing.models import Receipt, SelfBilledInvoice, SelfBilledReceipt
from billing.partners.compensated import standing_rows
from billing.selfbilled.drafting import (
    CREDIT_NOTE,
    Said,
    SelfBillingError,
    columns_of,
    left_per_rate,
    lines_of,
    locked_invoice,
    of_mandate,
    written_draft,
)
from billing.splitting import gross, shared
from lib.days import day_written
from lib.money import euros, total
from people.models import User
from quotes.pricing import Tax


@transaction.atomic(durable=True)
def draft_credit_note(
    *,
    invoice: SelfBilledInvoice,
    reason: str,
    by: User,
    at: datetime,
    request_id: uuid.UUID,
    receipts: Collection[int] | None = None,
    amount: Money | None = None,
) -> SelfBilledInvoice:
    """Draft the credit note on an issued invoice: of all that is left of it; or of some `receipts` of those it is for;
    or, where it is for none, of an `amount`, VAT included. A draft that is there is returned; so is what the same
    `request_id` made.

    An amount that no bases make with exact VAT gives a cent less (see billing.splitting). Raises SelfBillingError
    without a reason, for what another credit note took off, and for more than is left.
    """
    corrected = locked_invoice(invoice)
    if corrected.issued_at is None or corrected.corrects_id:
        raise SelfBillingError(_("Only an issued invoice is credited."))
    drafts = SelfBilledInvoice.objects.filter(corrects=corrected)
    if (found := drafts.filter(issued_at=None).first() or drafts.filter(request_id=request_id).first()) is not None:
        return found
    if not left_per_rate(corrected):
        raise SelfBillingError(_("Nothing is left of this invoice: it is wholly credited."))
    if not reason.strip():
        raise SelfBillingError(_("Say why: a credit note gives its reason."), field="reason")
    chosen = _chosen(corrected, receipts)
    note = _note(corrected, reason, at, request_id)
    with override(corrected.language):
        lines = _lines(corrected, chosen, amount)
    written_draft(note, lines)
    SelfBilledReceipt.objects.bulk_create(SelfBilledReceipt(invoice=note, receipt=receipt) for receipt in chosen)
    return note


def still_for(invoice: SelfBilledInvoice) -> QuerySet[Receipt]:
    """Return the receipts that an issued invoice is for, and that no issued credit note took off; oldest first."""
    rows = standing_rows(SelfBilledReceipt.objects.filter(invoice=invoice)).values("receipt")
    return Receipt.objects.filter(pk__in=rows).prefetch_related("given_back").order_by("received_on", "pk")


def creditable(invoice: SelfBilledInvoice) -> Money:
    """Return the most that a credit note may take off, VAT included."""
    return total(gross(tax) for tax in left_per_rate(invoice))


def may_be_credited(invoice: SelfBilledInvoice) -> bool:
    """Tell whether another credit note may be drafted: something is left, and none is being prepared."""
    return bool(left_per_rate(invoice)) and not invoice.credit_notes.filter(issued_at=None).exists()


def _chosen(corrected: SelfBilledInvoice, receipts: Collection[int] | None) -> list[Receipt]:
    there = list(still_for(corrected))
    if receipts is None:
        return there
    chosen = [receipt for receipt in there if receipt.pk in receipts]
    if not chosen or len(chosen) != len(set(receipts)):
        raise SelfBillingError(_("Choose which of what it is for is taken off."), field="receipts")
    return chosen


def _lines(corrected: SelfBilledInvoice, chosen: Sequence[Receipt], amount: Money | None) -> Sequence[DraftLine]:
    own, left = list(corrected.lines.order_by("position")), left_per_rate(corrected)
    is_for = corrected.receipts.exists()
    whole = len(chosen) == still_for(corrected).count() if is_for else amount is None
    if whole and not SelfBilledInvoice.objects.filter(corrects=corrected, issued_at__isnull=False).exists():
        return [values_of_line(line) for line in own]
    wanted = min(total(receipt.kept for receipt in chosen), creditable(corrected)) if is_for else amount
    taxes = left if whole else _shared(left, wanted or euros(0))
    if is_for:
        return lines_of(chosen, own[0].vat_rate, base=total(tax.base for tax in taxes))
    words = {"number": corrected.number}
    lines = lines_of_taxes(taxes, _("Credit on invoice %(number)s") % words, corrected.language)
    natures = {line.vat_rate: line.nature for line in own}
    return [replace(line, nature=natures[line.vat_rate]) for line in lines]


def _shared(left: Sequence[Tax], amount: Money) -> Sequence[Tax]:
    most = total(gross(tax) for tax in left)
    if not euros(0) < amount <= most:
        raise SelfBillingError(_("A credit note takes off something, and no more than is left."), field="amount")
    return shared(amount, left)


def _note(corrected: SelfBilledInvoice, reason: str, at: datetime, request_id: uuid.UUID) -> SelfBilledInvoice:
    with override(corrected.language):
        words = {"number": corrected.number, "day": day_written(corrected.issued_on or corrected.delivered_on)}
        title = _("Credit note on invoice %(number)s of %(day)s") % words
    note = SelfBilledInvoice(
        **of_mandate(corrected.mandate, at, request_id),
        **columns_of(Said(title, corrected.delivered_on, corrected.settlement)),
        corrects=corrected,
        type=CREDIT_NOTE,
        reason=reason.strip()[:200],
    )
    note.mandate = corrected.mandate
    return note
