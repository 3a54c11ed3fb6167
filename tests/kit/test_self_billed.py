"""What the real acts issue in a partner's name: the validators accept it, and its paper says the amounts of its XML."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from billing.facts import problems
from billing.models import SelfBilledInvoice
from billing.selfbilled.stating import facts_of
from lib.money import euros, written
from records import keeping
from records.models import Document
from tests import kit, make
from tests.billing.mandated import NOW, TODAY, baskets_came, credited, farm, issued, line, mandated, with_vat
from tests.kit import container
from tests.kit.rules import RAM

pytestmark = [pytest.mark.kit, pytest.mark.django_db]
SUMS = ".//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"


def played() -> list[SelfBilledInvoice]:
    """Franchise set off, VAT at two rates paid in euros, an English farm with its register, and two credit notes."""
    plain = issued(mandated(farm()), line("18.956667", quantity="3"))
    due = {"settlement": "EUROS", "due_on": date(2026, 12, 31)}
    taxed = issued(
        mandated(farm(), **with_vat("5.5", "20")), line("37.90", "5.5"), line("12.345678", "20", "2.5"), **due
    )
    english = farm(language="en")
    baskets_came(english, TODAY)
    abroad = issued(mandated(english, registration="SARL, RCS Saverne"), line("1200"))
    return [plain, taxed, abroad, credited(plain), credited(taxed)]


@pytest.fixture
def printed(tmp_path: Path) -> dict[str, tuple[SelfBilledInvoice, Path]]:
    invoices = {f"{invoice.pk}": invoice for invoice in played()}
    make.run_errands(NOW)
    found = {}
    for document in Document.objects.filter(what="self_billed_pdf"):
        name = document.subject.partition(":")[2]
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(keeping.read(document))
        found[name] = (invoices[name], path)
    return found


def text_of(path: Path) -> str:
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"[\s\u202f\u2009\u00a0]+", "", run.stdout)


def test_every_one_passes_every_validator_and_says_the_same_on_paper(printed, tmp_path):
    assert len(printed) == 5
    assert kit.validate([path for _invoice, path in printed.values()]) == []
    for invoice, path in printed.values():
        facts = facts_of(invoice)
        assert problems(facts) == []
        root = etree.fromstring(container.read(path)[1] or b"")
        code = root.findtext(".//{*}ExchangedDocument/ram:TypeCode", namespaces=RAM)
        assert code == ("261" if invoice.corrects_id else "389")
        text = text_of(path)
        owed = invoice.total if invoice.corrects_id else invoice.payable
        for tag, amount in (("GrandTotalAmount", invoice.total), ("DuePayableAmount", owed)):
            assert euros(root.findtext(f"{SUMS}{tag}", namespaces=RAM) or "") == amount
        assert written(invoice.total, invoice.language).replace("\u202f", "").replace("\u00a0", "") in text
        assert ("Self-billing." if invoice.language == "en" else "Autofacturation.") in text
        assert path.stat().st_size <= 45_000


def test_mandates_are_pdf_a_3a_and_pdf_ua_1(printed, tmp_path):
    paths = []
    for document in Document.objects.filter(what__in=["mandate_pdf", "mandate_accepted_pdf"]):
        paths.append(tmp_path / f"{document.subject.replace(':', '-')}.pdf")
        paths[-1].write_bytes(keeping.read(document))
    assert len(paths) == 6
    assert kit.validate(paths, invoices=False) == []
