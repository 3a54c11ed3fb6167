"""What is left of a received invoice: its total, less credit notes, less what was set off. Writes nothing."""

from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round
from djmoney.money import Money

from billing.balances import total_of
from billing.models import ReceivedInvoice, SetOff
from lib.money import cents, euros

AMOUNT: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)
ZERO = Value(0, output_field=AMOUNT)


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
    notes = total_of(standing(ReceivedInvoice.objects.filter(corrects=received)), "total")
    left: Money = received.total + notes - compensated_of(received)
    return left


def with_left(rows: QuerySet[ReceivedInvoice]) -> Any:
    """Annotate `compensated` and `left` (Decimal), in the query. A credit note has nothing left of its own."""
    set_off = SetOff.objects.filter(received=OuterRef("pk")).order_by().values("received")
    notes = standing(ReceivedInvoice.objects.filter(corrects=OuterRef("pk"))).order_by().values("corrects")
    return rows.annotate(
        compensated=_sum(set_off.annotate(summed=Sum("value"))),
        credited=_sum(notes.annotate(summed=Sum("total"))),
    ).annotate(left=Round(F("total") + F("credited") - F("compensated"), 2, output_field=AMOUNT))


def _sum(grouped: QuerySet[Any, Any]) -> Any:
    return Coalesce(Round(Subquery(grouped.values("summed"), output_field=AMOUNT), 2), ZERO, output_field=AMOUNT)


def still_open(rows: QuerySet[ReceivedInvoice]) -> Any:
    """Keep the invoices of which something is left to set off."""
    return with_left(standing(rows).filter(corrects=None)).filter(left__gte=cents(euros("0.01")).amount)
