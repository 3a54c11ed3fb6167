"""What an invoice claims on the day it is issued: deposits taken off, what was received, what is left and how.

Reads rows, writes nothing: the act of issuing and the preview of a draft both ask here, and get the same answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import balances, progress
from billing.deducting import deducted_in, deductions_of, left_per_rate
from billing.drafting import situation_of, taxes_of, values_of_line
from billing.mixing import Case, Key, agreed_of, days_of, due_of_term, missed_value, terms_of, values_of
from billing.models import CAME, Deduction, Invoice, InvoiceTax, InvoiceTerm, Receipt
from billing.parts import ClaimedPart, claimed, in_euros_of, in_kind_of, received_of
from billing.roles import DEPOSIT, PROGRESS, role_of
from billing.splitting import credited
from lib import law
from lib.money import euros, total
from quotes.models import Kind
from quotes.pricing import Tax, priced

__all__ = [
    "Claim",
    "claim_of",
    "deducted_in",
    "due_of_term",
    "due_on",
    "free_of",
    "free_receipts",
    "left_per_rate",
    "missed_value",
    "tax_rows",
    "term_rows",
    "terms_of",
    "values_of",
]


@dataclass(frozen=True)
class Claim:
    """All that issuing computes. `settled`: how much of which receipts this invoice takes."""

    taxes: Sequence[Tax]
    net: Money
    vat: Money
    total: Money
    deductions: Sequence[Deduction]
    parts: Sequence[ClaimedPart]
    settled: Sequence[tuple[Receipt, Money]]
    due_on: date | None

    @property
    def deducted(self) -> Money:
        return total(row.value for row in self.deductions)

    @property
    def settled_at_issue(self) -> Money:
        return received_of(self.parts)

    @property
    def agreed_otherwise(self) -> Money:
        return in_kind_of(self.parts)

    @property
    def paid_on(self) -> date | None:
        """The day from which nothing is left to come; None while something is."""
        return _paid_on(self.parts)

    @property
    def payable(self) -> Money:
        return self.total - self.deducted - self.settled_at_issue - self.agreed_otherwise


def claim_of(invoice: Invoice, on: date) -> Claim:
    """Return what a draft would claim if it were issued on that day."""
    lines = [values_of_line(line) for line in invoice.lines.all()]
    sums = priced(lines, situation=situation_of(invoice), version=invoice.calculation_version)
    taxes = _taxes(invoice, sums.taxes)
    vat = total(tax.amount for tax in taxes)
    deductions = deductions_of(invoice, taxes)
    own = sums.net + vat - total(row.value for row in deductions)
    settled = free_receipts(invoice, own)
    case = Case(invoice, own, sums.net + vat, deductions, settled, on)
    parts = [] if invoice.corrects_id else _parts(case)
    due = None if invoice.corrects_id else due_on(invoice, parts, on)
    return Claim(
        taxes=taxes,
        net=sums.net,
        vat=vat,
        total=sums.net + vat,
        deductions=deductions,
        parts=_scheduled(parts, invoice.due_on, due),
        settled=settled,
        due_on=due,
    )


def _taxes(invoice: Invoice, taxes: Sequence[Tax]) -> Sequence[Tax]:
    """Return the VAT of a document: what takes the last base of a rate takes all the VAT left with it."""
    if invoice.corrects:
        return credited(taxes, left_per_rate(invoice.corrects))
    if role_of(invoice) == PROGRESS and invoice.acceptance:
        agreed = taxes_of(invoice.acceptance.version)
        return credited(taxes, progress.left_of_quote(invoice.acceptance, agreed, besides=invoice))
    return taxes


# What came already ------------------------------------------------------------------------------------------------


def free_receipts(invoice: Invoice, own: Money) -> list[tuple[Receipt, Money]]:
    """Return the receipts that wait for this invoice, and how much of each it can take: for a replacement those of
    the invoice that it replaces first. Oldest first; for a progress invoice what came otherwise than in euros first."""
    if invoice.corrects_id:
        return []
    taken, room = [], own
    for receipt in _waiting(invoice):
        value = min(_free_for(receipt, invoice), room)
        if value.amount > 0:
            taken.append((receipt, value))
            room -= value
    return taken


def _free_for(receipt: Receipt, invoice: Invoice) -> Money:
    """Return what of a receipt an invoice may take: outside of a quote, what settles the invoice that it replaces."""
    free = free_of(receipt, to_be_released_by=invoice.replaces)
    if invoice.replaces is None or invoice.acceptance_id:
        return free
    return min(free, balances.total_of(receipt.allocations.filter(invoice=invoice.replaces_id), "value"))


def _waiting(invoice: Invoice) -> list[Receipt]:
    rows = Receipt.objects.filter(CAME).select_related("part", "reversed_by").prefetch_related("given_back").distinct()
    mine = Q(allocations__invoice=invoice.replaces_id) if invoice.replaces_id else Q(pk=None)
    if invoice.acceptance is not None:
        mine |= _of_deal(invoice)
    found = list(rows.filter(mine).order_by("received_on", "pk"))
    if role_of(invoice) == PROGRESS:
        found.sort(key=lambda receipt: receipt.kind == Kind.MONEY)
    return found


def _of_deal(invoice: Invoice) -> Q:
    """Say which receipts of an accepted quote an invoice may take: a deposit those of its term, and of its month."""
    assert invoice.acceptance is not None
    if role_of(invoice) != DEPOSIT:
        return Q(term__version=invoice.acceptance.version_id)
    of_term = Q(term__in=[term.pk for term in terms_of(invoice)])
    if invoice.deposit_month is None:
        return of_term
    return of_term & Q(received_on__year=invoice.deposit_month.year, received_on__month=invoice.deposit_month.month)


def free_of(receipt: Receipt, *, to_be_released_by: Invoice | None = None) -> Money:
    """Return what of a receipt settles no invoice yet, counting as free what settles an invoice that is about to be
    replaced. Nothing of what was given back, of a reversal or of what was reversed."""
    if not receipt.came:
        return euros(0)
    settling = receipt.allocations.all()
    if to_be_released_by is not None:
        settling = settling.exclude(invoice=to_be_released_by)
    free: Money = receipt.kept - balances.total_of(settling, "value")
    return free


# How the rest will come -------------------------------------------------------------------------------------------


def _parts(case: Case) -> list[ClaimedPart]:
    with override(case.invoice.language):
        parts = claimed(case.own, agreed_of(case), rest=_("Balance in euros"))
    days = days_of(case)
    return [replace(part, days=days.get(_key_of(part))) if part.received.amount > 0 else part for part in parts]


def _key_of(part: ClaimedPart) -> Key:
    if part.term_id:
        return ("term", part.term_id)
    return ("part", part.part_id) if part.part_id else (part.kind, None)


def due_on(invoice: Invoice, parts: Sequence[ClaimedPart], on: date) -> date | None:
    """Return the day printed on the invoice (c. com. L441-9): the one a person chose; else the last agreed one for
    euros; else the law's 30 days. When no euro is left: the day all had come, else the invoice's own."""
    if in_euros_of(parts).amount <= 0:
        return _paid_on(parts) or on
    if invoice.due_on:
        return invoice.due_on
    days = [part.due_on for part in parts if part.kind == Kind.MONEY and part.due_on and part.outstanding.amount > 0]
    return max(days) if days else on + timedelta(days=int(law.fact("payment.default_days", on).value))


def _scheduled(parts: Sequence[ClaimedPart], chosen: date | None, last: date | None) -> list[ClaimedPart]:
    """Give each part in euros its day: the one that a person chose for all, else as agreed, else the invoice's."""
    return [
        replace(part, due_on=chosen or part.due_on or last)
        if part.kind == Kind.MONEY and part.outstanding.amount
        else part
        for part in parts
    ]


def _paid_on(parts: Sequence[ClaimedPart]) -> date | None:
    days = [part.days[1] for part in parts if part.days]
    return max(days) if days and not any(part.outstanding.amount > 0 for part in parts) else None


def term_rows(invoice: Invoice, parts: Iterable[ClaimedPart]) -> list[InvoiceTerm]:
    """Return the parts as rows, unsaved."""
    return [
        InvoiceTerm(
            invoice=invoice,
            position=position,
            term_id=part.term_id,
            part_id=part.part_id,
            kind=part.kind,
            label=part.label,
            value=part.value,
            received=part.received,
            not_coming=part.not_coming,
            received_since=part.days[0] if part.days else None,
            received_on=part.days[1] if part.days else None,
            due_on=part.due_on,
        )
        for position, part in enumerate(parts, start=1)
    ]


def tax_rows(invoice: Invoice, taxes: Iterable[Tax]) -> list[InvoiceTax]:
    return [
        InvoiceTax(invoice=invoice, category=tax.category, rate=tax.rate, base=tax.base, amount=tax.amount)
        for tax in taxes
    ]
