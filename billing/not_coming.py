"""What was to come otherwise than in euros and, missed, will not: which issued invoice answers for it.

An invoice freezes what it did not count on any more of each term (InvoiceTerm.not_coming), a credit note what it takes
off of what was to come in kind (Invoice.in_kind). What was missed beyond that falls on the oldest invoice that still
awaits some of the term, as what comes does, then on the next one; the rest, on the invoice that is issued next. When a
miss is undone, the last invoice that did not count on it counts on it again. Reads rows, writes nothing; no moment is
compared with another, so it does not matter who was quicker.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from djmoney.money import Money

from billing.models import Allocation, Invoice, InvoiceTerm, MissedDelivery, PaymentRequest
from billing.roles import NOT_REPLACED
from lib.money import euros, summed, total
from quotes.models import IfMissed, Kind, RemunerationTerm

NOT_COMING = (IfMissed.DUE_IN_EUROS, IfMissed.WAIVED)
NOTHING = euros(0)
HEAVY = [f"invoice__{name}" for name in ("logo", "seller", "buyer", "mentions", "introduction")]
Sums = dict[Any, Money]


@dataclass(frozen=True)
class Share:
    """One term in kind of one standing invoice. awaited: claimed, and neither came, nor was credited, nor agreed to be
    paid in euros instead; missed: what of it will not come; negative when a miss that the invoice did not count on was
    undone."""

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
    where nothing was, and a few more whatever their number."""
    concerned = InvoiceTerm.objects.filter(
        invoice__in=invoices.order_by().values("pk"),
        invoice__issued_at__isnull=False,
        term__if_missed__in=NOT_COMING,
        term__missed__isnull=False,
    )
    pairs = list(concerned.order_by().values_list("invoice", "term").distinct())
    left = _left_of({invoice for invoice, _term in pairs}) if pairs else {}
    terms = {term for invoice, term in pairs if term is not None and left[invoice].amount > 0}
    missed: Sums = {}
    waived: Sums = {}
    for share in shares_of(terms) if terms else ():
        pk = share.claim.invoice_id
        missed[pk] = missed.get(pk, NOTHING) + share.missed
        if share.term.if_missed == IfMissed.WAIVED:
            waived[pk] = waived.get(pk, NOTHING) + share.missed
    return {
        pk: Gone(value, max(min(waived.get(pk, NOTHING), left[pk]), NOTHING))
        for pk, value in missed.items()
        if value.amount and left.get(pk, NOTHING).amount > 0
    }


def _left_of(invoices: Iterable[int]) -> dict[int, Money]:
    """Return what is left of issued invoices, waived or not."""
    rows = Invoice.objects.filter(pk__in=set(invoices)).only("total", "deducted", "currency")
    credited = _by(Invoice.objects.filter(corrects__in=rows, issued_at__isnull=False), ("corrects",), "total")
    settled = _by(Allocation.objects.filter(invoice__in=rows), ("invoice",), "value")
    return {
        row.pk: row.total - row.deducted - credited.get(row.pk, NOTHING) - settled.get(row.pk, NOTHING) for row in rows
    }


# Of terms ---------------------------------------------------------------------------------------------------------


def shares_of(terms: Iterable[int], *, besides: Invoice | None = None) -> list[Share]:
    """Return what each standing invoice awaits of terms in kind, and answers for, the oldest invoice of a term first.

    A few queries, whatever their number. `besides`: an invoice that is not counted, nor what it replaces.
    """
    wanted = set(terms)
    claims = _claims(wanted, besides)
    invoices = {claim.invoice_id for claim in claims}
    off, (credited, waived) = _off(invoices), credited_in_kind(invoices)
    missed = _missed(wanted)
    found: list[Share] = []
    for term in sorted(wanted):
        mine = [claim for claim in claims if claim.term_id == term]
        keys = [(claim.invoice_id, term) for claim in mine]
        by_note = [waived.get(key, NOTHING) for key in keys]
        less = [total(sums.get(key, NOTHING) for sums in (off, credited, waived)) for key in keys]
        awaited = [max(claim.value - taken, NOTHING) for claim, taken in zip(mine, less, strict=True)]
        left = missed.get(term, NOTHING) - total(by_note) - total(claim.not_coming for claim in mine)
        found += map(Share, mine, awaited, _fallen(left, awaited, [claim.not_coming for claim in mine]))
    return found


