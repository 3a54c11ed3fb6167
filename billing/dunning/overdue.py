"""What a client is late to pay in euros: an invoice's own euros, or a payment request. Nothing in kind, ever.

What was to come in kind and is due in euros by now is first asked for (billing.dunning.requesting), then reminded of
by its request, on the request's own day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from djmoney.money import Money

from billing import balances
from billing.dunning import turning
from billing.dunning.instalments import Instalment, instalments_of
from billing.dunning.interest import Change, Interest, interest, rates_between
from billing.dunning.turning import InEuros
from billing.models import Allocation, Invoice, PaymentRequest
from billing.partners import announcing
from lib import law
from lib.money import euros, total
from people.models import Client
from quotes.models import Kind

TO_CHECK = "to_check"
NOTHING = euros(0)


@dataclass(frozen=True)
class Claim:
    """What may be reminded of: so much left in euros, due on a day; `in_kind` is what is awaited otherwise.

    Of instalments: those that are late, due on the day of the first; `since` is what of it fell due after that day.
    """

    invoice: Invoice
    request: PaymentRequest | None
    left: Money
    in_kind: Money
    due_on: date | None
    since: Sequence[Instalment] = ()

    @property
    def reference(self) -> str:
        return self.request.reference if self.request else self.invoice.number or ""

    def is_overdue(self, on: date) -> bool:
        return self.left.amount > 0 and self.due_on is not None and self.due_on < on

    def days_late(self, on: date) -> int:
        return (on - self.due_on).days if self.due_on else 0


@dataclass(frozen=True)
class Late:
    """An invoice of which something is left in euros: its overdue claims, and what nobody has asked for yet."""

    invoice: Invoice
    claims: Sequence[Claim]
    unasked: Money


def claim_on(invoice: Invoice, on: date, request: PaymentRequest | None = None) -> Claim:
    """Return what an issued invoice, or one of its payment requests, still claims in euros on a day."""
    balance = balances.balance_of(invoice, on)
    return claim_from(invoice, turning.in_euros(invoice, balance.in_euros), balance.in_kind, on, request)


def claim_from(
    invoice: Invoice, parts: InEuros, in_kind: Money, on: date, request: PaymentRequest | None = None
) -> Claim:
    """Return the same, from what is left of the invoice; what it says will be set off is not asked for in euros."""
    if request is None:
        own = max(parts.own - announcing.to_set_off(invoice), NOTHING)
        due = instalments_of(invoice, own)
        if late := [one for one in due if one.due_on < on]:
            return Claim(invoice, None, total(one.left for one in late), in_kind, late[0].due_on, late[1:])
        return Claim(invoice, None, own, in_kind, due[0].due_on if due else invoice.due_on)
    left = next((left for row, left in parts.requested if row.pk == request.pk), NOTHING)
    return Claim(invoice, request, left, in_kind, request.due_on)


def late_of(invoice: Invoice, on: date) -> Late:
    """Return what is late of an invoice that `with_balances` annotated: its own euros, then its requests'."""
    balance = balances.balance_from(invoice)
    parts = turning.in_euros(invoice, balance.in_euros)
    requests = [None, *(request for request, _left in parts.requested)]
    claims = [claim_from(invoice, parts, balance.in_kind, on, request) for request in requests]
    return Late(invoice, [claim for claim in claims if claim.is_overdue(on)], parts.unasked)


# Between professionals -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Charges:
    """What a professional who is late owes beside the claim, without VAT: never more than offered to the person.

    `indemnity` is None where it may not be asked for. `has_interest`: interest may; `interest` is None as long as the
    rate of one of the days is not sure: then only the rule is said, without an amount.
    """

    suffix: str
    indemnity: Money | None
    has_interest: bool
    interest: Interest | None

    @property
    def offers_something(self) -> bool:
        return self.indemnity is not None or self.has_interest


NO_CHARGES = Charges("", None, False, None)


def charges_of(claim: Claim, on: date) -> Charges:
    """Return the 40 € (D441-5) and the interest (L441-10, II) that may go with a claim on a day.

    Between professionals only: a farm or a company; a public body by its own rules, once lib.law is sure of them.
    Never a private person, nor an association that does not trade, nor a payment request.
    """
    kind = (claim.invoice.buyer or {}).get("kind")
    if claim.request is not None or claim.due_on is None:
        return NO_CHARGES
    if kind in Client.TRADERS:
        return _charges(claim, on, "")
    return _charges(claim, on, "_public") if kind == Client.Kind.PUBLIC else NO_CHARGES


def _charges(claim: Claim, on: date, suffix: str) -> Charges:
    rate = _sure(f"dunning.penalty_rate{suffix}", on)
    indemnity = _sure(f"dunning.indemnity{suffix}", on)
    return Charges(
        suffix,
        indemnity=euros(indemnity.value) if indemnity else None,
        has_interest=rate is not None,
        interest=_interest(claim, on, rate, suffix) if rate else None,
    )


def _interest(claim: Claim, on: date, rate: law.Fact, suffix: str) -> Interest | None:
    assert claim.due_on is not None
    since = date.fromordinal(claim.due_on.toordinal() + 1)
    if suffix:
        rates = rates_between(since, on, key="late.ecb_rate", plus=int(rate.value))
    else:
        rates = rates_between(since, on, key="late.legal_interest_rate", times=int(rate.value))
    if rates is None:
        return None
    changes = [*_paid_late(claim), *(Change(one.due_on, one.left) for one in claim.since)]
    owed = claim.left - total(change.value for change in changes)
    year = int(law.fact("dunning.days_of_a_year", on).value)
    return interest(owed=owed, due_on=claim.due_on, on=on, changes=changes, rates=rates, year=year)


def _paid_late(claim: Claim) -> list[Change]:
    """Return the euros that came after the due day. What came before was never late; what came in kind is no delay in
    euros; what was undone never came, whatever the days of the receipt and of its mirror. What was given back is owed
    again from the day it went."""
    assert claim.due_on is not None
    came = claim.invoice.allocations.filter(receipt__reverses=None, receipt__reversed_by=None)
    rows = came.filter(receipt__kind=Kind.MONEY).select_related("receipt")
    changes = [Change(_day_of(row), -row.value) for row in rows]
    return [change for change in changes if change.on > claim.due_on]


def _day_of(row: Allocation) -> date:
    """Return the day from which an allocation counts: of one that was taken back to be given back, when that went."""
    standing = row.receipt.given_back.filter(reversed_by=None, reverses=None, recorded_at=row.at)
    given = standing.first() if row.value.amount < 0 else None
    return (given or row.receipt).received_on


def _sure(key: str, on: date) -> law.Fact | None:
    """Return a fact, unless it is still to check or outdated: an uncertain fact is never an obligation."""
    try:
        known = law.fact(key, on)
    except law.UnknownFact:
        return None
    return None if known.outdated or known.certainty == TO_CHECK else known
