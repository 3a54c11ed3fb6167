"""The client's own invoices: the list, bringing a file, confirming what it says, one invoice, its file, withdrawing."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.balances import with_balances
from billing.models import ReceivedInvoice, ReceivedUpload
from billing.partners import receiving
from billing.partners.forms import FromForm, ReceivedForm, UploadForm, WithdrawForm
from billing.partners.received_left import left_of, standing, still_open, with_left
from billing.views.common import language, may_write, say, today_of, visible_invoices
from lib import clock
from lib.addresses import row_id
from lib.money import euros, summed
from lib.reading.child import LARGEST
from lib.uploads import at_most, was_too_large
from people.access import BusinessRequest, clients_of, in_business, visible_activities, writers_only
from people.models import Client
from quotes.forms import RequestForm
from records import keeping

PER_PAGE = 20
ROOM_FOR_THE_FORM = 64 * 1024


def visible_received(request: BusinessRequest) -> QuerySet[ReceivedInvoice]:
    return ReceivedInvoice.objects.filter(visible_activities(request.membership), business=request.business)


def received_or_404(request: BusinessRequest, pk: int) -> ReceivedInvoice:
    related = ("business", "client__activity__business", "document", "corrects", "follows", "withdrawal")
    return get_object_or_404(visible_received(request).select_related(*related), pk=pk)


@in_business
@require_GET
def received_invoices(request: BusinessRequest) -> HttpResponse:
    """List the clients' own invoices, with what is left to set off; searched, those still open first if asked."""
    found = visible_received(request)
    for word in request.GET.get("q", "").split()[:8]:
        found = found.filter(Q(client__name__icontains=word) | Q(number__icontains=word) | Q(subject__icontains=word))
    if (client := row_id(request.GET.get("client", ""))) is not None:
        found = found.filter(client=client)
    rows: Any = still_open(found) if "open" in request.GET else with_left(found)
    related = rows.select_related("client", "withdrawal", "business").order_by("-issued_on", "-pk")
    page = Paginator(related, PER_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.still = euros(0) if row.corrects_id or not row.stands else max(summed(row.left), euros(0))
    context = {
        "page": page,
        "q": request.GET.get("q", ""),
        "only_open": "open" in request.GET,
        "may_write": may_write(request),
    }
    return render(request, "billing/received_invoices.html", context)


# Bringing ---------------------------------------------------------------------------------------------------------


def _client(request: BusinessRequest) -> Client | None:
    if (pk := row_id(request.GET.get("client", ""))) is None:
        return None
    return get_object_or_404(clients_of(request.membership).select_related("activity__business"), pk=pk)


@csrf_exempt  # checked inside, once the file's size is bounded
@writers_only
@at_most(LARGEST + ROOM_FOR_THE_FORM)
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def received_new(request: BusinessRequest) -> HttpResponse:
    """First whose invoice it is, then its file: what it says is proposed on the next page. Or type it by hand."""
    client = _client(request)
    if client is None:
        clients = clients_of(request.membership).filter(archived_at=None)
        return render(request, "billing/received_whose.html", {"form": FromForm(clients=clients)})
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and (upload := _brought(request, form, client)) is not None:
        return redirect(f"{_confirm_address(request)}?upload={upload.pk}")
    context = {"form": form, "client": client}
    return render(request, "billing/received_new.html", context, status=422 if form.is_bound else 200)


def _confirm_address(request: BusinessRequest) -> str:
    return redirect("received_confirm", request.business.slug).url


def _brought(request: BusinessRequest, form: UploadForm, client: Client) -> ReceivedUpload | None:
    if was_too_large(request):
        form.errors.pop("file", None)
        form.add_error("file", _("This file is larger than 10 MB."))
    if not form.is_valid():
        return None
    file = form.cleaned_data["file"]
    try:
        return receiving.bring(
            client=client,
            file=file,
            name=file.name,
            by=request.user,
            at=clock.now(),
            request_id=form.cleaned_data["request_id"],
        )
    except receiving.ReceivingError as refusal:
        say(form, refusal)
        return None


# Confirming -------------------------------------------------------------------------------------------------------


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def received_confirm(request: BusinessRequest) -> HttpResponse:
    """Show what was read, let a person correct it, and record it. `?upload=`: a file; `?client=`: typed by hand."""
    upload = _upload(request)
    client = upload.client if upload else _client(request)
    if client is None:
        return _recorded_already(request)
    proposed = receiving.proposal(upload) if upload else {}
    form = ReceivedForm(
        request.POST if request.method == "POST" else None,
        today=today_of(request),
        correctable=receiving.correctable(client),
        initial=proposed,
    )
    if form.is_bound and form.is_valid() and (made := _recorded(request, form, client, upload)) is not None:
        messages.success(request, _("Recorded."))
        return redirect(made)
    context = {"form": form, "client": client, "upload": upload, "is_credit": proposed.get("is_credit")}
    return render(request, "billing/received_confirm.html", context, status=422 if form.is_bound else 200)


def _recorded_already(request: BusinessRequest) -> HttpResponse:
    """Answer a form that was sent twice: its file is confirmed already."""
    form = RequestForm(request.POST)
    if not form.is_valid():
        raise Http404
    return redirect(get_object_or_404(visible_received(request), request_id=form.cleaned_data["request_id"]))


def _upload(request: BusinessRequest) -> ReceivedUpload | None:
    if (pk := row_id(request.GET.get("upload", ""))) is None:
        return None
    mine = ReceivedUpload.objects.filter(by=request.user, client__in=clients_of(request.membership)).defer("content")
    found = mine.select_related("client__activity__business").filter(pk=pk).first()
    if found is None and request.method != "POST":
        raise Http404
    return found


def _recorded(
    request: BusinessRequest, form: ReceivedForm, client: Client, upload: ReceivedUpload | None
) -> ReceivedInvoice | None:
    try:
        return receiving.record(
            client=client,
            typed=form.typed(),
            by=request.user,
            at=clock.now(),
            request_id=form.cleaned_data["request_id"],
            upload=upload,
        )
    except receiving.ReceivingError as refusal:
        say(form, refusal)
        return None


# One invoice ------------------------------------------------------------------------------------------------------


@in_business
@require_GET
def received_invoice(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show a client's invoice: what it says, what does not agree, what it was set off against, what may be."""
    found = received_or_404(request, pk)
    left = left_of(found)
    context = {
        "received": found,
        "left": left,
        "set_offs": found.set_offs.select_related("invoice", "reversed_by").order_by("pk"),
        "notes": standing(ReceivedInvoice.objects.filter(corrects=found)),
        "invoices": _open_invoices(request, found) if left.amount > 0 else [],
        "withdraw_form": WithdrawForm(),
        "may_write": may_write(request),
        "language": language(),
    }
    return render(request, "billing/received_invoice.html", context)


def _open_invoices(request: BusinessRequest, received: ReceivedInvoice) -> Any:
    """Return the client's issued invoices that it may be set off against: open, or paid by the baskets it is for."""
    rows: Any = visible_invoices(request).filter(client=received.client_id, issued_at__isnull=False, corrects=None)
    in_kind = Q(allocations__receipt__kind__in=("goods", "time"))
    return with_balances(rows, today_of(request)).filter(Q(left__gt=0) | in_kind).distinct().order_by("-issued_on")[:20]


@in_business
@require_GET
def received_file(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Serve the file as it came, as a download: whatever is in it runs nowhere here."""
    found = received_or_404(request, pk)
    if found.document is None:
        raise Http404
    return keeping.response(found.document)


@in_business
@require_POST
def received_withdraw(request: BusinessRequest, pk: int) -> HttpResponse:
    """Say that it should not have been recorded: its row and its file stay, it counts no more."""
    found = received_or_404(request, pk)
    try:
        receiving.withdraw(received=found, by=request.user, at=clock.now(), reason=request.POST.get("reason", "")[:200])
    except receiving.ReceivingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn: it counts no more, and its number may be recorded again."))
    return redirect(found)
