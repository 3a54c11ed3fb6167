"""The pages of invoices in a partner's name: written from what came or by hand, issued, answered, credited."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing import issuing
from billing.models import SelfBilledInvoice
from billing.selfbilled import approving, crediting
from billing.selfbilled import drafting as selfbilled_drafting
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled.approving import LISTED, NOTES, TONES, State, answer_to, state_in_list, state_of
from billing.selfbilled.drafting import SelfBillingError, rates_of, receipts_to_invoice
from billing.selfbilled.forms import (
    FromReceiptsForm,
    PartnerLineFormSet,
    SaidForm,
    SpokenAnswerForm,
    lines_of,
)
from billing.selfbilled.forms_crediting import CreditForm
from billing.selfbilled.mandating import holds
from billing.selfbilled.posting import pdf_of
from billing.selfbilled.stating import facts_of
from billing.views.common import may_write, today_of
from billing.views.mandates import given, mandate_or_404, refuse, say
from lib import clock
from people.access import BusinessRequest, in_business, visible_activities, writers_only
from people.models import new_request_id
from records.models import Errand, Mail
from records.subjects import ref

PER_PAGE = 40
PARENTS = ("business", "activity", "client__activity", "corrects", "received", "mandate__business", "mandate__client")


def visible_self_billed(request: BusinessRequest) -> QuerySet[SelfBilledInvoice]:
    rows = SelfBilledInvoice.objects.filter(visible_activities(request.membership), business=request.business)
    return rows.select_related("business", "client")


def invoice_or_404(request: BusinessRequest, pk: int) -> SelfBilledInvoice:
    related = ("mandate__acceptance", "mandate__activity", "mandate__client__activity")
    return get_object_or_404(visible_self_billed(request).select_related(*PARENTS, *related), pk=pk)


def rows_of(invoices: QuerySet[SelfBilledInvoice], on: date) -> list[dict[str, Any]]:
    """Return the latest of these invoices, with the word of where each stands, in one query."""
    listed = invoices.select_related(*LISTED).prefetch_related(NOTES)[:PER_PAGE]
    return [{"invoice": invoice, **badge_of(state_in_list(invoice, on))} for invoice in listed]


def badge_of(state: State) -> dict[str, str]:
    return {"word": str(state.value), "tone": TONES.get(state, "")}


# Reading ----------------------------------------------------------------------------------------------------------


@in_business
@require_GET
def self_billed(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show an invoice: a draft to review, or an issued one with its PDF, what the partner said, what to do next."""
    found = invoice_or_404(request, pk)
    today = today_of(request)
    if found.issued_at is None:
        return _draft_page(request, found)
    document = pdf_of(found)
    state = state_of(found, today)
    context = {
        "invoice": found,
        "said": facts_of(found),
        "state": state.name,
        "badge": badge_of(state),
        "answer": answer_to(found),
        "document": document,
        "late": None if document else Errand.objects.filter(what=selfbilling.PDF_ERRAND, subject=ref(found)).first(),
        "credit_notes": found.credit_notes.order_by("pk"),
        "is_corrected": found.credit_notes.filter(issued_at__isnull=False).exists(),
        "may_credit": found.corrects_id is None and crediting.may_be_credited(found),
        "receipts": found.receipts.select_related("receipt"),
        "mails": Mail.objects.filter(subject_ref=ref(found)).order_by("-made_at"),
        "spoken": SpokenAnswerForm(initial={"request_id": new_request_id()}),
        "may_write": may_write(request),
    }
    return render(request, "billing/self_billed.html", context)


def _draft_page(request: BusinessRequest, draft: SelfBilledInvoice, status: int = 200) -> HttpResponse:
    on = today_of(request)
    try:
        said = selfbilling.fill(draft, on)
    except SelfBillingError as missing:
        say(request, missing)
        return redirect(draft.mandate)
    context = {
        "invoice": draft,
        "said": said,
        "on": on,
        "obstacles": selfbilling.obstacles(draft, said, on),
        "doubts": selfbilling.doubts(draft, on),
        "receipts": draft.receipts.select_related("receipt"),
        "may_write": may_write(request),
    }
    return render(request, "billing/self_billed_draft.html", context, status=status)


