"""The same amounts, days and parties wherever an issued document says them: each function compares one place of them
with the database, and fails on a cent."""

import csv
import io
import re
import subprocess
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.test import Client as Visitor
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import facts, stating
from billing.models import Invoice, SelfBilledInvoice
from billing.selfbilled import stating as selfbilled_stating
from lib.money import euros, percent_written, written
from people.models import Business
from tests.kit import reader, transfer


@dataclass(frozen=True)
class Issued:
    """An issued document: its row, what it says, and what of its total is not to be paid in euros."""

    row: Any
    said: facts.InvoiceFacts
    deducted: Money
    settled: Money
    otherwise: Money
    deductions: tuple[Any, ...] = ()
    replaces: Any = None

    @property
    def is_credit(self) -> bool:
        return self.row.corrects_id is not None

    @property
    def owed(self) -> Decimal:
        return (self.row.total if self.is_credit else self.row.payable).amount

    @property
    def language(self) -> str:
        return str(self.row.language)

    @property
    def shows_vat(self) -> bool:
        return (self.row.seller or {})["vat_regime"] == Business.VatRegime.NORMAL


def issued(document: Invoice | SelfBilledInvoice) -> Issued:
    """Read a document again from the database."""
    row: Any = type(document).objects.get(pk=document.pk)
    if isinstance(row, SelfBilledInvoice):
        return Issued(row, selfbilled_stating.facts_of(row), euros(0), euros(0), row.agreed_otherwise)
    deductions = tuple(row.deductions.select_related("deposit"))
    said = stating.facts_of(row)
    return Issued(row, said, row.deducted, row.settled_at_issue, row.agreed_otherwise, deductions, row.replaces)


def with_facts(one: Issued) -> None:
    said, row = one.said, one.row
    assert (said.net, said.vat, said.total) == (row.net, row.vat, row.total)
    assert said.payable.amount == one.owed
    if not one.is_credit:
        assert said.deducted == one.deducted
        assert said.sum_of(facts.RECEIVED) == one.settled
        assert said.sum_of(facts.TO_RECEIVE) == one.otherwise
        assert said.sum_of(facts.TO_PAY) == row.payable


def with_reader(one: Issued, path: Path) -> None:
    """Compare what another program reads in the PDF with the database."""
    row, found = one.row, reader.read_pdf(path)
    assert (found.number, found.kind) == (row.number, facts.TYPE_CODES[one.said.kind])
    assert (found.issued_on, found.delivered_on) == (row.issued_on, row.delivered_on)
    assert found.due_on == (None if one.is_credit else row.due_on or found.due_on)
    for party, copied in ((found.seller, row.seller), (found.buyer, row.buyer)):
        keys = ("name", "postcode", "city", "legal_identifier", "vat_identifier")
        names = ("name", "postal_code", "city", "siren", "vat_number")
        assert [party.get(key, "") for key in keys] == [copied.get(name, "") for name in names]
    assert (found.net, found.vat, found.total) == (row.net.amount, row.vat.amount, row.total.amount)
    prepaid = one.deducted + one.settled + one.otherwise
    assert (found.prepaid, found.payable) == (euros(0).amount if one.is_credit else prepaid.amount, one.owed)
    taxes = [(tax.category, tax.rate, tax.base.amount, tax.amount.amount) for tax in row.taxes.all()]
    assert sorted(found.taxes) == sorted(taxes)
    assert [(title, quantity, price, net) for title, _u, quantity, price, _c, _r, net in found.lines] == [
        (line.title, line.quantity, line.unit_price.amount, line.net.amount) for line in row.lines.order_by("position")
    ]
    earlier = [each.deposit for each in one.deductions] + [each for each in (row.corrects, one.replaces) if each]
    assert sorted(found.references) == sorted((each.number, each.issued_on) for each in earlier)
    assert found.iban == (row.seller["iban"] if found.means in ("30", "58") else "")


def with_paper(one: Issued, path: Path) -> None:
    """Look in the printed text for each amount beside its name, in the language of the document."""
    text, language = squeezed(text_of(path)), one.language
    with override(language):
        for name, amount in _printed_sums(one).items():
            assert squeezed(name + written(amount, language)) in text, (name, amount)
    if one.shows_vat:
        for tax in one.row.taxes.all():
            assert squeezed(_row(tax, "", language)) in text, tax
    assert all(squeezed(tax.reason) in text for tax in one.said.taxes)
    amounts = [line.net for line in one.row.lines.all()] + [-each.value for each in one.deductions]
    amounts += [part.value for part in one.said.parts if len(one.said.parts) > 1]
    amounts += [one.otherwise] if one.otherwise.amount and not one.is_credit else []
    for amount in amounts:
        assert squeezed(written(amount, language)) in text, amount
    assert str(one.row.number) in text


