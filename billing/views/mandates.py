"""The pages of a mandate: drafted, proposed, recorded from paper, ended; and the list of all that is self-billed."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.models import Mandate, MandateLink, SelfBilledInvoice
from billing.selfbilled import mandate_answering, mandate_paper, mandating
from billing.selfbilled.drafting import receipts_to_invoice
from billing.selfbilled.forms import EndForm, MandateForm, PaperForm, ProposeForm
from billing.selfbilled.mandate_paper import clauses_of
from billing.selfbilled.mandate_posting import accepted_pdf_of, pdf_of
from billing.selfbilled.mandating import LISTED, TONES, MandateError, State, ended, said_yes, state_in_list, state_of
from billing.views.common import may_write, today_of
from lib import clock
from lib.law import fact
from people.access import BusinessRequest, clients_of, in_business, visible_activities, writers_only
from people.models import Client, Contact, new_request_id
from records import keeping
from records.models import Document, Mail
from records.subjects import ref

PER_PAGE = 40


def visible_mandates(request: BusinessRequest) -> QuerySet[Mandate]:
    rows = Mandate.objects.filter(visible_activities(request.membership), business=request.business)
    return rows.select_related("business", "activity", "client__activity")


def mandate_or_404(request: BusinessRequest, pk: int) -> Mandate:
    return get_object_or_404(visible_mandates(request), pk=pk)


def say(request: BusinessRequest, error: Any) -> None:
    """Show each reason of a refusal on the page."""
    for reason in error.reasons:
        messages.error(request, reason)


def refuse(form: Any, error: Any) -> None:
    """Show a refusal next to the field it is about, or on top of the form."""
    field = error.field if error.field in form.fields else None
    for reason in error.reasons:
        form.add_error(field, reason)


# Reading ----------------------------------------------------------------------------------------------------------


@in_business
@require_GET
def self_billing(request: BusinessRequest) -> HttpResponse:
    """List the mandates and what was written under them."""
    from billing.views.selfbilling import rows_of, visible_self_billed

    today = today_of(request)
    mandates = visible_mandates(request).select_related(*LISTED)[:PER_PAGE]
    context = {
        "mandates": [(mandate, _badge(state_in_list(mandate, today))) for mandate in mandates],
        "invoices": rows_of(visible_self_billed(request), today),
        "may_write": may_write(request),
    }
    return render(request, "billing/self_billing.html", context)


def _badge(state: State) -> dict[str, str]:
    return {"word": str(state.value), "tone": TONES.get(state, "off")}


@in_business
@require_GET
def mandate(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show a mandate: what it says, where it stands, what is written under it, and what to do next."""
    found = mandate_or_404(request, pk)
    state = state_of(found, today_of(request))
    if found.proposed_at is None:
        mandating.fill(found, today_of(request))
    return render(request, "billing/mandate.html", _page(request, found, state))


def _page(request: BusinessRequest, found: Mandate, state: State) -> dict[str, Any]:
    from billing.views.selfbilling import rows_of

    today, acceptance = today_of(request), said_yes(found)
    is_draft = found.proposed_at is None
    return {
        "mandate": found,
        "state": state.name,
        "badge": _badge(state),
        "clauses": clauses_of(found),
        "obstacles": list(mandating.obstacles(found, today)) if is_draft else [],
        "acceptance": acceptance,
        "end": ended(found),
        "links": found.links.select_related("contact"),
        "document": None if is_draft else pdf_of(found),
        "accepted_document": accepted_pdf_of(acceptance) if acceptance else None,
        "scan": keeping.find("mandate_scan", ref(acceptance)) if acceptance else None,
        "mails": Mail.objects.filter(subject_ref=ref(found)).order_by("-made_at"),
        "invoices": rows_of(SelfBilledInvoice.objects.filter(mandate=found), today),
        "waiting": receipts_to_invoice(found.client) if state == State.IN_FORCE else [],
        "may_write": may_write(request),
    }


