"""Checks made before anything starts. Each has an id, a way out, and a test.

Errors stop `manage.py`, the worker and (see wsgi.py) the web server. Those that read tables carry the tag `database`:
they run with `manage.py check --database default`, in the release step.
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

SHORTEST_KEY = 40
LOCAL = {"localhost", "127.0.0.1", "[::1]", "::1", ""}
FILES_ONLY = {
    "django.core.mail.backends.filebased.EmailBackend",
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
}
HARFBUZZ_SUBSET = "libharfbuzz-subset.so.0"


def in_production(look: Callable[[], Iterator[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    """Register a check of settings that would be dangerous in production and only there."""

    def check(**kwargs: Any) -> list[CheckMessage]:
        return list(look()) if settings.PRODUCTION else []

    register(check, Tags.security)
    return check


def _can_be_guessed(key: str) -> bool:
    return len(key) < SHORTEST_KEY or len(set(key)) < 10 or "insecure" in key


@in_production
def debug_is_off() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG shows the inside of the program to strangers.", "Unset DEBUG.", id="courgette.E001")


@in_production
def keys_are_strong() -> Iterator[CheckMessage]:
    for name in ("SECRET_KEY", "LINK_KEY"):
        key = getattr(settings, name)
        if _can_be_guessed(key):
            yield Error(
                f"{name} can be guessed.",
                f'Set {name} to the output of: python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
                id="courgette.E002",
            )
    if settings.SECRET_KEY == settings.LINK_KEY:
        yield Error("SECRET_KEY and LINK_KEY are the same.", "Give each its own.", id="courgette.E003")


@in_production
def former_keys_are_strong() -> Iterator[CheckMessage]:
    for name in ("SECRET_KEY_FALLBACKS", "LINK_KEY_FALLBACKS"):
        if any(_can_be_guessed(key) for key in getattr(settings, name)):
            yield Warning(
                f"A key of {name} can be guessed: whoever does is let in as well as by the present one.",
                f"Take it out of {name}.",
                id="courgette.W004",
            )


@in_production
def https_is_told_from_http() -> Iterator[CheckMessage]:
    if settings.SECURE_SSL_REDIRECT and getattr(settings, "SECURE_PROXY_SSL_HEADER", None) is None:
        yield Warning(
            "Behind a server that ends HTTPS, every page would redirect to itself without end.",
            "Set BEHIND_PROXY=1 when such a server sets X-Forwarded-Proto; else ignore this.",
            id="courgette.W005",
        )


@in_production
def address_is_https() -> Iterator[CheckMessage]:
    address = urlsplit(settings.SITE_URL)
    if address.scheme != "https" or (address.hostname or "") in LOCAL:
        yield Error(
            f"SITE_URL is {settings.SITE_URL}: clients would receive links that travel in clear or lead nowhere.",
            "Set SITE_URL to the public address, such as https://courgette.example.org.",
            id="courgette.E004",
        )


@in_production
def hosts_are_named() -> Iterator[CheckMessage]:
    public = {*settings.ALLOWED_HOSTS} - LOCAL
    if not public or "*" in public:
        yield Error(
            "ALLOWED_HOSTS names no public host, or all of them.",
            "Set ALLOWED_HOSTS to the site's host name.",
            id="courgette.E005",
        )


@in_production
def mail_really_leaves() -> Iterator[CheckMessage]:
    if settings.EMAIL_BACKEND in FILES_ONLY:
        yield Error(
            "Mails would stay on this machine.",
            "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.org:587.",
            id="courgette.E006",
        )
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        yield Error("Mails would come from localhost.", "Set DEFAULT_FROM_EMAIL.", id="courgette.E007")


@in_production
def database_suits_the_number_of_people() -> Iterator[CheckMessage]:
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Warning(
            "SQLite serves one machine and a few people.",
            "That is enough for a freelancer. For a cooperative, set DATABASE_URL to a PostgreSQL database.",
            id="courgette.W001",
        )


@register("documents")
def subsetter_is_installed(**kwargs: Any) -> list[CheckMessage]:
    try:
        ctypes.CDLL(HARFBUZZ_SUBSET)
    except OSError:
        return [
            Warning(
                "Without libharfbuzz-subset each page of a document takes five times as long.",
                "apt-get install libharfbuzz-subset0",
                id="courgette.W002",
            )
        ]
    return []


@register(Tags.database)
def demonstration_stays_out_of_production(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    from people.models import Business

    if not settings.PRODUCTION or "default" not in (databases or []) or not _has_table(Business._meta.db_table):
        return []
    if not Business.objects.filter(is_demonstration=True).exists():
        return []
    return [
        Error(
            "A demonstration business is in this database: its logins are public.",
            "Start production with an empty database.",
            id="courgette.E008",
        )
    ]


@register(Tags.database)
def sealed_rows_are_guarded(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    from lib import freezing
    from people.models import Business

    if "default" not in (databases or []) or not _has_table(Business._meta.db_table):
        return []
    return [
        Error(
            f"The trigger {name} is missing: sealed rows could be altered.",
            "Run `manage.py migrate`, which creates it again, then `manage.py verify_records`.",
            id="courgette.E009",
        )
        for name in freezing.missing(connections["default"])
    ]


@register(Tags.security)
def a_public_site_is_in_production(**kwargs: Any) -> list[CheckMessage]:
    """Warn of a site that strangers reach while sign-up is open and cookies travel in clear."""
    hosts = {urlsplit(settings.SITE_URL).hostname or "", *settings.ALLOWED_HOSTS} - LOCAL - {"testserver"}
    if settings.PRODUCTION or not hosts:
        return []
    return [
        Warning(
            f"This site is public ({', '.join(sorted(hosts))}) but not in production: anybody may sign up.",
            "Set COURGETTE_PRODUCTION=1; or keep SITE_URL and ALLOWED_HOSTS on this machine.",
            id="courgette.W003",
        )
    ]


def _has_table(name: str) -> bool:
    return name in connections["default"].introspection.table_names()
