"""Our printed invoices pass the independent validators, and a file that is broken on purpose does not."""

import io
import re
import subprocess
from datetime import UTC, datetime

import pikepdf
import pytest

from billing import facturx, issuing
from lib.money import written
from tests import kit
from tests.kit import container, verapdf
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
