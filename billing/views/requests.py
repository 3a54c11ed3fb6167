"""Payment requests: asked for from an invoice's page, shown on one of their own, mailed on demand, undone."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing import balances
from billing.dunning import requesting
from billing.dunning.forms import PaymentRequestForm
from billing.forms import MailForm
from billing.models import PaymentRequest
from billing.views.common import invoice_or_404, may_write, say, today_of
from lib import clock
from people.access import BusinessRequest, in_business, visible_activities, writers_only
from people.models import Contact
from records import keeping
from records.models import Errand, Mail
from records.subjects import ref


def request_or_404(request: BusinessRequest, pk: int) -> PaymentRequest:
    rows = PaymentRequest.objects.filter(visible_activities(request.membership), business=request.business)
    related = ("invoice__business", "business", "client", "activity", "reversed_by", "reverses")
    found = rows.select_related(*related).filter(pk=pk, reverses=None).first()
    if found is None:
        raise Http404
    return found


@writers_only
@require_http_methods(["GET", "POST"])
def request_new(request: BusinessRequest, pk: int) -> HttpResponse:
    """Ask in euros for what of an invoice will not come in kind."""
    invoice, on = invoice_or_404(request, pk), today_of(request)
    if invoice.issued_at is None:
        raise Http404
    items = requesting.askable_of(invoice, on)
    form = PaymentRequestForm(request.POST if request.method == "POST" else None, items=items, on=on)
    if request.method == "POST" and form.is_valid():
        try:
            made = requesting.request_payment(
                invoice=invoice, wish=form.wish(), by=request.user, at=clock.now(),
                request_id=form.cleaned_data["request_id"],
            )  # fmt: skip
        except requesting.RequestingError as refusal:
            say(form, refusal)
        else:
            messages.success(request, _("The request is made. It leaves when you mail it."))
            return redirect(made)
    context = {"invoice": invoice, "form": form, "items": items, "balance": balances.balance_of(invoice, on)}
    return render(request, "billing/request_new.html", context, status=422 if form.is_bound and form.errors else 200)


@in_business
@require_GET
def payment_request(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show a payment request: what it asks for, what is left of it, its PDF, its mails."""
    found, on = request_or_404(request, pk), today_of(request)
    document = requesting.pdf_of(found)
    left = requesting.left_of(found, on)
    context = {
        "asked": found,
        "invoice": found.invoice,
        "left": left,
        "is_overdue": found.stands and left.amount > 0 and found.due_on < on,
        "document": document,
        "late": None if document else Errand.objects.filter(what=requesting.PDF_ERRAND, subject=ref(found)).first(),
        "mails": Mail.objects.filter(subject_ref=ref(found)).order_by("-made_at"),
        "mail_form": MailForm(contacts=Contact.objects.filter(client=found.client_id, archived_at=None)),
        "may_write": may_write(request),
        "may_undo": may_write(request) and found.stands and left == found.value,
    }
    return render(request, "billing/payment_request.html", context)


@in_business
@require_GET
def request_pdf(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Serve the kept PDF; while it is being made, go back to the page that says so."""
    found = request_or_404(request, pk)
    document = requesting.pdf_of(found)
    if document is None:
        messages.info(request, _("The PDF is being made: it will be here in a moment."))
        return redirect(found)
    return keeping.response(document, inline="inline" in request.GET)


@in_business
@require_POST
def request_mail(request: BusinessRequest, pk: int) -> HttpResponse:
    """Mail a payment request to the contacts chosen."""
    found = request_or_404(request, pk)
    form = MailForm(request.POST, contacts=Contact.objects.filter(client=found.client_id, archived_at=None))
    if not form.is_valid():
        messages.error(request, _("Choose at least one person to send it to."))
        return redirect(found)
    try:
        requesting.mail_request(
            request=found, by=request.user, at=clock.now(), contacts=list(form.cleaned_data["contacts"])
        )
    except requesting.RequestingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request leaves by mail."))
    return redirect(found)


@in_business
@require_POST
def request_undo(request: BusinessRequest, pk: int) -> HttpResponse:
    """Undo a payment request of which nothing was paid."""
    found = request_or_404(request, pk)
    try:
        requesting.withdraw(request=found, by=request.user, at=clock.now())
    except requesting.RequestingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is undone."))
    return redirect(found)
