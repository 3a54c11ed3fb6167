"""How an invoice without a quote is to be paid otherwise than in euros: agreed on its draft, received in two taps.

Euros close the mix: what the agreed parts leave of the total is paid in euros. What will not come is due in euros when
a person says so; nothing moves by itself. Locks, in this order: the invoice, the head of the ledger.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances
from billing.drafting import DraftingError, save_now
from billing.dunning.turning import why_asked
from billing.mixing import key_of
from billing.models import AgreedPart, Invoice, InvoiceTerm, Receipt, Shortfall
from lib.money import cents, euros, total, written
from people.models import Business, Client, User
from quotes.models import Kind
from quotes.wording import counted
from records import ledger
from records.subjects import ref


@dataclass(frozen=True)
class PartValues:
    """One way of being paid otherwise than in euros: so many units at so much, and how that value was found."""

    kind: str
    label: str
    quantity: Decimal
    unit_value: Money
    unit: str = ""
    valuation: str = ""
    due_on: date | None = None

    @property
    def value(self) -> Money:
        return cents(euros(self.quantity * self.unit_value.amount))


class AgreeingError(Exception):
    """Why an agreed part cannot become euros, in words for the person; `field` is the form's, where there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


# On the draft -----------------------------------------------------------------------------------------------------


def kinds_of(business: Business) -> list[tuple[str, str]]:
    """Return the kinds other than euros that a business accepts, with their words."""
    accepted = {
        Kind.GOODS: business.accepts_goods,
        Kind.TIME: business.accepts_time,
        Kind.LOCAL_CURRENCY: business.local_currencies.exists(),
    }
    return [(kind.value, str(kind.label)) for kind in accepted if accepted[kind]]


def write_parts(draft: Invoice, parts: Sequence[PartValues]) -> None:
    """Write down how a draft is to be paid otherwise, in place of what it said. Raises DraftingError."""
    if (draft.acceptance_id or draft.corrects_id) and parts:
        raise DraftingError(_("How this invoice is paid is what was agreed."))
    for part in parts:
        _refuse_part(draft, part)
    draft.agreed_parts.all().delete()
    AgreedPart.objects.bulk_create(
        AgreedPart(
            invoice=draft,
            position=position,
            kind=part.kind,
            label=part.label,
            unit=part.unit,
            quantity=part.quantity,
            unit_value=part.unit_value,
            value=part.value,
            valuation=part.valuation,
            due_on=part.due_on,
        )
        for position, part in enumerate(parts, start=1)
    )


@transaction.atomic(durable=True)
def save_draft(*, invoice: Invoice, parts: Sequence[PartValues], by: User, at: datetime, **said: Any) -> Invoice:
    """Change a draft as `drafting.save_draft` does, and how it is to be paid otherwise than in euros."""
    draft = save_now(invoice=invoice, **said)
    write_parts(draft, parts)
    return draft


def _refuse_part(draft: Invoice, part: PartValues) -> None:
    if part.kind not in dict(kinds_of(draft.business)):
        raise DraftingError(_("Your business does not accept this way of being paid: see its settings."))
    if draft.client.kind == Client.Kind.PUBLIC and part.kind in (Kind.GOODS, Kind.TIME):
        raise DraftingError(_("A public body pays in money: neither in goods nor in hours."))
    if part.kind == Kind.GOODS and part.quantity % 1:
        raise DraftingError(_("Goods are counted in whole units."))
    if part.quantity <= 0 or part.value.amount <= 0:
        raise DraftingError(_("Say how much of it, and what it is worth."))


def obstacles(invoice: Invoice) -> Iterator[str]:
    """Yield why the agreed parts of a draft stand in the way of issuing it. In kind is never more than the price."""
    agreed = total(part.value for part in invoice.agreed_parts.all())
    if agreed > invoice.total:
        language = get_language() or "fr"
        yield _("The agreed parts are worth %(agreed)s, more than the invoice: %(total)s.") % {
            "agreed": written(agreed, language),
            "total": written(invoice.total, language),
        }


# Once it is issued ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToCome:
    """One agreed part of an issued invoice, and what of it is still to come."""

    part: AgreedPart
    left: Decimal

    @property
    def words(self) -> str:
        return counted(self.left, self.part.unit or self.part.label, get_language() or "fr")


def to_come(invoice: Invoice) -> list[ToCome]:
    """Return the agreed parts of an issued invoice of which something is still to come. What a credit note took off of
    them comes no more, of the last ones first."""
    if invoice.issued_at is None or not balances.stands(invoice):
        return []
    rows = [ToCome(part, _units_left(part)) for part in invoice.agreed_parts.order_by("position")]
    notes = Invoice.objects.filter(corrects=invoice, issued_at__isnull=False)
    if (off := balances.total_of(notes, "in_kind")).amount:
        rows = _less(rows, off) if balances.left_of(invoice).amount > 0 else []
    return [row for row in rows if row.left > 0]


def left_of(part: AgreedPart) -> Decimal:
    """Return how many units of a part are still to come: none once its invoice is replaced or wholly credited."""
    return next((row.left for row in to_come(part.invoice) if row.part == part), Decimal(0))


