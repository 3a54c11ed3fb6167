"""What was to come otherwise than in euros and, missed, will not: which issued invoice answers for it.

An invoice freezes what it did not count on any more of each term (InvoiceTerm.not_coming). What was missed beyond that
falls on the oldest invoice that still awaits some of the term, as what comes does, then on the next one; the rest, on
the invoice that is issued next. When a miss is undone, the last invoice that did not count on it counts on it again.
Reads rows, writes nothing; no moment is compared with another, so it does not matter who was quicker.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum
from djmoney.money import Money

from billing.models import Allocation, Invoice, InvoiceTerm, MissedDelivery, PaymentRequest
from billing.roles import NOT_REPLACED
from lib.money import euros, summed, total
from quotes.models import IfMissed, Kind, RemunerationTerm

NOT_COMING = (IfMissed.DUE_IN_EUROS, IfMissed.WAIVED)
NOTHING = euros(0)
FREEZES_WHAT_WILL_NOT_COME = 3  # the first version of an invoice's seal that covers `not_coming`
Sums = dict[Any, Money]


@dataclass(frozen=True)
class Share:
    """One term in kind of one standing invoice. awaited: claimed, and neither came nor was agreed to be paid in euros
    instead; missed: what of it will not come; negative when a miss that the invoice did not count on was undone."""

    claim: InvoiceTerm
    awaited: Money
    missed: Money

    @property
    def term(self) -> RemunerationTerm:
        assert self.claim.term is not None
        return self.claim.term


@dataclass(frozen=True)
class Gone:
    """What of an invoice will not come, missed since. waived: what of it nobody owes, and no credit note takes off."""

    missed: Money
    waived: Money


# Of invoices ------------------------------------------------------------------------------------------------------


def gone_of(invoices: QuerySet[Invoice]) -> dict[int, Gone]:
    """Return, by invoice, what will not come of those that are not settled and of which something was missed. One query
    where nothing was, and a few whatever their number; one more for each of which something is waived."""
    concerned = InvoiceTerm.objects.filter(
        invoice__in=invoices.order_by().values("pk"),
        invoice__issued_at__isnull=False,
        term__if_missed__in=NOT_COMING,
        term__missed__isnull=False,
    )
    terms = set(concerned.order_by().values_list("term", flat=True).distinct())
    shares = shares_of(terms) if terms else []
    missed = _missed_by_invoice(shares)
    left = _left_of(missed)
    waived = [share for share in shares if share.term.if_missed == IfMissed.WAIVED]
    return {pk: Gone(value, _not_credited(pk, waived, left[pk])) for pk, value in missed.items() if left[pk].amount > 0}


def _missed_by_invoice(shares: Iterable[Share]) -> dict[int, Money]:
    missed: dict[int, Money] = {}
    for share in shares:
        if share.missed.amount:
            pk = share.claim.invoice_id
            missed[pk] = missed.get(pk, NOTHING) + share.missed
    return missed


def _not_credited(invoice: int, shares: Sequence[Share], left: Money) -> Money:
    """Return what of an invoice is waived and that no credit note takes off: no more than is left of it.

    What a note is for is nowhere written: any that was issued after the first of these misses was recorded counts as
    the waiver, on this invoice, or on another one that shares these terms and has nothing more to waive.
    """
    terms = {share.claim.term_id for share in shares if share.claim.invoice_id == invoice and share.missed.amount > 0}
    if not terms:
        return NOTHING
    missed = _missed_by_invoice(share for share in shares if share.claim.term_id in terms)
    standing = MissedDelivery.objects.filter(term__in=terms, reverses=None, reversed_by=None)
    first = standing.order_by("recorded_at").values("recorded_at")[:1]
    sharing = {share.claim.invoice_id for share in shares if share.claim.term_id in terms}
    notes = _by(Invoice.objects.filter(corrects__in=sharing, issued_at__gt=first), ("corrects",), "total")
    elsewhere = total(max(notes[pk] - missed.get(pk, NOTHING), NOTHING) for pk in notes if pk != invoice)
    return max(min(missed[invoice] - notes.get(invoice, NOTHING) - elsewhere, left), NOTHING)


def _left_of(invoices: Iterable[int]) -> dict[int, Money]:
    """Return what is left of issued invoices, waived or not."""
    rows = Invoice.objects.in_bulk(list(invoices))
    credited = _by(Invoice.objects.filter(corrects__in=rows, issued_at__isnull=False), ("corrects",), "total")
    settled = _by(Allocation.objects.filter(invoice__in=rows), ("invoice",), "value")
    return {
        pk: row.total - row.deducted - credited.get(pk, NOTHING) - settled.get(pk, NOTHING) for pk, row in rows.items()
    }


# Of terms ---------------------------------------------------------------------------------------------------------


def shares_of(terms: Iterable[int], *, besides: Invoice | None = None) -> list[Share]:
    """Return what each standing invoice awaits of terms in kind, and answers for, the oldest invoice of a term first.

    A few queries, whatever their number. `besides`: an invoice that is not counted, nor what it replaces.
    """
    wanted = set(terms)
    claims = _claims(wanted, besides)
    settled, asked = _settled(claims), _asked(claims)
    missed = _missed(wanted)
    found: list[Share] = []
    for term in sorted(wanted):
        mine = [claim for claim in claims if claim.term_id == term]
        awaited = [
            max(claim.value - settled.get(key, NOTHING) - asked.get(key, NOTHING), NOTHING)
            for claim, key in ((claim, (claim.invoice_id, term)) for claim in mine)
        ]
        counted_out = [_counted_out(claim, missed.get(term, [])) for claim in mine]
        left = total(value for _at, value in missed.get(term, [])) - total(counted_out)
        found += map(Share, mine, awaited, _fallen(left, awaited, counted_out))
    return found


def overflow_of(term: RemunerationTerm, *, besides: Invoice | None = None) -> Money:
    """Return what was missed of a term and due in euros, and that no standing invoice answers for: the next one does.
    What is waived stays as it was agreed, until a credit note takes it off."""
    if term.if_missed != IfMissed.DUE_IN_EUROS:
        return NOTHING
    missed = [(at, value) for at, value in _missed([term.pk]).get(term.pk, [])]
    if not missed:
        return NOTHING
    shares = shares_of([term.pk], besides=besides)
    counted_out = total(_counted_out(share.claim, missed) for share in shares)
    left: Money = total(value for _at, value in missed) - counted_out - total(share.missed for share in shares)
    return max(left, NOTHING)


def counted_out_of(term: RemunerationTerm, *, besides: Invoice | None = None) -> Money:
    """Return what of a term the standing invoices did not count on any more when they were issued."""
    missed = _missed([term.pk]).get(term.pk, [])
    return total(_counted_out(claim, missed) for claim in _claims({term.pk}, besides))


def _fallen(left: Money, awaited: Sequence[Money], counted_out: Sequence[Money]) -> list[Money]:
    """Share out what was missed, or undone if it is negative, over the invoices of a term. Pure."""
    found = [NOTHING for _one in awaited]
    if left.amount >= 0:
        for i, room in enumerate(awaited):
            found[i] = min(left, room)
            left -= found[i]
    else:
        for i in reversed(range(len(awaited))):
            found[i] = -min(-left, counted_out[i])
            left -= found[i]
    return found


def _counted_out(claim: InvoiceTerm, missed: Sequence[tuple[datetime, Money]]) -> Money:
    """Return what an invoice did not count on; of one issued before that was written down, what was missed by then."""
    if claim.invoice.seal_version >= FREEZES_WHAT_WILL_NOT_COME:
        not_coming: Money = claim.not_coming
        return not_coming
    issued_at = claim.invoice.issued_at
    return total(value for at, value in missed if issued_at is not None and at <= issued_at)


# Rows -------------------------------------------------------------------------------------------------------------


def _claims(terms: set[int], besides: Invoice | None) -> list[InvoiceTerm]:
    """Return what issued invoices claim of terms in kind, of those that were neither replaced nor wholly credited."""
    rows = InvoiceTerm.objects.filter(term__in=terms, invoice__in=Invoice.objects.filter(NOT_REPLACED, corrects=None))
    rows = rows.filter(invoice__issued_at__isnull=False).exclude(kind=Kind.MONEY)
    if besides is not None:
        rows = rows.exclude(invoice__in=[pk for pk in (besides.pk, besides.replaces_id) if pk is not None])
    claims = list(rows.select_related("invoice", "term").order_by("invoice__issued_at", "invoice", "position"))
    credited = _by(
        Invoice.objects.filter(corrects__in={claim.invoice_id for claim in claims}, issued_at__isnull=False),
        ("corrects",),
        "total",
    )
    return [
        claim
        for claim in claims
        if not (taken := credited.get(claim.invoice_id)) or taken < claim.invoice.total - claim.invoice.deducted
    ]


def _settled(claims: Sequence[InvoiceTerm]) -> Sums:
    rows = Allocation.objects.filter(
        invoice__in={claim.invoice_id for claim in claims}, receipt__term__in={claim.term_id for claim in claims}
    )
    return _by(rows, ("invoice", "receipt__term"), "value")


def _asked(claims: Sequence[InvoiceTerm]) -> Sums:
    """Return what was agreed to be paid in euros instead, by invoice and term."""
    rows = PaymentRequest.objects.filter(
        basis=PaymentRequest.Basis.AGREED,
        invoice__in={claim.invoice_id for claim in claims},
        term__in={claim.term_id for claim in claims},
    )
    return _by(rows, ("invoice", "term"), "value")


def _missed(terms: Iterable[int]) -> dict[int, list[tuple[datetime, Money]]]:
    """Return what was missed of terms whose rule is that it will not come, by term; what undoes it is negative."""
    found: dict[int, list[tuple[datetime, Money]]] = {}
    rows = MissedDelivery.objects.filter(term__in=set(terms), term__if_missed__in=NOT_COMING)
    for row in rows.order_by("recorded_at", "pk"):
        found.setdefault(row.term_id, []).append((row.recorded_at, row.value))
    return found


def _by(rows: QuerySet[Any], names: tuple[str, ...], amount: str) -> Sums:
    grouped = rows.order_by().values_list(*names).annotate(summed=Sum(amount))
    return {key[0] if len(key) == 1 else tuple(key): summed(value) for *key, value in grouped}
