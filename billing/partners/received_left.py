"""What is left of a received invoice: its total, less credit notes, less what was paid before it came, less what was
set off. A debt that is paid is no more (C. civ. 1342): only the rest is set off (1347). Writes nothing."""

from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round
from djmoney.money import Money

from billing.balances import total_of
from billing.models import ReceivedInvoice, SetOff
from lib.money import cents, euros

AMOUNT: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)
ZERO = Value(0, output_field=AMOUNT)
PAID = Coalesce("paid_before", ZERO, output_field=AMOUNT)


def standing(rows: QuerySet[ReceivedInvoice]) -> QuerySet[ReceivedInvoice]:
    """Keep those that nobody withdrew."""
    return rows.filter(withdrawal=None)


def compensated_of(received: ReceivedInvoice) -> Money:
    """Return how much of it was set off; what was undone counts for nothing."""
    return total_of(SetOff.objects.filter(received=received), "value")


def left_of(received: ReceivedInvoice) -> Money:
    """Return what the business still owes on it, as far as this place knows: bank transfers are not recorded here."""
    if received.corrects_id or not received.stands:
        return euros(0)
    return max(owed_on(received), euros(0))


def owed_on(received: ReceivedInvoice) -> Money:
    """Return the same, below nothing where a credit note takes off what was paid: the client owes that back."""
    owed: Money = standing_total(received) - received.already_paid - compensated_of(received)
    return owed


def standing_total(received: ReceivedInvoice) -> Money:
    """Return what an invoice says, less its credit notes."""
    notes = total_of(standing(ReceivedInvoice.objects.filter(corrects=received)), "total")
    whole: Money = received.total + notes
    return whole


def with_left(rows: QuerySet[ReceivedInvoice]) -> Any:
    """Annotate `compensated` and `left` (Decimal, below nothing where a credit note takes off what was paid), in the
    query. A credit note has nothing left of its own."""
    set_off = SetOff.objects.filter(received=OuterRef("pk")).order_by().values("received")
    notes = standing(ReceivedInvoice.objects.filter(corrects=OuterRef("pk"))).order_by().values("corrects")
    return rows.annotate(
        compensated=_sum(set_off.annotate(summed=Sum("value"))),
        credited=_sum(notes.annotate(summed=Sum("total"))),
    ).annotate(left=Round(F("total") + F("credited") - PAID - F("compensated"), 2, output_field=AMOUNT))


def _sum(grouped: QuerySet[Any, Any]) -> Any:
    return Coalesce(Round(Subquery(grouped.values("summed"), output_field=AMOUNT), 2), ZERO, output_field=AMOUNT)


def still_open(rows: QuerySet[ReceivedInvoice]) -> Any:
    """Keep the invoices of which something is left to set off."""
    return with_left(standing(rows).filter(corrects=None)).filter(left__gte=cents(euros("0.01")).amount)
