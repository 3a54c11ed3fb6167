"""Two debts between the same two parties cancel each other: our issued invoice, and the one that the client wrote.

C. civ. 1347 and 1348-2; AFNOR XP Z12-014, cases 2 and 40: both invoices are deemed paid on the day of the set-off. What
came in kind was recorded as receipts when it came, and the client's invoice is for the same goods: the set-off covers
these receipts and receives nothing again. Only the rest is a new receipt, in euros: it pays the euros that were left.

Locks, in this order: the quotes, the receipts, our invoice, the received invoice, the series, the ledger's head.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances, settling
from billing.allocating import SettlingError, allocate_now, locked_invoices
from billing.balances import Balance
from billing.books import nature_of
from billing.expecting import euro_term_of
from billing.issuing import day_of
from billing.models import CAME, Invoice, Receipt, ReceivedInvoice, SetOff, SetOffCover
from billing.partners.compensated import covered_of
from billing.partners.coverable import IN_KIND, may_be_for, still_to_cover
from billing.partners.received_left import left_of, owed_on
from billing.partners.sealing import seal_of_set_off
from lib import pdf
from lib.money import euros, plain, total, written
from people import parties
from people.models import User
from quotes.models import Kind, Quote
from records import errands, ledger, numbering
from records.models import NumberSeries
from records.subjects import ref

PDF_ERRAND = "render_set_off"


class SetOffError(Exception):
    """Why two invoices are not set off, in words for the person; `field` is the form's, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Cover:
    """A receipt in kind of which so much may be covered: it settles our invoice, and no set-off covers it yet."""

    receipt: Receipt
    value: Money


@dataclass(frozen=True)
class Pair:
    """What a set-off of two invoices could be on a day. Both amounts of the rest are never below nothing."""

    invoice: Invoice
    received: ReceivedInvoice
    ours: Balance
    theirs: Money
    covers: Sequence[Cover]
    to_cover: Money  # what their invoice was made from and that came in kind: never set off in euros

    @property
    def coverable(self) -> Money:
        return total(cover.value for cover in self.covers)

    @property
    def most(self) -> Money:
        """The most that may be set off: no more than is left of their invoice."""
        return min(self.theirs, self.coverable + self.rest_after(self.coverable))

    @property
    def euros_left(self) -> Money:
        return max(self.ours.in_euros, euros(0))

    def rest_after(self, covered: Money) -> Money:
        """Return what of the euros the set-off may still pay once this much is covered."""
        return max(min(self.theirs - covered - self.kept_for_goods(covered), self.euros_left), euros(0))

    def kept_for_goods(self, covered: Money) -> Money:
        """Return what of their invoice is for goods or hours that came and that this does not cover yet."""
        return max(self.to_cover - covered, euros(0))


def pair_of(invoice: Invoice, received: ReceivedInvoice, on: date) -> Pair:
    """Return what may be set off between two invoices. Reads rows, writes nothing."""
    return Pair(
        invoice=invoice,
        received=received,
        ours=balances.balance_of(invoice, on),
        theirs=left_of(received),
        covers=covers_of(invoice, received),
        to_cover=still_to_cover(received),
    )


def covers_of(invoice: Invoice, received: ReceivedInvoice | None = None) -> list[Cover]:
    """Return the receipts in kind that settle an invoice, that no set-off covers, and that a client's invoice may be
    for; oldest first."""
    came = Receipt.objects.filter(CAME, allocations__invoice=invoice, kind__in=IN_KIND)
    fitting = may_be_for(received, came) if received is not None else came
    rows = fitting.distinct().select_related("term__version", "client", "reverses").order_by("received_on", "pk")
    found = [Cover(receipt, _free(receipt, invoice)) for receipt in rows]
    return [cover for cover in found if cover.value.amount > 0]


def _free(receipt: Receipt, invoice: Invoice) -> Money:
    settled = balances.total_of(receipt.allocations.filter(invoice=invoice), "value")
    return settled - covered_of(receipt, invoice)


