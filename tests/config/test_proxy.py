"""Behind a web server of our own, people are told apart by the address that it saw."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Visitor

SHOW = "from config import settings as s; print(s.SECURE_PROXY_SSL_HEADER, s.ALLAUTH_TRUSTED_PROXY_COUNT)"


def ask(address: str) -> int:
    said = {"email": f"{address}@example.org"}
    return (
        Visitor()
        .post("/accounts/password/reset/", said, headers={"X-Forwarded-For": f"9.9.9.9, {address}"})
        .status_code
    )


@pytest.mark.django_db
def test_who_guesses_without_end_stops_nobody_else(settings: Any) -> None:
    cache.clear()
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    assert [ask("203.0.113.7") for _ in range(21)][-1] == 429
    assert ask("198.51.100.4") != 429


def test_the_same_variable_tells_of_the_address_and_of_https(tmp_path: Path) -> None:
    environment = os.environ | {"BEHIND_PROXY": "yes", "COURGETTE_VAR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "('HTTP_X_FORWARDED_PROTO', 'https') 1"
