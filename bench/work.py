"""Acts and work done later: the demonstration, invoices issued, errands done, a ledger verified."""

from typing import Any

from bench.making import client, draft_invoice, freelancer
from bench.timing import milliseconds, per_second
from billing import issuing, mailing
from billing.models import Invoice
from desk.demo.performance import perform
from lib import clock
from records import errands, ledger
from records.models import Document, Errand, LedgerEntry
from records.subjects import ref

INVOICES = 40


def demo() -> dict[str, Any]:
    """Load the demonstration: every act, document and mail of it."""
    ms = milliseconds(lambda: perform(clock.today("Europe/Paris")))
    documents = Document.objects.count()
    return {"seconds": round(ms / 1000, 1), "documents": documents, "ms_per_document": round(ms / documents, 1)}


def issue() -> dict[str, Any]:
    """Issue drafts: number, copies, freezing, seal, ledger; the PDF is made later."""
    by, buyer = freelancer(), client()
    drafts = [draft_invoice(buyer, by) for _ in range(INVOICES)]
    return per_second(INVOICES, lambda: [issuing.issue(invoice=d, by=by, at=clock.now()) for d in drafts])


def errands_done() -> dict[str, Any]:
    """Do the errands of the last invoices: PDFs with their XML, kept and recorded; then mails with the PDF."""
    last = list(Invoice.objects.filter(issued_at__isnull=False).order_by("-pk")[:INVOICES])
    done: dict[str, Any] = {"render_invoice": _done("render_invoice", [ref(invoice) for invoice in last])}
    by, contacts = freelancer(), list(client().contacts.all())
    Errand.objects.filter(done_at=None).update(done_at=clock.now())  # what the pages' invoices left behind
    for invoice in last:
        mailing.mail_invoice(invoice=invoice, by=by, at=clock.now(), contacts=contacts)
    count = len(last)
    done["mail_with_pdf"] = per_second(count, lambda: errands.run_due(clock.now()))
    return done


def _done(what: str, subjects: list[str]) -> dict[str, Any]:
    waiting = list(Errand.objects.filter(what=what, subject__in=subjects, done_at=None).values_list("pk", flat=True))
    assert len(waiting) == len(subjects)
    return per_second(len(waiting), lambda: [errands.run(pk) for pk in waiting])


def ledger_verified() -> dict[str, Any]:
    business = client().activity.business
    count = LedgerEntry.objects.filter(ledger__business=business).count()
    found = per_second(count, lambda: _sound(ledger.verify(business)))
    return {"entries": count, **found}


def _sound(problems: list[str]) -> None:
    assert problems == [], problems
