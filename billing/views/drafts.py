"""Drafts: started from an accepted quote or from nothing, changed, previewed, issued, thrown away; credit notes."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing import agreeing, crediting, drafting, issuing, waiving
from billing.advising import doubts
from billing.agreeing import kinds_of
from billing.checking import obstacles
from billing.forms import CreditForm, DraftForm, LineFormSet, OneOffForm, initial_of
from billing.forms_parts import PartFormSet, initial_of_parts
from billing.models import Invoice
from billing.roles import CLOSING, PROGRESS, role_is
from billing.views.common import bar_of, invoice_or_404, may_write, say, today_of
from lib import clock
from people.access import BusinessRequest, clients_of, in_business, visible_activities, writers_only
from people.models import new_request_id
from quotes.forms import RequestForm
from quotes.models import Acceptance


def _editable(request: BusinessRequest, pk: int) -> Invoice:
    draft = invoice_or_404(request, pk)
    if draft.issued_at is not None:
        raise Http404
    return draft


# Starting ---------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_new(request: BusinessRequest) -> HttpResponse:
    """Offer the accepted quotes that wait for their invoice; or write an invoice that comes from no quote."""
    clients = clients_of(request.membership).filter(archived_at=None)
    data = request.POST if request.method == "POST" else None
    form = OneOffForm(data, clients=clients)
    lines = LineFormSet(data, prefix="line", form_kwargs={"business": request.business})
    if data is not None and form.is_valid() and lines.is_valid():
        draft = _started(request, form, lines)
        if draft is not None:
            return redirect(draft)
    context = {
        "form": form,
        "lines": lines,
        "quotes": _to_invoice(request),
        "request_id": new_request_id(),
        "open": data is not None,
    }
    return render(request, "billing/invoice_new.html", context, status=422 if data is not None else 200)


def _started(request: BusinessRequest, form: OneOffForm, lines: Any) -> Invoice | None:
    client = form.cleaned_data["client"]
    try:
        return drafting.draft_standard(
            activity=client.activity,
            client=client,
            title=form.cleaned_data["title"],
            lines=lines.lines(),
            by=request.user,
            at=clock.now(),
            request_id=form.cleaned_data["request_id"],
        )
    except drafting.DraftingError as refusal:
        say(form, refusal)
    return None


def _to_invoice(request: BusinessRequest) -> QuerySet[Acceptance]:
    whole = Invoice.objects.filter(role_is(*CLOSING, PROGRESS), acceptance=OuterRef("pk"))
    mine = Acceptance.objects.filter(visible_activities(request.membership, "quote__activity"), ~Exists(whole))
    return mine.filter(quote__business=request.business).select_related("version", "quote__client").order_by("-at")


@in_business
@require_POST
def invoice_final(request: BusinessRequest, pk: int) -> HttpResponse:
    """Draft the final invoice of an accepted quote."""
    mine = Acceptance.objects.filter(visible_activities(request.membership, "quote__activity"))
    acceptance = mine.filter(quote__business=request.business, quote=pk).select_related("quote", "version").first()
    if acceptance is None:
        raise Http404
    form = RequestForm(request.POST)
    request_id = form.cleaned_data["request_id"] if form.is_valid() else uuid.uuid4()
    try:
        draft = drafting.draft_final(acceptance=acceptance, by=request.user, at=clock.now(), request_id=request_id)
    except drafting.DraftingError as refusal:
        messages.error(request, str(refusal))
        return redirect("invoices", request.business.slug)
    return redirect(draft)


# Changing ---------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_edit(request: BusinessRequest, pk: int) -> HttpResponse:
    """Change what may be changed on a draft; a draft changed elsewhere meanwhile shows both texts."""
    draft = _editable(request, pk)
    data = request.POST if request.method == "POST" else None
    form = DraftForm(data, invoice=draft) if data is not None else DraftForm.of(draft)
    lines, parts = _sets(request, draft, data)
    saved: Invoice | None = None
    if data is not None and all(one.is_valid() for one in (form, lines, parts) if one is not None):
        try:
            _save(request, draft, form, lines, parts)
        except drafting.StaleDraft as stale:
            saved = stale.saved
            form.data = {**request.POST.dict(), "revision": str(saved.revision)}
        except drafting.DraftingError as refusal:
            say(form, refusal)
        else:
            messages.success(request, _("The draft is saved."))
            return redirect(draft)
    context = {"invoice": draft, "form": form, "lines": lines, "parts": parts, "saved": saved}
    return render(request, "billing/invoice_edit.html", context, status=422 if data is not None else 200)


def _sets(request: BusinessRequest, draft: Invoice, data: Any) -> tuple[Any, Any]:
    """Return the forms of the lines, and of the parts paid otherwise than in euros, where a person may change them."""
    if draft.acceptance_id or draft.corrects_id:
        return None, None
    business = {"business": request.business}
    lines = LineFormSet(data, prefix="line", form_kwargs=business, initial=initial_of(draft))
    if not kinds_of(request.business) and not draft.agreed_parts.exists():
        return lines, None
    return lines, PartFormSet(data, prefix="part", form_kwargs=business, initial=initial_of_parts(draft))


def _save(request: BusinessRequest, draft: Invoice, form: DraftForm, lines: Any, parts: Any) -> None:
    said: dict[str, Any] = {"invoice": draft, "by": request.user, "at": clock.now(), **form.cleaned_data}
    if lines is not None:
        said["lines"] = lines.lines()
    if parts is not None:
        agreeing.save_draft(parts=parts.parts(), **said)
    else:
        drafting.save_draft(**said)


@in_business
@require_POST
def invoice_delete(request: BusinessRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    draft = invoice_or_404(request, pk)
    try:
        drafting.delete_draft(invoice=draft, by=request.user)
    except drafting.DraftingError as refusal:
        messages.error(request, str(refusal))
        return redirect(draft)
    messages.success(request, _("The draft is thrown away. It had no number: nothing is missing."))
    return redirect("invoices", request.business.slug)


# Issuing ----------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_issue(request: BusinessRequest, pk: int) -> HttpResponse:
    """Ask once more, then issue: number, date, seal. What stands in the way is said in words."""
    draft = invoice_or_404(request, pk)
    if draft.issued_at is not None:
        return redirect(draft)
    reasons: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            issued = issuing.issue(invoice=draft, by=request.user, at=clock.now())
        except issuing.IssuingError as refusal:
            reasons = refusal.reasons
        else:
            messages.success(
                request, _("Issued: %(number)s. It never changes from now on.") % {"number": issued.number}
            )
            return redirect(issued)
    on = today_of(request)
    try:
        claim, said = issuing.fill(draft, on)
    except issuing.IssuingError as missing:
        return _refused(request, missing)
    context = {
        "invoice": draft,
        "claim": claim,
        "said": said,
        "on": on,
        "obstacles": reasons or obstacles(draft, said, on),
        "doubts": doubts(draft, claim, on),
        "segments": bar_of(said),
    }
    return render(request, "billing/invoice_issue.html", context, status=409 if reasons else 200)


@in_business
@require_GET
def invoice_preview(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show the PDF as it would be issued today, marked as a preview; nothing is written."""
    draft = _editable(request, pk)
    try:
        _claim, said = issuing.fill(draft, today_of(request))
    except issuing.IssuingError as missing:
        return _refused(request, missing)
    content = issuing.pdf_bytes(said, created=clock.now(), preview=True)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{_("preview")}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _refused(request: BusinessRequest, missing: issuing.IssuingError) -> HttpResponse:
    """Nothing can be shown of a draft whose legal sentences are not known: the list says why."""
    messages.error(request, str(missing))
    return redirect("invoices", request.business.slug)


# Crediting --------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_credit(request: BusinessRequest, pk: int) -> HttpResponse:
    """Draft a credit note on an issued invoice: whole, an amount, or some lines."""
    corrected = invoice_or_404(request, pk)
    if why := crediting.why_not(corrected):
        messages.error(request, why)
        return redirect(corrected)
    data = request.POST if request.method == "POST" else None
    form = CreditForm(
        data,
        invoice=corrected,
        may_choose_lines=not corrected.deductions.exists(),
        waived=waiving.waived_of(corrected),
        initial=waiving.proposal(corrected) if "waived" in request.GET else None,
    )
    if data is not None and form.is_valid():
        try:
            note = crediting.draft_credit_note(
                invoice=corrected,
                by=request.user,
                at=clock.now(),
                reason=form.cleaned_data["reason"],
                request_id=form.cleaned_data["request_id"],
                **form.wanted(),
            )
        except crediting.CreditingError as refusal:
            say(form, refusal)
        else:
            return redirect(note)
    context = {
        "invoice": corrected,
        "form": form,
        "creditable": crediting.creditable(corrected),
        "may_write": may_write(request),
    }
    return render(request, "billing/invoice_credit.html", context, status=422 if data is not None else 200)
