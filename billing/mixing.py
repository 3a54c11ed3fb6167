"""Which agreed parts an invoice claims, and what came of each: of the quote it comes from, or of its own draft.

A whole invoice claims every term that no deposit was invoiced for; a progress invoice what came in kind, then its
share of what is still to come, in whole units; euros take the rest. Reads rows, writes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances, progress
from billing.drafting import taxes_of
from billing.models import AgreedPart, Deduction, Invoice, InvoiceTerm, MissedDelivery, Receipt
from billing.not_coming import NOT_COMING, counted_out_of, credited_in_kind, overflow_of
from billing.parts import Agreed
from billing.roles import DEPOSIT, PROGRESS, issued_of, role_of
from billing.splitting import gross
from lib.money import euros, total
from quotes.models import Kind, MoneyDue, RemunerationTerm
from quotes.terms import TermValues, planned_days
from quotes.wording import headline

NOTHING = euros(0)
Key = tuple[str, int | None]
Settled = Sequence[tuple[Receipt, Money]]


@dataclass(frozen=True)
class Case:
    """What an invoice claims on its own, the deposits it takes off, what it takes of which receipts, on which day."""

    invoice: Invoice
    own: Money
    total: Money
    deductions: Sequence[Deduction]
    settled: Settled
    on: date


def agreed_of(case: Case) -> list[Agreed]:
    """Return the agreed parts of an invoice, with what came of each; what came otherwise stands first."""
    came = _came(case)
    if case.invoice.acceptance is None:
        agreed = [_agreed_part(case, part, came) for part in case.invoice.agreed_parts.order_by("position")]
    elif role_of(case.invoice) == PROGRESS:
        agreed = _of_progress(case, came)
    elif _is_asked_for(case.invoice):
        agreed = _in_euros(case, terms_of(case.invoice)[::-1], case.own, came)
    else:
        agreed = [_agreed(case, term, _value_in(case, term), came) for term in terms_of(case.invoice, case.deductions)]
    return [*_surplus(case, came), *agreed]


def terms_of(invoice: Invoice, deductions: Sequence[Deduction] = ()) -> list[RemunerationTerm]:
    """Return the agreed terms that an invoice claims: a deposit its own; any other those no deposit is taken off for.

    A progress invoice claims none for which a deposit was invoiced, wherever that is taken off; a deposit that was not
    agreed on beforehand is an advance on what was agreed in euros.
    """
    if role_of(invoice) == DEPOSIT and invoice.term:
        return [invoice.term]
    if invoice.acceptance is None:
        return []
    deposits = [row.deposit for row in deductions]
    if role_of(invoice) in (PROGRESS, DEPOSIT):
        issued = issued_of(invoice.acceptance_id, DEPOSIT)
        deposits = [row for row in issued if row != invoice and balances.creditable_of(row).amount > 0]
    invoiced = [deposit.term_id for deposit in deposits if deposit.term_id and deposit.deposit_month is None]
    terms = invoice.acceptance.version.terms.order_by("position").exclude(pk__in=invoiced)
    return list(terms.filter(kind=Kind.MONEY) if role_of(invoice) == DEPOSIT else terms)


def _is_asked_for(invoice: Invoice) -> bool:
    """Tell whether this is a deposit that no term of the quote foresaw."""
    return role_of(invoice) == DEPOSIT and invoice.term_id is None


# What came --------------------------------------------------------------------------------------------------------


def _came(case: Case) -> dict[Key, Money]:
    """Return what the receipts that this invoice takes are worth, by what they came for."""
    came: dict[Key, Money] = {}
    for receipt, value in case.settled:
        key = key_of(case.invoice, receipt)
        came[key] = came.get(key, NOTHING) + value
    return came


def days_of(case: Case) -> dict[Key, tuple[date, date]]:
    """Return the first and the last day on which it came, by the same keys."""
    days: dict[Key, tuple[date, date]] = {}
    for receipt, _value in case.settled:
        on, key = receipt.received_on, key_of(case.invoice, receipt)
        first, last = days.get(key, (on, on))
        days[key] = (min(first, on), max(last, on))
    return days


def key_of(invoice: Invoice, receipt: Receipt) -> Key:
    if receipt.term_id:
        return ("term", receipt.term_id)
    if receipt.part and (part := _same_part(invoice, receipt.part)) is not None:
        return ("part", part.pk)
    return (receipt.kind, None)


def _same_part(invoice: Invoice, part: AgreedPart) -> AgreedPart | None:
    """Return the part of this invoice that goes on from a part of the invoice it replaces."""
    if part.invoice_id == invoice.pk:
        return part
    alike = [one for one in invoice.agreed_parts.order_by("position") if (one.kind, one.unit) == (part.kind, part.unit)]
    same = [one for one in alike if one.label == part.label]
    return next(iter([*same, *alike]), None)


def _surplus(case: Case, came: dict[Key, Money]) -> list[Agreed]:
    """Return what came for nothing that this invoice claims: more than a deposit asked for, euros without a quote."""
    terms = RemunerationTerm.objects.in_bulk([pk for where, pk in came if where == "term" and pk])
    found = []
    for (where, pk), value in came.items():
        if where == "term" and pk is not None:
            term = terms[pk]
            label = label_of(term, value, case.invoice.language)
            found.append(Agreed(term.kind, label, value, value, term.pk))
        else:
            kind = where if where in Kind.values else Kind.MONEY
            label = _("Balance in euros") if kind == Kind.MONEY else str(Kind(kind).label)
            found.append(Agreed(kind, label, value, value))
    return found


# Of the whole quote -----------------------------------------------------------------------------------------------


def _value_in(case: Case, term: RemunerationTerm) -> Money:
    """Return what an invoice claims of a term: a month in kind what came in it, a whole one all of which no deposit
    was an advance."""
    if case.invoice.deposit_month:
        return case.own
    deposits = [row.deposit for row in case.deductions]
    left: Money = max(term.value - _advanced(deposits).get(term.pk, NOTHING), NOTHING)
    return left


def _advanced(invoices: Iterable[Invoice]) -> dict[int, Money]:
    """Return what issued invoices claim of each term, their credit notes taken off."""
    claimed: dict[int, Money] = {}
    for invoice in invoices:
        for row, value in kept_of(invoice):
            if row.term_id is not None:
                claimed[row.term_id] = claimed.get(row.term_id, NOTHING) + value
    return claimed


def kept_of(invoice: Invoice) -> list[tuple[InvoiceTerm, Money]]:
    """Return the parts of an issued invoice with what credit notes left of each, for others to claim the rest again:
    each kind less what they took off of it, the last part first. What is waived nobody claims again; nor what they took
    off of euros that were due for what was missed."""
    notes = Invoice.objects.filter(corrects=invoice, issued_at__isnull=False, is_waiver=False)
    credited, off = balances.total_of(notes, "total"), balances.total_of(notes, "in_kind")
    awaited, _waived = credited_in_kind([invoice.pk]) if off.amount else ({}, {})
    left = {True: credited - off, False: off - total(awaited.values())}
    kept = []
    for row in invoice.terms.order_by("-position"):
        is_money, value = row.kind == Kind.MONEY, row.value - awaited.get((invoice.pk, row.term_id), NOTHING)
        taken = min(left[is_money], value)
        left[is_money] -= taken
        kept.append((row, value - taken))
    return kept


def _agreed(case: Case, term: RemunerationTerm, value: Money, came: dict[Key, Money]) -> Agreed:
    gone = NOTHING if case.invoice.deposit_month else min(overflow_of(term, besides=case.invoice), value)
    return Agreed(
        kind=term.kind,
        label=label_of(term, value - gone, case.invoice.language),
        value=value,
        received=came.pop(("term", term.pk), NOTHING),
        term_id=term.pk,
        due_on=due_of_term(case.invoice, term, case.on),
        not_coming=gone,
    )


def missed_value(term: RemunerationTerm) -> Money:
    """Return what was missed of a term and will not come: due in euros, or to be waived by a credit note."""
    if term.if_missed not in NOT_COMING:
        return NOTHING
    return balances.total_of(MissedDelivery.objects.filter(term=term), "value")


# Of a progress invoice --------------------------------------------------------------------------------------------


def _of_progress(case: Case, came: dict[Key, Money]) -> list[Agreed]:
    acceptance = case.invoice.acceptance
    assert acceptance is not None
    before = _claimed_before(case.invoice)
    terms = terms_of(case.invoice)
    in_kind = [
        _agreed(case, term, _share_of(case, term, before, came), came) for term in terms if term.kind != Kind.MONEY
    ]
    left = max(case.own - total(item.value - item.not_coming for item in in_kind), NOTHING)
    return [*in_kind, *_in_euros(case, terms, left, came)]


def _in_euros(case: Case, terms: Iterable[RemunerationTerm], amount: Money, came: dict[Key, Money]) -> list[Agreed]:
    """Return an amount in euros as what it is of the agreed terms in euros, in this order, less what was claimed."""
    before, left, found = _claimed_before(case.invoice), amount, []
    for term in (term for term in terms if term.kind == Kind.MONEY):
        value = max(min(term.value - before.get(term.pk, NOTHING), left), NOTHING)
        found.append(_agreed(case, term, value, came))
        left -= value
    return [item for item in found if item.value.amount > 0 or item.received.amount > 0]


def _claimed_before(invoice: Invoice) -> dict[int, Money]:
    """Return what earlier progress invoices, months in kind and deposits asked for claim of each term."""
    assert invoice.acceptance is not None
    earlier = progress.claiming(invoice.acceptance, besides=invoice)
    deposits = [row for row in issued_of(invoice.acceptance_id, DEPOSIT) if row not in (invoice, invoice.replaces)]
    earlier += [row for row in deposits if row.deposit_month or row.term_id is None]
    return _advanced(row for row in earlier if balances.stands(row))


def _share_of(case: Case, term: RemunerationTerm, before: dict[int, Money], came: dict[Key, Money]) -> Money:
    """Return what came of a term, this invoice's share of what is still to come of it, in whole units, and what will
    not come of it that no other invoice answers for."""
    received = came.get(("term", term.pk), NOTHING)
    gone = overflow_of(term, besides=case.invoice)
    counted_out = counted_out_of(term, besides=case.invoice)
    coming = term.value - before.get(term.pk, NOTHING) - counted_out - gone - received
    if coming.amount <= 0:
        return received + gone
    return received + gone + _whole_units(coming, _part_of_what_is_left(case), term)


def _part_of_what_is_left(case: Case) -> Decimal:
    """Return which part of what is left of the quote this invoice claims: 1 for the last one."""
    assert case.invoice.acceptance is not None
    acceptance = case.invoice.acceptance
    left = progress.left_of_quote(acceptance, taxes_of(acceptance.version), besides=case.invoice)
    whole = total(gross(tax) for tax in left).amount
    return min(case.total.amount / whole, Decimal(1)) if whole > 0 else Decimal(1)


def _whole_units(coming: Money, part: Decimal, term: RemunerationTerm) -> Money:
    if part == 1:
        return coming
    unit = term.unit_value.amount if term.kind == Kind.GOODS else Decimal("0.01")
    if not unit:
        return NOTHING
    return euros((coming.amount * part / unit).to_integral_value(ROUND_DOWN) * unit)


# Of an invoice without a quote ------------------------------------------------------------------------------------


def _agreed_part(case: Case, part: AgreedPart, came: dict[Key, Money]) -> Agreed:
    return Agreed(
        kind=part.kind,
        label=label_of(part, part.value, case.invoice.language),
        value=part.value,
        received=came.pop(("part", part.pk), NOTHING),
        part_id=part.pk,
        due_on=max(part.due_on, case.on) if part.due_on else None,
    )


# In words, and by when --------------------------------------------------------------------------------------------


def label_of(agreed: RemunerationTerm | AgreedPart, value: Money, language: str) -> str:
    """Return the words of an agreed part, for that much of it: « 7 paniers à 20 € l’unité », « À la livraison »."""
    if isinstance(agreed, RemunerationTerm) and agreed.kind == Kind.MONEY:
        return agreed.label or _when(agreed)
    values = values_of(agreed)
    units = units_in(values, value)
    return headline(replace(values, quantity=units, value=value) if units else values, language)[:200]


def units_in(agreed: TermValues, value: Money) -> Decimal | None:
    """Return how many units an amount is, if it is a number of them: whole ones for goods, else to the hundredth."""
    if not agreed.unit_value.amount:
        return None
    count = value.amount / agreed.unit_value.amount
    return None if count <= 0 or count % (Decimal(1) if agreed.kind == Kind.GOODS else Decimal("0.01")) else count


def values_of(agreed: RemunerationTerm | AgreedPart | Any) -> TermValues:
    """Return the plain values of a term, or of an agreed part of an invoice."""
    names = [name for name in TermValues.__dataclass_fields__ if hasattr(agreed, name)]
    return TermValues(**{name: getattr(agreed, name) for name in names if name != "due_on" or hasattr(agreed, "due")})


def _when(term: RemunerationTerm) -> str:
    return {
        MoneyDue.ACCEPTANCE: _("Deposit"),
        MoneyDue.DELIVERY: _("On delivery"),
        MoneyDue.DEPOSIT_DATE: _("Deposit, on a date"),
        MoneyDue.DATE: _("In euros, on a date"),
        MoneyDue.AFTER_INVOICE: _("In euros, after the invoice"),
    }[MoneyDue(term.due)]


def due_of_term(invoice: Invoice, term: RemunerationTerm, on: date) -> date | None:
    """Return by when a term is to come, never before the invoice's own day. Of a progress invoice, what is due on
    delivery has no day of its own: nothing is delivered yet, and the law's delay counts."""
    if term.kind != Kind.MONEY:
        days = planned_days(term)
        return max(days[-1][0], on) if days else None
    if term.due in (MoneyDue.DATE, MoneyDue.DEPOSIT_DATE) and term.due_on:
        return max(term.due_on, on)
    if term.due == MoneyDue.AFTER_INVOICE:
        return on + timedelta(days=term.due_days or 0)
    if term.due == MoneyDue.DELIVERY and role_of(invoice) == PROGRESS:
        return None
    return on if term.due == MoneyDue.ACCEPTANCE else max(invoice.delivered_on or on, on)
