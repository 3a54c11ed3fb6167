"""Delivery slips: the list, making one of what came, one slip with its PDF."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.models import Receipt, Slip
from billing.partners import slips
from billing.partners.forms import FromForm, SlipForm
from billing.views import papers
from billing.views.common import count_of, may_write, say
from lib import clock
from lib.addresses import row_id
from people.access import BusinessRequest, clients_of, in_business, visible_activities, writers_only
from people.models import Client

PER_PAGE = 20


def visible_slips(request: BusinessRequest) -> QuerySet[Slip]:
    return Slip.objects.filter(visible_activities(request.membership), business=request.business)


def _or_404(request: BusinessRequest, pk: int) -> Slip:
    return get_object_or_404(visible_slips(request).select_related("business", "client"), pk=pk)


@in_business
@require_GET
def slip_list(request: BusinessRequest) -> HttpResponse:
    """List the slips, last first."""
    found = visible_slips(request)
    if (client := row_id(request.GET.get("client", ""))) is not None:
        found = found.filter(client=client)
    page = Paginator(found.select_related("client", "business"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "billing/slips.html", {"page": page, "may_write": may_write(request)})


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def slip_new(request: BusinessRequest) -> HttpResponse:
    """Make a slip of what came in kind and is on none; the last month is ticked. `?receipt=`: that one alone."""
    if (pk := row_id(request.GET.get("client", ""))) is None:
        clients = clients_of(request.membership).filter(archived_at=None)
        return render(request, "billing/slip_whose.html", {"form": FromForm(clients=clients)})
    client = get_object_or_404(clients_of(request.membership).select_related("activity__business"), pk=pk)
    rows = list(slips.waiting(client)[: slips.MOST_LINES])
    form = SlipForm(
        request.POST if request.method == "POST" else None,
        receipts=rows,
        chosen=_ticked(rows, row_id(request.GET.get("receipt", ""))),
        initial={"received_by": request.user.name},
    )
    if form.is_bound and form.is_valid() and (made := _made(request, form, client)) is not None:
        messages.success(request, _("Made: its PDF comes in a moment."))
        return redirect(made)
    context = {"form": form, "client": client, "rows": rows}
    return render(request, "billing/slip_new.html", context, status=422 if form.is_bound else 200)


def _ticked(rows: list[Receipt], receipt: int | None) -> list[int]:
    if receipt is not None:
        return [receipt]
    months = slips.by_month(rows)
    return [row.pk for row in months[max(months)]] if months else []


def _made(request: BusinessRequest, form: SlipForm, client: Client) -> Slip | None:
    said = form.cleaned_data
    try:
        return slips.make_slip(
            client=client,
            receipts=form.chosen(),
            by=request.user,
            at=clock.now(),
            request_id=said["request_id"],
            handed_over_by=said["handed_over_by"],
            received_by=said["received_by"],
            place=said["place"],
        )
    except slips.SlipError as refusal:
        say(form, refusal)
        return None


@in_business
@require_GET
def slip(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show a slip, and what of it was undone since."""
    found = _or_404(request, pk)
    lines = list(found.lines.select_related("receipt").order_by("position"))
    for line in lines:
        line.count = count_of(line.receipt)  # type: ignore[attr-defined]
    undone = slips.undone(found)
    given_back = all(line.receipt.came for line in undone)
    context = {
        "slip": found,
        "lines": lines,
        "undone": undone,
        "given_back": given_back,
        "may_write": may_write(request),
    }
    return render(
        request, "billing/slip.html", context | papers.about(request, found) | {"may_write": may_write(request)}
    )


@in_business
@require_GET
def slip_pdf(request: BusinessRequest, pk: int) -> HttpResponseBase:
    return papers.served(request, _or_404(request, pk))


@in_business
@require_POST
def slip_mail(request: BusinessRequest, pk: int) -> HttpResponse:
    return papers.mailed(request, _or_404(request, pk))
