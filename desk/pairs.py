"""What the accountant's archive and controls say of the clients' own invoices, of set-offs and of delivery slips.

Received invoices are purchases: a folder and a table of their own, in none of the totals of what is sold. What set-offs
received is in the receipts book already, by the means "set-off"; what they cover was received in kind before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing.models import ReceivedInvoice, SetOff, Slip, SlipLine
from billing.partners import papers as partner_papers
from billing.partners.received_left import still_open, with_left
from desk.archive import Archive
from desk.kept import add_kept
from desk.periods import Period
from lib.money import euros, summed, total
from lib.spreadsheets import csv_lines
from people.models import Business


@dataclass(frozen=True)
class Pairs:
    """What was set off in a period, and what is left of the clients' invoices up to its end of which nothing was."""

    set_off: Money
    unpaired: int
    unpaired_total: Money


def pairs_of(business: Business, period: Period) -> Pairs:
    days = (period.since, period.until)
    made = SetOff.objects.filter(business=business, settled_on__range=days).aggregate(value=Sum("value"))
    until = ReceivedInvoice.objects.filter(business=business, issued_on__lte=period.until)
    left = list(still_open(until).filter(compensated=0).order_by())
    return Pairs(summed(made["value"]), len(left), total(summed(row.left) for row in left))


def add(archive: Archive, business: Business, period: Period) -> None:
    """Add a period's received invoices with their files, set-offs with their statements, slips; nothing when none.

    Raises NotReady while a PDF is being made.
    """
    days = (period.since, period.until)
    received = ReceivedInvoice.objects.filter(business=business, issued_on__range=days).order_by("issued_on", "pk")
    set_offs = SetOff.objects.filter(business=business, settled_on__range=days).order_by("settled_on", "pk")
    slips = Slip.objects.filter(business=business, made_on__range=days).order_by("made_on", "pk")
    if received.exists():
        _add_received(archive, received)
    if set_offs.exists():
        _add_set_offs(archive, set_offs)
    if slips.exists():
        _add_slips(archive, slips)


# The clients' own invoices ----------------------------------------------------------------------------------------


def _add_received(archive: Archive, rows: QuerySet[ReceivedInvoice]) -> None:
    folder = _("received-invoices")
    for row in rows.filter(document__isnull=False).select_related("document").iterator(chunk_size=100):
        name = row.document.name if row.document else ""
        add_kept(archive, row.document, f"{folder}/{row.pk}-{name}", said=row.number)
    header = [
        _("number"),
        _("issued on"),
        _("due on"),
        _("client"),
        _("client's SIREN"),
        _("subject"),
        _("corrects"),
        _("total before VAT"),
        _("total VAT"),
        _("total"),
        _("already paid"),
        _("set off"),
        _("left to set off"),
        _("where it comes from"),
        _("withdrawn because"),
        _("to look at"),
    ]
    archive.add(_("received-invoices.csv"), csv_lines(header, _received_rows(rows)))


def _received_rows(rows: QuerySet[ReceivedInvoice]) -> Iterator[list[object]]:
    """Yield one row each; a withdrawn one keeps its line without amounts, so that every column adds up."""
    found: Any = with_left(rows).select_related("client", "corrects", "withdrawal")
    for row in found.iterator(chunk_size=100):
        stands = row.stands
        amounts = [row.net, row.vat, row.total] if stands else [None] * 3
        left = max(summed(row.left), euros(0)) if stands and not row.corrects_id else None
        yield [
            row.number,
            row.issued_on,
            row.due_on,
            row.client.name,
            row.client.siren,
            row.subject,
            row.corrects.number if row.corrects else "",
            *amounts,
            row.already_paid if stands else None,
            summed(row.compensated) if stands else None,
            left,
            str(row.get_source_display()),
            "" if stands else row.withdrawal.reason,
            " ".join(row.wrong),
        ]


# Set-offs and slips -----------------------------------------------------------------------------------------------


def _add_set_offs(archive: Archive, rows: QuerySet[SetOff]) -> None:
    folder = _("set-offs")
    for row in rows.iterator(chunk_size=100):
        add_kept(archive, partner_papers.pdf_of(row), f"{folder}/{row.number}.pdf", said=row.number)
    header = [
        _("number"),
        _("set off on"),
        _("client"),
        _("our invoice"),
        _("their invoice"),
        _("already received in kind"),
        _("received by set-off, in euros"),
        _("set off in all"),
        _("undoes"),
        _("reason"),
    ]
    archive.add(_("set-offs.csv"), csv_lines(header, map(_set_off_row, rows.select_related("client", "reverses"))))


def _set_off_row(row: SetOff) -> list[object]:
    return [
        row.number,
        row.settled_on,
        row.client.name,
        row.said["ours"]["number"],
        row.said["theirs"]["number"],
        row.covered,
        row.rest,
        row.value,
        row.reverses.number if row.reverses else "",
        row.reason,
    ]


def _add_slips(archive: Archive, slips: QuerySet[Slip]) -> None:
    folder = _("delivery-slips")
    for slip in slips.iterator(chunk_size=100):
        add_kept(archive, partner_papers.pdf_of(slip), f"{folder}/{slip.number}.pdf", said=slip.number)
    header = [
        _("number"),
        _("made on"),
        _("client"),
        _("received on"),
        _("what"),
        _("quantity"),
        _("unit"),
        _("agreed value of one"),
        _("value in euros"),
    ]
    lines = SlipLine.objects.filter(slip__in=slips.order_by()).select_related("slip__client")
    archive.add(_("delivery-slips.csv"), csv_lines(header, map(_line_row, lines.order_by("slip", "position"))))


def _line_row(line: SlipLine) -> list[object]:
    slip = line.slip
    named = [slip.number, slip.made_on, slip.client.name, line.received_on, line.label]
    return [*named, line.quantity, line.unit, line.unit_value, line.value]