# Setting off ------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def set_off(
    *,
    invoice: Invoice,
    received: ReceivedInvoice,
    by: User,
    at: datetime,
    settled_on: date,
    request_id: uuid.UUID,
    covers: Sequence[Receipt] = (),
    rest: Money | None = None,
) -> SetOff:
    """Set two invoices off: `covers` are receipts in kind that the client's invoice is for, `rest` euros beside them.

    Each receipt is covered as far as something is left of the client's invoice. The same `request_id` again returns
    the first one. Raises SetOffError.
    """
    rest = rest if rest is not None else euros(0)
    ours, theirs = _locked(invoice, received, [receipt.pk for receipt in covers])
    if (found := SetOff.objects.filter(request_id=request_id).first()) is not None:
        if (found.invoice_id, found.received_id) != (invoice.pk, received.pk):
            raise SetOffError(_("This form was already used."))
        return found
    today = day_of(at, ours.business.time_zone)
    pair = pair_of(ours, theirs, today)
    _refuse(pair, settled_on, today)
    covered = _covered(pair, {receipt.pk for receipt in covers})
    if any(receipt.received_on > settled_on for receipt, _value in covered):
        raise SetOffError(_("What came in kind must have come by that day."), "settled_on")
    _refuse_rest(pair, total(value for _receipt, value in covered), rest)
    receipt = _received(pair, rest, settled_on, by, at) if rest.amount else None
    row = SetOff(
        receipt=receipt,
        settled_on=settled_on,
        covered=total(value for _receipt, value in covered),
        rest=rest,
        request_id=request_id,
        **_written(ours, theirs, by, at),
    )
    row.value = row.covered + row.rest
    row.said = said_of(pair, row, covered)
    if why := pdf.why_unprintable(row.said):
        raise SetOffError(why)
    return _insert(row, [(receipt.pk, value) for receipt, value in covered], today)


def _locked(invoice: Invoice, received: ReceivedInvoice, receipts: Sequence[int]) -> tuple[Invoice, ReceivedInvoice]:
    """Take the locks and return both invoices as they are now."""
    quotes = set(Receipt.objects.filter(pk__in=receipts, term__isnull=False).values_list("term__version__quote"))
    quotes |= set(Invoice.objects.filter(pk=invoice.pk, acceptance__isnull=False).values_list("acceptance__quote"))
    list(Quote.objects.select_for_update().filter(pk__in=[pk for (pk,) in quotes]).order_by("pk"))
    list(Receipt.objects.select_for_update(of=("self",)).filter(pk__in=receipts).order_by("pk"))
    [ours] = locked_invoices([invoice])
    theirs = ReceivedInvoice.objects.select_for_update(of=("self",)).get(pk=received.pk)
    return ours, theirs


def _refuse(pair: Pair, settled_on: date, today: date) -> None:
    ours, theirs = pair.invoice, pair.received
    if ours.client_id != theirs.client_id:
        raise SetOffError(_("These two invoices are not between the same two parties."))
    if ours.issued_on is None or ours.corrects_id:
        raise SetOffError(_("Only an issued invoice can be set off."))
    if theirs.corrects_id or not theirs.stands:
        raise SetOffError(_("The client’s invoice was withdrawn, or is a credit note: it is not set off."))
    if settled_on > today:
        raise SetOffError(_("That day is yet to come."), "settled_on")
    if settled_on < max(ours.issued_on, theirs.issued_on):
        raise SetOffError(_("Both invoices must exist by that day."), "settled_on")
    if pair.theirs.amount <= 0:
        raise SetOffError(_("Nothing is left of the client’s invoice."))


