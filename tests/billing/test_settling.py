"""What came settles what is owed, to the cent, and is undone only by another row (T1, T2)."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from billing import balances, books, crediting, drafting, facts, settling, stating
from billing.models import Invoice, Receipt
from lib.money import cents, euros
from people.models import Business
from quotes.models import Acceptance, IfMissed, Kind, MoneyDue
from tests import make
from tests.billing.conftest import (
    DEPOSIT,
    NOW,
    ON_DELIVERY,
    TODAY,
    accepted,
    basket_came,
    deposit_of,
    final_of,
    issued_by,
    money_came,
    recorder_of,
    term_of,
)

LATER = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
SOON = date(2027, 1, 20)


def balance(invoice: Invoice, on: date = SOON) -> balances.Balance:
    return balances.balance_of(invoice, on)


def test_baskets_after_the_invoice_lower_what_is_to_be_received(acceptance: Acceptance) -> None:
    final = final_of(acceptance)
    assert (balance(final).in_kind, balance(final).in_euros) == (euros("300"), euros("900"))

    basket_came(acceptance, make.FIRST_FRIDAY)

    now = balance(final)
    assert (now.received, now.in_kind, now.in_euros) == (euros("20"), euros("280"), euros("900"))
    assert now.received + now.left == now.claimed


def test_a_deposit_receipt_settles_its_deposit_and_the_rest_waits(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)

    receipt = money_came(acceptance, "400", MoneyDue.ACCEPTANCE)

    assert balance(deposit).left == euros(0)
    assert [row.value for row in receipt.allocations.all()] == [euros("360")]
    final = final_of(acceptance)
    assert final.settled_at_issue == euros("40")
    assert facts.problems(stating.facts_of(final)) == []


def test_never_more_is_allocated_than_is_left(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    other = money_came(acceptance, "540", MoneyDue.DELIVERY)

    with pytest.raises(settling.SettlingError, match="reste rien"):
        settling.allocate(receipt=other, invoice=deposit, by=None, at=NOW)
    with pytest.raises(settling.SettlingError, match="540,00"):
        settling.allocate(receipt=other, invoice=deposit, by=None, at=NOW, value=euros("541"))


def test_a_reversal_takes_back_what_was_settled_and_has_its_own_line(acceptance: Acceptance) -> None:
    final = final_of(acceptance)
    receipt = basket_came(acceptance, make.FIRST_FRIDAY)
    by = acceptance.recorded_by
    assert by is not None

    first = settling.reverse_receipt(receipt=receipt, by=by, at=LATER, reason="saisi deux fois")
    again = settling.reverse_receipt(receipt=receipt, by=by, at=LATER, reason="encore")

    assert first == again
    assert (first.value, first.received_on) == (euros("-20"), LATER.date())
    assert (balance(final).received, balance(final).in_kind) == (euros(0), euros("300"))
    rows = list(books.receipts_book(final.business, date(2027, 1, 1), date(2027, 12, 31)))
    assert [(row.received_on, row.value) for row in rows] == [
        (make.FIRST_FRIDAY, euros("20")),
        (LATER.date(), euros("-20")),
    ]
    with pytest.raises(settling.SettlingError, match="annulation"):
        settling.reverse_receipt(receipt=first, by=by, at=LATER, reason="non")


def test_a_basket_received_by_mistake_can_come_again_on_its_day(acceptance: Acceptance) -> None:
    term = term_of(acceptance, Kind.GOODS)
    receipt = basket_came(acceptance, make.FIRST_FRIDAY, planned_on=make.FIRST_FRIDAY)
    settling.reverse_receipt(receipt=receipt, by=recorder_of(acceptance), at=LATER, reason="non")

    assert settling.recorded_days(term) == set()


@pytest.mark.parametrize(("rule", "in_kind"), [(IfMissed.DUE_IN_EUROS, "280"), (IfMissed.CARRIED_OVER, "300")])
def test_a_missed_basket_follows_the_agreed_rule(db: None, rule: str, in_kind: str) -> None:
    acceptance = accepted(terms=(DEPOSIT, ON_DELIVERY, make.baskets(if_missed=rule)))
    before = final_of(acceptance)
    settling.record_missed(
        by=recorder_of(acceptance),
        at=LATER,
        term=term_of(acceptance, Kind.GOODS),
        planned_on=make.FIRST_FRIDAY,
        request_id=uuid.uuid4(),
    )

    assert balance(before).in_kind == euros(in_kind)
    assert balance(before).left == euros("1200")


def test_a_missed_basket_due_in_euros_is_so_on_a_later_invoice(db: None) -> None:
    acceptance = accepted(terms=(DEPOSIT, ON_DELIVERY, make.baskets(if_missed=IfMissed.DUE_IN_EUROS)))
    term = term_of(acceptance, Kind.GOODS)
    settling.record_missed(by=None, at=LATER, term=term, planned_on=make.FIRST_FRIDAY, request_id=uuid.uuid4())

    final = final_of(acceptance, at=LATER)

    assert (final.agreed_otherwise, final.payable) == (euros("280"), euros("920"))


def test_overdue_is_computed_and_never_stored(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)
    tomorrow = date(2026, 12, 2)

    def overdue(on: date) -> bool:
        row = balances.with_balances(Invoice.objects.filter(pk=deposit.pk), on).get()
        return bool(row.is_overdue)  # type: ignore[attr-defined]

    assert (overdue(TODAY), overdue(tomorrow)) == (False, True)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    assert overdue(tomorrow) is False
    assert "overdue" not in {
        column.name for column in connection.introspection.get_table_description(connection.cursor(), "billing_invoice")
    }


def test_a_credit_note_lowers_what_is_owed(acceptance: Acceptance) -> None:
    final = final_of(acceptance)
    note = crediting.draft_credit_note(
        invoice=final, by=recorder_of(acceptance), at=NOW, reason="Moins de pages", request_id=uuid.uuid4(),
        amount=euros("100"),
    )  # fmt: skip
    assert balance(final).left == euros("1200")

    issued = issued_by(note)

    assert (issued.number, issued.total) == ("A2026-0001", euros("100"))
    assert (balance(final).credited, balance(final).left) == (euros("100"), euros("1100"))
    assert facts.problems(stating.facts_of(issued)) == []


def test_a_deposit_in_a_final_invoice_is_not_credited_alone(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)
    final = final_of(acceptance)

    assert final.number is not None
    assert final.number in crediting.why_not(deposit)


def test_once_the_final_is_wholly_credited_all_can_be_done_again(acceptance: Acceptance) -> None:
    by = acceptance.recorded_by
    assert by is not None
    deposit, first = deposit_of(acceptance), final_of(acceptance)
    note = crediting.draft_credit_note(invoice=first, by=by, at=NOW, reason="Erreur", request_id=uuid.uuid4())
    assert note.total == euros("840")
    issued_by(note)

    second = final_of(acceptance)

    assert second.number != first.number
    assert (second.deducted, balance(first).left) == (euros("360"), euros(0))
    assert crediting.why_not(deposit) != ""


def test_a_deposit_is_credited_by_a_document_of_its_own_kind(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)
    note = crediting.draft_credit_note(
        invoice=deposit,
        by=recorder_of(acceptance),
        at=NOW,
        reason="Annulé",
        request_id=uuid.uuid4(),
    )

    assert stating.facts_of(issued_by(note)).kind == facts.DEPOSIT_CREDIT_NOTE


def test_all_four_kinds_count_in_the_book_at_their_value(acceptance: Acceptance) -> None:
    client = acceptance.quote.client
    common: dict[str, Any] = {"by": None, "at": LATER, "client": client, "received_on": SOON}
    settling.record_receipt(kind=Kind.MONEY, value=euros("100"), means="CASH", request_id=uuid.uuid4(), **common)
    settling.record_receipt(
        kind=Kind.TIME,
        quantity=Decimal("1.5"),
        unit_value=euros("45"),
        label="Pose",
        request_id=uuid.uuid4(),
        **common,
    )
    settling.record_receipt(
        kind=Kind.LOCAL_CURRENCY,
        quantity=Decimal(30),
        unit="Stück",
        request_id=uuid.uuid4(),
        **common,
    )
    basket_came(acceptance, make.FIRST_FRIDAY, quantity=2)

    months = books.by_month(Receipt.objects.filter(business=client.activity.business), 2027)

    assert books.by_kind(months) == {
        "money": euros("100"),
        "goods": euros("40"),
        "time": euros("67.50"),
        "local_currency": euros("30"),
    }
    assert months[1]["goods"] == euros("40")


def test_too_much_cash_is_told(db: None) -> None:
    much = settling.Received(kind=Kind.MONEY, received_on=TODAY, means="CASH", value=euros("1000.01"))
    fine = settling.Received(kind=Kind.MONEY, received_on=TODAY, means="CASH", value=euros("1000"))

    assert len(settling.warnings(much, TODAY, "fr")) == 1
    assert settling.warnings(fine, TODAY, "fr") == []


def test_several_days_at_once_and_twice_make_each_day_once(acceptance: Acceptance) -> None:
    term = term_of(acceptance, Kind.GOODS)
    days = [settling.Day(date(2027, 1, day), Decimal(1), came=day != 15) for day in (8, 15, 22)]
    request_id = uuid.uuid4()

    for _click in range(2):
        settling.record_days(by=None, at=LATER, term=term, days=days, request_id=request_id)

    assert (Receipt.objects.count(), term.missed.count()) == (2, 1)
    with pytest.raises(settling.SettlingError, match="pas encore venu"):
        settling.record_days(
            by=None,
            at=LATER,
            term=term,
            days=[settling.Day(date(2027, 2, 5), Decimal(1), came=True)],
            request_id=request_id,
        )


def test_vat_is_whole_on_the_price_and_deducted_with_the_deposit(db: None) -> None:
    business = make.vat_business()
    client = make.contact(client=make.client(activity=make.activity(business=business))).client
    lines = (
        {"unit_price": euros("1000"), "vat_rate": Decimal(20)},
        {"unit_price": euros("200"), "vat_rate": Decimal("5.5")},
    )
    terms = (
        {"kind": Kind.MONEY, "due": MoneyDue.ACCEPTANCE, "value": euros("423.30"), "closes": False},
        {"kind": Kind.MONEY, "due": MoneyDue.DELIVERY, "value": euros("687.70"), "closes": True},
        make.baskets(),
    )
    acceptance = accepted(client=client, lines=lines, terms=terms)
    deposit = deposit_of(acceptance)

    final = final_of(acceptance)

    assert (deposit.total, final.total, final.vat) == (euros("423.30"), euros("1411"), euros("211"))
    assert final.deducted == euros("423.30")
    assert final.payable + final.agreed_otherwise == euros("987.70")
    assert facts.problems(stating.facts_of(deposit)) == facts.problems(stating.facts_of(final)) == []
    assert business.vat_regime == Business.VatRegime.NORMAL
    assert cents(final.vat) == sum((tax.amount for tax in final.taxes.all()), euros(0))
    assert drafting.taxes_of(acceptance.version)[0].rate == Decimal(20)
