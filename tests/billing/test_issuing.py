"""An invoice is issued: number, claims, frozen columns, PDF."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from billing import balances, drafting, facts, facturx, issuing, paper, stating, verifying
from billing.models import Invoice
from lib.money import euros
from people.models import Business
from quotes.models import Acceptance, Kind, MoneyDue
from records import ledger, numbering, renumbering
from records.models import NumberSeries
from tests import make
from tests.billing.conftest import (
    NOW,
    TODAY,
    accepted,
    basket_came,
    deposit_of,
    final_of,
    issued_by,
    money_came,
    recorder_of,
)
from tests.kit.rules import failures

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


def test_a_number_given_already_is_refused_in_words_with_the_series_to_look_at(acceptance: Acceptance) -> None:
    """A series that was set back before looks went on above what they gave."""
    draft, business = deposit_of(acceptance, issued=False), acceptance.quote.business
    first = deposit_of(accepted(client=make.client(activity=draft.activity)))
    NumberSeries.objects.filter(business=business, kind=NumberSeries.Kind.INVOICE).update(last_number=0, last_on=None)

    with override("en"), pytest.raises(issuing.IssuingError) as refusal:
        issued_by(draft)

    assert f"{first.number} was given already" in str(refusal.value)
    assert "invoices in the settings" in str(refusal.value)
    draft.refresh_from_db()
    assert draft.number is None
    by, series = recorder_of(acceptance), numbering.current(business, NumberSeries.Kind.INVOICE)
    renumbering.change_series(
        business=business, kind=NumberSeries.Kind.INVOICE, pattern=f"N{series.pattern}", by=by, at=NOW
    )
    assert issued_by(draft).number == "NF2026-0001"


def test_a_final_invoice_waits_for_the_deposit_that_is_still_a_draft(acceptance: Acceptance) -> None:
    deposit_of(acceptance, issued=False)
    draft = final_of(acceptance, issued=False)

    with pytest.raises(issuing.IssuingError, match="acompte"):
        issued_by(draft)

    draft.refresh_from_db()
    assert draft.number is None


@pytest.mark.parametrize("field", ["delivered_on", "due_on", "period_until"])
@pytest.mark.parametrize("day", [date(26, 12, 1), date(2206, 12, 1)])
def test_a_slip_of_the_year_is_told_before_it_is_frozen(acceptance: Acceptance, field: str, day: date) -> None:
    draft = final_of(acceptance, issued=False)
    said = {field: day} | ({"period_since": date(20, 1, 1)} if field == "period_until" else {})
    drafting.save_draft(invoice=draft, revision=draft.revision, by=recorder_of(acceptance), at=NOW, **said)

    with pytest.raises(issuing.IssuingError, match=f"{day.year:04}"):
        issued_by(draft)


@pytest.mark.parametrize("status", [Business.Status.COMPANY, Business.Status.CAE])
def test_a_company_says_its_form_its_capital_and_its_register(acceptance: Acceptance, status: str) -> None:
    Business.objects.update(status=status)
    with pytest.raises(issuing.IssuingError, match="R123-237"):
        deposit_of(acceptance)

    Business.objects.update(registration="SARL au capital de 5 000 €, RCS Strasbourg")
    assert issued_by(Invoice.objects.get(issued_at=None)).number


def test_a_deposit_says_on_which_day_it_was_paid(acceptance: Acceptance) -> None:
    """242 nonies A, I 10°: the day of payment, where it is not that of the invoice; BT-9 and BT-72 of a paid 386."""
    draft = deposit_of(acceptance, issued=False)
    paid = money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    later = NOW + timedelta(days=8)

    said = stating.facts_of(issued_by(draft, at=later))

    assert said.paid_on == paid.received_on < said.issued_on
    assert f"{paid.received_on:%d/%m/%Y}" in paper.invoice_html(said)
    xml = facturx.xml(said).decode()
    days = re.findall(r"<ram:(?:DueDate|Occurrence)DateTime><udt:DateTimeString[^>]*>(\d+)<", xml)
    assert days == [f"{paid.received_on:%Y%m%d}"] * 2
    assert failures(xml.encode()) == []
