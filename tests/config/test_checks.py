"""A production with a way in for strangers, or that would lose mails, refuses to start and says what to do."""

import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.db import connection

from config import checks
from lib import freezing
from tests import make

pytestmark = pytest.mark.django_db

SAFE = {
    "PRODUCTION": True,
    "DEBUG": False,
    "SECRET_KEY": "Nhh4U7zWJmVqf1b9x2LkS0cT6yPaRdEgQwOi3Xv8",
    "LINK_KEY": "c5YtB1nM8kZs0aPqLd7fVh3wR9xJgE2uTi6oCvXy",
    "SITE_URL": "https://courgette.example.org",
    "ALLOWED_HOSTS": ["courgette.example.org"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "Courgette <courgette@example.org>",
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECRET_KEY_FALLBACKS": [],
    "LINK_KEY_FALLBACKS": [],
}
UNSAFE = [
    ({"DEBUG": True}, "courgette.E001"),
    ({"SECRET_KEY": "short"}, "courgette.E002"),
    ({"SECRET_KEY": "a" * 60}, "courgette.E002"),
    ({"LINK_KEY": "django-insecure-" + "Nhh4U7zWJmVqf1b9x2LkS0cT6yPaRd"}, "courgette.E002"),
    ({"LINK_KEY": SAFE["SECRET_KEY"]}, "courgette.E003"),
    ({"LINK_KEY_FALLBACKS": ["short"]}, "courgette.W004"),
    ({"SECRET_KEY_FALLBACKS": ["a" * 60]}, "courgette.W004"),
    ({"SECURE_PROXY_SSL_HEADER": None}, "courgette.W005"),
    ({"SITE_URL": "http://courgette.example.org"}, "courgette.E004"),
    ({"SITE_URL": "https://localhost:8000"}, "courgette.E004"),
    ({"ALLOWED_HOSTS": ["localhost", "127.0.0.1"]}, "courgette.E005"),
    ({"ALLOWED_HOSTS": ["courgette.example.org", "*"]}, "courgette.E005"),
    ({"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}, "courgette.E006"),
    ({"DEFAULT_FROM_EMAIL": "Courgette <courgette@localhost>"}, "courgette.E007"),
]


def ids(**kwargs):
    return {message.id for message in run_checks(**kwargs) if (message.id or "").startswith("courgette.")}


@pytest.fixture
def production(settings):
    for name, value in SAFE.items():
        setattr(settings, name, value)
    return settings


def test_a_safe_production_passes(production):
    assert ids() <= {"courgette.W001"}


@pytest.mark.parametrize(("change", "expected"), UNSAFE)
def test_an_unsafe_setting_stops_production_and_nothing_else(production, change, expected):
    for name, value in change.items():
        setattr(production, name, value)
    assert ids() - {"courgette.W001"} == {expected}
    production.PRODUCTION = False
    assert not ids() - {"courgette.W003"}


def test_sqlite_in_production_is_only_a_warning(production, monkeypatch):
    monkeypatch.setitem(production.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert "courgette.W001" in ids()


def test_a_demonstration_never_runs_in_production(production):
    make.business(is_demonstration=True)
    assert "courgette.E008" in ids(databases=["default"])
    production.PRODUCTION = False
    assert "courgette.E008" not in ids(databases=["default"])


@pytest.mark.engine
def test_a_missing_trigger_is_told(transactional_db):
    assert "courgette.E009" not in ids(databases=["default"])
    freezing.drop(connection)
    assert "courgette.E009" in ids(databases=["default"])
    freezing.create(connection)


def test_a_missing_subsetter_is_told(monkeypatch):
    assert "courgette.W002" not in ids()
    monkeypatch.setattr(checks, "HARFBUZZ_SUBSET", "libnothing.so.0")
    assert "courgette.W002" in ids()


def start(program, tmp_path, **environment):
    """Run a line of Python as the site would start, with an environment of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {"COURGETTE_VAR": str(tmp_path), "COURGETTE_PRODUCTION": "yes"} | environment
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)


def test_production_has_no_key_by_default(tmp_path):
    done = start("import config.settings", tmp_path)
    assert "SECRET_KEY must be set in production." in done.stderr


def test_the_worker_itself_refuses_an_unsafe_production(tmp_path):
    keys = {name: str(SAFE[name]) for name in ("SECRET_KEY", "LINK_KEY")}
    program = "from config.celery import app; app.worker_main(['--quiet', 'worker', '--pool=solo'])"
    done = start(program, tmp_path, **keys)
    assert done.returncode != 0
    assert "courgette.E004" in done.stderr


def test_the_web_server_itself_refuses_an_unsafe_production(tmp_path):
    keys = {name: str(SAFE[name]) for name in ("SECRET_KEY", "LINK_KEY")}
    done = start("import config.wsgi", tmp_path, **keys)
    assert done.returncode != 0
    for expected in ("E004", "E005", "E006", "E007"):
        assert f"courgette.{expected}" in done.stderr


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"ALLOWED_HOSTS": ["localhost", "courgette.example.org"]}, ["courgette.W003"]),
        ({"SITE_URL": "https://courgette.example.org"}, ["courgette.W003"]),
        ({"SITE_URL": "http://localhost:8000"}, []),
        ({"SITE_URL": "https://courgette.example.org", "PRODUCTION": True}, []),
    ],
)
def test_a_public_site_out_of_production_is_told(settings, changed, found):
    values = {"PRODUCTION": False, "ALLOWED_HOSTS": ["localhost"], "SITE_URL": "http://localhost:8000"} | changed
    for name, value in values.items():
        setattr(settings, name, value)
    assert [message.id for message in checks.a_public_site_is_in_production()] == found
