"""Signing in by code or password, signing up by invitation, languages."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client as Visitor

from desk.inviting import invite
from lib import clock
from people.inviting import token_of
from people.models import Business, Role, User
from tests import make


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    cache.clear()


def code() -> str:
    found = re.search(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def test_a_code_by_mail_signs_in(freelancer: User, as_anonymous: Visitor) -> None:
    freelancer.emailaddress_set.create(email=freelancer.email, verified=True, primary=True)  # type: ignore[attr-defined]
    as_anonymous.post("/accounts/login/code/", {"email": freelancer.email})
    assert mail.outbox[0].subject == "Votre code de connexion"
    answer = as_anonymous.post("/accounts/login/code/confirm/", {"code": code()})
    assert answer.url == "/"
    assert as_anonymous.get("/businesses/").status_code == 200


def test_an_unknown_address_gets_the_same_page_and_another_mail(as_anonymous: Visitor) -> None:
    answer = as_anonymous.post("/accounts/login/code/", {"email": "who@example.org"})
    assert answer.url == "/accounts/login/code/confirm/"
    assert mail.outbox[0].subject == "Vous n’avez pas de compte ici"


def test_a_password_signs_in(as_anonymous: Visitor) -> None:
    person = make.user(email="lise@example.org", password="panier-de-courges")
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    as_anonymous.post("/accounts/login/", {"login": "Lise@example.org", "password": "panier-de-courges"})
    assert as_anonymous.get("/account/").status_code == 200


def test_codes_are_not_sent_without_end(freelancer: User) -> None:
    asked = [Visitor().post("/accounts/login/code/", {"email": freelancer.email}) for _ in range(4)]
    assert [answer.status_code for answer in asked] == [302, 302, 302, 200]
    assert asked[-1].context["form"].errors["email"]
    assert len(mail.outbox) == 3


def test_too_many_tries_have_to_wait(as_anonymous: Visitor) -> None:
    answers = [as_anonymous.post("/accounts/password/reset/", {"email": f"{n}@example.org"}) for n in range(21)]
    assert answers[-1].status_code == 429
    assert "Trop d’essais" in answers[-1].content.decode()


def test_signing_up_checks_the_address_by_a_code(as_anonymous: Visitor) -> None:
    as_anonymous.post("/accounts/signup/", {"email": "noe@example.org", "password1": "panier-de-courges"})
    assert as_anonymous.get("/account/").status_code != 200
    as_anonymous.post("/accounts/confirm-email/", {"code": code()})
    assert as_anonymous.get("/").url == "/businesses/new/"
    assert User.objects.get().language == "fr"


def test_where_sign_up_is_closed_the_page_says_by_invitation(as_anonymous: Visitor, settings: object) -> None:
    settings.SIGNUP_OPEN = False  # type: ignore[attr-defined]
    page = as_anonymous.get("/accounts/signup/").content.decode()
    assert "Sur invitation" in page
    as_anonymous.post("/accounts/signup/", {"email": "noe@example.org", "password1": "panier-de-courges"})
    assert not User.objects.exists()


def test_an_invitation_opens_sign_up_and_proves_the_address(
    business: Business, freelancer: User, as_anonymous: Visitor, settings: object
) -> None:
    settings.SIGNUP_OPEN = False  # type: ignore[attr-defined]
    yesterday = clock.now() - timedelta(days=1)
    invitation = invite(business, email="nour@example.org", role=Role.ACCOUNTANT, by=freelancer, at=yesterday)
    link = f"/invitation/{token_of(invitation)}/"
    assert as_anonymous.post(link).url == "/accounts/signup/?email=nour%40example.org"
    answer = as_anonymous.post("/accounts/signup/", {"email": "nour@example.org", "password1": "panier-de-courges"})
    assert answer.url == link
    assert as_anonymous.post(link).url == business.get_absolute_url()


def test_home_leads_to_the_only_business_or_to_the_list(freelancer: User, as_freelancer: Visitor) -> None:
    only = freelancer.memberships.get().business
    assert as_freelancer.get("/").url == only.get_absolute_url()
    second = make.business(slug="second")
    second.memberships.create(user=freelancer, role=Role.OWNER, joined_at=make.NOW)
    assert as_freelancer.get("/").url == "/businesses/"


def test_the_language_chosen_is_that_of_pages_and_of_mails(freelancer: User, as_freelancer: Visitor) -> None:
    as_freelancer.post("/language/", {"language": "en", "next": "/account/"})
    assert "My account" in as_freelancer.get("/account/").content.decode()
    freelancer.refresh_from_db()
    assert freelancer.language == "en"


def test_getting_the_language_page_changes_nothing(as_freelancer: Visitor) -> None:
    assert as_freelancer.get("/language/?language=en").status_code == 405


def test_a_form_posts_from_a_browser_that_says_where_it_comes_from(as_anonymous: Visitor) -> None:
    """A referrer policy of no-referrer would make browsers post `Origin: null`, which the CSRF check refuses."""
    assert as_anonymous.get("/").headers["Referrer-Policy"] == "same-origin"
