"""The file itself: the same bytes from another process, valid from one page to twenty, light with its logo."""

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from billing import facturx, issuing
from billing.facts import STANDARD, InvoiceFacts
from lib import images
from tests import kit
from tests.kit import reader
from tests.kit.samples import SAMPLES, invoice, line, part

pytestmark = pytest.mark.kit
ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
COMPARED = ("four-kinds", "final-vat", "english", "credit-note", "described")
ELSEWHERE = """
import django
django.setup()
from tests.kit.test_files import COMPARED, digests
print(digests(COMPARED))
"""


def digests(names: tuple[str, ...]) -> list[str]:
    made = [issuing.pdf_bytes(SAMPLES[name], created=NOW) for name in names]
    return [hashlib.sha256(content).hexdigest() for content in made]


def test_another_process_makes_the_same_bytes() -> None:
    """In another order, with another seed for hashes, in another time zone and another language of the machine."""
    others = {"PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LANG": "C"}
    environment = os.environ | others | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    digests(tuple(reversed(COMPARED)))
    assert run.stdout.splitlines()[-1] == str(digests(COMPARED))


def of_lines(count: int) -> InvoiceFacts:
    """Return an invoice so long, whose lines say something, paid in two ways."""
    lines = tuple(
        line(n, f"Atelier n° {n}", "1.5", "33.33", description="Préparé, animé, **raconté**.\n\n- un\n- deux" * (n % 3))
        for n in range(1, count + 1)
    )
    whole = invoice(STANDARD, lines)
    rest = str(whole.total.amount - 20)
    return replace(
        whole, parts=(part("goods", "1 panier", "20", "to_receive"), part("money", "Virement", rest, "to_pay"))
    )


@pytest.mark.parametrize(("count", "pages"), [(3, 1), (60, 5), (265, 20)])
def test_it_is_valid_whatever_its_length(count: int, pages: int, tmp_path: Path) -> None:
    facts, path = of_lines(count), tmp_path / "long.pdf"
    path.write_bytes(issuing.pdf_bytes(facts, created=NOW))
    with pikepdf.open(path) as file:
        assert abs(len(file.pages) - pages) <= pages // 5
    assert kit.validate([path]) == []
    found = reader.read_pdf(path)
    assert (len(found.lines), found.total, found.payable) == (count, facts.total.amount, facts.payable.amount)


def test_an_ordinary_invoice_with_its_logo_and_transfer_code_weighs_at_most_45_kb(tmp_path: Path) -> None:
    facts = replace(SAMPLES["four-kinds"], lines=of_lines(8).lines)
    path = tmp_path / "logo.pdf"
    path.write_bytes(issuing.pdf_bytes(replace(facts, logo=images.clean_logo(logo())), created=NOW))
    assert path.stat().st_size <= 45_000
    assert kit.validate([path], invoices=False) == []


def logo() -> bytes:
    """Return a logo as people have them: a drawing, a name, soft edges."""
    large = Image.new("RGB", (1600, 640), "white")
    draw = ImageDraw.Draw(large)
    for step in range(12):
        box = (40 + step * 22, 40 + step * 18, 600 - step * 22, 600 - step * 18)
        draw.ellipse(box, fill=(40 + step * 12, 110 + step * 8, 60 + step * 10))
    draw.text((660, 200), "Courte Échelle", fill="#2f6b3c", font=ImageFont.load_default(120))
    out = io.BytesIO()
    large.resize((400, 160), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def test_the_same_facts_make_the_same_xml_twice() -> None:
    assert all(facturx.xml(facts) == facturx.xml(facts) for facts in SAMPLES.values())
