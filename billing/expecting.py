"""What accepted quotes still promise: the terms that have not wholly come, of every kind."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from djmoney.money import Money

from billing import balances
from billing.claiming import missed_value, values_of
from billing.models import Receipt
from billing.settling import recorded_days
from lib.money import cents, euros
from people.access import activities_of
from people.models import Client, Membership
from quotes.models import Kind, RemunerationTerm
from quotes.terms import planned_days
from quotes.wording import headline

MOST = 60


@dataclass(frozen=True)
class Expected:
    """One term that has not wholly come: what is left of it, and how many planned days wait for an answer."""

    term: RemunerationTerm
    words: str
    outstanding: Money
    days_to_confirm: int


def expected(membership: Membership, on: date, client: Client | None = None) -> list[Expected]:
    """Return what is still to come by accepted quotes, those with days to confirm first."""
    terms = RemunerationTerm.objects.filter(
        version__acceptance__isnull=False,
        version__quote__business=membership.business_id,
        version__quote__activity__in=activities_of(membership),
    )
    if client is not None:
        terms = terms.filter(version__quote__client=client)
    came = Coalesce(Sum("receipts__value"), euros(0).amount, output_field=balances.AMOUNT)
    rows = terms.annotate(came=came).filter(Q(value__gt=F("came"))).select_related("version__quote__client")
    found = [_expected(term, on) for term in rows.order_by("version__quote__client__name", "position")[:MOST]]
    return sorted((row for row in found if row.outstanding.amount > 0), key=lambda row: row.days_to_confirm == 0)


def _expected(term: RemunerationTerm, on: date) -> Expected:
    language = get_language() or "fr"
    came = euros(cents(term.came))  # type: ignore[attr-defined]
    left = term.value - came - missed_value(term)
    days = 0
    if term.kind != Kind.MONEY:
        planned = [day for day, _quantity in planned_days(term) if day <= on]
        days = max(len(planned) - _known(term), 0)
    return Expected(term, headline(values_of(term), language), left, days)


def _known(term: RemunerationTerm) -> int:
    return len(recorded_days(term))


def outstanding_of(term: RemunerationTerm) -> Money:
    """Return what is left of one term, in euros; never below nothing."""
    came = balances.total_of(Receipt.objects.filter(term=term), "value")
    left: Money = max(term.value - came - missed_value(term), euros(0))
    return left
