"""What an invoice claims on the day it is issued: deposits taken off, what was received, what is left and how.

Reads rows, writes nothing: the act of issuing and the preview of a draft both ask here, and get the same answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import balances
from billing.drafting import charges_no_vat, values_of_line
from billing.models import Deduction, Invoice, InvoiceTax, InvoiceTerm, MissedDelivery, Receipt
from billing.parts import Agreed, ClaimedPart, claimed, in_euros_of, in_kind_of, received_of
from billing.splitting import credited, remaining
from lib import law
from lib.money import euros, total
from quotes.models import Kind, MoneyDue, RemunerationTerm
from quotes.pricing import Tax, priced
from quotes.terms import TermValues, planned_days
from quotes.wording import headline


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
    def payable(self) -> Money:
        return self.total - self.deducted - self.settled_at_issue - self.agreed_otherwise


def claim_of(invoice: Invoice, on: date) -> Claim:
    """Return what a draft would claim if it were issued on that day."""
    lines = [values_of_line(line) for line in invoice.lines.all()]
    sums = priced(lines, franchise=charges_no_vat(invoice), version=invoice.calculation_version)
    taxes = credited(sums.taxes, left_per_rate(invoice.corrects)) if invoice.corrects else sums.taxes
    vat = total(tax.amount for tax in taxes)
    deductions = deductions_of(invoice)
    own = sums.net + vat - total(row.value for row in deductions)
    settled = free_receipts(invoice, own)
    parts = [] if invoice.corrects_id else _parts(invoice, own, settled, on)
    return Claim(
        taxes=taxes,
        net=sums.net,
        vat=vat,
        total=sums.net + vat,
        deductions=deductions,
        parts=parts,
        settled=settled,
        due_on=None if invoice.corrects_id else due_on(invoice, parts, on),
    )


# Deposits ---------------------------------------------------------------------------------------------------------


def deductions_of(invoice: Invoice) -> list[Deduction]:
    """Return the deposits a final invoice takes off: those issued, less their credit notes (BOI-TVA-DECLA-30-20-20-10
    § 60). Nothing for any other invoice."""
    if invoice.type != Invoice.Type.FINAL or invoice.acceptance_id is None:
        return []
    issued = Invoice.objects.filter(
        acceptance=invoice.acceptance_id, type=Invoice.Type.DEPOSIT, issued_at__isnull=False
    )
    free = [deposit for deposit in issued.order_by("issued_on", "number") if deducted_in(deposit) in (None, invoice)]
    rows = [_deduction(invoice, deposit) for deposit in free]
    return [row for row in rows if row.value.amount > 0]


def deducted_in(deposit: Invoice) -> Invoice | None:
    """Return the issued invoice that takes a deposit off, unless that invoice was itself wholly credited."""
    finals = Invoice.objects.filter(deductions__deposit=deposit, issued_at__isnull=False)
    return next((final for final in finals if balances.creditable_of(final).amount > 0), None)


def _deduction(invoice: Invoice, deposit: Invoice) -> Deduction:
    left = left_per_rate(deposit)
    vat = total(tax.amount for tax in left)
    return Deduction(invoice=invoice, deposit=deposit, value=total(tax.base for tax in left) + vat, vat=vat)


def left_per_rate(invoice: Invoice) -> list[Tax]:
    """Return what an issued invoice still says per VAT rate: its own, less deposits deducted and credit notes."""
    taken = InvoiceTax.objects.filter(invoice__corrects=invoice, invoice__issued_at__isnull=False)
    deposits = Invoice.objects.filter(deducted_by__invoice=invoice)
    taken_by_deposits = [tax for deposit in deposits for tax in left_per_rate(deposit)]
    return remaining(_plain(invoice.taxes.all()), [*_plain(taken), *taken_by_deposits])


def _plain(taxes: Iterable[InvoiceTax]) -> list[Tax]:
    return [Tax(tax.category, tax.rate, tax.base, tax.amount) for tax in taxes]


# What came already ------------------------------------------------------------------------------------------------


def terms_of(invoice: Invoice) -> list[RemunerationTerm]:
    """Return the agreed terms that an invoice claims: a deposit its own; a final one the others, and deposits that
    were never invoiced as such."""
    if invoice.type == Invoice.Type.DEPOSIT:
        return [invoice.term] if invoice.term else []
    if invoice.acceptance is None:
        return []
    terms = invoice.acceptance.version.terms.order_by("position")
    invoiced = [row.deposit.term_id for row in deductions_of(invoice) if row.deposit.term_id]
    return list(terms.exclude(pk__in=invoiced))


def free_receipts(invoice: Invoice, own: Money) -> list[tuple[Receipt, Money]]:
    """Return the receipts that wait for this invoice, oldest first, and how much of each it can take."""
    if invoice.acceptance is None or invoice.corrects_id:
        return []
    receipts = Receipt.objects.filter(term__version=invoice.acceptance.version_id, reverses=None, reversed_by=None)
    if invoice.type == Invoice.Type.DEPOSIT:
        receipts = receipts.filter(term=invoice.term_id)
    taken, room = [], own
    for receipt in receipts.order_by("received_on", "pk"):
        value = min(free_of(receipt), room)
        if value.amount > 0:
            taken.append((receipt, value))
            room -= value
    return taken


def free_of(receipt: Receipt) -> Money:
    """Return what of a receipt settles no invoice yet. Nothing of a reversal or of what was reversed."""
    if receipt.reverses_id or hasattr(receipt, "reversed_by"):
        return euros(0)
    free: Money = receipt.value - balances.total_of(receipt.allocations.all(), "value")
    return free


# How the rest will come -------------------------------------------------------------------------------------------


def _parts(invoice: Invoice, own: Money, settled: Sequence[tuple[Receipt, Money]], on: date) -> list[ClaimedPart]:
    received: dict[int | None, Money] = {}
    for receipt, value in settled:
        received[receipt.term_id] = received.get(receipt.term_id, euros(0)) + value
    with override(invoice.language):
        terms = terms_of(invoice)
        agreed = [_agreed(invoice, term, received.pop(term.pk, euros(0)), on) for term in terms]
        surplus = [  # came for a deposit that is deducted: more than the deposit asked for
            Agreed(receipt_term.kind, _label(receipt_term, invoice.language), value, value, receipt_term.pk)
            for receipt_term, value in _surplus(received)
        ]
        return claimed(own, [*surplus, *agreed], rest=_("Balance in euros"))


def _surplus(received: dict[int | None, Money]) -> list[tuple[RemunerationTerm, Money]]:
    terms = RemunerationTerm.objects.in_bulk([pk for pk in received if pk is not None])
    return [(terms[pk], value) for pk, value in received.items() if pk is not None]


def _agreed(invoice: Invoice, term: RemunerationTerm, received: Money, on: date) -> Agreed:
    return Agreed(
        kind=term.kind,
        label=_label(term, invoice.language),
        value=term.value,
        received=received,
        term_id=term.pk,
        due_on=due_of_term(invoice, term, on),
        not_coming=missed_value(term),
    )


def missed_value(term: RemunerationTerm) -> Money:
    """Return what was missed of a term and will not come: due in euros, or to be waived by a credit note."""
    if term.if_missed not in balances.NOT_COMING:
        return euros(0)
    return balances.total_of(MissedDelivery.objects.filter(term=term), "value")


def _label(term: RemunerationTerm, language: str) -> str:
    if term.kind != Kind.MONEY:
        return headline(values_of(term), language)[:200]
    words = {
        MoneyDue.ACCEPTANCE: _("Deposit"),
        MoneyDue.DELIVERY: _("On delivery"),
        MoneyDue.DATE: _("In euros, on a date"),
        MoneyDue.AFTER_INVOICE: _("In euros, after the invoice"),
    }
    return term.label or words[MoneyDue(term.due)]


def values_of(term: RemunerationTerm) -> TermValues:
    """Return a term's plain values."""
    return TermValues(**{name: getattr(term, name) for name in TermValues.__dataclass_fields__})


