"""A price in three instalments: printed with their days, late one by one, interest on each from its own day."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing import balances, drafting, facts, facturx, issuing, paper, settling, stating
from billing.dunning import overdue
from billing.models import Invoice
from lib.money import euros
from quotes.models import Acceptance, Kind, MoneyDue
from tests import make
from tests.billing.conftest import accepted, final_of, issued_by, recorder_of
from tests.kit.rules import failures
from tests.kit.transfer import on_paper, read

pytestmark = pytest.mark.django_db
ISSUED = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAYS = [date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15)]


def euro_term(day: date, value: str, **said: Any) -> dict[str, Any]:
    return {"kind": Kind.MONEY, "due": MoneyDue.DATE, "due_on": day, "value": euros(value), "closes": False} | said


@pytest.fixture
def deal() -> Acceptance:
    """400 € on each of three days."""
    buyer = make.contact(client=make.client()).client
    last = {"closes": True}
    terms = [euro_term(day, "400", **(last if day == DAYS[-1] else {})) for day in DAYS]
    return accepted(client=buyer, terms=terms, at=ISSUED)


def row_of(invoice: Invoice, on: date) -> Any:
    return balances.with_balances(Invoice.objects.filter(pk=invoice.pk), on).get()


def came(deal: Acceptance, value: str, on: date) -> None:
    settling.record_receipt(
        by=recorder_of(deal),
        at=datetime(on.year, on.month, on.day, 18, tzinfo=UTC),
        client=deal.quote.client,
        term=deal.version.terms.order_by("position")[0],
        received_on=on,
        value=euros(value),
        request_id=uuid.uuid4(),
    )


def test_paper_xml_and_code_say_the_schedule(deal: Acceptance) -> None:
    said = stating.facts_of(final_of(deal, at=ISSUED))

    assert [(part.due_on, part.value) for part in said.instalments] == [(day, euros("400")) for day in DAYS]
    assert (said.due_on, said.next_transfer, said.payable) == (DAYS[-1], euros("400"), euros("1200"))
    page = paper.invoice_html(said)
    assert all(f"{day:%d/%m/%Y}" in page for day in DAYS)
    xml = facturx.xml(said)
    assert all(f"400.00 EUR {day:%d/%m/%Y}" in xml.decode() for day in DAYS)
    assert f"{DAYS[-1]:%Y%m%d}" in xml.decode()
    assert failures(xml) == []
    assert facts.problems(said) == []


def test_the_transfer_code_asks_for_the_first_one(deal: Acceptance, tmp_path: Any) -> None:
    said = stating.facts_of(final_of(deal, at=ISSUED))
    path = tmp_path / "invoice.pdf"
    path.write_bytes(issuing.pdf_bytes(said, created=ISSUED))

    [symbol] = on_paper(path)
    assert read(symbol).amount == euros("400").amount


@pytest.mark.engine
def test_each_is_late_from_its_own_day(deal: Acceptance) -> None:
    invoice = final_of(deal, at=ISSUED)

    for on, late in [
        (DAYS[0], "0"),
        (date(2026, 1, 16), "400"),
        (date(2026, 2, 16), "800"),
        (date(2026, 3, 16), "1200"),
    ]:
        row = row_of(invoice, on)
        assert row.is_overdue == (late != "0")
        claims = overdue.late_of(row, on).claims
        assert sum((claim.left.amount for claim in claims), 0) == euros(late).amount
        assert all(claim.due_on == DAYS[0] for claim in claims)


def test_what_comes_pays_the_first_ones(deal: Acceptance) -> None:
    invoice = final_of(deal, at=ISSUED)
    came(deal, "500", date(2026, 1, 14))

    assert not row_of(invoice, date(2026, 2, 15)).is_overdue
    claim = overdue.claim_on(invoice, date(2026, 3, 1))
    assert (claim.left, claim.due_on) == (euros("300"), DAYS[1])


def test_interest_runs_on_each_from_its_own_day(deal: Acceptance) -> None:
    invoice = final_of(deal, at=ISSUED)
    claim = overdue.claim_on(invoice, date(2026, 2, 25))

    made = overdue.charges_of(claim, date(2026, 2, 25)).interest

    assert made is not None
    spans = [(span.since, span.until, span.owed) for span in made.spans]
    assert spans == [
        (date(2026, 1, 16), date(2026, 2, 15), euros("400")),
        (date(2026, 2, 16), date(2026, 2, 25), euros("800")),
    ]


def test_a_day_chosen_on_the_draft_is_that_of_all_its_euros(deal: Acceptance) -> None:
    draft = final_of(deal, at=ISSUED, issued=False)
    by, later = recorder_of(deal), date(2026, 4, 1)
    drafting.save_draft(invoice=draft, revision=draft.revision, by=by, at=ISSUED, due_on=later)
    invoice = issued_by(draft, at=ISSUED)

    assert stating.facts_of(invoice).instalments == ()
    assert not row_of(invoice, later).is_overdue
    assert overdue.claim_on(invoice, date(2026, 4, 2)).left == euros("1200")
