"""What the tests of pages share: the day they happen on, what a form would send, a picture of the whole database."""

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.test import Client as Visitor

from lib import clock
from quotes import doors
from quotes.models import Quote, QuoteLink

HTMX = {"HX-Request": "true"}
BROWSER = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile)", "Accept-Language": "fr"}
MAY_CHANGE = {"Visit", "Session"}  # what GET may write


def it_is(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Set the site's clock."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def rows() -> dict[str, list[Any]]:
    """Return every row of every table that GET must not change."""
    models = [model for model in apps.get_models() if model.__name__ not in MAY_CHANGE]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def edit_path(quote: Quote) -> str:
    return f"{path(quote)}edit/"


def path(quote: Quote) -> str:
    return f"/b/{quote.business.slug}/quotes/{quote.pk}/"


def link_path(link: QuoteLink) -> str:
    return f"/d/{doors.token_of(link)}/"


def text_of(response: Any) -> str:
    """Return the words of a page, without its tags."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(bare).replace("\u202f", " ").replace("\u00a0", " ").split())


def fields_of(response: Any, form: str = "") -> dict[str, Any]:
    """Return what a browser would send of a page's fields, unchanged; `form` starts after this text of the page."""
    html = response.content.decode()
    html = html[html.index(form) :] if form else html
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in given or (given.get("type") in {"radio", "checkbox"} and " checked" not in tag):
            continue
        _add(found, given["name"], unescape(given.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', html, re.DOTALL):
        _add(found, name, unescape(text).removeprefix("\n"))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        _add(found, name, chosen[1] if chosen else "")
    found.pop("csrfmiddlewaretoken", None)
    return found


def _add(found: dict[str, Any], name: str, value: str) -> None:
    if name in {"line", "term"}:
        found.setdefault(name, []).append(value)
    else:
        found[name] = value


def elements_of(response: Any) -> int:
    """Return how many elements a page has."""
    return len(re.findall(r"<[a-zA-Z]", response.content.decode()))


def edited(visitor: Visitor, quote: Quote, action: str = "save", htmx: bool = False, **changed: Any) -> Any:
    """Open the editor, change some fields, press a button."""
    fields = fields_of(visitor.get(edit_path(quote)), 'id="editor"')
    fields |= {name.replace("__", "-"): value for name, value in changed.items()} | {"action": action}
    return visitor.post(edit_path(quote), fields, headers=HTMX if htmx else None)
