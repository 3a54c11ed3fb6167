"""The pages that look at everything: Today, and the accountant's."""

from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from billing.models import Export
from desk import exporting, figures, today
from desk.controls import controls
from desk.forms import ExportForm
from lib import clock
from people.access import BusinessRequest, in_business, who_sees_everything
from people.models import Role
from records import keeping
from records.models import Errand
from records.subjects import ref

SHOWN_EXPORTS = 20


@require_GET
@in_business
def today_page(request: BusinessRequest) -> HttpResponse:
    """Aujourd'hui: what to do next, then the year's figures."""
    on = clock.today(request.business.time_zone)
    if request.membership.role == Role.ACCOUNTANT:
        return redirect("accounting", request.business.slug)
    context = {
        "business": request.business,
        "membership": request.membership,
        "on": on,
        "todos": today.todos(request.membership, on),
        "is_new": today.is_new(request.membership),
        "year": figures.year(request.membership, on),
    }
    return render(request, "desk/today.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@who_sees_everything
def accounting(request: BusinessRequest) -> HttpResponseBase:
    """The accountant's page: choose a period, see what ties up, ask for the archive, take earlier ones."""
    business, on = request.business, clock.today(request.business.time_zone)
    since_last = exporting.since_last(business=business, by=request.user, today=on)
    form = ExportForm(request.POST or _looked_at(request), today=on, since_last=since_last)
    if request.method == "POST" and form.is_valid():
        return _look(request) if "look" in request.POST else _ask(request, form)
    basis = str(form["basis"].value() or "ISSUE")
    period = form.shown
    context = {
        "business": business,
        "membership": request.membership,
        "form": form,
        "period": period,
        "controls": controls(business, period, basis),
        "exports": business.exports.select_related("asked_by", "document").prefetch_related("downloads__user")[
            :SHOWN_EXPORTS
        ],
    }
    return render(request, "desk/accounting.html", context, status=422 if request.method == "POST" else 200)


LOOKED_AT = ("period", "since", "until", "basis")


def _looked_at(request: BusinessRequest) -> dict[str, str] | None:
    """Return the period that an address names, as the form would send it; None where it names none."""
    if not request.GET.get("period"):
        return None
    return {name: request.GET.get(name, "") for name in LOOKED_AT} | {"request_id": str(uuid4())}


def _look(request: BusinessRequest) -> HttpResponseRedirect:
    """Show the controls of the period chosen, at an address that can be kept."""
    query = urlencode({name: request.POST[name] for name in LOOKED_AT if request.POST.get(name)})
    return HttpResponseRedirect(f"{reverse('accounting', args=[request.business.slug])}?{query}#controls")


def _ask(request: BusinessRequest, form: ExportForm) -> HttpResponseRedirect:
    export = exporting.ask(
        business=request.business,
        by=request.user,
        at=clock.now(),
        period=form.cleaned_data["chosen"],
        basis=form.cleaned_data["basis"],
        language=get_language() or "fr",
        request_id=form.cleaned_data["request_id"],
    )
    return HttpResponseRedirect(export.get_absolute_url())


@require_GET
@who_sees_everything
def export_page(request: BusinessRequest, pk: int) -> HttpResponse:
    """One export: its progress while the worker builds it, then its archive."""
    export = get_object_or_404(Export.objects.select_related("document"), pk=pk, business=request.business)
    errand = Errand.objects.filter(what="build_export", subject=ref(export)).first()
    context = {
        "business": request.business,
        "membership": request.membership,
        "export": export,
        "errand": errand,
        "downloads": export.downloads.select_related("user"),
    }
    template = "desk/_export_state.html" if request.headers.get("HX-Request") else "desk/export.html"
    return render(request, template, context)


@require_GET
@who_sees_everything
def export_download(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Give the archive, and note who took it."""
    export = get_object_or_404(Export.objects.select_related("document"), pk=pk, business=request.business)
    try:
        document = exporting.record_download(export=export, by=request.user, at=clock.now())
    except exporting.ExportError as error:
        messages.warning(request, str(error))
        return redirect(export)
    return keeping.response(document)
