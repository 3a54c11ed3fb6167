"""Every address, by its door: what is open to all is listed by name; a business's pages know who may enter."""

import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

pytestmark = pytest.mark.django_db

# Open to people without a login. Whatever is added here is public: think twice.
PUBLIC = {
    "healthz", "source", "home", "invitation", "choose_language", "data_protection", "legal_facts",
    "legal_facts_of",
    "client_page", "client_accept", "client_refuse", "client_ask", "client_pdf",
    "partner_mandate", "partner_accept", "partner_end", "partner_mandate_pdf",
    "partner_invoice", "partner_approve", "partner_contest", "partner_invoice_pdf",
}  # fmt: skip
ACCOUNTANTS_MAY_POST = {"accounting", "remove_member"}  # ask for an export; leave
VALUES = {
    "RowConverter": 999_999,
    "IntConverter": 12,
    "SlugConverter": "x",
    "StringConverter": "x",
    "UUIDConverter": uuid.UUID(int=1),
}


def patterns(resolver=None, before=""):
    """Yield every named address with its route, from the site's root."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry


def address(pattern, **known):
    given = {name: VALUES[type(converter).__name__] for name, converter in pattern.pattern.converters.items()}
    return reverse(pattern.name, kwargs=given | known)


def in_a_business():
    return [(route, pattern) for route, pattern in patterns() if route.startswith("b/<slug:slug>/")]


def elsewhere():
    return [(route, pattern) for route, pattern in patterns() if not route.startswith(("b/", "accounts/", "/accounts"))]


def test_every_address_has_a_name_of_its_own():
    names = [pattern.name for route, pattern in patterns()]
    assert all(names)
    assert len(names) == len({*names})


def test_no_module_of_addresses_is_left_out():
    written = {path.parent.name for path in Path(settings.BASE_DIR).glob("*/business_urls.py")}
    reached = {pattern.callback.__module__.split(".")[0] for route, pattern in in_a_business()}
    assert written <= reached


def test_only_listed_addresses_are_open_to_all(as_anonymous):
    closed = [pattern for _route, pattern in elsewhere() if pattern.name not in PUBLIC]
    assert not [pattern.name for pattern in closed if not leads_to_login(as_anonymous.get(address(pattern)))]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_businesss_pages_send_who_is_not_logged_in_to_the_login(as_anonymous, business, method):
    assert not refused_by(as_anonymous, business, method, leads_to_login)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_businesss_pages_do_not_exist_for_a_stranger(as_stranger, business, method):
    assert not refused_by(as_stranger, business, method, lambda response: response.status_code == 404)


def test_an_accountant_changes_nothing(as_accountant, business):
    wrong = refused_by(as_accountant, business, "post", lambda response: response.status_code == 403)
    assert {name for name, _status in wrong} <= ACCOUNTANTS_MAY_POST


def leads_to_login(response):
    return response.status_code == 302 and response["Location"].startswith(reverse("account_login"))


def refused_by(visitor, business, method, expected):
    """Return the pages of a business that answered a visitor otherwise than expected.

    405 tells nothing: those who may enter get it too, from a page that only shows or only changes.
    """
    ask = getattr(visitor, method)
    answers = {pattern.name: ask(address(pattern, slug=business.slug)) for _route, pattern in in_a_business()}
    return [
        (name, response.status_code)
        for name, response in answers.items()
        if response.status_code != 405 and not expected(response)
    ]


def test_every_answer_carries_the_content_policy(as_anonymous):
    for path in ("/", "/nowhere/", "/healthz", reverse("account_login")):
        assert as_anonymous.get(path)["Content-Security-Policy"] == settings.CONTENT_SECURITY_POLICY


def test_the_source_of_the_program_is_served_and_nothing_else(as_anonymous, tmp_path):
    import io
    import zipfile

    response = as_anonymous.get(reverse("source"))
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert "courgette/config/source.py" in names
    assert "courgette/manage.py" in names
    assert not [
        name for name in names if any(part in name for part in ("/var/", ".sqlite3", "-key", "/.venv", ".env", ".git/"))
    ]


def test_the_source_is_zipped_once_and_not_sent_to_whoever_has_it(as_anonymous, monkeypatch):
    first = as_anonymous.get(reverse("source"))
    monkeypatch.setattr("config.source.files", lambda root: pytest.fail("zipped again"))
    again = as_anonymous.get(reverse("source"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert as_anonymous.get(reverse("source")).content == first.content
