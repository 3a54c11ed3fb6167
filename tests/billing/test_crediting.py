"""Credit notes: no unit of a line is credited twice, the last ones take what is left, references are kept."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import crediting, drafting, facts, facturx, issuing, paper, stating
from billing.drafting import DraftLine
from billing.models import Invoice
from lib.days import day_written
from lib.money import euros, total
from tests import make
from tests.billing.conftest import NOW, TODAY, issued_by

pytestmark = pytest.mark.django_db


def sold(title: str, price: str, quantity: str = "1", **said: Any) -> DraftLine:
    return DraftLine(unit_price=euros(price), quantity=Decimal(quantity), title=title, unit="PIECE", **said)


def invoice_of(*lines: DraftLine, client: dict[str, Any] | None = None, **said: Any) -> Invoice:
    buyer = make.client(**client or {})
    make.contact(client=buyer)
    by = make.member(buyer.activity.business)
    draft = drafting.draft_standard(
        activity=buyer.activity, client=buyer, title="Matériel", lines=lines, by=by, at=NOW, request_id=uuid.uuid4()
    )
    if said:
        draft = drafting.save_draft(invoice=draft, revision=draft.revision, by=by, at=NOW, **said)
    return issued_by(draft)


def note_on(invoice: Invoice, *, issued: bool = True, **said: Any) -> Invoice:
    by = invoice.business.memberships.get().user
    what = {"reason": "Rendu"} | said
    note = crediting.draft_credit_note(invoice=invoice, by=by, at=NOW, request_id=uuid.uuid4(), **what)
    return issued_by(note) if issued else note


def test_a_unit_of_a_line_is_credited_once() -> None:
    invoice = invoice_of(sold("Écran", "100", "2"), sold("Clavier", "100"))
    note_on(invoice, quantities={1: Decimal(1)})
    note_on(invoice, quantities={1: Decimal(1)})

    with pytest.raises(crediting.CreditingError) as refused:
        note_on(invoice, quantities={1: Decimal(1)})

    assert refused.value.field == "quantities"
    note_on(invoice, quantities={2: Decimal(1)})
    assert crediting.creditable(invoice) == euros(0)


def test_two_drafts_on_the_same_unit_are_not_both_issued() -> None:
    invoice = invoice_of(sold("Écran", "100"), sold("Clavier", "100"))
    first, second = (note_on(invoice, quantities={1: Decimal(1)}, issued=False) for _twice in range(2))
    issued_by(first)

    with pytest.raises(issuing.IssuingError, match="Écran"):
        issued_by(second)


def test_three_thirds_of_a_line_are_the_line() -> None:
    """3 × 33.335 is 100.01; one by one they would be 3 × 33.34."""
    invoice = invoice_of(sold("Écran", "33.335", "3"))
    notes = [note_on(invoice, quantities={1: Decimal(1)}) for _third in range(3)]

    assert [note.total for note in notes] == [euros("33.34"), euros("33.34"), euros("33.33")]
    assert total(note.total for note in notes) == invoice.total
    assert [problem for note in notes for problem in facts.problems(stating.facts_of(note))] == []


def test_an_amount_taken_off_goods_and_services_is_of_both() -> None:
    invoice = invoice_of(sold("Site", "100"), sold("Livret", "100", nature="GOODS"))
    said = stating.facts_of(note_on(invoice, amount=euros("50")))

    assert facturx.frame(said) == "M1"
    assert stating.facts_of(note_on(invoice, quantities={1: Decimal(1)})).nature == "S"


def test_a_credit_note_keeps_the_references_that_a_public_body_looks_for() -> None:
    town = {"kind": "PUBLIC", "name": "Commune de Barr", "service_code": "COMM"}
    said = {
        "engagement": "EJ-77",
        "buyer_accounting_reference": "6226",
        "period_since": date(2026, 11, 1),
        "period_until": date(2026, 11, 20),
    }
    note = note_on(invoice_of(sold("Site", "100"), client=town, **said))

    assert {name: getattr(note, name) for name in said} == said
    assert stating.facts_of(note).engagement == "EJ-77"


@pytest.mark.parametrize("title", ["Avoir sur F2026-0001", "Geste commercial"])
def test_number_and_day_of_what_it_corrects_are_printed_whatever_its_title(title: str) -> None:
    invoice = invoice_of(sold("Site", "100"))
    by = invoice.business.memberships.get().user
    note = note_on(invoice, issued=False)
    drafting.save_draft(invoice=note, revision=note.revision, by=by, at=NOW, title=title)

    page = paper.invoice_html(stating.facts_of(issued_by(note)))

    assert str(invoice.number) in page
    assert day_written(TODAY) in page.split("Avoir sur la facture")[1][:60]


def test_the_form_offers_what_is_left_of_each_line() -> None:
    from billing.forms import CreditForm

    invoice = invoice_of(sold("Écran", "100", "2"), sold("Clavier", "100"))
    note_on(invoice, quantities={1: Decimal(1), 2: Decimal(1)})

    form = CreditForm(invoice=invoice, may_choose_lines=True, waived=euros(0))

    assert form.line_fields == ["line_1"]
    assert form.fields["line_1"].max_value == 1  # type: ignore[attr-defined]
