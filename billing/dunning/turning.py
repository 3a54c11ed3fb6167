"""What was agreed in kind and became due in euros after an invoice was issued: how much, how much of it may be asked
for, and what is left of each payment request. Nothing of it is stored: rows tell.

Euros that come pay the invoice's own euros first, then its payment requests in the order of their due days, then what
nobody has asked for yet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances
from billing.models import AgreedPart, Invoice, MissedDelivery, PaymentRequest, Shortfall
from billing.not_coming import Share, counted_out_of, shares_of
from lib.money import cents, euros, total
from quotes.models import IfMissed, Kind, RemunerationTerm

DUE, AGREED = PaymentRequest.Basis.DUE, PaymentRequest.Basis.AGREED
NOTHING = euros(0)


@dataclass(frozen=True)
class Askable:
    """What may be asked for in euros: at most so many units of one part of an invoice, worth so much."""

    basis: str
    kind: str
    label: str
    unit: str
    unit_value: Money
    quantity: Decimal
    value: Money
    term: RemunerationTerm | None = None
    part: AgreedPart | None = None

    @property
    def key(self) -> str:
        return f"{self.basis}-{'term' if self.term else 'part'}-{(self.term or self.part).pk}"  # type: ignore[union-attr]

    def worth(self, quantity: Decimal) -> Money:
        """Return what so many units are worth: all of them exactly what they were counted for."""
        return self.value if quantity == self.quantity else cents(euros(quantity * self.unit_value.amount))


@dataclass(frozen=True)
class InEuros:
    """What is left in euros of an issued invoice, by where it comes from; the three add up to it.

    own: agreed in euros from the start, due on the invoice's day. requested: by request, due on theirs. unasked: in
    euros by now, and nobody has asked for it.
    """

    own: Money
    requested: Sequence[tuple[PaymentRequest, Money]]
    unasked: Money


def in_euros(invoice: Invoice, left: Money) -> InEuros:
    """Split what is left in euros of an issued invoice."""
    if not invoice.terms.exclude(kind=Kind.MONEY).exists():
        return InEuros(max(left, NOTHING), (), NOTHING)
    left = max(left, NOTHING)
    requests = standing(invoice)
    turned = max(turned_of(invoice), total(request.value for request in requests))
    of_turned = min(left, turned)
    unasked = min(of_turned, turned - total(request.value for request in requests))
    shares = left_by_request(of_turned - unasked, [request.value for request in requests])
    return InEuros(left - of_turned, list(zip(requests, shares, strict=True)), unasked)


def left_by_request(left: Money, values: Sequence[Money]) -> list[Money]:
    """Return what is left of each request, given in the order in which they are paid. Pure."""
    found: list[Money] = []
    for value in reversed(values):
        found.append(max(min(left, value), NOTHING))
        left -= found[-1]
    return found[::-1]


def standing(invoice: Invoice) -> list[PaymentRequest]:
    """Return the payment requests of an invoice that were not undone, in the order in which they are paid."""
    rows = PaymentRequest.objects.filter(invoice=invoice, reverses=None, reversed_by=None)
    return list(rows.select_related("invoice", "business", "client").order_by("due_on", "pk"))


def turned_of(invoice: Invoice) -> Money:
    """Return what of an issued invoice became due in euros since: missed by a rule that says so, a shortfall that was
    decided, or by agreement."""
    agreed = PaymentRequest.objects.filter(invoice=invoice, basis=AGREED)
    short = Shortfall.objects.filter(part__invoice=invoice)
    missed = total(max(share.missed, NOTHING) for share in _shares(invoice) if _is_due(share))
    return missed + balances.total_of(short, "value") + balances.total_of(agreed, "value")


def agreed_units(term: RemunerationTerm) -> Decimal:
    """Return how many units of a term were agreed not to come. For a list prefetch its `counting()` requests."""
    return sum((request.quantity for request in _agreed(term)), Decimal(0))


def agreed_value(term: RemunerationTerm) -> Money:
    """Return what they are worth."""
    return total(request.value for request in _agreed(term))


def counting() -> QuerySet[PaymentRequest]:
    """Return the payment requests, and what undoes them, of invoices that still count: neither replaced nor wholly
    credited."""
    notes = Invoice.objects.filter(corrects=OuterRef("invoice"), issued_at__isnull=False)
    rows = PaymentRequest.objects.filter(invoice__replaced_by__issued_at__isnull=True)
    left = F("invoice__total") - F("invoice__deducted") - balances.sum_of(notes, "corrects", "total")
    return rows.annotate(left_of_invoice=left).filter(left_of_invoice__gt=balances.HALF_A_CENT)


def _agreed(term: RemunerationTerm) -> list[PaymentRequest]:
    prefetched = getattr(term, "_prefetched_objects_cache", {}).get("payment_requests")
    rows = counting().filter(term=term, basis=AGREED) if prefetched is None else prefetched
    return [request for request in rows if request.basis == AGREED]


# What may be asked for -----------------------------------------------------------------------------------------------


def askable(invoice: Invoice, unasked: Money, left_in_kind: Money) -> list[Askable]:
    """Return what may be asked for in euros of an issued invoice, in whole units of goods: what is due first.

    unasked: what is due in euros and nobody asked for (InEuros). left_in_kind: what is still awaited.
    """
    if unasked.amount <= 0 and left_in_kind.amount <= 0:
        return []
    due = [_at_most(item, unasked) for item in _due(invoice)]
    agreed = [_at_most(item, left_in_kind) for item in _still_to_come(invoice)]
    return [item for item in (*due, *agreed) if item.quantity > 0 and item.value.amount > 0]


def _at_most(item: Askable, value: Money) -> Askable:
    if item.value <= value:
        return item
    quantity = _units(value, item)
    return replace(item, quantity=quantity, value=cents(euros(quantity * item.unit_value.amount)))


def _units(value: Money, item: Askable) -> Decimal:
    """Return how many units an amount makes: whole ones of goods."""
    if not item.unit_value.amount or value.amount <= 0:
        return Decimal(0)
    step = Decimal(1) if item.kind == Kind.GOODS else Decimal("0.01")
    return value.amount // (item.unit_value.amount * step) * step


def _due(invoice: Invoice) -> Iterable[Askable]:
    for share in _shares(invoice):
        if _is_due(share):
            item = _of_term(share.term, DUE, Decimal(0), share.missed)
            yield _less_requested(replace(item, quantity=_units(share.missed, item)), invoice)
    for part in invoice.agreed_parts.order_by("position"):
        short = Shortfall.objects.filter(part=part)
        yield _less_requested(_of_part(part, _summed(short, "quantity"), balances.total_of(short, "value")), invoice)


def _less_requested(item: Askable, invoice: Invoice) -> Askable:
    asked = PaymentRequest.objects.filter(basis=DUE, term=item.term, part=item.part, invoice=invoice)
    return replace(
        item,
        quantity=item.quantity - _summed(asked, "quantity"),
        value=item.value - balances.total_of(asked, "value"),
    )


def _still_to_come(invoice: Invoice) -> Iterable[Askable]:
    """Yield what of each agreed term was to come when the invoice was issued, and neither came nor was missed since."""
    for share in _shares(invoice):
        item = _of_term(share.term, AGREED, Decimal(0), share.awaited - share.missed)
        quantity = _units(item.value, item)
        yield replace(item, quantity=quantity, value=cents(euros(quantity * item.unit_value.amount)))


def _of_term(term: RemunerationTerm, basis: str, quantity: Decimal, value: Money) -> Askable:
    label = term.label or str(term.get_kind_display())
    return Askable(basis, term.kind, label, term.unit, term.unit_value, quantity, value, term=term)


def _of_part(part: AgreedPart, quantity: Decimal, value: Money) -> Askable:
    return Askable(DUE, part.kind, part.label, part.unit, part.unit_value, quantity, value, part=part)


def why_asked(row: MissedDelivery | Shortfall) -> str:
    """Return why what will not come is not undone, in words; "" when it may be: its payment request would stand, and
    the same units be asked for twice. Needs the lock under which requests are made."""
    of: dict[str, Any] = {"term": row.term} if isinstance(row, MissedDelivery) else {"part": row.part}
    asked = PaymentRequest.objects.filter(basis=DUE, **of)
    last = asked.filter(reverses=None, reversed_by=None).select_related("invoice").order_by("pk").last()
    if last is None:
        return ""
    if isinstance(row, MissedDelivery):
        enough = _missed_since(row.term) - row.value >= balances.total_of(asked, "value")
    else:
        short = Shortfall.objects.filter(part=row.part)
        enough = _summed(short, "quantity") - row.quantity >= _summed(asked, "quantity")
    if enough:
        return ""
    words = {"reference": last.reference}
    return _("The payment request %(reference)s asks for it in euros: undo the request first.") % words


# Rows ----------------------------------------------------------------------------------------------------------------


def _shares(invoice: Invoice) -> list[Share]:
    """Return what an issued invoice awaits of each term in kind, in the order of its parts."""
    if invoice.acceptance_id is None:
        return []
    terms = invoice.terms.exclude(kind=Kind.MONEY).filter(term__isnull=False).values_list("term", flat=True)
    mine = [share for share in shares_of(pk for pk in terms if pk) if share.claim.invoice_id == invoice.pk]
    return sorted(mine, key=lambda share: share.claim.position)


def _is_due(share: Share) -> bool:
    return share.term.if_missed == IfMissed.DUE_IN_EUROS


def _missed_since(term: RemunerationTerm) -> Money:
    """Return what was missed of a term beyond what its invoices had not counted on."""
    missed = MissedDelivery.objects.filter(term=term)
    return balances.total_of(missed, "value") - counted_out_of(term)


def _summed(rows: Any, field: str) -> Decimal:
    """Return the sum of a column of quantities, which on SQLite went through floats."""
    return cents(Decimal(str(rows.aggregate(summed=Sum(field))["summed"] or 0)))
