"""Where pages break: no total without a line, payment in one piece, the header of a table again on each page."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from billing import issuing
from billing.facts import STANDARD, InvoiceFacts
from tests.kit.samples import SAMPLES, invoice, line, part

NOW = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)


def pages_of(facts: InvoiceFacts, folder: Path) -> list[str]:
    path = folder / "printed.pdf"
    path.write_bytes(issuing.pdf_bytes(facts, created=NOW))
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return run.stdout.split("\f")[:-1]


def with_lines(count: int) -> InvoiceFacts:
    lines = tuple(line(n, f"Ligne numéro {n:02d}", "1", "50", description="Sobre.") for n in range(1, count + 1))
    parts = (part("goods", "2 paniers", "40", "to_receive"), part("money", "Virement", str(50 * count - 40), "to_pay"))
    return invoice(STANDARD, lines, parts=parts)


@pytest.mark.parametrize("count", range(6, 22))
def test_the_total_never_stands_without_a_line_nor_is_the_payment_cut(count, tmp_path):
    pages = pages_of(with_lines(count), tmp_path)
    totals = next(page for page in pages if "Total " in page)
    assert f"Ligne numéro {count:02d}" in totals
    payment = next(page for page in pages if "Règlement" in page)
    for words in ("2 paniers", "Par virement", "À recevoir en nature", "À payer en euros"):
        assert words in payment


def test_the_header_of_the_lines_comes_again_on_each_page_that_has_some(tmp_path):
    pages = pages_of(SAMPLES["long"], tmp_path)
    assert len(pages) > 2
    for page in pages:
        assert ("Désignation" in page) == ("Atelier" in page)


def in_sections(count: int) -> InvoiceFacts:
    facts = with_lines(count)
    return replace(
        facts, lines=tuple(replace(one, section=f"Lot {(one.position - 1) // 4:02d}") for one in facts.lines)
    )


def said_on(page: str) -> list[str]:
    return [" ".join(row.split()) for row in page.splitlines() if row.strip()]


@pytest.mark.parametrize("count", range(9, 17))
def test_a_heading_never_ends_a_page_and_a_subtotal_never_begins_one(count, tmp_path):
    pages = pages_of(in_sections(count), tmp_path)
    assert len(pages) > 1
    for page in pages:
        rows = [row for row in said_on(page) if row.startswith(("Lot", "Ligne", "Sous-total"))]
        assert not rows or not rows[0].startswith("Sous-total")
        assert not rows or not rows[-1].startswith("Lot")


@pytest.mark.parametrize(("count", "expected"), [(8, 1), (30, 2), (90, 5), (420, 20)])
def test_from_one_page_to_twenty_each_line_is_printed_once_and_the_total_beside_the_last(count, expected, tmp_path):
    pages = pages_of(with_lines(count), tmp_path)
    assert len(pages) == expected
    printed = re.findall(r"Ligne numéro (\d+)", "".join(pages))
    assert [int(number) for number in printed] == list(range(1, count + 1))
    assert f"Ligne numéro {count:02d}" in next(page for page in pages if "Total " in page)
    assert re.search(rf"{expected} ?/ ?{expected}", pages[-1])


ORDINARY = {
    **{name: SAMPLES[name] for name in ("franchise", "vat-several-rates", "part-in-kind", "final", "four-kinds")},
    "eight-lines": with_lines(8),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_invoice_with_its_logo_and_transfer_code_is_one_page(name, tmp_path):
    picture = io.BytesIO()
    Image.new("RGB", (400, 150), "#2f6b3c").save(picture, "PNG")
    assert len(pages_of(replace(ORDINARY[name], logo=picture.getvalue()), tmp_path)) == 1


def test_what_is_typed_as_a_list_is_printed_as_one_and_markup_as_text(tmp_path):
    text = " ".join(" ".join(pages_of(SAMPLES["described"], tmp_path)).split())
    assert "• textes relus avec vous" in text
    assert "# Ce qui" not in text
    assert '<b onclick="x()">proche</b>' in text
    assert '<script>alert("x")</script>' in text
