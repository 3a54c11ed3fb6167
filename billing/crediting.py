"""An issued invoice is corrected by a credit note (CGI 289, I-5), whole, by an amount, or line by line.

A credit note has positive amounts, its own series, and takes off what is owed. Nothing is written on the invoice.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances, claiming
from billing.deducting import takes_of_what_is_deducted
from billing.drafting import DraftLine, lines_of_taxes, lock_quote, situation_of, values_of_line, write
from billing.models import Invoice, InvoiceLine
from billing.ordering import deposit_is_deducted, part_is_deducted
from billing.roles import is_replaced
from billing.splitting import credited, exceed, gross, shared
from billing.waiving import is_proposed, waived_of
from lib.days import day_written
from lib.money import euros, number_written, per_unit, total
from people.models import User
from quotes import vat
from quotes.models import Kind
from quotes.pricing import priced


class CreditingError(Exception):
    """Why an invoice cannot be credited, in words for the person; `field` is the form's, where there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic(durable=True)
def draft_credit_note(
    *,
    invoice: Invoice,
    by: User,
    at: datetime,
    reason: str,
    request_id: uuid.UUID,
    amount: Money | None = None,
    quantities: Mapping[int, Decimal] | None = None,
    waives: bool = False,
) -> Invoice:
    """Draft a credit note on an issued invoice; the same `request_id` again returns the first one.

    Of all that is left of it; or of an `amount`, VAT included, shared out over its VAT rates; or of `quantities` of its
    lines, by position; or, if it `waives`, of what was missed and is waived. An amount that no bases make with exact
    VAT gives a cent less (see billing.splitting). Raises CreditingError.
    """
    corrected = _locked(invoice)
    if (found := Invoice.objects.filter(request_id=request_id).first()) is not None:
        if found.corrects_id != corrected.pk:
            raise CreditingError(_("This form was already used."))
        return found
    _refuse(corrected, reason)
    if waives and not is_proposed(amount := waived_of(corrected)):
        raise CreditingError(_("Nothing of this invoice is waived any more."), "how")
    lines = _lines(corrected, amount, quantities)
    draft = _draft(corrected, reason, at, request_id)
    write(draft, lines, vat=_vat_taken(draft, lines))
    if waives:  # what it takes off, a cent less where no base makes it: that cent stays waived
        draft.is_waiver, draft.in_kind = True, draft.total
        draft.save(update_fields=["is_waiver", "in_kind"])
    return draft


def creditable(invoice: Invoice) -> Money:
    """Return the most that a credit note may take off, VAT included."""
    return total(gross(tax) for tax in claiming.left_per_rate(invoice))


def why_not(invoice: Invoice) -> str:
    """Return why this invoice cannot be credited, in words; nothing when it can."""
    if invoice.issued_at is None:
        return _("A draft is changed or thrown away, not credited.")
    if invoice.corrects_id:
        return _("A credit note is not credited: issue a new invoice.")
    if is_replaced(invoice):
        return _("This invoice is cancelled and replaced by another one: correct that one.")
    if (final := claiming.deducted_in(invoice)) is not None:
        return deposit_is_deducted(invoice, final)
    if creditable(invoice).amount <= 0:
        return _("Nothing is left of this invoice: it is wholly credited.")
    return ""


def _locked(invoice: Invoice) -> Invoice:
    found = Invoice.objects.select_related("acceptance").get(pk=invoice.pk)
    if found.acceptance:
        lock_quote(found.acceptance)
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("business", "activity", "client")
    return rows.get(pk=invoice.pk)


def _refuse(corrected: Invoice, reason: str) -> None:
    if why := why_not(corrected):
        raise CreditingError(why)
    if not reason.strip():
        raise CreditingError(_("Say why: a credit note gives its reason."), "reason")


def _draft(corrected: Invoice, reason: str, at: datetime, request_id: uuid.UUID) -> Invoice:
    with override(corrected.language):
        title = _("Credit note on invoice %(number)s of %(day)s") % _name(corrected)
    return Invoice(
        business=corrected.business,
        activity=corrected.activity,
        client=corrected.client,
        acceptance=corrected.acceptance,
        corrects=corrected,
        type=Invoice.Type.CREDIT_NOTE,
        title=title,
        reason=reason.strip(),
        order_reference=corrected.order_reference,
        engagement=corrected.engagement,
        buyer_accounting_reference=corrected.buyer_accounting_reference,
        period_since=corrected.period_since,
        period_until=corrected.period_until,
        delivered_on=corrected.delivered_on,
        language=corrected.language,
        second_language=corrected.second_language,
        created_at=at,
        request_id=request_id,
    )


def _name(corrected: Invoice) -> dict[str, str]:
    assert corrected.issued_on is not None
    return {"number": corrected.number or "", "day": day_written(corrected.issued_on)}


