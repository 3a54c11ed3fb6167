"""Every document of every story is valid, and the same to the cent on screen, on paper, in its XML, in the database and
in the accountant's archive; another program reads back who, when, how much; its transfer code asks for what is left."""

import csv
import io
import re
import subprocess
import uuid
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client as Visitor
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing import facts, stating
from billing.models import Invoice
from desk import exporting
from desk.periods import Period
from lib.money import percent_written, written
from people.models import Business
from records import keeping
from records.models import Errand
from tests import kit, make
from tests.conftest import logged_in
from tests.kit import reader, transfer
from tests.kit.deals import Parties, pdf_of
from tests.kit.stories import STORIES

pytestmark = [pytest.mark.kit, pytest.mark.django_db]
MOST_BYTES = 45_000


@pytest.mark.parametrize("name", STORIES)
def test_its_documents_are_valid_and_agree_to_the_cent(name: str, tmp_path: Path) -> None:
    deal = STORIES[name]()
    deal.printed()
    rows, owner = rows_of_archive(deal), logged_in(deal.by)
    for document in deal.documents:
        invoice = Invoice.objects.get(pk=document.pk)
        path = tmp_path / f"{invoice.number}.pdf"
        path.write_bytes(pdf_of(invoice))
        said = stating.facts_of(invoice)
        assert facts.problems(said) == []
        assert kit.validate([path]) == []
        assert path.stat().st_size <= MOST_BYTES
        agrees_with_facts(invoice, said)
        agrees_with_reader(invoice, said, reader.read_pdf(path))
        agrees_with_paper(invoice, said, squeezed(text_of(path)))
        agrees_with_screen(invoice, said, owner)
        agrees_with_archive(invoice, rows[str(invoice.number)])
        agrees_with_code(invoice, path)


# What each says ---------------------------------------------------------------------------------------------------


def is_credit(invoice: Invoice) -> bool:
    return invoice.corrects_id is not None


def owed(invoice: Invoice) -> Decimal:
    return (invoice.total if is_credit(invoice) else invoice.payable).amount


def agrees_with_facts(invoice: Invoice, said: facts.InvoiceFacts) -> None:
    assert (said.net, said.vat, said.total) == (invoice.net, invoice.vat, invoice.total)
    assert said.payable.amount == owed(invoice)
    if not is_credit(invoice):
        assert said.deducted == invoice.deducted
        assert said.sum_of(facts.RECEIVED) == invoice.settled_at_issue
        assert said.sum_of(facts.TO_RECEIVE) == invoice.agreed_otherwise
        assert said.sum_of(facts.TO_PAY) == invoice.payable


def agrees_with_reader(invoice: Invoice, said: facts.InvoiceFacts, found: reader.Read) -> None:
    """Compare what another program reads with the database."""
    seller, buyer = invoice.seller or {}, invoice.buyer or {}
    assert (found.number, found.kind) == (invoice.number, facts.TYPE_CODES[said.kind])
    assert (found.issued_on, found.delivered_on) == (invoice.issued_on, invoice.delivered_on)
    assert found.due_on == (None if is_credit(invoice) else invoice.due_on)
    for party, copied in ((found.seller, seller), (found.buyer, buyer)):
        keys = ("name", "postcode", "city", "legal_identifier", "vat_identifier")
        names = ("name", "postal_code", "city", "siren", "vat_number")
        assert [party.get(key, "") for key in keys] == [copied[name] for name in names]
    amounts = (invoice.net, invoice.vat, invoice.total)
    assert (found.net, found.vat, found.total) == tuple(one.amount for one in amounts)
    prepaid = invoice.deducted + invoice.settled_at_issue + invoice.agreed_otherwise
    assert (found.prepaid, found.payable) == (prepaid.amount, owed(invoice))
    assert sorted(found.taxes) == sorted(
        (tax.category, tax.rate, tax.base.amount, tax.amount.amount) for tax in invoice.taxes.all()
    )
    lines = invoice.lines.order_by("position")
    assert [(title, q, price, net) for title, _u, q, price, _c, _r, net in found.lines] == [
        (line.title, line.quantity, line.unit_price.amount, line.net.amount) for line in lines
    ]
    earlier = [row.deposit for row in invoice.deductions.select_related("deposit")]
    earlier += [one for one in (invoice.corrects, invoice.replaces) if one]
    assert sorted(found.references) == sorted((one.number, one.issued_on) for one in earlier)
    assert found.iban == (seller["iban"] if found.means in ("30", "58") else "")


