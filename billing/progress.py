"""How far the progress invoices of an accepted quote have come: line by line, and VAT rate by VAT rate.

Each line's net is the share of the agreed net that is done so far, half up, less what earlier invoices took: the nets
always add up to the cent. The invoice that takes the last of a rate takes all the VAT left of it, so that the VAT of
all of them is that of the quote. What is credited, or replaced, is free again, but for what is waived. Reads rows,
writes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from djmoney.money import Money

from billing import balances
from billing.deducting import plain_taxes
from billing.models import Invoice, InvoiceLine, InvoiceTax
from billing.roles import PROGRESS, issued_of
from billing.splitting import remaining
from lib.money import cents, euros, share, split, total
from quotes.models import Acceptance, QuoteLine
from quotes.pricing import Tax

WHOLE = Decimal(100)
NOTHING = euros(0)
FREES = Q(invoice__issued_at__isnull=False, invoice__is_waiver=False)  # credit notes after which the rest is claimed


@dataclass(frozen=True)
class Advance:
    """One line of a quote, what progress invoices claim of it, and how far it is done by them."""

    line: QuoteLine
    taken: Money
    done: Decimal

    @property
    def left(self) -> Money:
        left: Money = self.line.net - self.taken
        return left

    def due_at(self, done: Decimal) -> Money:
        """Return what the line claims next, once it is done at that many percent."""
        return due_now(self.line.net, done, self.taken)


def due_now(net: Money, done: Decimal, taken: Money) -> Money:
    """Return what a line claims at that many percent: its share so far less what was taken; never less than nothing."""
    due: Money = max(share(net, done) - taken, NOTHING)
    return due


def advances(acceptance: Acceptance, *, besides: Invoice | None = None) -> list[Advance]:
    """Return every line of the agreed version, with what the issued progress invoices took of it.

    `besides`: an invoice that is not counted, nor what it replaces.
    """
    taken: dict[int, Money] = {}
    said: dict[int, Decimal] = {}
    for invoice in claiming(acceptance, besides):
        for line, net in _kept(invoice):
            if line.quote_line_id is not None:
                taken[line.quote_line_id] = taken.get(line.quote_line_id, NOTHING) + net
                said[line.quote_line_id] = line.done_percent or Decimal(0)
    lines = acceptance.version.lines.order_by("position")
    return [
        Advance(line, taken.get(line.pk, NOTHING), _done(line.net, taken.get(line.pk, NOTHING), said.get(line.pk)))
        for line in lines
    ]


def claiming(acceptance: Acceptance, besides: Invoice | None = None) -> list[Invoice]:
    """Return the progress invoices of a quote that count, in order: neither replaced nor wholly credited. Of one whose
    own claim is credited nothing is taken any more, whatever deposits it had taken off: they are free again too."""
    hidden = {besides.pk, besides.replaces_id} if besides else set()
    found = issued_of(acceptance.pk, PROGRESS)
    return [row for row in found if row.pk not in hidden and balances.stands(row)]


def left_of_quote(acceptance: Acceptance, agreed: Sequence[Tax], *, besides: Invoice | None = None) -> list[Tax]:
    """Return what of the agreed base and VAT, rate by rate, no progress invoice claims."""
    taken: list[Tax] = []
    for invoice in claiming(acceptance, besides):
        credits = InvoiceTax.objects.filter(FREES, invoice__corrects=invoice)
        taken += remaining(plain_taxes(invoice.taxes.all()), plain_taxes(credits))
    return remaining(agreed, taken)


def is_complete(acceptance: Acceptance) -> bool:
    """Tell whether progress invoices have claimed the whole quote."""
    rows = advances(acceptance)
    net = total(row.line.net for row in rows)
    return net.amount > 0 and total(row.taken for row in rows) >= net


# What one invoice still claims of its lines -----------------------------------------------------------------------


def _kept(invoice: Invoice) -> list[tuple[InvoiceLine, Money]]:
    """Return the lines of an issued invoice with what credit notes left of each. A credit note by amount names rates,
    not lines: it is spread over the lines of its rate."""
    lines = list(invoice.lines.all())
    kept = {line.pk: line.net for line in lines}
    credits = InvoiceLine.objects.filter(FREES, invoice__corrects=invoice)
    for credit in credits.order_by("pk"):
        for pk, amount in _taken_off(credit, lines, kept):
            kept[pk] = max(kept[pk] - amount, NOTHING)
    return [(line, kept[line.pk]) for line in lines]


def _taken_off(
    credit: InvoiceLine, lines: Iterable[InvoiceLine], kept: dict[int, Money]
) -> Iterable[tuple[int, Money]]:
    own = [line.pk for line in lines if credit.quote_line_id and line.quote_line_id == credit.quote_line_id]
    if own:
        return [(own[0], credit.net)]
    same = [line.pk for line in lines if line.vat_rate == credit.vat_rate and kept[line.pk].amount > 0]
    if not same:
        return []
    return zip(same, split(credit.net, [kept[pk].amount for pk in same]), strict=True)


def _done(net: Money, taken: Money, said: Decimal | None) -> Decimal:
    """Return the percentage that was said, while it is still what was taken; else the one that was taken."""
    if said is not None and share(net, said) == taken:
        return said
    if net.amount <= 0:
        return WHOLE if said else Decimal(0)
    return min(cents(taken.amount * 100 / net.amount), WHOLE)