def _covered(pair: Pair, chosen: set[int]) -> list[tuple[Receipt, Money]]:
    """Return the chosen receipts, oldest first, and how much of each is covered."""
    room, covered = pair.theirs, []
    if chosen - {cover.receipt.pk for cover in pair.covers}:
        raise SetOffError(_("One of these receipts does not settle this invoice, or is covered already."), "covers")
    for cover in pair.covers:
        if cover.receipt.pk in chosen:
            value = min(cover.value, room)
            if value.amount <= 0:
                raise SetOffError(_("These receipts are worth more than what is left of their invoice."), "covers")
            covered.append((cover.receipt, value))
            room -= value
    return covered


def _refuse_rest(pair: Pair, covered: Money, rest: Money) -> None:
    if rest.amount < 0 or covered.amount + rest.amount <= 0:
        raise SetOffError(_("Say how much is set off."), "rest")
    if rest > pair.theirs - covered:
        words = {"left": written(pair.theirs - covered, get_language() or "fr")}
        raise SetOffError(_("Of the client’s invoice, %(left)s is left.") % words, "rest")
    if rest.amount and rest > max(pair.theirs - covered - pair.kept_for_goods(covered), euros(0)):
        words = {"value": written(pair.kept_for_goods(covered), get_language() or "fr")}
        sentence = _(
            "%(value)s of the client’s invoice is for what came in kind and was received on its day: it is set off "
            "against the invoice that it settles, never in euros."
        )
        raise SetOffError(sentence % words, "rest")
    if rest > pair.euros_left:
        raise SetOffError(_why_not_more(pair), "rest")


def _why_not_more(pair: Pair) -> str:
    """Goods that were agreed and not recorded are not paid by a set-off: they are recorded on the day they came."""
    language = get_language() or "fr"
    left = written(pair.euros_left, language)
    if pair.ours.in_kind.amount > 0:
        words = {"left": left, "in_kind": written(pair.ours.in_kind, language)}
        return (
            _(
                "Of your invoice, %(left)s is left in euros; %(in_kind)s is to come in kind: record what came first, "
                "then let the set-off cover it."
            )
            % words
        )
    return _("Of your invoice, %(left)s is left in euros.") % {"left": left}


def _received(pair: Pair, rest: Money, on: date, by: User, at: datetime) -> Receipt:
    """Record what the set-off itself brings: euros that no bank sees, on the day both invoices are deemed paid."""
    invoice, received = pair.invoice, pair.received
    with override(invoice.language):
        label = _("Set-off against invoice %(number)s") % {"number": received.number}
    receipt = Receipt.objects.create(
        business=invoice.business,
        activity=invoice.activity,
        client=invoice.client,
        term=euro_term_of(invoice),
        kind=Kind.MONEY,
        means=Receipt.Means.SET_OFF,
        received_on=on,
        label=label[:120],
        value=rest,
        reference=received.number[:80],
        recorded_at=at,
        recorded_by=by,
    )
    try:
        allocate_now(receipt, [invoice], at, rest)
    except SettlingError as refusal:
        raise SetOffError(str(refusal), "rest") from None
    settling.tell(receipt, at)
    return receipt


def _written(ours: Invoice, theirs: ReceivedInvoice, by: User, at: datetime) -> dict[str, Any]:
    return {
        "business": ours.business,
        "activity": ours.activity,
        "client": ours.client,
        "invoice": ours,
        "received": theirs,
        "language": ours.language,
        "recorded_at": at,
        "recorded_by": by,
    }


def said_of(pair: Pair, row: SetOff, covered: Sequence[tuple[Receipt, Money]]) -> dict[str, Any]:
    """Return what the statement says beside the row's own columns: parties, both invoices, before and after."""
    ours, theirs = pair.invoice, pair.received
    with override(row.language):
        covers = [
            {"on": receipt.received_on.isoformat(), "what": nature_of(receipt, row.language), "value": plain(value)}
            for receipt, value in covered
        ]
    after = pair.ours.in_euros - row.rest
    return {
        "seller": parties.seller(ours.business),
        "buyer": parties.buyer(ours.client),
        "ours": _side(ours, ours.total)
        | {"in_euros": plain(after), "in_kind": plain(pair.ours.in_kind), "left": plain(pair.ours.left - row.rest)},
        "theirs": _side(theirs, theirs.total)
        | _paid(theirs)
        | {"before": plain(pair.theirs), "left": plain(owed_on(theirs) - row.value)},
        "covers": covers,
    }