@in_business
@require_GET
def mandate_pdf(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Give the PDF: the accepted one, the proposed one, or a preview of the draft."""
    found = mandate_or_404(request, pk)
    if found.proposed_at is None:
        mandating.fill(found, today_of(request))
        content = mandate_paper.mandate_pdf(found, created=clock.now(), preview=True)
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{_("preview")}.pdf"'
        answer["Cache-Control"] = "private, no-store"
        return answer
    return given(request, found, _best(found, request.GET.get("which", "")))


def _best(found: Mandate, which: str) -> Document | None:
    acceptance = said_yes(found)
    if which == "scan" and acceptance:
        return keeping.find("mandate_scan", ref(acceptance))
    if which == "accepted" and acceptance:
        return accepted_pdf_of(acceptance)
    return pdf_of(found)


def given(request: BusinessRequest, row: Any, document: Document | None) -> HttpResponseBase:
    """Answer with a kept file, or go back to the page while it is being made."""
    if document is None:
        messages.info(request, _("The PDF is being made: it will be here in a moment."))
        return redirect(row)
    return keeping.response(document, inline="inline" in request.GET)


# Drafting ---------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def mandate_new(request: BusinessRequest, pk: int) -> HttpResponse:
    """Draft a mandate for a client to give; what is known of them is there already."""
    client = get_object_or_404(clients_of(request.membership).select_related("activity__business"), pk=pk)
    known = mandating.initial_terms(client, today_of(request)) | {"request_id": new_request_id()}
    form = _form(request, known)
    if request.method == "POST" and form.is_valid():
        try:
            made = mandating.draft_mandate(
                client=client,
                terms=form.terms(),
                by=request.user,
                at=clock.now(),
                request_id=form.cleaned_data["request_id"],
            )
            return redirect(made)
        except MandateError as refused:
            refuse(form, refused)
    return _form_page(request, form, client)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def mandate_edit(request: BusinessRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    found = mandate_or_404(request, pk)
    if found.proposed_at is not None:
        return redirect(found)
    form = _form(request, MandateForm.initial_of(found) | {"request_id": found.request_id})
    if request.method == "POST" and form.is_valid():
        revision = form.cleaned_data["revision"] or 0
        try:
            mandating.save_mandate(
                mandate=found, revision=revision, terms=form.terms(), by=request.user, at=clock.now()
            )
            return redirect(found)
        except MandateError as refused:
            refuse(form, refused)
    return _form_page(request, form, found.client, found)


def _form(request: BusinessRequest, known: dict[str, Any]) -> MandateForm:
    today = today_of(request)
    flat_rate = fact("mandate.flat_rate_farmer", today).text(request.user.language)
    rates = fact("vat.rates", today).value
    data = request.POST if request.method == "POST" else None
    return MandateForm(data, initial=known, rates=rates, flat_rate=flat_rate)


def _form_page(
    request: BusinessRequest, form: MandateForm, client: Client, found: Mandate | None = None
) -> HttpResponse:
    context = {"form": form, "client": client, "mandate": found}
    return render(request, "billing/mandate_form.html", context, status=422 if form.is_bound else 200)


@in_business
@require_POST
def mandate_delete(request: BusinessRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = mandate_or_404(request, pk)
    try:
        mandating.delete_mandate(mandate=found, by=request.user)
    except MandateError as refused:
        say(request, refused)
        return redirect(found)
    messages.success(request, _("The draft is thrown away."))
    return redirect("client", request.business.slug, found.client_id)


# Proposing --------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def mandate_propose(request: BusinessRequest, pk: int) -> HttpResponse:
    """Read the whole text once more, choose who gets it, and propose it: it changes no more."""
    found = mandate_or_404(request, pk)
    if found.proposed_at is not None:
        return redirect(found)
    contacts = Contact.objects.filter(client=found.client_id, archived_at=None).order_by("pk")
    form = ProposeForm(request.POST if request.method == "POST" else None, contacts=contacts)
    if request.method == "POST" and form.is_valid():
        chosen = list(form.cleaned_data["contacts"])
        try:
            mandating.propose(mandate=found, by=request.user, at=clock.now(), contacts=chosen)
        except MandateError as refused:
            refuse(form, refused)
        else:
            said = _("The mandate leaves by mail.") if chosen else _("The mandate is ready to be printed and signed.")
            messages.success(request, said)
            return redirect(found)
    mandating.fill(found, today_of(request))
    context = {
        "mandate": found,
        "form": form,
        "clauses": clauses_of(found),
        "obstacles": [] if form.is_bound else list(mandating.obstacles(found, today_of(request))),
        "contacts": contacts,
    }
    return render(request, "billing/mandate_propose.html", context, status=422 if form.is_bound else 200)


@in_business
@require_POST
def mandate_link(request: BusinessRequest, pk: int, link_pk: int) -> HttpResponse:
    """Send a contact a new link, or withdraw theirs."""
    found = mandate_or_404(request, pk)
    link = get_object_or_404(MandateLink.objects.select_related("contact"), pk=link_pk, mandate=found)
    link.mandate = found
    if request.POST.get("action") == "revoke":
        mandating.revoke_link(link=link, by=request.user, at=clock.now())
        messages.success(request, _("The link of %(name)s opens nothing any more.") % {"name": link.contact.name})
    else:
        generation = request.POST.get("generation", "")
        seen = int(generation) if generation.isascii() and generation.isdigit() and len(generation) < 9 else 0
        mandating.renew_link(link=link, by=request.user, at=clock.now(), generation=seen)
        messages.success(request, _("A new link leaves by mail to %(name)s.") % {"name": link.contact.name})
    return redirect(found)


# What came of it --------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def mandate_on_paper(request: BusinessRequest, pk: int) -> HttpResponse:
    """Record a mandate that came back signed."""
    found = mandate_or_404(request, pk)
    if found.proposed_at is None or said_yes(found):
        return redirect(found)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PaperForm(data, files, initial={"on": today_of(request)})
    if data is not None and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            mandate_answering.accept_on_paper(
                mandate=found, by=request.user, at=clock.now(), scan=said.pop("scan").file, **said
            )
        except MandateError as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Recorded: you may write their invoices."))
            return redirect(found)
    context = {"mandate": found, "form": form}
    return render(request, "billing/mandate_on_paper.html", context, status=422 if form.is_bound else 200)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def mandate_end(request: BusinessRequest, pk: int) -> HttpResponse:
    """End a mandate from a day; before any yes, withdraw it."""
    found = mandate_or_404(request, pk)
    if found.proposed_at is None or ended(found):
        raise Http404
    is_accepted = said_yes(found) is not None
    data = request.POST if request.method == "POST" else None
    form = EndForm(data, is_accepted=is_accepted, ask_who=True, initial={"ends_on": today_of(request)})
    if data is not None and form.is_valid():
        said = {"ends_on": today_of(request)} | form.cleaned_data
        try:
            mandate_answering.end_by_us(mandate=found, by=request.user, at=clock.now(), **said)
        except MandateError as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Noted. The other side is told by mail."))
            return redirect(found)
    context = {"mandate": found, "form": form, "is_accepted": is_accepted}
    return render(request, "billing/mandate_end.html", context, status=422 if form.is_bound else 200)
