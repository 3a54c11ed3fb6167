"""The accountant's archive: asked for by a person, built by the worker with visible progress, kept, taken again.

What it holds: the invoices' PDFs as kept, invoices with VAT by rate (CSV), the receipts book (CSV and PDF), what was
written in partners' names (desk.self_billed), a manifest with control totals, and the digest of every file. See
docs/accounting.md.
"""

import json
import tempfile
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from billing import books
from billing.models import DownloadLog, Export, Invoice
from desk import asked, pairs, self_billed, tables
from desk.archive import Archive, writing
from desk.controls import Controls, RateTotal, controls, invoices_of
from desk.periods import Period
from lib import clock, seals
from lib.money import plain
from lib.spreadsheets import csv_lines
from people.models import Business, User
from records import errands, keeping, mails
from records.models import Document, Errand, Ledger
from records.subjects import ref

PROGRESS_EVERY = 10  # files


class ExportError(Exception):
    """An archive cannot be asked for or made now; the message is for a person."""


def ask(
    *, business: Business, by: User, at: datetime, period: Period, basis: str, language: str, request_id: UUID
) -> Export:
    """Ask for the archive of a period: a row and an errand. The same form sent twice gives the same export."""
    with transaction.atomic(durable=True):
        export, is_new = Export.objects.get_or_create(
            request_id=request_id,
            defaults={
                "business": business,
                "asked_by": by,
                "asked_at": at,
                "since": period.since,
                "until": period.until,
                "basis": basis,
                "language": language,
            },
        )
        if export.business_id != business.pk:
            raise ExportError(_("This form was already used for another business."))
        if is_new:
            errands.promise(what="build_export", subject=ref(export), business=business, at=at)
    return export


def build(errand: Errand) -> None:
    """Build the archive of an errand and keep it. May run twice: the second keeps nothing new."""
    export = Export.objects.select_related("business", "asked_by").get(pk=int(errand.subject.rpartition(":")[2]))
    if export.finished_at:
        return
    at = clock.now()
    with translation.override(export.language), tempfile.TemporaryFile() as file:
        name = archive_name(export)
        with writing(file, folder=name, made_at=at) as archive:
            _fill(archive, export, at)
        file.seek(0)
        document = keeping.keep(
            business=export.business,
            what="export",
            subject=ref(export),
            name=f"{name}.zip",
            media_type="application/zip",
            content=file,
            at=at,
        )
    _finish(export, document, at)


def archive_name(export: Export) -> str:
    """Return the archive's name, without accents or spaces: courgette-lou-web-2026-Q4."""
    return f"courgette-{export.business.slug}-{Period(export.since, export.until).slug}"


def record_download(*, export: Export, by: User, at: datetime) -> Document:
    """Note who takes an archive and return it. Raises ExportError while it is not made."""
    if export.document is None:
        raise ExportError(_("This archive is still being prepared."))
    DownloadLog.objects.create(export=export, user=by, at=at)
    return export.document


def since_last(*, business: Business, by: User, today: date) -> Period | None:
    """Return the period that starts the day after this person's last finished export, or None."""
    last = Export.objects.filter(business=business, asked_by=by, finished_at__isnull=False).order_by("-until").first()
    if last is None or last.until >= today:
        return None
    return Period(date.fromordinal(last.until.toordinal() + 1), today)


def _fill(archive: Archive, export: Export, at: datetime) -> None:
    period = Period(export.since, export.until)
    invoices = invoices_of(export.business, period, export.basis)
    Export.objects.filter(pk=export.pk).update(total=invoices.count() + 5, done=0)
    for done, invoice in enumerate(invoices.iterator(chunk_size=100), start=1):
        _add_pdf(archive, invoice)
        if done % PROGRESS_EVERY == 0:
            Export.objects.filter(pk=export.pk).update(done=done)
    _add_tables(archive, export, period, at)
    self_billed.add(archive, export.business, period)
    asked.add(archive, export.business, period)
    pairs.add(archive, export.business, period)
    checked = controls(export.business, period, export.basis)
    archive.add("manifest.json", [_manifest(archive, export, checked, at)])
    archive.add(_("READ-ME.txt"), [_words(export, checked, at)])


