"""What follows the issue of a self-billed invoice and its answer: the PDF, the mails. Errands may run twice."""

from typing import Any

from django.db import transaction

from billing import issuing
from billing.models import SelfBilledAnswer, SelfBilledInvoice
from billing.selfbilled.mandate_doors import living_links
from billing.selfbilled.mandate_posting import to_business, to_partner
from billing.selfbilled.stating import facts_of
from lib import clock
from records import keeping
from records.models import Document, Errand
from records.subjects import id_of, ref

PDF = "self_billed_pdf"


def render_self_billed(errand: Errand) -> None:
    """Errand: make the PDF of an issued self-billed invoice, keep it, and mail it to the partner, once to each."""
    invoice = _invoices().get(pk=id_of(errand.subject, "self_billed_invoice"))
    document, at = made_pdf(invoice), clock.now()
    event = "billing/self_billed_credit" if invoice.corrects_id else "billing/self_billed"
    contacts = list(invoice.client.contacts.filter(receives_invoices=True, archived_at=None))
    with transaction.atomic():
        for link in living_links(contacts, invoice.mandate_id, at):
            link.mandate = invoice.mandate
            to_partner(event, link, at, [document], {"invoice": invoice}, ref(invoice), invoice_id=invoice.pk)


def made_pdf(invoice: SelfBilledInvoice) -> Document:
    """Return the kept PDF of an issued invoice, its XML inside, made if it is not there yet. Never made again."""
    if (kept := pdf_of(invoice)) is not None:
        return kept
    content = issuing.pdf_bytes(facts_of(invoice), created=invoice.issued_at or invoice.created_at)
    with transaction.atomic():
        return keeping.keep(
            business=invoice.business,
            what=PDF,
            subject=ref(invoice),
            name=f"{invoice.number}.pdf",
            media_type="application/pdf",
            content=content,
            at=clock.now(),
        )


def pdf_of(invoice: SelfBilledInvoice) -> Document | None:
    """Return the kept PDF, or None while the worker has not made it."""
    return keeping.find(PDF, ref(invoice))


def mail_answer(errand: Errand) -> None:
    """Errand: tell the business what the partner said of an invoice."""
    rows = SelfBilledAnswer.objects.select_related("invoice__mandate__business", "invoice__mandate__activity")
    answer = rows.get(pk=id_of(errand.subject, "self_billed_answer"))
    invoice = answer.invoice
    with transaction.atomic():
        to_business(
            "billing/self_billed_answered",
            invoice.mandate,
            clock.now(),
            {"answer": answer, "invoice": invoice, "contested": answer.kind == SelfBilledAnswer.Kind.CONTESTED},
            ref(answer),
            page=invoice.get_absolute_url(),
        )


def _invoices() -> Any:
    return SelfBilledInvoice.objects.select_related(
        "business", "client", "corrects", "mandate__business", "mandate__activity", "mandate__acceptance"
    )
