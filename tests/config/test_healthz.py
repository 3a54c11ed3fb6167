"""Strangers learn which part is unwell, never what its driver said."""

import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client as Visitor

from config import health
from lib import clock
from records.models import ClockTick

pytestmark = pytest.mark.django_db
SECRET = 'connection to server at "10.0.0.7" failed for user "courgette"'


def broken() -> Any:
    raise OperationalError(SECRET)


def test_all_is_well(as_anonymous: Visitor) -> None:
    ClockTick.objects.create(pk=1, at=clock.now())
    answer = as_anonymous.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"well": True, "wrong": []})


def test_strangers_learn_the_part_and_the_log_learns_why(
    as_anonymous: Visitor, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(health, "LOOKS", [health._clock, broken])
    with caplog.at_level(logging.WARNING, "config.views"):
        answer = as_anonymous.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"well": False, "wrong": ["clock", "database"]})
    assert "10.0.0.7" in caplog.text
    assert any(SECRET in sentence for sentence in health.symptoms())
