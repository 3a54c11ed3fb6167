"""An invoice says beforehand that it will be paid by set-off, when the client's own invoice is known before its issue.

The pair is chosen on the draft; its sentence is frozen with the invoice's mentions (BT-20, note PAI). What is to be
paid stays whole (BT-115): both invoices are paid on the day of the set-off (AFNOR XP Z12-014, case 40), which a
person does later. When no euro is left beside, the means of payment is the clearing between partners (BT-81 = 97).
Two invoices never announce the same euros: what another one announced and has not set off yet is no longer free.
Locks, in this order: the draft, the received invoices; issuing takes them before the series.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import balances
from billing.claiming import Claim
from billing.models import Invoice, PlannedSetOff, Receipt, ReceivedInvoice, SetOff
from billing.partners.compensated import covered_of
from billing.partners.coverable import IN_KIND, made_from_receipts, may_be_for
from billing.partners.received_left import left_of
from lib import law
from lib.days import day_written
from lib.money import cents, euros, plain, total, written
from people.models import User
from quotes.models import Kind

PLANNED = Prefetch("planned_set_offs", PlannedSetOff.objects.select_related("received__withdrawal"))
ON_PAPER, PAYMENT = "AAI", "PAI"  # UNTDID 4451
SENTENCE, SENTENCES = "in_kind.paid_by_set_off", "in_kind.paid_by_set_offs"  # one invoice, or several


class AnnouncingError(Exception):
    """Why a set-off is not announced, in words for the person."""


@transaction.atomic(durable=True)
def announce(
    *, invoice: Invoice, received: ReceivedInvoice, value: Money, by: User, at: datetime
) -> PlannedSetOff | None:
    """Say on a draft how much of a client's invoice will be set off; nothing takes it back. Raises AnnouncingError."""
    draft = Invoice.objects.select_for_update(of=("self",)).filter(pk=invoice.pk).first()
    if draft is None or draft.issued_at is not None or draft.corrects_id:
        raise AnnouncingError(_("Only a draft of an invoice announces a set-off."))
    theirs = ReceivedInvoice.objects.select_for_update(of=("self",)).get(pk=received.pk)
    if theirs.client_id != draft.client_id:
        raise AnnouncingError(_("These two invoices are not between the same two parties."))
    PlannedSetOff.objects.filter(invoice=draft, received=theirs).delete()
    if value.amount <= 0:
        return None
    if value != cents(value) or value > free_of(theirs, draft):
        words = {"left": written(max(free_of(theirs, draft), euros(0)), draft.language)}
        raise AnnouncingError(_("Of the client’s invoice, %(left)s is left.") % words)
    return PlannedSetOff.objects.create(invoice=draft, received=theirs, value=value)