def _printed_sums(one: Issued) -> dict[str, Money]:
    row = one.row
    whole = _("Total incl. VAT") if row.vat.amount else _("Total")
    sums = {_("Total excl. VAT"): row.net, _("VAT"): row.vat, whole: row.total}
    if not one.shows_vat:
        sums = {_("Total"): row.total}
    if not one.is_credit:
        sums[_("To be paid in euros")] = row.payable
        sums |= {_("Already received"): one.settled} if one.settled.amount else {}
    return sums


def _row(tax: Any, between: str, language: str) -> str:
    """Return the words of a rate, a base and its VAT; what is not taxed says a word in place of its rate."""
    rate = percent_written(tax.rate, language) if tax.category == "S" else ""
    return rate + between + written(tax.base, language) + written(tax.amount, language)


def with_screen(one: Issued, owner: Visitor) -> None:
    """Look for the same amounts on the document's page, which is in the language of the one who looks: French."""
    page = owner.get(one.row.get_absolute_url())
    assert page.status_code == 200
    text = squeezed(strip_tags(page.content.decode()))
    sums = {"Total": one.row.total}
    if not one.said.franchise:
        whole = next(word for word in ("TotalTTC", "Total") if word in text)
        sums = {whole: one.row.total, "Total HT": one.row.net}
        for tax in one.row.taxes.all():
            assert squeezed(_row(tax, " sur ", "fr")) in text, tax
    for name, amount in sums.items():
        assert squeezed(name + written(amount, "fr")) in text, (name, amount)
    for amount in [line.net for line in one.row.lines.all()]:
        assert squeezed(written(amount, "fr")) in text
    for deduction in one.deductions:
        assert squeezed("−" + written(deduction.value, "fr")) in text


def with_archive(one: Issued, every: list[dict[str, str]]) -> None:
    """Compare the rows of the accountant's table: an invoice's own, those of the deposits that it deducts, and those of
    what it cancels and replaces."""
    sign, row = (-1 if one.is_credit else 1), one.row
    taken_off = {_("deposit deducted"): one.deducted, _("invoice cancelled and replaced"): _total_of(one.replaces)}
    for kind, amount in taken_off.items():
        found = [each for each in every if each[_("kind of document")] == kind]
        assert sum(number(each[_("total")]) for each in found) == -amount.amount, kind
    own = [each for each in every if each[_("kind of document")] not in taken_off]
    columns = {
        _("total before VAT"): row.net,
        _("total VAT"): row.vat,
        _("total"): row.total,
        _("deposits deducted"): one.deducted,
        _("received before issue"): one.settled,
        _("agreed otherwise than in euros"): one.otherwise,
        _("to be set off"): one.otherwise,
        _("payable in euros"): row.payable,
    }
    assert len(columns.keys() & own[0].keys()) >= len(columns) - 3
    for column, amount in [each for each in columns.items() if each[0] in own[0]]:
        assert sum(number(found[column]) for found in own) == sign * amount.amount, column
    taxes = [(number(r[_("VAT rate")]), number(r[_("base before VAT")]), number(r[_("VAT")])) for r in own]
    expected = [(tax.rate, sign * tax.base.amount, sign * tax.amount.amount) for tax in row.taxes.all()]
    assert sorted(taxes) == sorted(expected)


def _total_of(document: Any) -> Money:
    return document.total if document else euros(0)


def with_code(one: Issued, path: Path) -> None:
    """Read the code printed for banking apps, where euros are left to be paid to an account; that there is none
    elsewhere is tried in test_transfer_codes.py."""
    if one.is_credit or one.row.payable.amount <= 0 or not one.said.iban:
        return
    [asked] = [transfer.read(symbol) for symbol in transfer.on_paper(path)]
    seller = one.row.seller or {}
    assert (asked.iban, asked.bic, asked.name) == (seller["iban"], seller["bic"], seller["name"])
    by_day: dict[Any, Any] = {}
    for term in one.row.terms.filter(kind="money"):
        by_day[term.due_on] = by_day.get(term.due_on, 0) + term.value.amount - term.received.amount
    first = min(day for day, amount in by_day.items() if amount)
    assert (asked.amount, asked.message) == (by_day[first], one.row.number)
    assert sum(by_day.values()) == one.row.payable.amount


# Reading ----------------------------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def text_of(path: Path) -> str:
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return run.stdout


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ".") or "0")


def archive_rows(archive: zipfile.ZipFile) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the tables of invoices in the archive an accountant takes away, by number."""
    found: dict[str, list[dict[str, str]]] = {}
    for member in archive.namelist():
        if member.rpartition("/")[2] in (_("invoices.csv"), _("self-billed-invoices.csv")):
            text = io.StringIO(archive.read(member).decode("utf-8-sig"))
            for row in csv.DictReader(text, delimiter=";"):
                found.setdefault(row[_("number")], []).append(row)
    return found
