"""What was recorded by mistake is undone by its mirror, on the day this is seen: the books show both lines.

Locks, in this order: the quote, the receipt, the invoices (by id), the head of the ledger.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing import balances
from billing.allocating import SettlingError, allocate_now, lock_quote_of, locked_invoices, settle_by_itself
from billing.doubting import refuse_unprintable
from billing.issuing import day_of
from billing.models import CAME, Allocation, Invoice, Receipt
from billing.partners.compensated import why_invoiced, why_kept
from billing.sealing import seal_of_receipt
from people.models import User
from records import ledger
from records.subjects import ref


def tell(receipt: Receipt, at: datetime, allocations: Iterable[Allocation] | None = None) -> None:
    """Tell the ledger of a row of receipts, and of what it settles or takes back (its own allocations, unless said)."""
    rows = receipt.allocations.order_by("pk") if allocations is None else allocations
    facts = {
        "kind": receipt.kind,
        "received_on": receipt.received_on,
        "value": receipt.value,
        "term": receipt.term_id,
        "reverses": receipt.reverses_id,
        "seal": seal_of_receipt(receipt),
        "allocations": [{"id": row.pk, "invoice": row.invoice_id, "value": row.value} for row in rows],
    }
    if receipt.gives_back_id:
        facts["gives_back"] = receipt.gives_back_id
    ledger.record(business=receipt.business, event=event_of(receipt), subject=ref(receipt), facts=facts, at=at)


def event_of(receipt: Receipt) -> str:
    """Return under which name the ledger knows of a row of receipts."""
    if receipt.reverses_id:
        return "receipt_reversed"
    return "receipt_given_back" if receipt.gives_back_id else "receipt_recorded"


@transaction.atomic(durable=True)
def reverse_receipt(*, receipt: Receipt, by: User, at: datetime, reason: str) -> Receipt:
    """Undo a receipt by its mirror, and take back what it settled. The second time returns the first reversal.

    What was given back by mistake is undone the same way: it came after all. Raises SettlingError without a reason,
    for a reversal itself, for what compensated.why_kept holds fast, and while a part of the receipt is given back: each
    row has one mirror, so that whoever reads the books finds both.
    """
    return reverse_now(receipt=receipt, by=by, at=at, reason=reason)


def reverse_now(*, receipt: Receipt, by: User, at: datetime, reason: str, with_set_off: bool = False) -> Receipt:
    """Do what `reverse_receipt` does, within the caller's transaction; `with_set_off`: the set-off is undone too."""
    lock_quote_of(receipt.term)
    locked = _locked(receipt)
    if locked.reverses_id is not None:
        raise SettlingError(_("A reversal is not reversed: record what came again."))
    if (found := Receipt.objects.filter(reverses=locked).first()) is not None:
        return found
    if not reason.strip():
        raise SettlingError(_("Say why: the books keep the reason."), "reason")
    refuse_unprintable({"reason": reason})
    if not with_set_off and (why := _why_not(locked)):
        raise SettlingError(why)
    mirror = mirrored(locked, by, at, reason.strip())
    mirror.reverses = locked
    mirror.received_on = day_of(at, receipt.business.time_zone)  # a past period's book never changes
    mirror.save(force_insert=True)
    if locked.gives_back is not None:
        tell(mirror, at, _settled_again(locked.gives_back, at))
    else:
        _take_back(locked, mirror, at)
        tell(mirror, at)
    return mirror


def _locked(receipt: Receipt) -> Receipt:
    """Lock a receipt, and before it the one that it gives back."""
    pks = [pk for pk in (receipt.pk, receipt.gives_back_id) if pk]
    rows = Receipt.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    locked = {row.pk: row for row in rows}[receipt.pk]
    locked.term = receipt.term
    return locked


def _why_not(receipt: Receipt) -> str:
    """Return why a row of receipts is not undone, in words; "" when it may be."""
    if receipt.gives_back is not None:
        return why_invoiced(receipt.gives_back)
    if Receipt.objects.filter(gives_back=receipt, reverses=None, reversed_by=None).exists():
        return _("A part of it was given back: undo that first.")
    return why_kept(receipt)


def mirrored(receipt: Receipt, by: User, at: datetime, reason: str) -> Receipt:
    """Return the mirror of a row of receipts, not saved: the opposite quantity and value, the reason, who and when."""
    mirror = Receipt.objects.get(pk=receipt.pk)
    mirror.pk = None
    mirror._state.adding = True
    mirror.value, mirror.unit_value = -receipt.value, receipt.unit_value
    mirror.quantity = -receipt.quantity if receipt.quantity is not None else None
    mirror.reason = reason
    mirror.recorded_at, mirror.recorded_by, mirror.request_id = at, by, uuid.uuid4()
    return mirror


def _take_back(receipt: Receipt, mirror: Receipt, at: datetime) -> None:
    settled = Invoice.objects.filter(allocations__receipt=receipt).distinct()
    for invoice in locked_invoices(settled.order_by("pk")):
        value = balances.total_of(receipt.allocations.filter(invoice=invoice), "value")
        if value.amount:
            Allocation.objects.create(receipt=mirror, invoice=invoice, value=-value, at=at)


def _settled_again(receipt: Receipt, at: datetime) -> list[Allocation]:
    """Let what came after all settle what it would settle by itself; elsewhere it is free, and a person chooses."""
    came = Receipt.objects.filter(CAME).select_related("part__invoice", "term").get(pk=receipt.pk)
    if came.part is None:
        return settle_by_itself(came, at)
    invoice = came.part.invoice
    while (later := Invoice.objects.filter(replaces=invoice, issued_at__isnull=False).first()) is not None:
        invoice = later
    return allocate_now(came, [invoice], at)
