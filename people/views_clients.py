"""The clients of a business and their contacts."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lib import clock, countries
from people.access import BusinessRequest, activities_of, clients_of, in_business, writers_only
from people.client_forms import ClientForm, ContactForm, FirstContactForm
from people.keeping_clients import (
    CannotKeepClient,
    add_client,
    change_client,
    keep_contact,
    put_away,
    remove_contact,
    take_out,
)
from people.models import Client, Contact

PER_PAGE = 25
ORDERS: dict[str, F | Lower] = {"name": Lower("name"), "city": Lower("city"), "kind": F("kind")}


def _found(clients: QuerySet[Client], words: str) -> QuerySet[Client]:
    """Keep the clients whose name, town, number or contacts hold every word."""
    for word in words.split()[:6]:
        contacts = Contact.objects.filter(client=OuterRef("pk"), archived_at=None)
        said = contacts.filter(Q(name__icontains=word) | Q(email__icontains=word))
        clients = clients.filter(
            Q(name__icontains=word) | Q(city__icontains=word) | Q(siren__startswith=word) | Q(Exists(said))
        )
    return clients


def _sorted(clients: QuerySet[Client], sort: str) -> QuerySet[Client]:
    order = ORDERS.get(sort.lstrip("-"), ORDERS["name"])
    return clients.order_by(order.desc() if sort.startswith("-") else order.asc(), Lower("name"), "pk")


@in_business
def clients(request: BusinessRequest) -> HttpResponse:
    words, kind, sort = (request.GET.get(name, "") for name in ("q", "kind", "sort"))
    put_away_too = request.GET.get("away") == "1"
    found = _found(clients_of(request.membership), words).filter(archived_at__isnull=not put_away_too)
    if kind in Client.Kind.values:
        found = found.filter(kind=kind)
    page = Paginator(_sorted(found, sort).prefetch_related("contacts"), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "people/clients.html",
        {
            "page": page,
            "q": words,
            "kind": kind,
            "kinds": Client.Kind.choices,
            "sort": sort or "name",
            "away": put_away_too,
            "any": bool(page.paginator.count) or clients_of(request.membership).exists(),
        },
    )


def _client(request: BusinessRequest, pk: int) -> Client:
    return get_object_or_404(clients_of(request.membership).select_related("activity__business"), pk=pk)


@in_business
def client(request: BusinessRequest, pk: int) -> HttpResponse:
    found = _client(request, pk)
    contacts = found.contacts.filter(archived_at=None)
    places = {"country": _abroad(found.country), "delivery_country": _abroad(found.delivery_country)}
    return render(request, "people/client.html", {"client": found, "contacts": contacts, **places})


def _abroad(country: str) -> str:
    """Return the name of another country than home."""
    return countries.name(country, get_language() or "fr") if country not in ("", countries.HOME) else ""


@writers_only
def new_client(request: BusinessRequest) -> HttpResponse:
    """Ask first what the client is, then only what that kind needs; the first contact on the same page."""
    kind = request.GET.get("kind", "")
    if kind not in Client.Kind.values:
        return render(request, "people/new_client.html", {"kinds": Client.Kind.choices})
    typed = request.POST if request.method == "POST" else None
    form = ClientForm(typed, kind=kind, activities=activities_of(request.membership))
    contact = FirstContactForm(typed)
    if typed is not None and all([form.is_valid(), contact.is_valid()]):
        made = add_client(
            by=request.user,
            at=clock.now(),
            activity=form.chosen_activity(),
            request_id=_request_id(request),
            facts=form.facts(),
            contact=contact.facts() if contact.has_changed() else None,
        )
        return redirect(made)
    request_id = request.POST.get("request_id") or uuid.uuid4()
    about = {"form": form, "contact": contact, "kind": kind, "kind_word": Client.Kind(kind).label}
    return render(request, "people/client_form.html", about | {"request_id": request_id})


def _request_id(request: BusinessRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid.uuid4()


@writers_only
def change_of_client(request: BusinessRequest, pk: int) -> HttpResponse:
    found = _client(request, pk)
    kind = request.GET.get("kind", found.kind)
    kind = kind if kind in Client.Kind.values else found.kind
    typed = request.POST if request.method == "POST" else None
    form = ClientForm(typed, instance=found, kind=kind, activities=activities_of(request.membership))
    if typed is not None and form.is_valid():
        change_client(found, by=request.user, at=clock.now(), facts=form.facts())
        messages.success(request, _("Saved. Documents already sent keep what they said."))
        return redirect(found)
    about = {"form": form, "client": _client(request, pk), "kind": kind, "kinds": Client.Kind.choices}
    return render(request, "people/client_form.html", about | {"kind_word": Client.Kind(kind).label})


@require_POST
@in_business
def put_client_away(request: BusinessRequest, pk: int) -> HttpResponse:
    found = _client(request, pk)
    act, said = (
        (take_out, _("%(name)s is back on the list.")) if found.archived_at else (put_away, _("%(name)s is put away."))
    )
    act(found, by=request.user, at=clock.now())
    messages.success(request, said % {"name": found})
    return redirect("clients", request.business.slug)


@writers_only
def contact(request: BusinessRequest, pk: int, contact_pk: int | None = None) -> HttpResponse:
    """Add a contact, or change one."""
    found = _client(request, pk)
    present = get_object_or_404(found.contacts, pk=contact_pk) if contact_pk else None
    form = ContactForm(request.POST if request.method == "POST" else None, instance=present)
    if request.method == "POST" and form.is_valid():
        try:
            keep_contact(found, by=request.user, at=clock.now(), facts=form.facts(), contact=present)
            return redirect(found)
        except CannotKeepClient as error:
            form.add_error("email", str(error))
    about: dict[str, Any] = {"form": form, "client": found, "contact": present}
    return render(request, "people/contact_form.html", about)


@require_POST
@in_business
def contact_removed(request: BusinessRequest, pk: int, contact_pk: int) -> HttpResponse:
    found = _client(request, pk)
    gone = get_object_or_404(found.contacts, pk=contact_pk)
    remove_contact(gone, by=request.user, at=clock.now())
    messages.success(request, _("%(name)s will not be written to any more.") % {"name": gone.name})
    return redirect(found)
