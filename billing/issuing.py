"""An invoice is issued: numbered, copied, frozen, sealed; then a worker makes its PDF.

Locks, in this order: the quote, the receipts of what is replaced, the invoices of the deal (by id), the series, the
head of the ledger.
"""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing import claiming, crediting, facts, facturx, paper, releasing, stating, taxing
from billing.checking import obstacles
from billing.claiming import Claim
from billing.drafting import lock_quote, situation_of
from billing.mentions import Circumstances, chosen
from billing.models import Allocation, Deduction, Invoice, InvoiceTax, InvoiceTerm
from billing.partners import announcing
from billing.roles import role_of
from billing.sealing import LATEST, seal_of_invoice
from lib import clock, pdf
from lib.law import UnknownFact
from lib.money import written
from people import parties
from people.models import User
from quotes.pricing import CALCULATION_VERSION
from records import errands, keeping, ledger, numbering
from records.models import Document, Errand, NumberSeries
from records.subjects import id_of, ref

PDF = "invoice_pdf"
PDF_ERRAND = "render_invoice"


class IssuingError(Exception):
    """Why an invoice cannot be issued, in words for the person; `reasons` are the same, one by one."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class IssuedAlready(IssuingError):
    """Somebody else issued it meanwhile."""


# Issuing ----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def issue(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """Give a draft its number and freeze it; one that was issued meanwhile is returned as it is.

    The day is today where the business is. Raises IssuingError with every reason not to.
    """
    return issue_now(invoice=invoice, by=by, at=at)


def issue_now(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """Do what `issue` does, within the caller's transaction."""
    draft = _locked(invoice)
    return draft if draft.issued_at is not None else _issued(draft, by, at)


def issue_as_seen(*, invoice: Invoice, revision: int | None, by: User, at: datetime) -> Invoice:
    """Do what `issue_now` does, for a draft that nobody changed since that revision. Raises IssuedAlready too."""
    draft = _locked(invoice)
    if draft.issued_at is not None:
        raise IssuedAlready(_("Issued on its own meanwhile, with number %(number)s.") % {"number": draft.number})
    if revision is not None and draft.revision != revision:
        raise IssuingError(_("This draft was changed since it was read: read it again, then try again."))
    return _issued(draft, by, at)


def _issued(draft: Invoice, by: User, at: datetime) -> Invoice:
    announcing.hold(draft)
    on = day_of(at, draft.business.time_zone)
    claim, said = fill(draft, on)
    if reasons := obstacles(draft, said, on):
        raise IssuingError(*reasons)
    draft.number = _number(draft, on)
    draft.issued_at, draft.issued_on, draft.issued_by = at, on, by
    _write(draft, claim, at)
    _tell(draft, claim, at)
    return draft


def fill(draft: Invoice, on: date) -> tuple[Claim, facts.InvoiceFacts]:
    """Copy onto a draft, in memory, all that issuing sets but its number; return what it claims and what it says.

    The preview and the act both come here. Raises IssuingError when the law's sentences of that day are not known.
    """
    claim = claiming.claim_of(draft, on)
    draft.seller, draft.buyer = parties.seller(draft.business), parties.buyer(draft.client)
    agreed = situation_of(draft)
    draft.seller |= {"vat_regime": agreed.regime, "vat_exemption": agreed.exemption}
    draft.logo = bytes(draft.business.logo) if draft.business.logo else None
    draft.calculation_version, draft.seal_version = CALCULATION_VERSION, LATEST
    draft.net, draft.vat, draft.total = claim.net, claim.vat, claim.total
    draft.deducted, draft.settled_at_issue = claim.deducted, claim.settled_at_issue
    draft.agreed_otherwise, draft.payable = claim.agreed_otherwise, claim.payable
    draft.in_kind = crediting.off_in_kind(draft, on) if draft.corrects else draft.in_kind
    paid_on = claim.paid_on if role_of(draft) == Invoice.Type.DEPOSIT else None  # 242 nonies A, I 10°
    draft.delivered_on = draft.delivered_on or paid_on or on
    try:
        draft.mentions = announcing.said_on(draft, claim, chosen(circumstances_of(draft, claim, on)), on)
    except UnknownFact as unknown:
        raise IssuingError(_("A legal sentence is missing for that day: %(key)s.") % {"key": unknown}) from None
    said = stating.stated(
        draft,
        on=on,
        taxes=claiming.tax_rows(draft, claim.taxes),
        terms=claiming.term_rows(draft, claim.parts),
        deductions=claim.deductions,
    )
    return claim, replace(said, due_on=claim.due_on)  # on the draft the typed one stays, for the obstacles


def circumstances_of(draft: Invoice, claim: Claim, on: date) -> Circumstances:
    """Return what decides which sentences a filled draft prints."""
    language = draft.language
    otherwise = [part for part in claim.parts if part.kind != "money" and part.outstanding.amount > 0]
    return Circumstances(
        seller=draft.seller or {},
        buyer=draft.buyer or {},
        on=on,
        language=language,
        treatments=taxing.treatments_of(draft),
        natures=taxing.natures_of(draft),
        is_credit=bool(draft.corrects_id),
        introduction=draft.introduction,
        otherwise=", ".join(part.label for part in otherwise),
        otherwise_amount=written(claim.agreed_otherwise, language),
        rest=written(claim.payable, language),
    )


