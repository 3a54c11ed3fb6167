"""Take the README's pictures from the demonstration: `.venv/bin/python tools/pictures.py`.

Plays the demonstration in a folder that is thrown away, opens it in Chromium, and writes docs/pictures/*.png, each of
150 kB at most. Needs chromium and pdftoppm (poppler-utils).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PORT = int(os.environ.get("PORT", "8109"))
SITE = f"http://localhost:{PORT}"
LARGEST = 150_000
COLOURS = (256, 128, 64, 32)
LOU, PASSWORD = "lou@example.org", "trois-paniers"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=fr-FR"]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="courgette-pictures-") as folder:
        link = played(Path(folder))
        with served(Path(folder)):
            photographed(link, Path(folder))
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} kB")  # noqa: T201
    return 0


def environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"COURGETTE_VAR": str(folder), "SITE_URL": SITE, "LOG_LEVEL": "ERROR"}


def played(folder: Path) -> str:
    """Load the demonstration and return the path of a client's link."""
    for command in (["release"], ["demo"]):
        said = subprocess.run(  # noqa: S603  (our own commands)
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(folder),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    return said.rpartition(SITE)[2].strip()


@contextmanager
def served(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}", "--threads", "4", "config.wsgi"]
    web = subprocess.Popen(command, cwd=ROOT, env=environment(folder))  # noqa: S603
    try:
        _wait()
        yield
    finally:
        web.terminate()
        web.wait(20)


def _wait() -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"{SITE}/accounts/login/", timeout=2).close()  # noqa: S310
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The site did not start.")


def photographed(link: str, folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=OPTIONS, env={**os.environ, "LANGUAGE": "fr", "LANG": "fr_FR.UTF-8"}
        )
        lou = browser.new_page(base_url=SITE, viewport={"width": 1280, "height": 1400}, locale="fr-FR")
        sign_in(lou)
        take(lou, "/b/lou-marchal/", "today")
        take(lou, editor_of(lou), "editor")
        camille = browser.new_page(base_url=SITE, viewport={"width": 360, "height": 1260}, locale="fr-FR")
        take(camille, link, "client")
        invoice(lou, folder)
        browser.close()


def sign_in(page: Any) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", LOU)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/b/**")


def editor_of(page: Any) -> str:
    """Return the editor of the quote that is being written."""
    page.goto("/b/lou-marchal/quotes/?q=boutique")
    page.click("main tbody a")
    page.wait_for_url(re.compile(r"/quotes/\d+/"))
    return f"/b/lou-marchal/quotes/{page.url.partition('/quotes/')[2].split('/')[0]}/edit/"


def take(page: Any, path: str, name: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    target = PICTURES / f"{name}.png"
    page.screenshot(path=target)
    lighten(target)


def invoice(page: Any, folder: Path) -> None:
    """Print the first page of the farm's final invoice, partly paid in baskets."""
    page.goto("/b/lou-marchal/invoices/?q=ferme&sort=-number")
    page.click("main tbody tr:has-text('facture finale') a[href*='/invoices/']")
    page.wait_for_url("**/invoices/*/")
    answer = page.request.get(page.get_attribute("a[href$='/pdf/']", "href"))
    pdf, out = folder / "invoice.pdf", PICTURES / "invoice"
    pdf.write_bytes(answer.body())
    subprocess.run(["pdftoppm", "-png", "-r", "75", "-singlefile", pdf, out], check=True)  # noqa: S603, S607
    lighten(out.with_suffix(".png"))


def lighten(picture: Path) -> None:
    """Save a picture again with as many colours as fit in LARGEST bytes."""
    whole = Image.open(picture).convert("RGB")
    for colours in COLOURS:
        whole.quantize(colours, dither=Image.Dither.NONE).save(picture, optimize=True)
        if picture.stat().st_size <= LARGEST:
            return
    raise SystemExit(f"{picture} stays too heavy.")


if __name__ == "__main__":
    sys.exit(main())
