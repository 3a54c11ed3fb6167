"""What is left of an invoice's own euros, day by day on which it was to come: what comes pays the earliest first."""

from dataclasses import dataclass
from datetime import date

from djmoney.money import Money

from billing.dunning.turning import left_by_request
from billing.models import Invoice
from lib.money import euros, total
from quotes.models import Kind


@dataclass(frozen=True)
class Instalment:
    due_on: date
    left: Money


def instalments_of(invoice: Invoice, left: Money) -> list[Instalment]:
    """Return so many euros by the days of an issued invoice, the earliest first; what is paid is left out.

    More than was to come, once a receipt is taken back, was to come on the first of these days.
    """
    agreed = _agreed(invoice)
    days = sorted(agreed)
    if not days:
        return [Instalment(invoice.due_on, left)] if invoice.due_on and left.amount > 0 else []
    shares = left_by_request(left, [agreed[day] for day in days])
    shares[0] += left - total(shares)
    return [Instalment(day, share) for day, share in zip(days, shares, strict=True) if share.amount > 0]


def _agreed(invoice: Invoice) -> dict[date, Money]:
    """Return what was to come in euros by each day when the invoice was issued."""
    agreed: dict[date, Money] = {}
    for term in invoice.terms.filter(kind=Kind.MONEY):
        day = term.due_on or invoice.due_on
        if day is not None and (coming := term.value - term.received).amount > 0:
            agreed[day] = agreed.get(day, euros(0)) + coming
    return agreed
