"""The last credit note takes all that is left, whatever the cents that earlier ones rounded."""

import uuid
from decimal import Decimal

import pytest

from billing import balances, crediting, drafting, facts, facturx, stating
from billing.checking import obstacles
from billing.issuing import fill
from billing.models import Invoice
from lib.money import euros
from quotes.models import Acceptance, Kind, MoneyDue
from tests import make
from tests.billing.conftest import NOW, TODAY, accepted, final_of, issued_by, recorder_of

ALL = {"kind": Kind.MONEY, "due": MoneyDue.DELIVERY, "closes": True}


@pytest.fixture
def deal(db: None) -> Acceptance:
    """A price of 743.17 €, VAT 148.63 €, all in euros."""
    client = make.contact(client=make.client(activity=make.activity(business=make.vat_business()))).client
    lines = ({"unit_price": euros("743.17"), "vat_rate": Decimal(20)},)
    return accepted(client=client, lines=lines, terms=(ALL | {"value": euros("891.80")},))


def credit(invoice: Invoice, amount: str | None) -> Invoice:
    note = crediting.draft_credit_note(
        invoice=invoice,
        by=recorder_of(invoice.acceptance),  # type: ignore[arg-type]
        at=NOW,
        reason="Moins de pages",
        request_id=uuid.uuid4(),
        amount=euros(amount) if amount else None,
    )
    before = (note.net, note.vat, note.total)
    issued = issued_by(note)
    assert (issued.net, issued.vat, issued.total) == before
    assert facts.problems(stating.facts_of(issued)) == []
    return issued


@pytest.mark.parametrize("partly", [("100.03", "200.07"), ("0.02", "0.04"), ("333.34", "333.34", "0.08"), ("891.79",)])
def test_nothing_is_left_after_the_last_one(deal: Acceptance, partly: tuple[str, ...]) -> None:
    invoice = final_of(deal)
    assert invoice.total == euros("891.80")
    for amount in partly:
        credit(invoice, amount)

    if crediting.creditable(invoice).amount:
        credit(invoice, None)

    assert crediting.creditable(invoice) == balances.left_of(invoice) == euros(0)
    assert "entièrement" in crediting.why_not(invoice)
    notes = Invoice.objects.filter(corrects=invoice)
    assert sum((note.net for note in notes), euros(0)) == invoice.net
    assert sum((note.vat for note in notes), euros(0)) == invoice.vat
    assert final_of(deal).total == invoice.total


def test_the_last_cent_of_vat_is_said_in_the_file_as_it_is(deal: Acceptance) -> None:
    """Three thirds of 0.05 € of VAT-rounded bases: VAT of parts rounds to more or less than VAT of the whole."""
    invoice = final_of(deal)
    for _note in range(5):
        credit(invoice, "0.04")  # base 0.03, VAT 0.006 → 0.01: five times 0.004 too much
    last = credit(invoice, None)

    assert (last.net, last.vat) == (euros("743.02"), euros("148.58"))
    assert last.vat != drafting.priced(drafting.values_of_line(line) for line in last.lines.all()).vat
    xml = facturx.xml(stating.facts_of(last)).decode()
    assert "<ram:BasisAmount>743.02</ram:BasisAmount>" in xml
    assert "<ram:CalculatedAmount>148.58</ram:CalculatedAmount>" in xml


def test_two_notes_drafted_together_never_take_more_than_there_is(deal: Acceptance) -> None:
    invoice = final_of(deal)
    by = recorder_of(deal)
    notes = [
        crediting.draft_credit_note(invoice=invoice, by=by, at=NOW, reason="Erreur", request_id=uuid.uuid4())
        for _note in range(2)
    ]
    issued_by(notes[0])

    _claim, said = fill(notes[1], TODAY)

    assert any("plus qu’il" in reason for reason in obstacles(notes[1], said, TODAY))
