"""What the accountant's archive holds of invoices written in partners' names: a folder and a table of their own.

They are purchases: kept apart from what the business invoices, and in none of its control totals.
"""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.models import MandateAcceptance, SelfBilledInvoice
from billing.selfbilled import approving
from desk.archive import Archive
from desk.periods import Period
from lib.spreadsheets import csv_lines
from people.models import Business
from records import keeping
from records.subjects import ref


class NotReady(Exception):
    """A PDF is not made yet, or not as it was kept; the message names it."""


def issued(business: Business, period: Period) -> QuerySet[SelfBilledInvoice]:
    """Return what was issued in partners' names in a period, in the order of days."""
    rows = SelfBilledInvoice.objects.filter(business=business, issued_on__range=(period.since, period.until))
    return rows.order_by("issued_on", "issued_at", "pk")


def add(archive: Archive, business: Business, period: Period) -> None:
    """Add the PDFs, each accepted mandate they were issued under, and the table; nothing when there is none.

    Raises NotReady while a PDF is being made.
    """
    rows = issued(business, period)
    if not rows.exists():
        return
    folder = _("self-billed-invoices")
    for invoice in rows.iterator(chunk_size=100):
        _add_kept(archive, "self_billed_pdf", ref(invoice), f"{folder}/{invoice.client_id}", str(invoice.number))
    given = MandateAcceptance.objects.filter(mandate__invoices__in=rows.order_by()).distinct()
    for acceptance in given.select_related("mandate").order_by("pk"):
        _add_kept(
            archive, "mandate_accepted_pdf", ref(acceptance), f"{folder}/{acceptance.mandate.client_id}", _("mandate")
        )
    archive.add(_("self-billed-invoices.csv"), csv_lines(header(), table(rows, period)))


def _add_kept(archive: Archive, what: str, subject: str, folder: str, name: str) -> None:
    document = keeping.find(what, subject)
    if document is None:
        raise NotReady(_("The PDF of %(number)s is not made yet.") % {"number": name})
    with keeping.open_file(document) as source:
        entry = archive.add_file(f"{folder}/{document.name}", source)
    if entry.sha256 != document.sha256:
        raise NotReady(_("The PDF of %(number)s is not the one that was kept.") % {"number": name})


def header() -> list[str]:
    """Return the columns of the table; an invoice's own totals stand on its first row only."""
    return [
        _("number"),
        _("kind of document"),
        _("issued on"),
        _("seller"),
        _("seller's SIREN"),
        _("seller's VAT number"),
        _("mandate of"),
        _("corrects"),
        _("VAT rate"),
        _("base before VAT"),
        _("VAT"),
        _("total before VAT"),
        _("total VAT"),
        _("total"),
        _("to be set off"),
        _("payable in euros"),
        _("what the seller said"),
    ]


def table(invoices: QuerySet[SelfBilledInvoice], period: Period) -> Iterator[list[object]]:
    """Yield a row per invoice and VAT rate; credit notes are negative, so that every column adds up."""
    rows = invoices.select_related("corrects", "mandate__acceptance").prefetch_related("taxes")
    for invoice in rows.iterator(chunk_size=100):
        sign = -1 if invoice.corrects_id else 1
        sums = [invoice.net, invoice.vat, invoice.total, invoice.agreed_otherwise, invoice.payable]
        said = str(approving.state_of(invoice, period.until).value)
        for place, tax in enumerate(invoice.taxes.all()):
            totals: list[object] = [amount * sign for amount in sums] if place == 0 else [None] * len(sums)
            yield [
                *_named(invoice),
                tax.rate,
                tax.base * sign,
                tax.amount * sign,
                *totals,
                said if place == 0 else "",
            ]


def _named(invoice: SelfBilledInvoice) -> list[object]:
    seller = invoice.seller or {}
    return [
        invoice.number,
        str(invoice.get_type_display()),
        invoice.issued_on,
        seller.get("name", ""),
        seller.get("siren", ""),
        seller.get("vat_number", ""),
        invoice.mandate.acceptance.on,
        invoice.corrects.number if invoice.corrects else "",
    ]
