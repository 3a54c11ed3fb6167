"""How people sign in and up: django-allauth, with our words, our rule on who may sign up, our way home."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from people.inviting import open_invitation
from people.models import Invitation, User

IN_SESSION = "invitation"


def invitation_in_hand(request: HttpRequest) -> Invitation | None:
    """Return the open invitation whose link this browser followed, if any."""
    token = request.session.get(IN_SESSION, "")
    return open_invitation(token) if token else None


class AccountAdapter(DefaultAccountAdapter):
    """Who may sign up: anybody where the installation says so, elsewhere who was invited by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGNUP_OPEN or invitation_in_hand(request) is not None

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: Any, commit: bool = True
    ) -> AbstractBaseUser:
        """Keep the language the person signed up in: mails to them will speak it."""
        assert isinstance(user, User)
        user.language = translation.get_language() or settings.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if invitation_in_hand(request):
            return reverse("invitation", args=[request.session[IN_SESSION]])
        return str(super().get_login_redirect_url(request))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Go on in the person's own language."""
        assert isinstance(user, User)
        response = super().post_login(request, user, **kwargs)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", secure=settings.PRODUCTION)
        return response
