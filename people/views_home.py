"""The way in: welcome, my businesses, my account, invitations, language, who is responsible for the data."""

from email.utils import parseaddr
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from lib import clock
from people.access import businesses_of
from people.forms import AccountForm
from people.inviting import CannotInvite, join, open_invitation
from people.models import Invitation, User
from people.signing_in import IN_SESSION


def home(request: HttpRequest) -> HttpResponse:
    """Say what Courgette is to who comes in; lead who is signed in to the only business, or to the list."""
    if not request.user.is_authenticated:
        return render(request, "people/welcome.html")
    businesses = list(businesses_of(request.user)[:2])
    if len(businesses) == 1:
        return redirect(businesses[0])
    return redirect("businesses" if businesses else "new_business")


@login_required
def businesses(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    memberships = request.user.memberships.select_related("business").order_by("business__legal_name")
    return render(request, "people/businesses.html", {"memberships": memberships})


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Change one's name and language; e-mail and password are allauth's pages."""
    assert isinstance(request.user, User)
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        messages.success(request, _("Saved."))
        return _in_language(redirect("account"), user.language)
    return render(request, "people/account.html", {"form": form})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Change the language of pages, and of mails to who is signed in."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return set_language(request)


def data_protection(request: HttpRequest) -> HttpResponse:
    """Say who is responsible for the data: the host for the site, each business for its clients."""
    return render(request, "people/data_protection.html", {"contact": parseaddr(settings.DEFAULT_FROM_EMAIL)[1]})


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; joining, or going on to sign in, is a POST."""
    found = open_invitation(token, clock.now())
    if found is None:
        return render(request, "people/invitation_closed.html", status=404)
    if request.method != "POST":
        return render(request, "people/invitation.html", {"invitation": found})
    if not request.user.is_authenticated:
        return _sign_in_first(request, found, token)
    return _join(request, found)


def _sign_in_first(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    """Remember the link; who holds it has received our mail, so the address needs no other proof."""
    request.session[IN_SESSION] = token
    get_adapter(request).stash_verified_email(request, found.email)
    known = User.objects.filter(email__iexact=found.email).exists()
    return redirect(reverse("account_login" if known else "account_signup") + "?" + urlencode({"email": found.email}))


def _join(request: HttpRequest, found: Invitation) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        membership = join(found, by=request.user, at=clock.now())
    except CannotInvite as error:
        messages.error(request, str(error))
        return render(request, "people/invitation.html", {"invitation": found}, status=409)
    request.session.pop(IN_SESSION, None)
    return redirect(membership.business if membership else "home")


def _in_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.PRODUCTION)
    return response
