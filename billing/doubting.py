"""What is asked again, or refused, before what came is written: more than was agreed, a day before there was a yes.

Reads rows, writes nothing. The books are append-only: a slip of the finger is caught here, or stays.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.agreeing import left_of
from billing.allocating import SettlingError
from billing.dunning.turning import agreed_units
from billing.models import AgreedPart, MissedDelivery, Receipt
from billing.not_coming import NOT_COMING
from billing.roles import is_replaced
from lib import pdf
from lib.days import day_written
from people.models import Client
from quotes.models import Acceptance, Kind, RemunerationTerm
from quotes.terms import planned_days
from quotes.wording import counted

SURPLUS_IS_SURE = "surplus_is_sure"
PRINTED = ("label", "unit", "valuation", "reference", "reason")


class SurplusError(SettlingError):
    """More came than was still to come: a person confirms it, or corrects what was typed."""


def left_to_come(term: RemunerationTerm) -> Decimal:
    """Return how many units of a term in kind are still to come: agreed, less those received, those that were missed
    and will not come, and those asked for in euros instead. Below nothing when more came than was agreed."""
    agreed = (term.value.amount if term.kind == Kind.LOCAL_CURRENCY else term.quantity) or Decimal(0)
    not_coming = term.if_missed in NOT_COMING
    gone = _units(MissedDelivery.objects.filter(term=term)) if not_coming else Decimal(0)
    return Decimal(agreed - gone - agreed_units(term) - _units(Receipt.objects.filter(term=term)))


def _units(rows: QuerySet[Receipt] | QuerySet[MissedDelivery]) -> Decimal:
    """Return the sum of their quantities, exactly: SQLite's own counts in floats. What undoes a row is negative."""
    return sum((quantity or Decimal(0) for quantity in rows.values_list("quantity", flat=True)), Decimal(0))


def refuse_surplus(term: RemunerationTerm, quantity: Decimal | None) -> None:
    """Raise SurplusError if that many units of a term in kind are more than are still to come."""
    if term.kind == Kind.MONEY or quantity is None or quantity <= (left := left_to_come(term)):
        return
    unit, language = term.unit or term.label, get_language() or "fr"
    if left <= 0:
        words = _("All that was agreed has come already. If %(came)s came all the same, confirm it below.")
    else:
        words = _("Only %(left)s still to come, and you write %(came)s. If this is no mistake, confirm it below.")
    said = {"left": counted(max(left, Decimal(0)), unit, language), "came": counted(quantity, unit, language)}
    raise SurplusError(words % said, SURPLUS_IS_SURE)


def refuse_more_than_agreed(part: AgreedPart, client: Client, quantity: Decimal | None) -> None:
    """Raise SettlingError for another client's part, for more units of it than are still to come, or for half a basket.
    Any more that came is recorded apart: a person says what it settles."""
    left, language = left_of(part), get_language() or "fr"
    if part.invoice.client_id != client.pk or is_replaced(part.invoice):
        raise SettlingError(_("This is not part of an invoice that this client is to pay so."))
    if part.kind == Kind.GOODS and quantity is not None and quantity % 1:
        raise SettlingError(_("Goods are counted in whole units."), "quantity")
    if quantity is not None and quantity > left:
        words = {"left": counted(max(left, Decimal(0)), part.unit or part.label, language)}
        raise SettlingError(_("Still to come: %(left)s.") % words, "quantity")


def refuse_unprintable(said: Mapping[str, object]) -> None:
    """Raise SettlingError, by its field, for a text that the receipts book, a slip or a statement could not print."""
    for field in PRINTED:
        if why := pdf.why_unprintable(said.get(field)):
            raise SettlingError(why, field)


def refuse_day(received_on: date, term: RemunerationTerm | None, client: Client, today: date) -> None:
    """Raise SettlingError for a day after `today`, before the business began, or, for a term, before there was a yes
    (unless its first planned day, which both agreed on, is earlier still)."""
    if received_on > today:
        raise SettlingError(_("That day is yet to come: record what has come."), "received_on")
    started_on = client.activity.business.started_on
    if started_on and received_on < started_on:
        words = _("Before your activity began, on %(day)s: look at the year again.")
        raise SettlingError(words % {"day": day_written(started_on)}, "received_on")
    if term is not None and (first := _first_day(term)) and received_on < first:
        words = _("Before this quote was accepted, on %(day)s: look at the year again.")
        raise SettlingError(words % {"day": day_written(first)}, "received_on")


def _first_day(term: RemunerationTerm) -> date | None:
    accepted_on = Acceptance.objects.filter(version=term.version_id).values_list("on", flat=True).first()
    planned = [] if term.kind == Kind.MONEY else planned_days(term)
    return min([accepted_on, *(day for day, _quantity in planned[:1])]) if accepted_on else None