@in_business
@require_GET
def self_billed_pdf(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Serve the kept PDF; of a draft, a preview, of which nothing is kept."""
    found = invoice_or_404(request, pk)
    if found.issued_at is not None:
        return given(request, found, pdf_of(found))
    try:
        said = selfbilling.fill(found, today_of(request))
    except SelfBillingError as missing:
        say(request, missing)
        return redirect(found.mandate)
    content = issuing.pdf_bytes(said, created=clock.now(), preview=True)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{_("preview")}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


# Writing ----------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def self_billed_new(request: BusinessRequest, pk: int) -> HttpResponse:
    """Offer what came and is not invoiced yet; or take lines written by hand."""
    mandate = mandate_or_404(request, pk)
    if not holds(mandate, today_of(request)):
        messages.error(request, _("There is no mandate in force: nothing can be written in their name."))
        return redirect(mandate)
    which = request.POST.get("from", "") if request.method == "POST" else ""
    waiting = receipts_to_invoice(mandate.client)
    came = FromReceiptsForm(
        request.POST if which == "receipts" else None,
        mandate=mandate,
        receipts=waiting,
        month=request.GET.get("month", ""),
        prefix="came",
    )
    hand = SaidForm(request.POST if which == "hand" else None, initial={"delivered_on": today_of(request)})
    lines = PartnerLineFormSet(
        request.POST if which == "hand" else None, prefix="line", form_kwargs={"rates": rates_of(mandate)}
    )
    try:
        made = _written(request, mandate, came, hand, lines)
    except SelfBillingError as refused:
        refuse(came if which == "receipts" else hand, refused)
        made = None
    if made is not None:
        return redirect(made)
    context = {"mandate": mandate, "came": came, "hand": hand, "lines": lines, "waiting": waiting, "which": which}
    return render(request, "billing/self_billed_new.html", context, status=422 if which else 200)


def _written(request: BusinessRequest, mandate: Any, came: Any, hand: Any, lines: Any) -> SelfBilledInvoice | None:
    acts: dict[str, Any] = {"mandate": mandate, "by": request.user, "at": clock.now()}
    if came.is_bound and came.is_valid():
        return selfbilled_drafting.draft_from_receipts(
            receipts=[receipt.pk for receipt in came.cleaned_data["receipts"]],
            vat_rate=came.rate(),
            request_id=came.cleaned_data["request_id"],
            **acts,
        )
    if hand.is_bound and all([hand.is_valid(), lines.is_valid()]):
        return selfbilled_drafting.draft_by_hand(
            said=hand.said(), lines=lines.lines(), request_id=hand.cleaned_data["request_id"], **acts
        )
    return None


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def self_billed_edit(request: BusinessRequest, pk: int) -> HttpResponse:
    """Change a draft; its lines too, where they were written by hand."""
    draft = invoice_or_404(request, pk)
    if draft.issued_at is not None:
        return redirect(draft)
    free = not (draft.corrects_id or draft.receipts.exists())
    data = request.POST if request.method == "POST" else None
    form = SaidForm(data, initial=SaidForm.initial_of(draft) | {"request_id": draft.request_id})
    kwargs = {"rates": rates_of(draft.mandate)}
    lines: Any = PartnerLineFormSet(data, prefix="line", form_kwargs=kwargs, initial=lines_of(draft)) if free else None
    if data is not None and form.is_valid() and (lines is None or lines.is_valid()):
        try:
            selfbilled_drafting.save_draft(
                invoice=draft,
                revision=form.cleaned_data["revision"] or 0,
                said=form.said(draft),
                lines=lines.lines() if lines is not None else None,
                by=request.user,
                at=clock.now(),
            )
        except SelfBillingError as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The draft is saved."))
            return redirect(draft)
    context = {"invoice": draft, "form": form, "lines": lines}
    return render(request, "billing/self_billed_edit.html", context, status=422 if form.is_bound else 200)


@in_business
@require_POST
def self_billed_delete(request: BusinessRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    draft = invoice_or_404(request, pk)
    try:
        selfbilled_drafting.delete_draft(invoice=draft, by=request.user)
    except SelfBillingError as refused:
        say(request, refused)
        return redirect(draft)
    messages.success(request, _("The draft is thrown away. It had no number: nothing is missing."))
    return redirect(draft.mandate)


@in_business
@require_POST
def self_billed_issue(request: BusinessRequest, pk: int) -> HttpResponse:
    """Issue a draft that was read: number, date, seal, mail to the partner."""
    draft = invoice_or_404(request, pk)
    try:
        done = selfbilling.issue(invoice=draft, by=request.user, at=clock.now())
    except SelfBillingError as refused:
        say(request, refused)
        return redirect(draft)
    words = {"number": done.number, "name": done.mandate.legal_name}
    messages.success(request, _("Issued: %(number)s. It leaves by mail to %(name)s.") % words)
    return redirect(done)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def self_billed_credit(request: BusinessRequest, pk: int) -> HttpResponse:
    """Draft the credit note that takes off an issued invoice, or some of it."""
    corrected = invoice_or_404(request, pk)
    if (there := _draft_or_sent_before(request, corrected)) is not None:
        return redirect(there)
    answer = answer_to(corrected)
    data = request.POST if request.method == "POST" else None
    form = CreditForm(data, invoice=corrected, initial={"reason": answer.reason[:200] if answer else ""})
    if data is not None and form.is_valid():
        try:
            note = crediting.draft_credit_note(invoice=corrected, by=request.user, at=clock.now(), **form.said())
            return redirect(note)
        except SelfBillingError as refused:
            refuse(form, refused)
    context = {"invoice": corrected, "form": form, "answer": answer}
    return render(request, "billing/self_billed_credit.html", context, status=422 if form.is_bound else 200)


def _draft_or_sent_before(request: BusinessRequest, corrected: SelfBilledInvoice) -> SelfBilledInvoice | None:
    """Return the credit note that this very form made, or the one that is being prepared, and say so."""
    notes = corrected.credit_notes.all()
    made = next((note for note in notes if str(note.request_id) == request.POST.get("request_id")), None)
    if made is None and (made := next((note for note in notes if note.issued_at is None), None)) is not None:
        messages.info(request, _("A credit note of this invoice is being prepared: issue it, or throw it away first."))
    return made


@in_business
@require_POST
def self_billed_answer(request: BusinessRequest, pk: int) -> HttpResponse:
    """Record what the partner said in another way than by the link."""
    found = invoice_or_404(request, pk)
    form = SpokenAnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say who answered, and what."))
        return redirect(found)
    try:
        approving.record_answer(invoice=found, by=request.user, at=clock.now(), **form.cleaned_data)
    except SelfBillingError as refused:
        say(request, refused)
    else:
        messages.success(request, _("Their answer is recorded."))
    return redirect(found)
