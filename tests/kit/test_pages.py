"""Where pages break: no total without a line, payment in one piece, the header of a table again on each page."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from PIL import Image

from billing import issuing
from billing.facts import STANDARD, InvoiceFacts
from lib.money import written
from tests.kit.samples import SAMPLES, SITE, TOWN, invoice, line, part

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


# Everything is there, inside the margins ---------------------------------------------------------------------------
MILLIMETRE = 72 / 25.4
LEFT, RIGHT = 18 * MILLIMETRE, (210 - 18) * MILLIMETRE
A_MILLION = tuple(line(n, f"Chantier {n}", "1", "1234567.89", vat_rate=Decimal("5.5")) for n in (1, 2))
KEHL = replace(TOWN, country="DE", delivery_address="Hafen 1", delivery_postal_code="77694", delivery_city="Kehl")
CROWDED = invoice(
    STANDARD,
    SITE,
    buyer=replace(KEHL, vat_number="DE136695976", delivery_country="DE"),
    nature="M",
    order_reference="BC-2026-118",
    engagement="EJ-2026-77",
    buyer_accounting_reference="Imputation 6226",
)
ALL = {
    **SAMPLES,
    "one-more": invoice(STANDARD, SITE, buyer=TOWN, order_reference="BC-2026-118", engagement="EJ-2026-77"),
    "crowded": CROWDED,
    "crowded, in two languages": replace(CROWDED, second_language="en"),
    "millions": invoice(STANDARD, A_MILLION, franchise=False),
}


def words_of(facts: InvoiceFacts, folder: Path) -> list[tuple[str, float, float]]:
    """Return each word printed, and from where to where in the width of the page, in points."""
    path = folder / "printed.pdf"
    path.write_bytes(issuing.pdf_bytes(facts, created=NOW))
    run = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True)
    found = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', run.stdout)
    return [(unescape(word), float(left), float(right)) for left, right, word in found]


@pytest.mark.parametrize("name", ALL)
def test_all_that_identifies_an_invoice_is_printed_whole_and_inside_the_margins(name, tmp_path):
    """An order's number once pushed the client's SIREN into a tower of two letters a line, and out of the page."""
    facts = ALL[name]
    words = words_of(facts, tmp_path)
    assert [word for word, left, right in words if left < LEFT - 1 or right > RIGHT + 1] == []
    text = "".join("".join(word for word, _left, _right in words).split())
    buyer, wanted = facts.buyer, [facts.order_reference, facts.engagement, facts.buyer_accounting_reference]
    wanted += [buyer.siren, buyer.vat_number, buyer.service_code, facts.quote_number, facts.number]
    wanted += [buyer.delivery_address, written(facts.total, facts.language)]
    assert [one for one in wanted if "".join(one.split()) not in text] == []


def test_a_description_taller_than_a_page_begins_on_the_page_of_its_header(tmp_path):
    told = "\n\n".join(f"Point {n} de la mission, dit en toutes lettres." for n in range(90))
    pages = pages_of(invoice(STANDARD, (line(1, "Accompagnement", "1", "700", description=told), *SITE[1:])), tmp_path)
    assert "Accompagnement" in pages[0]
    assert "Point 0 " in pages[0]
    assert "Désignation" in pages[0]
    assert all(sum(f"Point {n} " in page for page in pages) == 1 for n in range(90))


@pytest.mark.parametrize("count", range(14, 24))
def test_mentions_never_stand_alone_on_a_page(count, tmp_path):
    pages = pages_of(with_lines(count), tmp_path)
    assert "Règlement" in next(page for page in pages if "pénalité" in page)


def test_each_page_says_of_what_document_it_is(tmp_path):
    assert all("Facture F2026-0001" in page for page in pages_of(with_lines(60), tmp_path))


def test_what_is_typed_as_a_list_is_printed_as_one_and_markup_as_text(tmp_path):
    text = " ".join(" ".join(pages_of(SAMPLES["described"], tmp_path)).split())
    assert "• textes relus avec vous" in text
    assert "# Ce qui" not in text
    assert '<b onclick="x()">proche</b>' in text
    assert '<script>alert("x")</script>' in text
