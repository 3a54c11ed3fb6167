"""How long an invoice takes: 8 lines, logo, PDF/A-3a + PDF/UA-1 with its XML, beside other ways of printing its page.

`ratio_to_plain`: a plain `weasyprint.HTML(string=…).write_pdf()` of the same page, with the same web fonts and the
same stylesheet inside it, in the same run, turn by turn. `ratio_to_wkhtmltopdf` and `ratio_to_chromium` (a warm one)
where those are installed. Times are medians, in milliseconds, of this process.
"""

import base64
import io
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from weasyprint import HTML

from billing import facturx, paper
from billing.facts import STANDARD, InvoiceFacts
from lib import pdf
from tests.kit.samples import invoice, line, part

CREATED = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
ROUNDS = 25


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Return `ms`, `plain_ms`, `bytes` and the ratios."""
    facts = sample()
    html = paper.invoice_html(facts)
    page = _page_alone(facts, html)
    ours, plain = _turns(lambda: _ours(facts, html), lambda: HTML(string=page).write_pdf(), rounds=rounds)
    result: dict[str, Any] = {
        "ms": _rounded(ours),
        "plain_ms": _rounded(plain),
        "ratio_to_plain": round(_ratio(ours, plain), 3),
        "page_ms": _rounded(_turns(lambda: paper.invoice_html(facts), rounds=rounds)[0]),
        "bytes": len(_ours(facts, html)),
    }
    for name, other in (("wkhtmltopdf", _wkhtmltopdf), ("chromium", _chromium)):
        if (times := other(page, rounds=7)) is not None:
            result[f"{name}_ms"] = _rounded(times)
            result[f"ratio_to_{name}"] = round(_ratio(ours, times), 3)
    return result


def sample() -> InvoiceFacts:
    """Return the invoice that is printed: eight lines, a logo, euros and goods."""
    lines = tuple(line(n, f"Prestation numéro {n}", "1", "150", description="Sobre et utile.") for n in range(1, 9))
    parts = (
        part("money", "À la livraison, par virement", "900", "to_pay"),
        part("goods", "15 paniers de légumes à 20,00 €", "300", "to_receive"),
    )
    return replace(invoice(STANDARD, lines, parts=parts), logo=_logo())


def _logo() -> bytes:
    picture = Image.new("RGB", (400, 150), "#ffffff")
    draw = ImageDraw.Draw(picture)
    for n in range(12):
        draw.ellipse((10 + 30 * n, 20 + 5 * n, 60 + 30 * n, 70 + 5 * n), fill=(47, 107 + 8 * n, 60))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _ours(facts: InvoiceFacts, html: str) -> bytes:
    """Return the whole invoice from its page: XML, attachment, tags and metadata included."""
    return pdf.render(
        html,
        language=facts.language,
        created=CREATED,
        title=paper.document_title(facts),
        attachments=[pdf.Attachment(facturx.FILE_NAME, facturx.xml(facts), "Factur-X")],
        pictures=[facts.logo] if facts.logo else [],
        facturx=True,
    )


def _page_alone(facts: InvoiceFacts, html: str) -> str:
    """Return the same page as a file that needs nothing else: stylesheet, fonts and logo inside."""
    css = pdf.STYLE.read_text()
    for font in pdf.FONTS:
        inside = base64.b64encode(font.read_bytes()).decode()
        css = css.replace(f"static:/fonts/{font.name}", f"data:font/woff2;base64,{inside}")
    assert facts.logo
    picture = f"data:image/png;base64,{base64.b64encode(facts.logo).decode()}"
    return html.replace(pdf.picture_url(facts.logo), picture).replace("<style>", f"<style>{css}", 1)


def _turns(*ways: Callable[[], object], rounds: int) -> list[list[float]]:
    """Return the times of each way, taken turn by turn so that the machine's moods fall on all of them."""
    for way in ways:
        way()
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, kept in zip(ways, times, strict=True):
            kept.append(_timed(way))
    return times


def _timed(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return (time.perf_counter() - start) * 1000


def _ratio(ours: list[float], other: list[float]) -> float:
    return statistics.median(ours) / statistics.median(other)


def _rounded(times: list[float]) -> float:
    return round(statistics.median(times), 1)


def _wkhtmltopdf(page: str, *, rounds: int) -> list[float] | None:
    program = shutil.which("wkhtmltopdf")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page)
        command = [program, "--quiet", str(source), str(target)]
        return _turns(lambda: subprocess.run(command, check=True, timeout=60), rounds=rounds)[0]


def _chromium(page: str, *, rounds: int) -> list[float] | None:
    """Time a Chromium that is already open, page by page."""
    program = shutil.which("chromium")
    if program is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        tab = browser.new_page()

        def printed() -> None:
            tab.set_content(page, wait_until="load")
            tab.pdf(format="A4", tagged=True, print_background=True)

        times = _turns(printed, rounds=rounds)[0]
        browser.close()
    return times
