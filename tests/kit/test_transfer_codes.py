"""The code by which a banking app fills in a transfer, decoded from printed pixels and read strictly by EPC069-12."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PIL import Image

from billing import epc, issuing
from lib.money import euros
from tests.kit import transfer
from tests.kit.samples import BIC, FREELANCER, IBAN, SAMPLES, SITE, invoice, line
from tests.kit.transfer import NotTheStandard, Symbol, Transfer

NOW = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
FIELDS = {"name": "Lucie Vernet EI", "iban": IBAN, "bic": BIC, "message": "F2026-0002"}
GOOD = b"BCD\n002\n1\nSCT\nPSSTFRPPXXX\nLucie Vernet EI\nFR1420041010050500013M02606\nEUR540.00\n\n\nF2026-0002"


def printed(facts, folder):
    path = folder / "printed.pdf"
    path.write_bytes(issuing.pdf_bytes(facts, created=NOW))
    return transfer.on_paper(path)


@pytest.mark.kit
@pytest.mark.parametrize(
    ("amount", "name"),
    [
        ("0.01", "Zoë Œster-Ğüneş EI"),
        ("540", "Lucie Vernet EI"),
        ("999999999.99", "Coopérative d’Activité et d’Emploi des Métiers de la Terre et du Numérique Sobre"),
    ],
)
def test_the_code_printed_on_an_invoice_asks_for_what_is_payable(amount, name, tmp_path):
    facts = invoice("standard", (line(1, "Site", "1", amount),), seller=replace(FREELANCER, name=name))
    [symbol] = printed(facts, tmp_path)
    asked = transfer.read(symbol)
    assert asked == Transfer(name[:70].strip(), IBAN, Decimal(amount), bic=BIC, message="F2026-0001")


@pytest.mark.kit
@pytest.mark.parametrize("name", ["part-in-kind", "final", "local-currency"])
def test_the_code_asks_for_the_euros_left_and_no_more(name, tmp_path):
    facts = SAMPLES[name]
    [symbol] = printed(facts, tmp_path)
    assert transfer.read(symbol).amount == facts.payable.amount < facts.total.amount


@pytest.mark.kit
@pytest.mark.parametrize("name", ["wholly-in-kind-to-come", "wholly-in-kind-received", "credit-note"])
def test_what_asks_for_no_euro_has_no_code(name, tmp_path):
    assert printed(SAMPLES[name], tmp_path) == []


@pytest.mark.kit
def test_an_amount_that_no_transfer_has_prints_without_a_code(tmp_path):
    assert printed(invoice("standard", (line(1, "Gare", "1", "1000000000"),)), tmp_path) == []


@pytest.mark.kit
def test_a_code_without_bic_is_of_the_second_version(tmp_path):
    [symbol] = printed(invoice("standard", SITE, bic=""), tmp_path)
    assert transfer.read(symbol).bic == ""


@pytest.mark.parametrize(
    "said",
    [
        {"name": "é" * 90, "message": "M" * 140},
        {"name": "€" * 90, "message": "€" * 140},
        {"name": "  Deux\nlignes\tet des espaces  "},
        {"name": "x" * 69 + " y"},
        {"message": "F2026-0002\nEUR1.00\r"},
        {"message": ""},
        {"iban": "fr14 2004 1010 0505 0001 3m02 606", "bic": "psst frpp xxx"},
    ],
)
def test_whatever_the_texts_the_code_keeps_to_the_standard(said):
    picture = Image.open(io.BytesIO(epc.picture(epc.text(**FIELDS | said, amount=euros("12.30")))))
    [symbol] = transfer.seen(picture)
    asked = transfer.read(symbol)
    assert (asked.iban, asked.bic, asked.amount) == (IBAN, BIC, Decimal("12.30"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD.replace(b"BCD", b"BCE"), "service tag"),
        (GOOD.replace(b"\n002\n", b"\n003\n"), "version"),
        (GOOD.replace(b"\n1\n", b"\n9\n"), "character set"),
        (GOOD.replace(b"SCT", b"SDD"), "identification"),
        (GOOD.replace(b"PSSTFRPPXXX", b"PSSTFRPPXX"), "BIC"),
        (GOOD.replace(b"002", b"001").replace(b"PSSTFRPPXXX", b""), "BIC"),
        (GOOD.replace(b"Lucie Vernet EI", b"N" * 71), "name"),
        (GOOD.replace(b"Lucie Vernet EI", b""), "name"),
        (GOOD.replace(b"M02606", b"M02607"), "IBAN"),
        (GOOD.replace(b"FR14", b"FR14 "), "IBAN"),
        (GOOD.replace(b"EUR540.00", b"EUR540,00"), "amount"),
        (GOOD.replace(b"EUR540.00", b"EUR540"), "amount"),
        (GOOD.replace(b"EUR540.00", b"EUR0.00"), "amount"),
        (GOOD.replace(b"EUR540.00", b"EUR1000000000.00"), "amount"),
        (GOOD.replace(b"EUR540.00", b"USD540.00"), "amount"),
        (GOOD.replace(b"\n\n\nF", b"\nSERVICE\n\nF"), "purpose"),
        (GOOD.replace(b"\n\n\nF", b"\n\nF"), "reference"),
        (GOOD.replace(b"\n\n\nF", b"\n\nRF18539007547034\nF"), "both"),
        (GOOD + b"\n", "after the last field"),
        (GOOD + b"\n\n", "lines|after the last field"),
        (GOOD.replace(b"\n", b"\r\n", 3), "two kinds"),
        (GOOD.replace(b"Lucie", b"Luc\xeee"), "utf-8"),
        (GOOD + b"x" * 250, "bytes"),
    ],
)  # fmt: skip
def test_the_reader_is_strict(content, words):
    assert transfer.parse(GOOD).message == "F2026-0002"
    with pytest.raises(NotTheStandard, match=words):
        transfer.parse(content)


def test_the_reader_wants_the_level_that_the_standard_wants():
    with pytest.raises(NotTheStandard, match="not M"):
        transfer.read(Symbol(GOOD, "L", 6))
    with pytest.raises(NotTheStandard, match="above 13"):
        transfer.read(Symbol(GOOD, "M", 14))
