"""Each line says what was being worked at, and no line lets anybody open a client's page."""

import io
import logging

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from config import logs
from config.middleware import RequestLog
from lib import links

TOKEN = links.make(12, 1)


@pytest.fixture
def log():
    """Return a logger and what it wrote, through the site's own filters and format."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter(settings.LOGGING["formatters"]["line"]["format"]))
    for name in settings.LOGGING["handlers"]["stdout"]["filters"]:
        handler.addFilter({"ids": logs.AddIds, "links": logs.HideLinks}[name]())
    logger = logging.Logger("tests.log")
    logger.addHandler(handler)
    return logger, text


@pytest.mark.parametrize("path", ["/d/{}/", "/d/{}", "/d/{}/accept/?x=1", "https://a.b/d/{}#x"])
def test_a_token_never_reaches_the_log(log, path):
    logger, text = log
    logger.warning("GET %s refused", path.format(TOKEN))
    assert TOKEN not in text.getvalue()
    assert "/d/…" in text.getvalue()


@pytest.mark.parametrize("text_around", ["/invitation/{}/", "token={} refused", "/D/{}/?x", "'{}'"])
def test_a_token_is_hidden_wherever_it_stands(log, text_around):
    logger, text = log
    logger.warning(text_around.format(TOKEN.upper()))
    assert TOKEN.upper() not in text.getvalue()


def test_a_token_in_a_traceback_never_reaches_the_log(log):
    logger, text = log
    try:
        raise RuntimeError(f"cannot show /d/{TOKEN}/")
    except RuntimeError:
        logger.exception("Internal Server Error: %s", f"/d/{TOKEN}/", stack_info=True)
    assert TOKEN not in text.getvalue()
    assert "RuntimeError: cannot show /d/…/" in text.getvalue()


def test_every_handler_of_the_site_hides_links_and_adds_ids():
    for handler in settings.LOGGING["handlers"].values():
        assert handler["filters"] == ["ids", "links"]


def test_the_line_of_a_request_carries_its_id_and_hides_its_token(log, monkeypatch):
    logger, text = log
    monkeypatch.setattr("config.middleware.logger", logger)
    response = RequestLog(lambda request: HttpResponse())(RequestFactory().get(f"/d/{TOKEN}/?from=mail"))
    assert f"[{response['X-Request-Id']}] GET /d/…/ 200" in text.getvalue()
    assert TOKEN not in text.getvalue()
    assert logs.work_id() == "-"


def test_the_line_of_a_task_names_it_and_what_it_was_asked():
    from config.celery import app

    seen = []

    @app.task(name="tests.look")
    def look(errand_id):
        seen.append(logs.work_id())

    look.apply(args=[41])
    assert seen == ["tests.look 41"]