def due_of_term(invoice: Invoice, term: RemunerationTerm, on: date) -> date | None:
    """Return by when a term is to come, never before the invoice's own day."""
    if term.kind != Kind.MONEY:
        days = planned_days(term)
        return max(days[-1][0], on) if days else None
    if term.due == MoneyDue.DATE and term.due_on:
        return max(term.due_on, on)
    if term.due == MoneyDue.AFTER_INVOICE:
        return on + timedelta(days=term.due_days or 0)
    return on if term.due == MoneyDue.ACCEPTANCE else max(invoice.delivered_on or on, on)


def due_on(invoice: Invoice, parts: Sequence[ClaimedPart], on: date) -> date | None:
    """Return the day printed on the invoice (c. com. L441-9): the one a person chose; else the last agreed one for
    euros; else the law's 30 days; the invoice's own day when no euro is left."""
    if in_euros_of(parts).amount <= 0:
        return on
    if invoice.due_on:
        return invoice.due_on
    days = [part.due_on for part in parts if part.kind == Kind.MONEY and part.due_on and part.outstanding.amount > 0]
    return max(days) if days else on + timedelta(days=int(law.fact("payment.default_days", on).value))


def term_rows(invoice: Invoice, parts: Iterable[ClaimedPart]) -> list[InvoiceTerm]:
    """Return the parts as rows, unsaved."""
    return [
        InvoiceTerm(
            invoice=invoice,
            position=position,
            term_id=part.term_id,
            kind=part.kind,
            label=part.label,
            value=part.value,
            received=part.received,
            due_on=part.due_on,
        )
        for position, part in enumerate(parts, start=1)
    ]


def tax_rows(invoice: Invoice, taxes: Iterable[Tax]) -> list[InvoiceTax]:
    return [
        InvoiceTax(invoice=invoice, category=tax.category, rate=tax.rate, base=tax.base, amount=tax.amount)
        for tax in taxes
    ]
