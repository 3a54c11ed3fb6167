"""A duplicate of an issued invoice: the same page, saying so in its corner, and no XML. The original stays what it is.

A program that met the XML twice could book the invoice twice; a person sees the word.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from billing import issuing, paper, stating
from billing.models import Invoice
from lib import clock, pdf
from records import keeping
from records.models import Document
from records.subjects import ref

WHAT = "invoice_duplicate"
NOTHING_YET = _("The PDF of this invoice is not there yet: a duplicate repeats it.")


def duplicate_of(invoice: Invoice) -> Document:
    """Return the kept duplicate of an issued invoice, making it the first time it is asked for.

    Raises IssuingError where there is nothing yet to duplicate.
    """
    if issuing.pdf_of(invoice) is None or invoice.issued_at is None:
        raise issuing.IssuingError(str(NOTHING_YET))
    if (kept := keeping.find(WHAT, ref(invoice))) is not None:
        return kept
    content = _pdf(invoice)
    with transaction.atomic():
        return keeping.keep(
            business=invoice.business,
            what=WHAT,
            subject=ref(invoice),
            name=f"{invoice.number}-duplicata.pdf",
            media_type="application/pdf",
            content=content,
            at=clock.now(),
        )


def _pdf(invoice: Invoice) -> bytes:
    facts = stating.facts_of(invoice)
    return pdf.render(
        paper.invoice_html(facts, duplicate=True),
        language=facts.language,
        created=invoice.issued_at or invoice.created_at,
        title=paper.document_title(facts),
        pictures=[facts.logo] if facts.logo else [],
    )
