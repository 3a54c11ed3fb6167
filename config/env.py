"""Typed readers of the environment. A wrong value stops the start with a sentence that names the variable."""

import os
import secrets
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def path(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).resolve()


def folder(path: Path) -> Path:
    """Return a folder, made if it was not there."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def words(name: str, default: list[str] | None = None) -> list[str]:
    """Return the comma-separated values of a variable."""
    if name not in os.environ:
        return list(default or [])
    return [word.strip() for word in os.environ[name].split(",") if word.strip()]


def boolean(name: str, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")


def integer(name: str, default: int) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def secret(name: str, keep_in: Path) -> str:
    """Return a secret from the environment; elsewhere than in production, make one once and keep it in var/."""
    if value := os.environ.get(name):
        return value
    if boolean("COURGETTE_PRODUCTION", False):
        raise ImproperlyConfigured(f"{name} must be set in production.")
    if not keep_in.exists():
        _keep_secret(keep_in)
    return keep_in.read_text()


def _keep_secret(keep_in: Path) -> None:
    """Write a new secret so that nobody ever reads half of one, and that two starts at once keep the same."""
    keep_in.parent.mkdir(parents=True, exist_ok=True)
    draft = keep_in.with_name(f".{keep_in.name}-{secrets.token_hex(4)}")
    draft.touch(0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        os.link(draft, keep_in)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def database(name: str, var: Path) -> dict[str, Any]:
    """Return the database settings: PostgreSQL or `sqlite:///<file>` from the URL, else one SQLite file in var/.

    IMMEDIATE is what prevents the race for a number on SQLite: a writing transaction takes the write lock when it
    begins. The SQLite test database is a file, because in memory there is no WAL.
    """
    url = os.environ.get(name, "")
    if url and not url.startswith("sqlite:"):
        settings: dict[str, Any] = environ.Env.db_url_config(url)
        return settings | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    var.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(url.removeprefix("sqlite:///")) if url else var / "courgette.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
        },
        "TEST": {"NAME": var / f"test-{os.getpid()}.sqlite3"},
    }


def mail(name: str, folder: Path) -> dict[str, Any]:
    """Return Django's EMAIL_… settings from an URL such as smtp+tls://user:password@host:587."""
    if url := os.environ.get(name):
        settings: dict[str, Any] = environ.Env.email_url_config(url)
        return settings | {"EMAIL_TIMEOUT": 30}
    folder.mkdir(parents=True, exist_ok=True)
    return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": folder}
