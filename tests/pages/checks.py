"""What every page is held to, as functions: HTML, axe, weight, EcoIndex, no sideways scroll, 44 px targets.

To hold a new page to it, add a line to `PAGES` in tests/pages/pages.py.
"""

import gzip
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
CONTROLS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "image"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
HEADERS = 350  # bytes of an answer's own headers, about

# EcoIndex (Green IT): quantiles of the web's pages for elements, requests and kilobytes.
DOM = [0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603, 674, 753, 843, 949, 1076, 1237, 1459, 1801, 2479, 594601]
REQUESTS = [0, 2, 15, 25, 34, 42, 49, 56, 63, 70, 78, 86, 95, 105, 117, 130, 147, 170, 205, 281, 3920]
SIZES = [0, 1.37, 144.7, 319.53, 479.46, 631.97, 783.38, 937.91, 1098.62, 1265.47, 1448.32, 1648.27, 1876.08]
SIZES += [2142.06, 2465.37, 2866.31, 3401.59, 4155.73, 5400.08, 8037.54, 223212.26]


@dataclass(frozen=True)
class Measures:
    """What a first visit costs: bytes transferred, requests, elements, and the mark out of 100."""

    bytes: int
    requests: int
    elements: int
    hosts: frozenset[str]

    @property
    def ecoindex(self) -> float:
        places = (_place(DOM, self.elements), _place(REQUESTS, self.requests), _place(SIZES, self.bytes / 1024))
        return 100 - 5 * (3 * places[0] + 2 * places[1] + places[2]) / 6


def _place(quantiles: list[Any], value: float) -> float:
    for place, (low, high) in enumerate(pairwise(quantiles)):
        if value < high:
            return place + (value - low) / (high - low)
    return float(len(quantiles) - 1)


def measures(page: Any, url: str) -> Measures:
    """Open a page as a first visit and return what it cost; static files count as production sends them, compressed."""
    answers: list[Any] = []

    def noted(answer: Any) -> None:
        answers.append(answer)

    page.on("response", noted)
    page.goto(url, wait_until="load")
    page.evaluate("document.fonts.ready.then(() => null)")  # asked for after the page is laid out
    page.remove_listener("response", noted)
    sizes = [_transferred(answer) for answer in answers if not answer.url.startswith("data:")]
    hosts = frozenset(answer.url.split("/")[2] for answer in answers if not answer.url.startswith("data:"))
    elements = page.evaluate("document.querySelectorAll('*').length")
    return Measures(sum(sizes), len(sizes), elements, hosts)


def _transferred(answer: Any) -> int:
    body = answer.body() if answer.status == 200 else b""
    compressed = "/static/" in answer.url and answer.url.endswith((".css", ".js", ".svg"))
    return len(gzip.compress(body) if compressed else body) + HEADERS


def violations(page: Any, *rules: str) -> list[str]:
    """Return what axe finds on the page as it is now, in words; WCAG 2.2 AA and good practice, any impact; or by these
    rules alone."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("window.axe !== undefined"):  # half a megabyte of script, once per page
        page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}" for v in found]


def sideways(page: Any) -> int:
    """Return by how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


SMALL_TARGETS = """() => [...document.querySelectorAll(
  'button, .button, select, summary, input:not([type=hidden], [type=checkbox], [type=radio]), .menu a')]
  .filter(e => e.checkVisibility() && !e.closest('.unseen'))
  .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 120))"""


def small_targets(page: Any) -> list[str]:
    """Return the buttons and fields that are lower than 44 pixels."""
    found: list[str] = page.evaluate(SMALL_TARGETS)
    return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labels_for: list[str] = []
        self.controls: list[dict[str, str | None]] = []
        self.refers: list[str] = []
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._look_at(tag, given, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look_at(tag, dict(attrs), attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes nothing, or another: {self.open[-3:]}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def _look_at(self, tag: str, given: dict[str, str | None], attrs: list[tuple[str, str | None]]) -> None:
        doubled = [name for name, count in Counter(name for name, _ in attrs).items() if count > 1]
        self.faults += [f"<{tag}> says {name} twice" for name in doubled]
        self.faults += [f"<{tag}> has {name}=" for name in given if name == "style" or name.startswith("on")]
        if (tag == "script" and "src" not in given) or tag == "style":
            self.faults.append(f"inline <{tag}>")
        if tag == "img" and "alt" not in given:
            self.faults.append("<img> without alt")
        if tag in HEADINGS:
            self.levels.append(HEADINGS[tag])
        if identity := given.get("id"):
            self.ids[identity] += 1
        if tag == "label" and given.get("for"):
            self.labels_for.append(str(given["for"]))
        if tag in CONTROLS and given.get("type") not in UNLABELLED:
            self.controls.append(given | {"inside": "yes" if "label" in self.open else None})
        for name in ("aria-describedby", "aria-labelledby", "form"):
            self.refers += (given.get(name) or "").split()


def html_faults(html: str) -> list[str]:
    """Return what is wrong with a page's HTML: tags, ids, labels, headings, anything inline that the CSP refuses."""
    reader = _Reader()
    reader.feed(html)
    faults = reader.faults + [f"<{tag}> is never closed" for tag in reader.open]
    if not html.lstrip().lower().startswith("<!doctype html>"):
        faults.append("no doctype")
    faults += [f"id {name} is there {count} times" for name, count in reader.ids.items() if count > 1]
    faults += [f"nothing has the id {name}" for name in [*reader.labels_for, *reader.refers] if name not in reader.ids]
    faults += [f"no label for {c}" for c in reader.controls if not _is_labelled(c, reader.labels_for)]
    if reader.levels.count(1) != 1:
        faults.append(f"{reader.levels.count(1)} <h1>")
    faults += [f"h{low} is followed by h{high}" for low, high in pairwise(reader.levels) if high > low + 1]
    return faults


def _is_labelled(control: dict[str, str | None], labels_for: list[str]) -> bool:
    return bool(
        control["inside"]
        or control.get("aria-label")
        or control.get("aria-labelledby")
        or control.get("id") in labels_for
    )
