"""An invoice is issued: number, claims, frozen columns, PDF."""

from datetime import UTC, date, datetime

import pytest

from billing import balances, facts, issuing, stating, verifying
from lib.money import euros
from quotes.models import Acceptance, Kind, MoneyDue
from records import ledger
from tests import make
from tests.billing.conftest import (
    NOW,
    TODAY,
    basket_came,
    deposit_of,
    final_of,
    issued_by,
    money_came,
)

LATER = datetime(2027, 1, 22, 9, 0, tzinfo=UTC)


def test_a_yes_drafts_the_deposit_once(acceptance: Acceptance) -> None:
    first, second = deposit_of(acceptance, issued=False), deposit_of(acceptance, issued=False)

    assert first == second
    assert (first.total, first.vat, first.number) == (euros("360"), euros(0), None)
    assert [line.title for line in first.lines.all()] == [f"Acompte sur le devis {acceptance.version.number}"]


def test_an_issued_deposit_claims_its_euros_and_no_basket(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)

    assert (deposit.number, deposit.issued_on, deposit.due_on) == ("F2026-0001", TODAY, TODAY)
    assert (deposit.payable, deposit.agreed_otherwise, deposit.settled_at_issue) == (euros("360"), euros(0), euros(0))


def test_the_final_invoice_deducts_deposits_and_keeps_three_lines_apart(acceptance: Acceptance) -> None:
    deposit_of(acceptance)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    basket_came(acceptance, make.FIRST_FRIDAY)
    basket_came(acceptance, date(2027, 1, 15), quantity=2)

    final = final_of(acceptance, at=LATER)

    assert final.number == "F2027-0001"
    assert (final.total, final.deducted) == (euros("1200"), euros("360"))
    assert (final.settled_at_issue, final.agreed_otherwise, final.payable) == (euros("60"), euros("240"), euros("540"))
    said = stating.facts_of(final)
    assert said.kind == facts.FINAL
    assert [(p.kind, p.value, p.state) for p in said.parts] == [
        (Kind.MONEY, euros("540"), facts.TO_PAY),
        (Kind.GOODS, euros("60"), facts.RECEIVED),
        (Kind.GOODS, euros("240"), facts.TO_RECEIVE),
    ]
    assert facts.problems(said) == []
    assert said.payable == final.payable


def test_a_receipt_in_advance_settles_the_deposit_when_it_is_issued(acceptance: Acceptance) -> None:
    draft = deposit_of(acceptance, issued=False)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)

    deposit = issued_by(draft)

    assert (deposit.settled_at_issue, deposit.payable) == (euros("360"), euros(0))
    assert balances.balance_of(deposit, TODAY).left == euros(0)


def test_the_pdf_is_made_once_with_its_xml_inside(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)

    make.run_errands(NOW)
    first = issuing.pdf_of(deposit)
    again = issuing.made_pdf(deposit)

    assert first is not None
    assert (first.name, first.media_type, again.pk) == ("F2026-0001.pdf", "application/pdf", first.pk)


def test_what_was_issued_verifies(acceptance: Acceptance) -> None:
    deposit_of(acceptance)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    final_of(acceptance, at=LATER)

    business = acceptance.quote.business
    checks = (verifying.invoices_as_sealed, verifying.receipts_as_recorded, verifying.invoices_settled_once)
    assert [problem for check in checks for problem in check(business)] == []
    assert ledger.verify(business) == []


def test_issuing_twice_gives_one_number(acceptance: Acceptance) -> None:
    draft = deposit_of(acceptance, issued=False)

    assert issued_by(draft).number == issued_by(draft).number == "F2026-0001"


def test_a_final_invoice_waits_for_the_deposit_that_is_still_a_draft(acceptance: Acceptance) -> None:
    deposit_of(acceptance, issued=False)
    draft = final_of(acceptance, issued=False)

    with pytest.raises(issuing.IssuingError, match="acompte"):
        issued_by(draft)

    draft.refresh_from_db()
    assert draft.number is None
