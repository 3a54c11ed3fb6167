"""Our invoices pass the independent validators, and what is broken on purpose does not."""

import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pikepdf
import pytest

from billing import facturx, issuing
from billing.facts import InvoiceFacts, Tax
from lib.money import euros, written
from tests import kit
from tests.kit import container, rules, verapdf
from tests.kit.samples import SAMPLES

pytestmark = pytest.mark.kit
NOW = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Every sample, printed once."""
    folder = tmp_path_factory.mktemp("invoices")
    paths = {name: folder / f"{name}.pdf" for name in SAMPLES}
    for name, path in paths.items():
        path.write_bytes(issuing.pdf_bytes(SAMPLES[name], created=NOW))
    return paths


def test_every_sample_is_a_valid_pdf_a_3a_pdf_ua_1_and_factur_x(printed):
    assert kit.validate(list(printed.values())) == []


def test_every_invoice_of_ordinary_length_weighs_at_most_45_kb(printed):
    sizes = {name: path.stat().st_size for name, path in printed.items() if len(SAMPLES[name].lines) <= 8}
    assert {name: size for name, size in sizes.items() if size > 45_000} == {}


def test_the_xml_inside_is_the_one_we_wrote(printed):
    for name, path in printed.items():
        assert container.read(path)[1] == facturx.xml(SAMPLES[name])


def _taxed(facts: InvoiceFacts, **fields: object) -> InvoiceFacts:
    return replace(facts, taxes=tuple(replace(tax, **fields) for tax in facts.taxes))  # type: ignore[arg-type]


GOOD, FRANCHISE = SAMPLES["vat-several-rates"], SAMPLES["franchise"]
MUTANTS: dict[str, Callable[[], InvoiceFacts]] = {
    "a number with a dot": lambda: replace(GOOD, number="F.1"),
    "a number of 36 characters": lambda: replace(GOOD, number="F" * 36),
    "due before its day": lambda: replace(GOOD, due_on=date(2026, 12, 3)),
    "no note on penalties": lambda: replace(GOOD, notes=GOOD.notes[1:]),
    "a seller without SIREN": lambda: replace(GOOD, seller=replace(GOOD.seller, siren="", siret="")),
    "a buyer without address": lambda: replace(GOOD, buyer=replace(GOOD.buyer, siren="", siret="", email="")),
    "VAT without a VAT number": lambda: replace(GOOD, seller=replace(GOOD.seller, vat_number="")),
    "franchise without a reason": lambda: _taxed(FRANCHISE, reason="", reason_code=""),
    "a credit note of nothing": lambda: replace(SAMPLES["credit-note"], corrects=None),
    "VAT off by 1.50": lambda: replace(GOOD, vat=GOOD.vat + euros("1.50"), total=GOOD.total + euros("1.50")),
    "a rate nobody has": lambda: replace(
        GOOD,
        taxes=(Tax("S", Decimal(6), GOOD.net, euros("115.71")),),
        lines=tuple(replace(line, vat_rate=Decimal(6)) for line in GOOD.lines),
    ),
    "a negative price": lambda: replace(
        GOOD, lines=(replace(GOOD.lines[0], unit_price=euros("-412.50")), *GOOD.lines[1:])
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_what_is_wrong_on_purpose_is_refused(name):
    assert rules.failures(facturx.xml(MUTANTS[name]())) != []


def test_a_file_whose_metadata_lost_the_invoice_is_refused(printed, tmp_path):
    broken = tmp_path / "broken.pdf"
    with pikepdf.open(printed["franchise"]) as file:
        file.Root.Metadata.write(file.Root.Metadata.read_bytes().replace(b"fx:", b"xf:"))
        file.save(broken)
    assert container.read(broken)[0] != []


def test_a_file_without_tags_is_refused(printed, tmp_path):
    broken = tmp_path / "untagged.pdf"
    with pikepdf.open(io.BytesIO(printed["franchise"].read_bytes())) as file:
        del file.Root.StructTreeRoot
        file.save(broken)
    assert verapdf.failures([broken], flavours="3a,ua1") != []


def test_the_text_of_the_pdf_says_the_amounts_of_the_xml(printed):
    for name, path in printed.items():
        facts = SAMPLES[name]
        run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
        text = re.sub(r"[\s\u202f\u2009\u00a0]+", "", run.stdout)
        for amount in (facts.total, facts.payable, *(tax.amount for tax in facts.taxes if not facts.franchise)):
            assert re.sub(r"\s+", "", written(amount, facts.language)) in text, (name, amount)
