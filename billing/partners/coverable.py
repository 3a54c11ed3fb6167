"""Which receipts in kind a client's invoice may be for, so that the same goods never count twice. Reads rows only.

A self-billed invoice was made from receipts: it is for these, and no other invoice is. What the client wrote alone says
nothing of the kind: it may be for any receipt that no standing self-billed invoice is for.
"""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet
from djmoney.money import Money

from billing.models import CAME, Receipt, ReceivedInvoice, SelfBilledReceipt, SetOffCover
from billing.partners.compensated import covered_of, standing_rows
from lib.money import euros, total
from people.models import Client
from quotes.models import Kind

IN_KIND = (Kind.GOODS, Kind.TIME)
NOTHING = euros(0)


def may_be_for(received: ReceivedInvoice, receipts: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """Keep the receipts that a client's invoice may be for."""
    if made_from_receipts(received):
        return receipts.filter(pk__in=standing_rows(_made_from(received)).values("receipt"))
    return receipts.filter(~Exists(self_billed(OuterRef("pk"))))


def made_from_receipts(received: ReceivedInvoice) -> bool:
    """Tell whether an invoice was written in their name, from what came."""
    return _made_from(received).exists()


def still_to_cover(received: ReceivedInvoice) -> Money:
    """Return what the receipts that an invoice was made from are worth, less what its set-offs cover; else nothing."""
    rows = standing_rows(_made_from(received)).select_related("receipt")
    return total(max(row.receipt.kept - _covered_by(received, row.receipt), NOTHING) for row in rows)


def waits_to_be_covered(client: Client, but: Collection[int]) -> bool:
    """Tell whether a client gave, beside these receipts, something in kind that no invoice of theirs is known to be
    for."""
    came = Receipt.objects.filter(CAME, client=client, kind__in=IN_KIND).exclude(pk__in=but)
    return any(row.kept > covered_of(row) for row in came.filter(~Exists(self_billed(OuterRef("pk")))))


def given_back_whole(receipts: QuerySet[Receipt]) -> list[int]:
    """Return those of these receipts of which nothing was kept: they are for no invoice, and on no slip."""
    rows = receipts.filter(given_back__isnull=False).distinct().prefetch_related("given_back")
    return [row.pk for row in rows if row.kept.amount <= 0]


def _made_from(received: ReceivedInvoice) -> QuerySet[SelfBilledReceipt]:
    return SelfBilledReceipt.objects.filter(invoice__received=received)


def self_billed(receipt: OuterRef) -> QuerySet[SelfBilledReceipt]:
    """Return the rows by which a standing invoice, written in their name, is for a receipt."""
    return standing_rows(SelfBilledReceipt.objects.filter(receipt=receipt, invoice__issued_at__isnull=False))


def _covered_by(received: ReceivedInvoice, receipt: Receipt) -> Money:
    return total(row.value for row in SetOffCover.objects.filter(receipt=receipt, set_off__received=received))
