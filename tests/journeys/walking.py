"""Walking through the site in a real Chromium: what is looked at on every page, what may go wrong on the way."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from lib import clock
from tests.pages.checks import sideways, violations

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LINK = re.compile(r"https?://[^/\s]+(/d/\S+/)")


class Clock:
    """The site's clock during a journey: it starts where the story starts, and jumps when the story does."""

    def __init__(self, start: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        self._start, self._real = start, clock.now
        self._since = self._real()
        monkeypatch.setattr(clock, "now", self.now)

    def now(self) -> datetime:
        return self._start + (self._real() - self._since)

    def wait(self, **long: int) -> None:
        self._start += timedelta(**long)


class Walker:
    """A person in a browser. Remembers whatever a browser complains about and whoever it talks to."""

    def __init__(self, open_page: Callable[..., Any], **how: Any) -> None:
        self.page = open_page(**how)
        self.page.set_default_timeout(10_000)
        self.has_javascript = how.get("javascript", True)
        self.width = how.get("width", DESK["width"])
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.seen: list[str] = []
        self.page.on("console", lambda said: self._complain(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("response", lambda answer: self._note_status(answer.status, answer.url))

    def _complain(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def _note_status(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"{status} {url}")

    # Going ------------------------------------------------------------------------------------------------------
    def go(self, path: str) -> None:
        self.page.goto(path)

    def click(self, selector: str) -> None:
        """Click what leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def fill(self, **fields: str) -> None:
        """Fill fields by their names; `line__0__title` stands for `line-0-title`."""
        for name, value in fields.items():
            self.page.fill(f'[name="{name.replace("__", "-")}"]', value)

    def choose(self, name: str, value: str) -> None:
        self.page.select_option(f'[name="{name}"]', value)

    def send(self, inside: str = "main") -> None:
        """Press the first button of the form that takes what was typed."""
        self.click(f"{inside} form .actions button")

    def text(self) -> str:
        """Return what the page says, with plain spaces."""
        return re.sub(r"\s+", " ", self.page.inner_text("main"))

    def download(self, selector: str) -> bytes:
        with self.page.expect_download() as waited:
            self.page.click(selector)
        with open(waited.value.path(), "rb") as file:
            return file.read()

    # Looking ----------------------------------------------------------------------------------------------------
    def look(self, name: str) -> None:
        """Hold the page to what every page is held to: on a phone and at a desk, for eyes and for screen readers."""
        self.seen.append(name)
        wrong: list[str] = []
        for size in (PHONE, DESK):
            self.page.set_viewport_size(size)
            if (more := sideways(self.page)) > 0:
                wrong.append(f"{more} px too wide at {size['width']} px")
            if self.has_javascript:
                wrong += violations(self.page)
        self.page.set_viewport_size({**DESK, "width": self.width})
        self.complaints += [f"{name} ({urlsplit(self.page.url).path}): {words}" for words in wrong]

    def has_no_complaint(self) -> None:
        assert self.complaints == []
        assert len(self.hosts) == 1, self.hosts
