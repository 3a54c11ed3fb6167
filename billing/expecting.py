"""What accepted quotes still promise: the terms that have not wholly come, of every kind."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.translation import get_language
from djmoney.money import Money

from billing import balances
from billing.carrying import answered_days, expected_days
from billing.claiming import missed_value, values_of
from billing.dunning.turning import agreed_value, counting
from billing.models import Invoice, Receipt
from billing.not_coming import NOT_COMING
from lib.money import euros, total
from people.access import activities_of
from people.models import Client, Membership
from quotes.models import Kind, RemunerationTerm
from quotes.wording import headline, when_due

MOST = 60


@dataclass(frozen=True)
class Expected:
    """One term that has not wholly come: what is left of it, and how many planned days wait for an answer."""

    term: RemunerationTerm
    outstanding: Money
    days_to_confirm: int

    @property
    def words(self) -> str:
        """Its few words; euros say when they are due, as a deal has several: « à la livraison, 540 € »."""
        values, language = values_of(self.term), get_language() or "fr"
        said = headline(values, language)
        return f"{when_due(values, language)}, {said}" if values.in_euros else said


@dataclass(frozen=True)
class Expectations:
    """What is still to come: the terms that are shown, and how many more there are."""

    rows: list[Expected]
    more: int

    def __len__(self) -> int:
        return len(self.rows) + self.more


def expected(membership: Membership, on: date, client: Client | None = None, most: int | None = MOST) -> Expectations:
    """Return what is still to come by accepted quotes, those with days to confirm first. `most` is how
    many are shown (all: None). A few queries, whatever their number."""
    terms = RemunerationTerm.objects.filter(
        version__acceptance__isnull=False,
        version__quote__business=membership.business_id,
        version__quote__activity__in=activities_of(membership),
    )
    if client is not None:
        terms = terms.filter(version__quote__client=client)
    rows = terms.select_related("version__quote__client").prefetch_related(
        "receipts__reversed_by", "missed__reversed_by", Prefetch("payment_requests", counting())
    )
    found = [_expected(term, on) for term in rows.order_by("version__quote__client__name", "version", "position")]
    left = sorted((row for row in found if row.outstanding.amount > 0), key=lambda row: row.days_to_confirm == 0)
    return Expectations(left[:most], len(left) - len(left[:most]))


def _expected(term: RemunerationTerm, on: date) -> Expected:
    came = total(receipt.value for receipt in term.receipts.all())
    not_coming = total(row.value for row in term.missed.all()) if term.if_missed in NOT_COMING else euros(0)
    outstanding = term.value - came - not_coming - agreed_value(term)
    return Expected(term, outstanding, days_to_confirm=len(unanswered(term, on)))


def unanswered(term: RemunerationTerm, on: date) -> list[date]:
    """Return the planned days up to a day of which nobody said whether something came. Reads the term's receipts and
    missed deliveries, with what reverses them, and its payment requests: prefetch them for a list."""
    if term.kind == Kind.MONEY:
        return []
    said = answered_days(term)
    return [day for day, _quantity in expected_days(term) if day <= on and day not in said]


def outstanding_of(term: RemunerationTerm) -> Money:
    """Return what is left of one term, in euros; never below nothing."""
    came = balances.total_of(Receipt.objects.filter(term=term), "value")
    left: Money = max(term.value - came - missed_value(term) - agreed_value(term), euros(0))
    return left


def euro_term_of(invoice: Invoice) -> RemunerationTerm | None:
    """Return the agreed term that euros for this invoice come for: its deposit, or the first still to come."""
    if invoice.term is not None and invoice.term.kind == Kind.MONEY:
        return invoice.term
    parts = invoice.terms.filter(kind=Kind.MONEY, term__isnull=False).select_related("term")
    terms = [part.term for part in parts if part.term]
    return next((term for term in terms if outstanding_of(term).amount > 0), terms[0] if terms else None)