def _side(invoice: Any, amount: Money) -> dict[str, str]:
    return {"number": invoice.number, "issued_on": invoice.issued_on.isoformat(), "total": plain(amount)}


def _paid(theirs: ReceivedInvoice) -> dict[str, str]:
    return {"paid": plain(theirs.already_paid)} if theirs.paid_before is not None else {}


def _insert(row: SetOff, covers: Sequence[tuple[int, Money]], today: date) -> SetOff:
    """Give the row its number, seal it, write it with what it covers, and promise its statement."""
    try:
        kind, made = NumberSeries.Kind.SET_OFF, SetOff.objects.filter(business=row.business)
        row.number = numbering.take_number(business=row.business, kind=kind, on=today, among=made)
    except numbering.NumberingError as refusal:
        raise SetOffError(str(refusal)) from None
    row.seal = seal_of_set_off(row, list(covers))
    row.save(force_insert=True)
    SetOffCover.objects.bulk_create(SetOffCover(set_off=row, receipt_id=pk, value=value) for pk, value in covers)
    facts = {
        "number": row.number,
        "invoice": row.invoice_id,
        "received": row.received_id,
        "value": row.value,
        "rest": row.rest,
        "reverses": row.reverses_id,
        "seal": row.seal,
    }
    event = "set_off_undone" if row.reverses_id else "set_off_recorded"
    ledger.record(business=row.business, event=event, subject=ref(row), facts=facts, at=row.recorded_at)
    errands.promise(what=PDF_ERRAND, subject=ref(row), business=row.business, at=row.recorded_at)
    return row


# Undoing ----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def undo(*, set_off: SetOff, by: User, at: datetime, reason: str) -> SetOff:
    """Undo a set-off by its mirror: both debts stand again, and its own receipt is reversed. Twice: the first mirror.

    Raises SetOffError without a reason, or for a mirror itself.
    """
    receipts = [cover.receipt_id for cover in set_off.covers.all()]
    receipts += [set_off.receipt_id] if set_off.receipt_id else []
    ours, theirs = _locked(set_off.invoice, set_off.received, receipts)
    if set_off.reverses_id:
        raise SetOffError(_("What undoes a set-off is not undone: set the invoices off again."))
    if (found := SetOff.objects.filter(reverses=set_off).first()) is not None:
        return found
    if not reason.strip():
        raise SetOffError(_("Say why: the books keep the reason."), "reason")
    if why := pdf.why_unprintable(reason):
        raise SetOffError(why, "reason")
    today = day_of(at, ours.business.time_zone)
    pair = pair_of(ours, theirs, today)
    row = SetOff(
        receipt=_taken_back(set_off, by, at, reason),
        settled_on=today,
        covered=-set_off.covered,
        rest=-set_off.rest,
        value=-set_off.value,
        reverses=set_off,
        reason=reason.strip()[:200],
        **_written(ours, theirs, by, at),
    )
    covers = [(cover.receipt_id, -cover.value) for cover in set_off.covers.order_by("pk")]
    row.said = said_of(pair, row, []) | {"undoes": set_off.number, "undone_on": set_off.settled_on.isoformat()}
    return _insert(row, covers, today)


def _taken_back(set_off: SetOff, by: User, at: datetime, reason: str) -> Receipt | None:
    if set_off.receipt is None:
        return None
    try:
        return settling.reverse_now(receipt=set_off.receipt, by=by, at=at, reason=reason, with_set_off=True)
    except SettlingError as refusal:
        raise SetOffError(str(refusal)) from None