def credited_in_kind(invoices: Iterable[int]) -> tuple[Sums, Sums]:
    """Return what credit notes took off of what was to come in kind, by invoice and term: those for any reason, and
    waivers. A waiver is off what was missed of terms whose rule is that; of several terms, the last first."""
    wanted = set(invoices)
    notes = Invoice.objects.filter(corrects__in=wanted, issued_at__isnull=False, in_kind__gt=0)
    left = _by(notes, ("corrects", "is_waiver"), "in_kind")
    if not left:
        return {}, {}
    with_notes = {invoice for invoice, _is_waiver in left}
    parts = InvoiceTerm.objects.filter(invoice__in=with_notes, term__isnull=False).exclude(kind=Kind.MONEY)
    parts = parts.select_related("term", "invoice").defer(*HEAVY)
    parts = parts.order_by("invoice__issued_at", "invoice__pk", "-position")
    off, missed = _off(with_notes), _missed(part.term_id for part in parts if part.term_id)
    found: tuple[Sums, Sums] = ({}, {})
    for part in parts:
        key, room = (part.invoice_id, part.term_id), part.value - off.get((part.invoice_id, part.term_id), NOTHING)
        if part.term and part.term.if_missed == IfMissed.WAIVED:
            gone = missed.get(part.term_id, NOTHING)
            taken = _taken(left, (part.invoice_id, True), min(room, gone))
            missed[part.term_id], room, found[1][key] = gone - taken, room - taken, taken
        found[0][key] = _taken(left, (part.invoice_id, False), room)
    return found


def _taken(left: Sums, key: tuple[int, bool], room: Money) -> Money:
    taken = max(min(left.get(key, NOTHING), room), NOTHING)
    left[key] = left.get(key, NOTHING) - taken
    return taken


def overflow_of(term: RemunerationTerm, *, besides: Invoice | None = None) -> Money:
    """Return what was missed of a term and due in euros, and that no standing invoice answers for: the next one does.
    What is waived stays as it was agreed, until a credit note takes it off."""
    if term.if_missed != IfMissed.DUE_IN_EUROS:
        return NOTHING
    missed = _missed([term.pk]).get(term.pk, NOTHING)
    if missed.amount <= 0:
        return NOTHING
    shares = shares_of([term.pk], besides=besides)
    return max(missed - total(share.claim.not_coming + share.missed for share in shares), NOTHING)


def counted_out_of(term: RemunerationTerm, *, besides: Invoice | None = None) -> Money:
    """Return what of a term the standing invoices did not count on any more when they were issued."""
    return total(claim.not_coming for claim in _claims({term.pk}, besides))


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


# Rows -------------------------------------------------------------------------------------------------------------


def _claims(terms: set[int], besides: Invoice | None) -> list[InvoiceTerm]:
    """Return what issued invoices claim of terms in kind, of those that were neither replaced nor wholly credited."""
    rows = InvoiceTerm.objects.filter(term__in=terms, invoice__in=Invoice.objects.filter(NOT_REPLACED, corrects=None))
    rows = rows.filter(invoice__issued_at__isnull=False).exclude(kind=Kind.MONEY)
    if besides is not None:
        rows = rows.exclude(invoice__in=[pk for pk in (besides.pk, besides.replaces_id) if pk is not None])
    rows = rows.select_related("invoice", "term").defer(*HEAVY)
    claims = list(rows.order_by("invoice__issued_at", "invoice__pk", "position"))
    notes = Invoice.objects.filter(corrects__in={claim.invoice_id for claim in claims}, issued_at__isnull=False)
    credited = _by(notes, ("corrects",), "total")
    return [
        claim
        for claim in claims
        if not (taken := credited.get(claim.invoice_id)) or taken < claim.invoice.total - claim.invoice.deducted
    ]


def _off(invoices: Iterable[int]) -> Sums:
    """Return what of each term came for an invoice, or was agreed to be paid in euros instead, by invoice and term."""
    wanted = set(invoices)
    came = Allocation.objects.filter(invoice__in=wanted, receipt__term__isnull=False)
    asked = PaymentRequest.objects.filter(basis=PaymentRequest.Basis.AGREED, invoice__in=wanted, term__isnull=False)
    found = _by(came, ("invoice", "receipt__term"), "value")
    for key, value in _by(asked, ("invoice", "term"), "value").items():
        found[key] = found.get(key, NOTHING) + value
    return found


def _missed(terms: Iterable[int]) -> Sums:
    """Return what was missed of terms whose rule is that it will not come; what undoes a miss is negative."""
    rows = MissedDelivery.objects.filter(term__in=set(terms), term__if_missed__in=NOT_COMING)
    return _by(rows, ("term",), "value")


def _by(rows: QuerySet[Any], names: tuple[str, ...], amount: str) -> Sums:
    grouped = rows.order_by().values_list(*names).annotate(summed=Sum(amount))
    return {key[0] if len(key) == 1 else tuple(key): summed(value) for *key, value in grouped}
