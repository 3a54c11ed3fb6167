"""How long an invoice takes: 8 lines, logo, PDF/A-3a + PDF/UA-1 with its XML, beside other ways of printing its page.

Each round prints another invoice: other client, titles, descriptions, prices, as in a cooperative's month.
`ratio_to_plain`: a plain `weasyprint.HTML(string=…).write_pdf()` of the same page, with the same web fonts and the
same stylesheet inside it. `ratio_to_wkhtmltopdf` and `ratio_to_chromium` (a warm one): of the same pages, where those
are installed. Always in the same run, turn by turn, each after a rest: a browser works on for a while, on both cores,
once it has handed its file over, and that is no work of the other's. `long_ratio`: 500 lines over 25. `two_processes`:
how much more two do than one. `memory_drift`: what a worker's memory grew by between its 200th document and its
2 000th. Times are medians, in milliseconds, of this process.
"""

import base64
import gc
import io
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from weasyprint import HTML

from bench import invoice_runs as runs
from bench.timing import milliseconds
from billing import facturx, paper
from billing.facts import STANDARD, InvoiceFacts, Line
from lib import pdf
from lib.money import euros, total
from tests.kit.samples import FARM, invoice, line, part

CREATED = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
ROUNDS = 25
OTHERS = 12  # rounds beside other programs
REST = 0.05  # seconds
WORDS = """site ferme vitrine panier recette atelier conseil texte image carte plan banque livre jardin semence
    relais marché verger ruche moulin étable grange serre""".split()  # noqa: SIM905


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Return `ms`, `plain_ms`, `bytes` and the ratios."""
    printed = [Printed(sample(n)) for n in range(rounds + 1)]
    ours, plain = _turns(Printed.ours, Printed.plain, over=printed)
    result: dict[str, Any] = {
        "ms": _rounded(ours),
        "plain_ms": _rounded(plain),
        "ratio_to_plain": round(_ratio(ours, plain), 3),
        "page_ms": _rounded(_turns(lambda one: paper.invoice_html(one.facts), over=printed)[0]),
        "bytes": max(len(one.ours()) for one in printed[:3]),
    }
    for name, other in (("wkhtmltopdf", _wkhtmltopdf), ("chromium", _chromium)):
        if (turns := other(printed[:OTHERS])) is not None:
            result[f"{name}_ms"] = _rounded(turns[1])
            result[f"ratio_to_{name}"] = round(_ratio(*turns), 3)
    return result | runs.measure(lambda n: Printed(sample(n)).ours(), lambda count: Printed(of_lines(count)).ours())


def sample(n: int) -> InvoiceFacts:
    """Return the nth invoice that is printed: eight lines, a logo, euros and goods."""
    lines = tuple(
        line(i, f"{_word(n + i)} et {_word(3 * n + i)}", "1", str(100 + (37 * n + 53 * i) % 900)) for i in range(1, 9)
    )
    described = tuple(replace(one, description=f"Sobre et utile, {_word(7 * n + one.position)}.") for one in lines)
    return replace(
        _invoice(described), number=f"F2026-{n:04d}", buyer=replace(FARM, name=f"Ferme {_word(n)} {_word(5 * n)}")
    )


def of_lines(count: int) -> InvoiceFacts:
    return _invoice(tuple(line(n, f"Prestation numéro {n}", "1", "150") for n in range(1, count + 1)))


def _invoice(lines: tuple[Line, ...]) -> InvoiceFacts:
    rest = total(one.net for one in lines) - euros(300)
    parts = (
        part("money", "À la livraison, par virement", str(rest.amount), "to_pay"),
        part("goods", "15 paniers de légumes à 20,00 €", "300", "to_receive"),
    )
    return replace(invoice(STANDARD, lines, parts=parts), logo=_logo())


def _word(n: int) -> str:
    return WORDS[n % len(WORDS)]


@lru_cache(maxsize=1)
def _logo() -> bytes:
    picture = Image.new("RGB", (400, 150), "#ffffff")
    draw = ImageDraw.Draw(picture)
    for n in range(12):
        draw.ellipse((10 + 30 * n, 20 + 5 * n, 60 + 30 * n, 70 + 5 * n), fill=(47, 107 + 8 * n, 60))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


class Printed:
    """One invoice: its page, and the two ways of printing it."""

    def __init__(self, facts: InvoiceFacts) -> None:
        self.facts = facts
        self.html = paper.invoice_html(facts)
        self.alone = _page_alone(facts, self.html)

    def ours(self) -> bytes:
        """Return the whole invoice from its page: XML, attachment, tags and metadata included."""
        return pdf.render(
            self.html,
            language=self.facts.language,
            created=CREATED,
            title=paper.document_title(self.facts),
            attachments=[pdf.Attachment(facturx.FILE_NAME, facturx.xml(self.facts), "Factur-X")],
            pictures=[self.facts.logo] if self.facts.logo else [],
            facturx=True,
        )

    def plain(self) -> bytes:
        return bytes(HTML(string=self.alone).write_pdf())


def _page_alone(facts: InvoiceFacts, html: str) -> str:
    """Return the same page as a file that needs nothing else: stylesheet, fonts and logo inside."""
    css = pdf.STYLE.read_text()
    for font in pdf.FONTS:
        inside = base64.b64encode(font.read_bytes()).decode()
        css = css.replace(f"static:/fonts/{font.name}", f"data:font/woff2;base64,{inside}")
    assert facts.logo
    picture = f"data:image/png;base64,{base64.b64encode(facts.logo).decode()}"
    return html.replace(pdf.picture_url(facts.logo), picture).replace("<style>", f"<style>{css}", 1)


def _turns(*ways: Callable[[Printed], object], over: list[Printed]) -> list[list[float]]:
    """Return the times of each way over the documents but the first, which warms up; taken turn by turn so that the
    machine's moods fall on all ways, each once what the other left behind is over."""
    times: list[list[float]] = [[] for _ in ways]
    for number, one in enumerate(over):
        for way, kept in zip(ways, times, strict=True):
            gc.collect()  # what one leaves is not swept in the time of the other
            time.sleep(REST)
            spent = milliseconds(partial(way, one))
            if number:
                kept.append(spent)
    return times


def _ratio(ours: list[float], other: list[float]) -> float:
    return statistics.median(ours) / statistics.median(other)


def _rounded(times: list[float]) -> float:
    return round(statistics.median(times), 1)


def _wkhtmltopdf(printed: list[Printed]) -> list[list[float]] | None:
    """Time our way and that program, started for each page."""
    program = shutil.which("wkhtmltopdf")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        command = [program, "--quiet", str(source), str(target)]

        def made(one: Printed) -> None:
            source.write_text(one.alone)
            subprocess.run(command, check=True, timeout=60, stderr=subprocess.DEVNULL)

        return _turns(Printed.ours, made, over=printed)


def _chromium(printed: list[Printed]) -> list[list[float]] | None:
    """Time our way and a Chromium that is already open, page by page."""
    program = shutil.which("chromium")
    if program is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        tab = browser.new_page()

        def made(one: Printed) -> None:
            tab.set_content(one.alone, wait_until="load")
            tab.pdf(format="A4", tagged=True, print_background=True)

        times = _turns(Printed.ours, made, over=printed)
        browser.close()
    return times