def _units_left(part: AgreedPart) -> Decimal:
    """Return how many units of a part neither came, nor are known not to. What came for an invoice that this one
    replaces came for this one."""
    if not InvoiceTerm.objects.filter(part=part).exists():
        return Decimal(0)
    came = sum((row.quantity or Decimal(0) for row in _came(part)), Decimal(0))
    short = sum(Shortfall.objects.filter(part=part).values_list("quantity", flat=True), Decimal(0))
    return Decimal(part.quantity - came - short)


def _came(part: AgreedPart) -> Iterator[Receipt]:
    """Yield the receipts of a part, and of those that it goes on from; what takes one back among them."""
    invoices, one = [part.invoice_id], part.invoice
    while one.replaces is not None:
        one = one.replaces
        invoices.append(one.pk)
    for row in Receipt.objects.filter(part__invoice__in=invoices).select_related("part"):
        if key_of(part.invoice, row) == ("part", part.pk):
            yield row


def _less(rows: Sequence[ToCome], off: Money) -> list[ToCome]:
    """Return the same parts less units that are worth so much, the last ones first; a basket may be left in part."""
    kept = []
    for row in reversed(rows):
        worth = cents(euros(row.left * row.part.unit_value.amount))
        taken = max(min(off, worth), euros(0))
        off -= taken
        units = Decimal(int((worth - taken).amount / row.part.unit_value.amount * 100)) / 100  # never one too many
        kept.append(ToCome(row.part, units if taken.amount else row.left))
    return kept[::-1]


def shortfalls_of(invoice: Invoice) -> list[Shortfall]:
    """Return the decisions that stand, of what will not come of an invoice."""
    rows = Shortfall.objects.filter(part__invoice=invoice, reverses=None, reversed_by=None)
    return list(rows.select_related("part"))


@transaction.atomic(durable=True)
def due_in_euros(
    *, part: AgreedPart, quantity: Decimal, by: User, at: datetime, reason: str, request_id: uuid.UUID
) -> Shortfall:
    """Decide that so many units of a part will not come, and are due in euros; the same request returns the first.

    Raises AgreeingError for more than is to come, without a reason, and once another invoice is to replace this one.
    """
    _lock(part)
    if (found := Shortfall.objects.filter(request_id=request_id).first()) is not None:
        if found.part_id != part.pk:
            raise AgreeingError(_("This form was already used."))
        return found
    _refuse_replaced(part)
    left = left_of(part)
    if not 0 < quantity <= left or (part.kind == Kind.GOODS and quantity % 1 and quantity != left):
        words = {"left": counted(left, part.unit or part.label, get_language() or "fr")}
        raise AgreeingError(_("Still to come: %(left)s.") % words, "quantity")
    if not reason.strip():
        raise AgreeingError(_("Say why: the books keep the reason."), "reason")
    value = cents(euros(quantity * part.unit_value.amount))
    made = Shortfall.objects.create(
        part=part,
        quantity=quantity,
        value=value,
        reason=reason.strip(),
        recorded_at=at,
        recorded_by=by,
        request_id=request_id,
    )
    _tell(made, "part_due_in_euros", at)
    return made


@transaction.atomic(durable=True)
def undo_due_in_euros(*, shortfall: Shortfall, by: User, at: datetime, reason: str) -> Shortfall:
    """Undo such a decision by its mirror: the units are to come again. A second time returns the first mirror.

    Raises AgreeingError without a reason, while a payment request asks for these units in euros, and once another
    invoice is to replace this one.
    """
    _lock(shortfall.part)
    if (found := Shortfall.objects.filter(reverses=shortfall).first()) is not None:
        return found
    if shortfall.reverses_id is not None or not reason.strip():
        raise AgreeingError(_("Say why: the books keep the reason."), "reason")
    _refuse_replaced(shortfall.part)
    if why := why_asked(shortfall):
        raise AgreeingError(why)
    mirror = Shortfall.objects.create(
        part=shortfall.part,
        quantity=-shortfall.quantity,
        value=-shortfall.value,
        reason=reason.strip(),
        reverses=shortfall,
        recorded_at=at,
        recorded_by=by,
    )
    _tell(mirror, "part_due_in_euros_undone", at)
    return mirror


def _lock(part: AgreedPart) -> None:
    Invoice.objects.select_for_update(of=("self",)).get(pk=part.invoice_id)


def _refuse_replaced(part: AgreedPart) -> None:
    """What a replacement agrees on leaves out what will not come of this one: it would be lost, or count twice."""
    if Invoice.objects.filter(replaces=part.invoice_id).exists():
        raise AgreeingError(_("Another invoice is to replace this one: say on that one what will not come."))


def _tell(shortfall: Shortfall, event: str, at: datetime) -> None:
    facts = {
        "part": shortfall.part_id,
        "quantity": shortfall.quantity,
        "value": shortfall.value,
        "reverses": shortfall.reverses_id,
    }
    business = shortfall.part.invoice.business
    ledger.record(business=business, event=event, subject=ref(shortfall), facts=facts, at=at)
