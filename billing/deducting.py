"""Deposits taken off the invoices that follow them, and what an issued invoice still says, VAT rate by VAT rate.

A final invoice takes its deposits off whole, less their credit notes (BOI-TVA-DECLA-30-20-20-10 § 60). A progress
invoice takes off as much of them as it claims, rate by rate, the oldest deposit first: it never asks for less than
nothing, and the last one has taken them all. Reads rows, writes nothing.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from billing import balances
from billing.models import Deduction, Invoice, InvoiceTax
from billing.roles import DEPOSIT, FINAL, NOT_REPLACED, PROGRESS, REPLACEMENT, issued_of, role_of
from billing.splitting import credited, exceed, gross, remaining
from lib.money import euros, plain, total
from quotes.pricing import Tax


def deductions_of(invoice: Invoice, taxes: Sequence[Tax]) -> list[Deduction]:
    """Return the deposits that an invoice with these taxes takes off. None by a replacement: it refers to what it
    replaces and to nothing else (BR-FR-CO-04)."""
    if invoice.acceptance_id is None or role_of(invoice) not in (FINAL, PROGRESS) or invoice.type == REPLACEMENT:
        return []
    rows, room = [], list(taxes)
    for deposit in issued_of(invoice.acceptance_id, DEPOSIT):
        left = left_to_deduct(deposit, but_in=invoice)
        taken = left if invoice.type == FINAL else _fitting(left, room)
        room = remaining(room, taken)
        rows.append(_deduction(invoice, deposit, taken))
    return [row for row in rows if row.value.amount > 0]


def deducted_in(deposit: Invoice) -> Invoice | None:
    """Return the issued invoice that takes a deposit off, unless that invoice was itself wholly credited."""
    takers = Invoice.objects.filter(NOT_REPLACED, deductions__deposit=deposit, issued_at__isnull=False).order_by("pk")
    return next((taker for taker in takers if balances.creditable_of(taker).amount > 0), None)


def taker_of(deposit: Invoice) -> Invoice | None:
    """Return an issued invoice that takes a deposit off and still counts, were it covered by deposits wholly."""
    takers = Invoice.objects.filter(NOT_REPLACED, deductions__deposit=deposit, issued_at__isnull=False).order_by("pk")
    return next((taker for taker in takers if balances.stands(taker)), None)


def takes_of_what_is_deducted(taken: Sequence[Tax], deposit: Invoice) -> bool:
    """Tell whether a credit note takes a part of what a standing invoice deducts of a deposit. It may take all that is
    left of the deposit: an invoice that was covered by it counts no more then."""
    whole = total(gross(tax) for tax in left_per_rate(deposit))
    if taker_of(deposit) is None or total(gross(tax) for tax in taken) >= whole:
        return False
    left = left_to_deduct(deposit)
    return exceed(credited(taken, left), left)


def left_to_deduct(deposit: Invoice, *, but_in: Invoice | None = None) -> list[Tax]:
    """Return what of a deposit no other invoice takes off."""
    rows = Deduction.objects.filter(deposit=deposit, invoice__issued_at__isnull=False).select_related("invoice")
    standing = [row for row in rows if row.invoice != but_in and balances.stands(row.invoice)]
    return remaining(left_per_rate(deposit), [tax for row in standing for tax in taxes_of(row)])


def taxes_of(deduction: Deduction) -> list[Tax]:
    """Return what one row takes off, by rate, whatever became of the deposit since. A row of before it was written
    down in each takes off the deposit less what was credited of it by then."""
    if deduction.by_rate is None:
        notes = InvoiceTax.objects.filter(
            invoice__corrects=deduction.deposit_id, invoice__issued_at__lte=deduction.invoice.issued_at
        )
        return remaining(plain_taxes(deduction.deposit.taxes.all()), plain_taxes(notes))
    return [
        Tax(category, Decimal(rate), euros(base), euros(amount)) for category, rate, base, amount in deduction.by_rate
    ]


def left_per_rate(invoice: Invoice) -> list[Tax]:
    """Return what an issued invoice still says per VAT rate: its own, less deposits deducted and credit notes; nothing
    once it is replaced."""
    if Invoice.objects.filter(replaces=invoice, issued_at__isnull=False).exists():
        return []
    taken = InvoiceTax.objects.filter(invoice__corrects=invoice, invoice__issued_at__isnull=False)
    deductions = invoice.deductions.select_related("deposit") if invoice.pk else []
    by_deposits = [tax for row in deductions for tax in taxes_of(row)]
    return remaining(plain_taxes(invoice.taxes.all()), [*plain_taxes(taken), *by_deposits])


def plain_taxes(rows: Iterable[InvoiceTax]) -> list[Tax]:
    return [Tax(tax.category, tax.rate, tax.base, tax.amount) for tax in rows]


def _fitting(left: Iterable[Tax], room: Iterable[Tax]) -> list[Tax]:
    """Return as much of each rate as there is room for."""
    there = {(tax.category, tax.rate): tax for tax in room}
    pairs = [(tax, there[tax.category, tax.rate]) for tax in left if (tax.category, tax.rate) in there]
    parts = [Tax(a.category, a.rate, min(a.base, b.base), min(a.amount, b.amount)) for a, b in pairs]
    return [part for part in parts if gross(part).amount > 0]


def _deduction(invoice: Invoice, deposit: Invoice, taken: Sequence[Tax]) -> Deduction:
    vat = total(tax.amount for tax in taken)
    value = total(tax.base for tax in taken) + vat
    written = [[tax.category, str(tax.rate), plain(tax.base), plain(tax.amount)] for tax in taken]
    return Deduction(invoice=invoice, deposit=deposit, value=value, vat=vat, by_rate=written)
