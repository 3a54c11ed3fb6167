"""What came in kind for an accepted quote before an invoice could take it: one deposit invoice for each past month.

An advance in kind is an advance (CGI 289 I-1-c, 269-2): whether each one is to be invoiced before the final invoice is
for an accountant to say, so nothing is drafted without a person's click.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import balances
from billing.depositing import write_deposit
from billing.drafting import DraftingError, lock_quote, of_quote, refuse_invoiced_whole
from billing.models import CAME, Invoice, Receipt
from billing.not_coming import shares_of
from billing.roles import CLOSING, DEPOSIT, PROGRESS
from lib.days import day_written
from lib.money import cents, summed, total, written
from people.models import Activity, User
from quotes.models import Acceptance, Kind, RemunerationTerm
from quotes.wording import counted

IN_KIND = (Kind.GOODS, Kind.TIME)


@dataclass(frozen=True)
class Month:
    """What came of one term in one month and settles no invoice. `month` is its first day."""

    term: RemunerationTerm
    month: date
    quantity: Decimal
    value: Money

    @property
    def slug(self) -> str:
        return f"{self.month:%Y-%m}"

    def words(self, language: str) -> str:
        """Return « novembre 2026 : 7 paniers, 140,00 € »."""
        with override(language):
            return _("%(month)s: %(count)s, %(value)s") % {
                "month": day_written(self.month, "F Y"),
                "count": counted(self.quantity, self.term.unit or self.term.label, language),
                "value": written(self.value, language),
            }


def months_to_invoice(acceptances: Iterable[Acceptance], on: date) -> list[Month]:
    """Return the past months in which goods or hours came that no invoice takes, nor will soon. A few queries."""
    waiting = _without_invoice(acceptances)
    rows = Receipt.objects.filter(
        CAME, kind__in=IN_KIND, term__version__acceptance__in=waiting, received_on__lt=on.replace(day=1)
    ).prefetch_related("given_back")
    found: dict[tuple[int, date], list[tuple[Receipt, Money]]] = {}
    for receipt in rows.select_related("term__version__quote__client").annotate(used=Sum("allocations__value")):
        free = receipt.kept - summed(receipt.used)
        if free.amount > 0 and receipt.term_id is not None:
            found.setdefault((receipt.term_id, receipt.received_on.replace(day=1)), []).append((receipt, free))
    by_month = sorted(found.items(), key=lambda item: (item[0][1], item[0][0]))
    terms = {term for term, _month in found}
    done, awaiting = _invoiced(terms), _awaited(terms)
    return [
        _month(month, came) for (term, month), came in by_month if (term, month) not in done and term not in awaiting
    ]


def _awaited(terms: set[int]) -> set[int]:
    """Return those of these terms of which an issued invoice still awaits some: what came is to settle that one."""
    shares = shares_of(terms) if terms else []
    return {share.term.pk for share in shares if share.awaited > share.missed}


def _invoiced(terms: set[int]) -> set[tuple[int | None, date | None]]:
    """Return the months of these terms that have their invoice, issued or drafted."""
    rows = Invoice.objects.filter(type=DEPOSIT, deposit_month__isnull=False, term__in=terms)
    return set(rows.values_list("term", "deposit_month"))


def months_of(activities: Iterable[Activity], on: date) -> list[Month]:
    """Return the same for all the accepted quotes of activities."""
    return months_to_invoice(Acceptance.objects.filter(quote__activity__in=activities), on)


def _without_invoice(acceptances: Iterable[Acceptance]) -> list[int]:
    """Return the deals whose receipts no invoice is about to take: neither a whole one nor a progress draft."""
    whole = Invoice.objects.filter(
        Q(type__in=CLOSING) | Q(stands_for__in=CLOSING) | Q(type=PROGRESS, issued_at=None),
        acceptance__in=[acceptance.pk for acceptance in acceptances],
        corrects=None,
    )
    taken = {row.acceptance_id for row in whole if row.issued_at is None or balances.stands(row)}
    return [acceptance.pk for acceptance in acceptances if acceptance.pk not in taken]


def _month(month: date, came: list[tuple[Receipt, Money]]) -> Month:
    term = came[0][0].term
    assert term is not None
    quantity = sum((_units(receipt, free) for receipt, free in came), Decimal(0))
    return Month(term, month, quantity, total(free for _receipt, free in came))


def _units(receipt: Receipt, free: Money) -> Decimal:
    """Return how many units of a receipt its free value is: all that was kept, or their share to the hundredth."""
    return cents(receipt.kept_quantity * free.amount / receipt.kept.amount)


@transaction.atomic(durable=True)
def draft_month(
    *, term: RemunerationTerm, month: date, by: User, at: datetime, on: date, request_id: uuid.UUID
) -> Invoice:
    """Draft the deposit invoice of what came of a term in a month; the one that is there already is returned.

    `on`: today, where the business is. Raises DraftingError when nothing is to be invoiced.
    """
    acceptance = term.version.acceptance
    lock_quote(acceptance)
    if (found := Invoice.objects.filter(term=term, type=DEPOSIT, deposit_month=month).first()) is not None:
        return found
    refuse_invoiced_whole(acceptance)
    wanted = [one for one in months_to_invoice([acceptance], on) if one.term == term and one.month == month]
    if not wanted:
        raise DraftingError(_("Nothing came in that month that is still to be invoiced."))
    if Invoice.objects.filter(request_id=request_id).exists():
        raise DraftingError(_("This form was already used."))
    draft = of_quote(acceptance, DEPOSIT, at, request_id)
    draft.term, draft.deposit_month = term, month
    with override(draft.language):
        words = {"month": day_written(month, "F Y"), "number": acceptance.version.number}
        title = _("Deposit in kind, %(month)s, on quote %(number)s") % words
        line = _("Received in kind: %(what)s") % {"what": wanted[0].words(draft.language)}
    return write_deposit(draft, wanted[0].value, title=title, line=line)


def is_as_drafted(draft: Invoice) -> bool:
    """Tell whether what came in the month is still what the draft says: all of it is settled at issue."""
    return bool(draft.deposit_month) and draft.settled_at_issue == draft.total