def _lines(corrected: Invoice, amount: Money | None, quantities: Mapping[int, Decimal] | None) -> Sequence[DraftLine]:
    if quantities is not None:
        return _chosen_lines(corrected, quantities)
    untouched = not corrected.deductions.exists() and not corrected.credit_notes.filter(number__isnull=False).exists()
    if amount is None and untouched:
        return [_units_of(line, line.quantity) for line in corrected.lines.order_by("position")]
    return _share(corrected, creditable(corrected) if amount is None else amount)


def off_in_kind(draft: Invoice, on: date) -> Money:
    """Return how much of a credit note is off what is agreed otherwise than in euros: a waiver as it was drafted; any
    other what is more than the euros left to pay, off what is to come; then what is more than the euros that came."""
    assert draft.corrects is not None
    if draft.is_waiver:
        waived: Money = draft.in_kind
        return waived
    left = balances.balance_of(draft.corrects, on)
    rest = max(draft.total - max(left.in_euros, euros(0)), euros(0))
    came = balances.total_of(draft.corrects.allocations.filter(receipt__kind=Kind.MONEY), "value")
    to_come = min(rest, left.in_kind)
    off: Money = to_come + max(rest - to_come - came, euros(0))
    return off


def obstacles(draft: Invoice) -> Iterator[str]:
    """Say of which lines a draft takes more than other credit notes, issued meanwhile, have left; or more than what is
    waived now."""
    if draft.corrects is None:
        return
    if draft.is_waiver and waived_of(draft.corrects) < draft.in_kind:
        yield _("Less than that is waived now: throw this draft away, and prepare it again.")
    for line in draft.lines.filter(corrects_line__isnull=False).select_related("corrects_line"):
        assert line.corrects_line is not None
        if line.quantity > (left := left_of_line(line.corrects_line)):
            yield _too_much(line.corrects_line, left)


def _too_much(line: InvoiceLine, left: Decimal) -> str:
    words = {"left": number_written(left, get_language() or "fr"), "title": line.title}
    return _("Of “%(title)s”, %(left)s is left: the rest was credited before.") % words


def _chosen_lines(corrected: Invoice, quantities: Mapping[int, Decimal]) -> list[DraftLine]:
    lines = {line.position: line for line in corrected.lines.all()}
    chosen = []
    for position, quantity in sorted(quantities.items()):
        if position not in lines or not 0 < quantity <= lines[position].quantity:
            raise CreditingError(_("A credit note takes off no more of a line than was invoiced."), "quantities")
        left = left_of_line(lines[position])
        if quantity > left:
            raise CreditingError(_too_much(lines[position], left), "quantities")
        chosen.append(_units_of(lines[position], quantity))
    if not chosen:
        raise CreditingError(_("Choose what to take off."), "quantities")
    return chosen


def left_of_line(line: InvoiceLine) -> Decimal:
    """Return how many units of an issued line no issued credit note has taken off."""
    return line.quantity - sum((note.quantity for note in _taken_off(line)), Decimal(0))


def _taken_off(line: InvoiceLine) -> list[InvoiceLine]:
    return list(line.corrected_by.filter(invoice__issued_at__isnull=False))


def _units_of(line: InvoiceLine, quantity: Decimal) -> DraftLine:
    """Return so many units of a line. The last ones are worth what is left of it: rounded one by one, three thirds of
    a line are not the line."""
    values = replace(values_of_line(line), quantity=quantity, corrects_line_id=line.pk)
    taken = _taken_off(line)
    if not taken or quantity != line.quantity - sum((note.quantity for note in taken), Decimal(0)):
        return values
    left = line.net - total(note.net for note in taken)
    exact = replace(values, unit_price=per_unit(left, quantity), discount_percent=Decimal(0))
    return exact if values.net != left and exact.net == left else values


def _share(corrected: Invoice, amount: Money) -> list[DraftLine]:
    left = creditable(corrected)
    if not euros(0) < amount <= left:
        raise CreditingError(_("A credit note takes off something, and no more than is left."), "amount")
    with override(corrected.language):
        title = _("Credit on invoice %(number)s") % {"number": corrected.number}
        like = vat.likeness(list(corrected.lines.all()), vat.of_parties(corrected.seller or {}, corrected.buyer or {}))
        return lines_of_taxes(shared(amount, claiming.left_per_rate(corrected)), title, corrected.language, like)


def _vat_taken(draft: Invoice, lines: Sequence[DraftLine]) -> Money:
    """Return the VAT that a credit note takes off. Raises CreditingError for nothing, or for more than is left."""
    assert draft.corrects is not None
    left = claiming.left_per_rate(draft.corrects)
    taken = credited(priced(lines, situation=situation_of(draft)).taxes, left)
    if total(gross(tax) for tax in taken).amount <= 0:
        raise CreditingError(_("A credit note takes off something, and no more than is left."), "amount")
    if exceed(taken, left):
        words = {"number": draft.corrects.number}
        raise CreditingError(_("This credit note takes off more than is left of invoice %(number)s.") % words)
    if takes_of_what_is_deducted(taken, draft.corrects):
        raise CreditingError(part_is_deducted(draft.corrects), "amount")
    return total(tax.amount for tax in taken)