def _add_pdf(archive: Archive, invoice: Invoice) -> None:
    document = keeping.find("invoice_pdf", ref(invoice))
    if document is None:
        raise ExportError(_("The PDF of %(number)s is not made yet.") % {"number": invoice.number})
    folder = _("invoices")
    with keeping.open_file(document) as source:
        entry = archive.add_file(f"{folder}/{document.name}", source)
    if entry.sha256 != document.sha256:
        raise ExportError(_("The PDF of %(number)s is not the one that was kept.") % {"number": invoice.number})


def _add_tables(archive: Archive, export: Export, period: Period, at: datetime) -> None:
    business = export.business
    invoices = invoices_of(business, period, export.basis)
    archive.add(_("invoices.csv"), csv_lines(tables.invoice_header(), tables.invoice_rows(invoices)))
    book = books.receipts_book(business, period.since, period.until, export.language)
    archive.add(_("receipts-book.csv"), csv_lines(tables.book_header(), tables.book_rows(book)))
    archive.add(_("receipts-book.pdf"), [tables.book_pdf(business, period, export.language, created=at)])


def _manifest(archive: Archive, export: Export, checked: Controls, at: datetime) -> bytes:
    head = Ledger.objects.filter(business=export.business).first()
    facts = {
        "format": "courgette-archive-1",
        "business": {"name": export.business.legal_name, "siren": export.business.siren},
        "period": {"since": export.since, "until": export.until, "basis": export.basis},
        "made_at": at,
        "files": [{"name": e.name, "sha256": e.sha256, "size": e.size} for e in archive.entries],
        "controls": _control_facts(checked),
        "ledger": {"position": head.position if head else 0, "digest": head.digest if head else "0" * 64},
    }
    return json.dumps(json.loads(seals.canonical(facts)), ensure_ascii=False, indent=1).encode()


def _rate(total: RateTotal) -> dict[str, object]:
    return {"category": total.category, "rate": total.rate, "base": plain(total.base), "vat": plain(total.vat)}


def _control_facts(checked: Controls) -> dict[str, object]:
    return {
        "invoices": checked.invoices,
        "credit_notes": checked.credit_notes,
        "net": plain(checked.net),
        "vat": plain(checked.vat),
        "total": plain(checked.total),
        "by_rate": [_rate(total) for total in checked.by_rate],
        "received": {kind: plain(value) for kind, value in sorted(checked.received.items())},
        "received_total": plain(checked.received_total),
        "sequences": [
            {"first": s.first, "last": s.last, "count": s.count, "missing": list(s.missing)} for s in checked.sequences
        ],
        "set_off": plain(checked.pairs.set_off),
        "received_invoices_not_set_off": checked.pairs.unpaired,
        "received_invoices_not_set_off_total": plain(checked.pairs.unpaired_total),
        "problems": checked.problems,
    }


def _words(export: Export, checked: Controls, at: datetime) -> bytes:
    context = {"export": export, "controls": checked, "at": at, "language": export.language}
    return render_to_string("desk/archive_readme.txt", context).encode()


@transaction.atomic(durable=True)
def _finish(export: Export, document: Document, at: datetime) -> None:
    kept = Export.objects.select_for_update().get(pk=export.pk)
    if kept.finished_at:
        return
    kept.document, kept.finished_at, kept.done, kept.error = document, at, kept.total, ""
    kept.save(update_fields=["document", "finished_at", "done", "error"])
    mails.post(
        business=export.business,
        event="desk/export_ready",
        to=export.asked_by.email,
        language=export.language,
        context={"export": export, "page": settings.SITE_URL + export.get_absolute_url()},
        at=at,
        subject_ref=ref(export),
    )