def hold(draft: Invoice) -> None:
    """Lock the client's invoices that a draft announces, so that two drafts issued at once do not share one."""
    ids = draft.planned_set_offs.values("received")
    list(ReceivedInvoice.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def free_of(received: ReceivedInvoice, draft: Invoice) -> Money:
    """Return what is left of a client's invoice, less what other issued invoices announced and have not set off."""
    rows = PlannedSetOff.objects.filter(received=received, invoice__issued_at__isnull=False)
    rows = rows.exclude(invoice__in=[pk for pk in (draft.pk, draft.replaces_id) if pk]).select_related("invoice")
    left: Money = left_of(received) - total(_not_yet(row) for row in rows if balances.stands(row.invoice))
    return left


def to_set_off(invoice: Invoice) -> Money:
    """Return the euros that an issued invoice says will be set off, and that are not yet: nobody is asked for them."""
    said = (invoice.mentions or {}).get("set_off")
    if not said:
        return euros(0)
    made = balances.total_of(SetOff.objects.filter(invoice=invoice), "rest")
    coming = total(min(_not_yet(row), left_of(row.received)) for row in announced(invoice))
    return max(min(euros(said) - made, coming), euros(0))


def next_to_set_off(invoice: Invoice) -> ReceivedInvoice:
    """Return the client's invoice that an issued one announces and that waits first to be set off."""
    return next(row.received for row in announced(invoice) if min(_not_yet(row), left_of(row.received)).amount > 0)


def _not_yet(row: PlannedSetOff) -> Money:
    made = balances.total_of(SetOff.objects.filter(invoice=row.invoice_id, received=row.received_id), "value")
    left: Money = max(row.value - made, euros(0))
    return left


def announced(draft: Invoice) -> list[PlannedSetOff]:
    """Return what a draft announces, in order. Whoever reads many drafts prefetches `PLANNED`."""
    return sorted(draft.planned_set_offs.all(), key=lambda row: (row.received.issued_on, row.pk))


def in_euros(rows: list[PlannedSetOff], claim: Claim) -> Money:
    """Return what of the announced set-offs is not covered by goods or hours that came before the issue, and that the
    client's invoices may be for. Those that were written for certain receipts take theirs first."""
    free = {receipt.pk: _free(receipt, value) for receipt, value in claim.settled if receipt.kind in IN_KIND}
    left = euros(0)
    for row in sorted(rows, key=lambda row: not made_from_receipts(row.received)):
        left += _uncovered(row, free)
    return left


def _free(receipt: Receipt, value: Money) -> Money:
    """Return what of a receipt that settles a draft no set-off covers yet."""
    free: Money = max(min(value, receipt.kept - covered_of(receipt)), euros(0))
    return free


def _uncovered(row: PlannedSetOff, free: dict[int, Money]) -> Money:
    """Return what of an announced set-off these receipts do not cover, and take from them what it covers."""
    left: Money = row.value
    fitting = may_be_for(row.received, Receipt.objects.filter(pk__in=free)).order_by("received_on", "pk")
    for pk in fitting.values_list("pk", flat=True):
        taken = min(free[pk], left)
        free[pk] -= taken
        left -= taken
    return left


def said_on(draft: Invoice, claim: Claim, mentions: dict[str, Any], on: Any) -> dict[str, Any]:
    """Return the mentions with what is announced, in the language of the document; the same ones when nothing is."""
    rows = announced(draft)
    if not rows:
        return mentions
    cleared = min(in_euros(rows, claim), max(claim.payable, euros(0)))
    text = _sentence(rows, max(claim.payable, euros(0)) - cleared, draft.language, on)
    says_each = [part for part in claim.parts if part.kind != Kind.MONEY and part.value.amount > 0]  # in the note PAI
    note = {"code": ON_PAPER if says_each else PAYMENT, "text": text, "on_paper": True}
    return mentions | {
        "terms": " ".join(filter(None, (mentions["terms"], text))),
        "notes": [*mentions["notes"], note],
        "set_off": plain(cleared),
    }


def key_of(rows: Sequence[PlannedSetOff]) -> str:
    """Return under which key the law's data has the sentence that announces these."""
    return SENTENCE if len(rows) == 1 else SENTENCES


def _sentence(rows: Sequence[PlannedSetOff], rest: Money, language: str, on: Any) -> str:
    """Return what is said of all of them at once: of which invoices, for how much, and what is left to pay."""
    fact = law.fact(key_of(rows), on)
    amount = written(total(row.value for row in rows), language)
    with override(language):
        days = [day_written(row.received.issued_on) for row in rows]
        if len(rows) == 1:
            named = {"number": rows[0].received.number, "date": days[0]}
        else:
            each = [
                _("no. %(number)s of %(day)s (%(amount)s)")
                % {"number": row.received.number, "day": day, "amount": written(row.value, language)}
                for row, day in zip(rows, days, strict=True)
            ]
            named = {"invoices": ", ".join(each)}
    return fact.text(language, amount=amount, rest=written(rest, language), **named)


def go_on(replaced: Invoice, draft: Invoice) -> None:
    """Let the draft of a replacement announce what the invoice that it replaces announced, as far as that is left."""
    for row in announced(replaced):
        if row.received.stands and (value := min(row.value, free_of(row.received, draft))).amount > 0:
            PlannedSetOff.objects.create(invoice=draft, received=row.received, value=value)


def set_off_that_pays(invoice_id: int) -> SetOff | None:
    return SetOff.objects.filter(invoice=invoice_id, reverses=None, reversed_by=None).order_by("pk").first()


def obstacles(draft: Invoice, claimed: Money) -> Iterator[str]:
    """Say what of set-offs stands in the way of issuing; `claimed`: what the invoice claims, received or to be paid."""
    if draft.replaces_id and (standing := set_off_that_pays(draft.replaces_id)):
        words = {"number": standing.number}
        yield _("The set-off %(number)s pays the invoice that this one would replace: undo it first.") % words
    rows = announced(draft)
    for row in rows:
        if not row.received.stands or row.value > free_of(row.received, draft):
            words = {"number": row.received.number}
            yield (
                _("Less is left of the client’s invoice %(number)s than the set-off that this draft announces.") % words
            )
    if rows and total(row.value for row in rows) > claimed:
        yield _("The set-offs that this draft announces are worth more than what it claims.")
