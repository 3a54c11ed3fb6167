"""The catalogue's pages: list, one offer, its form, its copy, its putting away."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lib import clock
from people.access import BusinessRequest, activities_of, in_business, visible_activities, writers_only
from people.models import new_request_id
from quotes import cataloguing
from quotes.forms import ActivityForm, OfferForm, RequestForm
from quotes.models import Offer

PER_PAGE = 15
SORTS = {"title": "title", "price": "unit_price", "hours": "hours"}


def visible_offers(request: BusinessRequest) -> QuerySet[Offer]:
    """Return the offers the member may see."""
    return Offer.objects.filter(visible_activities(request.membership))


@in_business
@require_GET
def offers(request: BusinessRequest) -> HttpResponse:
    """List the catalogue: searched, filtered by tag, sorted, page by page."""
    mine = visible_offers(request)
    put_away = "archived" in request.GET
    shown = _sorted(_found(mine.filter(archived_at__isnull=not put_away), request), request)
    page = Paginator(shown.select_related("activity__business"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "q": request.GET.get("q", ""),
        "tag": request.GET.get("tag", ""),
        "tags": tags_of(mine.filter(archived_at=None)),
        "put_away": put_away,
        "sort": request.GET.get("sort", "title"),
    }
    return render(request, "quotes/offers.html", context)


def _found(offers: QuerySet[Offer], request: BusinessRequest) -> QuerySet[Offer]:
    if words := request.GET.get("q", "").strip():
        offers = offers.filter(search(words))
    if tag := request.GET.get("tag", "").strip():
        offers = offers.filter(tags__icontains=tag)
    return offers


def search(words: str) -> Q:
    """Return the filter for offers that say every one of the words somewhere."""
    wanted = Q()
    for word in words.split()[:8]:
        wanted &= Q(title__icontains=word) | Q(summary__icontains=word) | Q(tags__icontains=word)
    return wanted


def _sorted(offers: QuerySet[Offer], request: BusinessRequest) -> QuerySet[Offer]:
    key = request.GET.get("sort", "title")
    column = SORTS.get(key.removeprefix("-"), "title")
    return offers.order_by(f"-{column}" if key.startswith("-") else column, "pk")


def tags_of(offers: QuerySet[Offer]) -> list[str]:
    """Return the tags in use, each once, in order."""
    written = offers.exclude(tags="").values_list("tags", flat=True).order_by().distinct()
    return sorted({tag.strip() for tags in written for tag in tags.split(",") if tag.strip()}, key=str.casefold)[:30]


@in_business
@require_GET
def offer(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show one offer, whole."""
    found = get_object_or_404(visible_offers(request).select_related("activity"), pk=pk)
    return render(request, "quotes/offer.html", {"offer": found, "request_id": new_request_id()})


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def offer_new(request: BusinessRequest) -> HttpResponse:
    """Write a new offer."""
    form = OfferForm(request.POST or None, business=request.business)
    whose = ActivityForm(request.POST or None, activities=activities_of(request.membership))
    if request.method == "POST" and form.is_valid() & whose.is_valid():
        made = cataloguing.create_offer(
            by=request.user,
            at=clock.now(),
            activity=whose.cleaned_data["activity"],
            fields=form.fields_of_offer(),
            request_id=form.cleaned_data["request_id"],
        )
        messages.success(request, _("The offer is in your catalogue."))
        return redirect("offer", request.business.slug, made.pk)
    return _form_page(request, form, whose=whose)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def offer_edit(request: BusinessRequest, pk: int) -> HttpResponse:
    """Change an offer; one changed elsewhere meanwhile shows both texts."""
    found = get_object_or_404(visible_offers(request).select_related("activity"), pk=pk)
    if request.method != "POST":
        return _form_page(request, OfferForm(initial=OfferForm.initial_of(found), business=request.business), found)
    form = OfferForm(request.POST, business=request.business)
    if not form.is_valid():
        return _form_page(request, form, found)
    try:
        cataloguing.change_offer(
            by=request.user,
            offer=found,
            revision=form.cleaned_data["revision"] or 0,
            fields=form.fields_of_offer(),
        )
    except cataloguing.StaleOffer as stale:
        return _stale_page(request, form, stale)
    messages.success(request, _("The offer is saved. Quotes already made keep their own words."))
    return redirect("offer", request.business.slug, found.pk)


def _form_page(request: BusinessRequest, form: OfferForm, found: Offer | None = None, **more: Any) -> HttpResponse:
    context = {"form": form, "offer": found, **more}
    return render(request, "quotes/offer_form.html", context, status=422 if form.is_bound else 200)


def _stale_page(request: BusinessRequest, form: OfferForm, stale: cataloguing.StaleOffer) -> HttpResponse:
    """Show the form as typed beside what is saved; sent again, it replaces what is saved."""
    saved = OfferForm(initial=OfferForm.initial_of(stale.saved), business=request.business)
    typed = request.POST.copy()
    typed["revision"] = str(stale.saved.revision)
    again = OfferForm(typed, business=request.business)
    differing = [
        {"label": again[name].label, "here": again[name].value(), "saved": saved[name].value()}
        for name in again.fields
        if not again[name].is_hidden and again.fields[name].has_changed(saved[name].value(), again[name].value())
    ]
    context = {"form": again, "offer": stale.saved, "stale": stale, "differing": differing}
    return render(request, "quotes/offer_form.html", context, status=409)


@in_business
@require_POST
def offer_duplicate(request: BusinessRequest, pk: int) -> HttpResponse:
    """Copy an offer and open the copy's form."""
    found = get_object_or_404(visible_offers(request).select_related("activity"), pk=pk)
    form = RequestForm(request.POST)
    if not form.is_valid():
        return redirect("offer", request.business.slug, found.pk)
    made = cataloguing.duplicate_offer(
        by=request.user, at=clock.now(), offer=found, request_id=form.cleaned_data["request_id"]
    )
    messages.success(request, _("Here is the copy: change what differs."))
    return redirect("offer_edit", request.business.slug, made.pk)


@in_business
@require_POST
def offer_archive(request: BusinessRequest, pk: int) -> HttpResponse:
    """Put an offer away, or take it back."""
    found = get_object_or_404(visible_offers(request), pk=pk)
    away = request.POST.get("away") == "yes"
    cataloguing.archive_offer(by=request.user, offer=found, at=clock.now() if away else None)
    said = _("The offer is put away. It is no longer proposed, and old quotes still show it.")
    messages.success(request, said if away else _("The offer is back in your catalogue."))
    return redirect("offer", request.business.slug, found.pk)