def _locked(invoice: Invoice) -> Invoice:
    """Lock the quote, then every invoice of the deal in the order of ids, and return the draft as it is now."""
    found = Invoice.objects.select_related("acceptance").filter(pk=invoice.pk).first()
    if found is None:
        raise IssuingError(_("This draft was thrown away."))
    if found.acceptance:
        lock_quote(found.acceptance)
    releasing.lock_receipts(found)
    deal = Q(pk__in=[found.pk, found.corrects_id or found.replaces_id or found.pk])
    if found.acceptance_id:
        deal |= Q(acceptance=found.acceptance_id)
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("business", "client", "acceptance__version")
    locked = {row.pk: row for row in rows.filter(deal).order_by("pk")}
    if found.pk not in locked:
        raise IssuingError(_("This draft was thrown away."))
    prefetch_related_objects([locked[found.pk]], "lines", announcing.PLANNED)
    return locked[found.pk]


def _number(draft: Invoice, on: date) -> str:
    try:
        issued = Invoice.objects.filter(business=draft.business)
        return numbering.take_number(business=draft.business, kind=_series_of(draft), on=on, among=issued)
    except numbering.NumberingError as refusal:
        raise IssuingError(str(refusal)) from None


def _series_of(draft: Invoice) -> NumberSeries.Kind:
    """Return the kind of its number: deposits have a series of their own where the business wanted one."""
    if draft.corrects_id:
        return NumberSeries.Kind.CREDIT_NOTE
    of_deposits = NumberSeries.Kind.DEPOSIT
    if draft.type == Invoice.Type.DEPOSIT and numbering.has_its_own(draft.business, of_deposits):
        return of_deposits
    return NumberSeries.Kind.INVOICE


def _write(draft: Invoice, claim: Claim, at: datetime) -> None:
    """Write the children, then seal the parent: from then on the database refuses any change."""
    draft.due_on = claim.due_on
    taxing.settle_rates(draft)
    InvoiceTax.objects.bulk_create(claiming.tax_rows(draft, claim.taxes))
    InvoiceTerm.objects.bulk_create(claiming.term_rows(draft, claim.parts))
    Deduction.objects.bulk_create(claim.deductions)
    draft.seal = seal_of_invoice(draft)
    draft.save()
    releasing.release_replaced(draft, at)
    Allocation.objects.bulk_create(
        Allocation(receipt=receipt, invoice=draft, value=value, at=at) for receipt, value in claim.settled
    )


def _tell(draft: Invoice, claim: Claim, at: datetime) -> None:
    subject = ref(draft)
    sealed = {
        "number": draft.number,
        "issued_on": draft.issued_on,
        "type": draft.type,
        "total": draft.total,
        "vat": draft.vat,
        "settled_at_issue": draft.settled_at_issue,
        "seal": draft.seal,
        "seal_version": draft.seal_version,
        "corrects": draft.corrects.number if draft.corrects else None,
        "replaces": draft.replaces.number if draft.replaces else None,
        "receipts": [receipt.pk for receipt, _value in claim.settled],
    }
    ledger.record(business=draft.business, event="invoice_issued", subject=subject, facts=sealed, at=at)
    errands.promise(what=PDF_ERRAND, subject=subject, at=at, business=draft.business)


def day_of(at: datetime, time_zone: str) -> date:
    """Return the date it is at that moment in a time zone."""
    return at.astimezone(ZoneInfo(time_zone)).date()


# The PDF ----------------------------------------------------------------------------------------------------------


def render_invoice(errand: Errand) -> None:
    """Make the PDF of an issued invoice, with its XML inside, and keep it. Made once: a second run finds it."""
    made_pdf(invoice_of(errand.subject))


def made_pdf(invoice: Invoice) -> Document:
    """Return the kept PDF of an issued invoice, making it if it is not there yet. Never made again."""
    if (kept := pdf_of(invoice)) is not None:
        return kept
    content = pdf_bytes(stating.facts_of(invoice), created=invoice.issued_at or invoice.created_at)
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


def pdf_bytes(said: facts.InvoiceFacts, *, created: datetime, preview: bool = False) -> bytes:
    """Return PDF/A-3a + PDF/UA-1 with `factur-x.xml`; a preview carries no XML: it is no invoice."""
    with override(said.language):
        description = _("The data of this invoice, for programs")
    xml = () if preview else (pdf.Attachment(facturx.FILE_NAME, facturx.xml(said), description),)
    return pdf.render(
        paper.invoice_html(said, preview=preview),
        language=said.language,
        created=created,
        title=paper.document_title(said),
        attachments=xml,
        pictures=[said.logo] if said.logo else [],
        facturx=not preview,
    )


def pdf_of(invoice: Invoice) -> Document | None:
    """Return the kept PDF, or None while the worker has not made it."""
    return keeping.find(PDF, ref(invoice))


def invoice_of(subject: str) -> Invoice:
    """Return the invoice that an errand names."""
    rows = Invoice.objects.select_related(
        "business", "client", "activity", "corrects", "replaces", "acceptance__version"
    )
    return rows.get(pk=id_of(subject, "invoice"))