def agrees_with_paper(invoice: Invoice, said: facts.InvoiceFacts, text: str) -> None:
    """Look for each amount beside its name, in the language of the document."""
    language = invoice.language
    with override(language):
        sums = {_("Total"): invoice.total}
        if (invoice.seller or {})["vat_regime"] == Business.VatRegime.NORMAL:
            names = (_("Total excl. VAT"), _("VAT"), _("Total incl. VAT"))
            sums = dict(zip(names, (invoice.net, invoice.vat, invoice.total), strict=True))
            for tax in invoice.taxes.all():
                rate = percent_written(tax.rate, language) if tax.category == "S" else ""  # else a word: exempt
                row = rate + written(tax.base, language) + written(tax.amount, language)
                assert squeezed(row) in text, row
        if not is_credit(invoice):
            sums[_("To be paid in euros")] = invoice.payable
        if invoice.settled_at_issue.amount:
            sums[_("Already received")] = invoice.settled_at_issue
    for name, amount in sums.items():
        assert squeezed(name + written(amount, language)) in text, (name, amount)
    assert all(squeezed(tax.reason) in text for tax in said.taxes)
    amounts = [line.net for line in invoice.lines.all()] + [part.value for part in said.parts if len(said.parts) > 1]
    amounts += [-row.value for row in invoice.deductions.all()]
    amounts += [invoice.agreed_otherwise] if invoice.agreed_otherwise.amount else []
    for amount in amounts:
        assert squeezed(written(amount, language)) in text, amount
    assert str(invoice.number) in text


def agrees_with_screen(invoice: Invoice, said: facts.InvoiceFacts, owner: Visitor) -> None:
    """Look for the same amounts on the invoice's page, which is in the language of the one who looks: French."""
    page = owner.get(invoice.get_absolute_url())
    assert page.status_code == 200
    text = squeezed(strip_tags(page.content.decode()))
    sums = {"Total" if said.franchise else "Total TTC": invoice.total}
    if not said.franchise:
        sums["Total HT"] = invoice.net
        rates = {id(tax): percent_written(tax.rate, "fr") if tax.category == "S" else "" for tax in said.taxes}
        sums |= {f"{rates[id(tax)]} sur {written(tax.base, 'fr')}": tax.amount for tax in said.taxes}
    for name, amount in sums.items():
        assert squeezed(name + written(amount, "fr")) in text, (name, amount)
    for line in invoice.lines.all():
        assert squeezed(written(line.net, "fr")) in text
    for row in invoice.deductions.all():
        assert squeezed("−" + written(row.value, "fr")) in text


def agrees_with_archive(invoice: Invoice, every: list[dict[str, str]]) -> None:
    """Compare the rows of the accountant's table: an invoice's own, and those of the deposits that it deducts."""
    sign = -1 if is_credit(invoice) else 1
    own = [row for row in every if row[_("kind of document")] != _("deposit deducted")]
    taken = [row for row in every if row not in own]
    assert sum(number(row[_("total")]) for row in taken) == -invoice.deducted.amount
    columns = {
        _("total before VAT"): invoice.net,
        _("total VAT"): invoice.vat,
        _("total"): invoice.total,
        _("deposits deducted"): invoice.deducted,
        _("received before issue"): invoice.settled_at_issue,
        _("agreed otherwise than in euros"): invoice.agreed_otherwise,
        _("payable in euros"): invoice.payable,
    }
    for column, amount in columns.items():
        assert sum(number(row[column]) for row in own) == sign * amount.amount, column
    taxes = [(number(r[_("VAT rate")]), number(r[_("base before VAT")]), number(r[_("VAT")])) for r in own]
    expected = [(tax.rate, sign * tax.base.amount, sign * tax.amount.amount) for tax in invoice.taxes.all()]
    assert sorted(taxes) == sorted(expected)


def agrees_with_code(invoice: Invoice, path: Path) -> None:
    """Read the code printed for banking apps: there is one exactly where euros are left to be paid."""
    symbols = transfer.on_paper(path)
    if is_credit(invoice) or invoice.payable.amount <= 0:
        assert symbols == []
        return
    [asked] = [transfer.read(symbol) for symbol in symbols]
    seller = invoice.seller or {}
    assert (asked.iban, asked.bic, asked.name) == (seller["iban"], seller["bic"], seller["name"])
    assert (asked.amount, asked.message) == (invoice.payable.amount, invoice.number)


# Reading ----------------------------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def text_of(path: Path) -> str:
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return run.stdout


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ".") or "0")


def rows_of_archive(deal: Parties) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the table of invoices in the archive an accountant takes away, by number."""
    export = exporting.ask(
        business=deal.business,
        by=deal.by,
        at=deal.at,
        period=Period(make.TODAY, deal.today),
        basis="ISSUE",
        language="fr",
        request_id=uuid.uuid4(),
    )
    exporting.build(Errand.objects.get(what="build_export", subject=f"export:{export.pk}"))
    export.refresh_from_db()
    assert export.document is not None
    archive = zipfile.ZipFile(io.BytesIO(keeping.read(export.document)))
    member = next(name for name in archive.namelist() if name.endswith("factures.csv"))
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(archive.read(member).decode("utf-8-sig")), delimiter=";"):
        found.setdefault(row[_("number")], []).append(row)
    return found
