"""What an invoice may follow, in words: deposits before the whole, the whole or progress invoices, never both, and no
more credited or replaced than there is. Reads rows, writes nothing."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances, claiming, progress
from billing.deducting import deducted_in, left_per_rate, left_to_deduct, takes_of_what_is_deducted
from billing.depositing import is_left_of_quote, left_to_ask
from billing.models import Invoice
from billing.months import is_as_drafted
from billing.replaceable import why_not_replaced
from billing.roles import CLOSING, DEPOSIT, PROGRESS, issued_of, role_of
from billing.splitting import exceed, gross
from lib.days import day_written
from lib.money import total, written
from quotes.models import Acceptance


def obstacles(invoice: Invoice) -> Iterator[str]:
    """Yield every reason why the other invoices of the deal do not let this one be issued."""
    if invoice.corrects:
        yield from _credit_note(invoice, invoice.corrects)
    elif invoice.replaces:
        if why := why_not_replaced(invoice.replaces):
            yield why
    elif invoice.acceptance is None:
        return
    elif invoice.type == DEPOSIT:
        yield from _deposit(invoice)
    else:
        yield from _whole_or_progress(invoice)


def deposit_is_deducted(deposit: Invoice, final: Invoice) -> str:
    """Say why a deposit cannot be credited alone."""
    words = {"deposit": deposit.number, "final": final.number}
    return (
        _(
            "Deposit %(deposit)s is deducted in invoice %(final)s, which already corrects it: "
            "credit %(final)s instead, wholly first."
        )
        % words
    )


def part_is_deducted(deposit: Invoice) -> str:
    """Say how much of a deposit may be credited while an invoice that it covers deducts some of it."""
    left = total(gross(tax) for tax in left_to_deduct(deposit))
    return _(
        "Another invoice deducts a part of deposit %(deposit)s: credit %(left)s at most, or all that is left of it."
    ) % {"deposit": deposit.number, "left": written(left, get_language() or "fr")}


def _credit_note(invoice: Invoice, corrected: Invoice) -> Iterator[str]:
    final = deducted_in(corrected)
    if final is not None:
        yield deposit_is_deducted(corrected, final)
    taken = claiming.claim_of(invoice, corrected.issued_on or date.min).taxes
    if takes_of_what_is_deducted(taken, corrected):
        yield part_is_deducted(corrected)
    if exceed(taken, left_per_rate(corrected)):
        yield _("This credit note takes off more than is left of invoice %(number)s.") % {"number": corrected.number}


def _deposit(invoice: Invoice) -> Iterator[str]:
    """A deposit comes before the whole, asks for what is left, and a month in kind for what came in it."""
    for whole in issued_of(invoice.acceptance_id, *CLOSING):
        if whole.corrects_id is None and balances.stands(whole):
            yield _("The whole quote is already invoiced (%(number)s): no deposit can follow.") % {
                "number": whole.number
            }
            return
    assert invoice.acceptance is not None
    if invoice.deposit_month and not is_as_drafted(invoice):
        month = day_written(invoice.deposit_month, "F Y")
        yield _("What came in %(month)s has changed since this draft: throw it away and prepare it again.") % {
            "month": month
        }
    elif not is_left_of_quote(invoice) or invoice.total > _most_to_ask(invoice, invoice.acceptance):
        yield _("Less than that is left of the quote: throw this draft away, and ask for less.")


def _most_to_ask(invoice: Invoice, acceptance: Acceptance) -> Money:
    """Return the most that a deposit may say: what no other asks for of the agreed euros; a month in kind, its own."""
    return invoice.total if invoice.deposit_month else left_to_ask(acceptance, with_drafts=False)


def _whole_or_progress(invoice: Invoice) -> Iterator[str]:
    other = CLOSING if invoice.type == PROGRESS else (PROGRESS,)
    for row in issued_of(invoice.acceptance_id, *other):
        if balances.stands(row):
            yield _(
                "Invoice %(number)s claims this quote in another way: it is invoiced either as a whole or as the work "
                "goes on. Throw this draft away, or credit the other invoices wholly first."
            ) % {"number": row.number}
            return
    if invoice.type == PROGRESS and not _is_next_step(invoice):
        yield _("Another progress invoice was issued or credited since this draft: throw it away and prepare it again.")
    same_quote = Invoice.objects.filter(acceptance=invoice.acceptance_id)
    if _takes_the_last(invoice) and same_quote.filter(type=DEPOSIT, issued_at=None).exists():
        yield _("The deposit invoice is still a draft: issue it first, or throw it away.")
    else:
        yield from _paid_in_vain(same_quote.exclude(pk=invoice.pk))


def _is_next_step(invoice: Invoice) -> bool:
    """Tell whether each line of a progress draft still claims what is due at its percentage."""
    assert invoice.acceptance is not None
    there: dict[int | None, progress.Advance] = {
        row.line.pk: row for row in progress.advances(invoice.acceptance, besides=invoice)
    }
    return all(
        (row := there.get(line.quote_line_id)) is not None and row.due_at(line.done_percent or Decimal(0)) == line.net
        for line in invoice.lines.all()
    )


def _takes_the_last(invoice: Invoice) -> bool:
    """Tell whether nothing of the quote is left to invoice after this one: the last to deduct deposits."""
    assert invoice.acceptance is not None
    if role_of(invoice) != PROGRESS:
        return True
    left = total(row.left for row in progress.advances(invoice.acceptance, besides=invoice))
    return bool(invoice.net >= left)


def _paid_in_vain(same_quote: QuerySet[Invoice]) -> Iterator[str]:
    """What came for an invoice that is credited would be asked for again: a person frees it, or gives it back."""
    for other in same_quote.filter(issued_at__isnull=False, corrects=None):
        left = balances.left_of(other)
        if left.amount < 0:
            yield _(
                "%(amount)s received still settle invoice %(number)s, which is credited: on the receipt’s page, take "
                "them back so that this invoice counts them, or undo the receipt if you gave them back."
            ) % {"amount": written(-left, get_language() or "fr"), "number": other.number}
