"""A delivery slip is made of what came in kind, where who delivered writes no invoice: the paper that both sign.

C. com. L123-28 (each entry has its paper); it says what came, on which day, at which agreed value, and is a receipt for
that much. A receipt is on one slip only. Locks, in this order: the receipts (by id), the series, the ledger's head.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from billing.issuing import day_of
from billing.models import CAME, Receipt, SetOffCover, Slip, SlipLine
from billing.partners.coverable import given_back_whole, self_billed
from billing.partners.sealing import seal_of_slip
from lib import pdf
from lib.money import total
from people import parties
from people.models import Client, User
from quotes.models import Kind
from records import errands, ledger, numbering
from records.models import NumberSeries
from records.subjects import ref

PDF_ERRAND = "render_slip"
IN_KIND = (Kind.GOODS, Kind.TIME)
MOST_LINES = 200


class SlipError(Exception):
    """Why a slip is not made, in words for the person; `field` is the form's, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def waiting(client: Client) -> QuerySet[Receipt]:
    """Return a client's receipts in kind that stand and are on no slip, oldest first; none that a set-off covers, nor
    that a standing invoice in their name is for: that invoice is its paper."""
    invoiced = Exists(self_billed(OuterRef("pk")))
    rows = Receipt.objects.filter(CAME, ~invoiced, client=client, kind__in=IN_KIND, slip_line=None)
    covered = SetOffCover.objects.filter(set_off__reverses=None, set_off__reversed_by=None).values("receipt")
    left = rows.exclude(pk__in=covered).exclude(pk__in=given_back_whole(rows)).prefetch_related("given_back")
    return left.select_related("term__version", "client", "reverses").order_by("received_on", "pk")


@transaction.atomic(durable=True)
def make_slip(
    *,
    client: Client,
    receipts: Sequence[Receipt],
    by: User,
    at: datetime,
    request_id: uuid.UUID,
    handed_over_by: str = "",
    received_by: str = "",
    place: str = "",
) -> Slip:
    """Make one slip of a client's receipts in kind; the same `request_id` again returns the first. Raises SlipError."""
    chosen = {receipt.pk for receipt in receipts}
    list(Receipt.objects.select_for_update(of=("self",)).filter(pk__in=chosen).order_by("pk"))
    if (found := Slip.objects.filter(request_id=request_id).first()) is not None:
        if found.client_id != client.pk:
            raise SlipError(_("This form was already used."))
        return found
    rows = list(waiting(client).filter(pk__in=chosen))
    _refuse(chosen, rows)
    slip = Slip(
        business=client.activity.business,
        activity=client.activity,
        client=client,
        made_on=day_of(at, client.activity.business.time_zone),
        handed_over_by=handed_over_by.strip(),
        received_by=received_by.strip(),
        place=place.strip(),
        total=total(receipt.kept for receipt in rows),
        said=_said(client, rows),
        language=client.language,
        recorded_at=at,
        recorded_by=by,
        request_id=request_id,
    )
    lines = [_line(slip, position, row) for position, row in enumerate(rows, start=1)]
    _refuse_unprintable(slip, lines)
    return _insert(slip, lines)


def _refuse_unprintable(slip: Slip, lines: Sequence[SlipLine]) -> None:
    for field in ("handed_over_by", "received_by", "place"):
        if why := pdf.why_unprintable(getattr(slip, field)):
            raise SlipError(why, field)
    if why := pdf.why_unprintable(slip.said, [(line.label, line.unit) for line in lines]):
        raise SlipError(why, "receipts")


def _refuse(chosen: set[int], rows: Sequence[Receipt]) -> None:
    if not chosen:
        raise SlipError(_("Choose what the slip is for."), "receipts")
    if len(rows) < len(chosen):
        words = _("One of these is on a slip already, was set off, invoiced or undone, or is not in kind.")
        raise SlipError(words, "receipts")
    if len(rows) > MOST_LINES:
        raise SlipError(_("A slip holds 200 lines at most: make one per month."), "receipts")


def _said(client: Client, rows: Sequence[Receipt]) -> dict[str, Any]:
    """Return who hands over to whom, and which quotes and invoices it is about, as of that day."""
    quotes = {row.term.version.number for row in rows if row.term and row.term.version.number}
    invoices = {
        number
        for row in rows
        for number in row.allocations.filter(value__gt=0).values_list("invoice__number", flat=True)
        if number
    }
    return {
        "seller": parties.seller(client.activity.business),
        "buyer": parties.buyer(client),
        "quotes": sorted(quotes),
        "invoices": sorted(invoices),
        "valuations": sorted({row.valuation for row in rows if row.valuation}),
    }


def _line(slip: Slip, position: int, receipt: Receipt) -> SlipLine:
    return SlipLine(
        slip=slip,
        receipt=receipt,
        position=position,
        received_on=receipt.received_on,
        label=receipt.label or str(receipt.get_kind_display()),
        unit=receipt.unit,
        quantity=receipt.kept_quantity,
        unit_value=receipt.unit_value,
        value=receipt.kept,
    )


def _insert(slip: Slip, lines: list[SlipLine]) -> Slip:
    """Give the slip its number, seal it, write it with its lines, and promise its PDF."""
    try:
        kind, made = NumberSeries.Kind.DELIVERY_SLIP, Slip.objects.filter(business=slip.business)
        slip.number = numbering.take_number(business=slip.business, kind=kind, on=slip.made_on, among=made)
    except numbering.NumberingError as refusal:
        raise SlipError(str(refusal)) from None
    slip.seal = seal_of_slip(slip, lines)
    slip.save(force_insert=True)
    for line in lines:
        line.slip = slip
    SlipLine.objects.bulk_create(lines)
    facts = {"number": slip.number, "made_on": slip.made_on, "total": slip.total, "seal": slip.seal}
    facts["receipts"] = [line.receipt_id for line in lines]
    ledger.record(business=slip.business, event="slip_made", subject=ref(slip), facts=facts, at=slip.recorded_at)
    errands.promise(what=PDF_ERRAND, subject=ref(slip), business=slip.business, at=slip.recorded_at)
    return slip


def by_month(rows: Sequence[Receipt]) -> dict[date, list[Receipt]]:
    """Group receipts by month: one slip a month for several dates is what people sign."""
    found: dict[date, list[Receipt]] = {}
    for row in rows:
        found.setdefault(row.received_on.replace(day=1), []).append(row)
    return found


def undone(slip: Slip) -> list[SlipLine]:
    """Return the lines whose receipt was reversed or given back since: the slip says something else than came."""
    lines = slip.lines.select_related("receipt__reversed_by").prefetch_related("receipt__given_back")
    return [line for line in lines if not line.receipt.came or line.receipt.kept != line.value]
