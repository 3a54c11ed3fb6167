"""A part of what came is given back: a row of its own, on its day; what was settled is owed again, to the cent."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing import agreeing, balances, books, crediting, drafting, giving_back, settling, verifying
from billing.carrying import expected_days
from billing.claiming import free_of
from billing.dunning import overdue
from billing.expecting import outstanding_of, unanswered
from billing.models import Invoice, Receipt
from billing.months import months_to_invoice
from billing.partners import slips
from billing.selfbilled.drafting import SelfBillingError, receipts_to_invoice
from desk import controls, tables
from desk.periods import Period
from lib.money import euros
from people.models import User
from quotes.models import Acceptance, Kind, MoneyDue
from records import ledger
from records.subjects import ref
from tests import make
from tests.billing.conftest import (
    NOW,
    basket_came,
    deposit_of,
    final_of,
    issued_by,
    money_came,
    recorder_of,
    term_of,
)
from tests.billing.mandated import baskets_came, credited, mandated, owner_of
from tests.billing.partners import farm_deal, problems, received_of, set_off_of
from tests.billing.test_selfbilling import from_receipts, issue

pytestmark = [pytest.mark.engine, pytest.mark.django_db]
FRIDAY = make.FIRST_FRIDAY
MONDAY = date(2027, 1, 11)
LATER = datetime(2027, 2, 1, 9, 0, tzinfo=NOW.tzinfo)


def given(receipt: Receipt, **said: Any) -> Receipt:
    plain: dict[str, Any] = {"given_on": MONDAY, "reason": "payé deux fois", "request_id": uuid.uuid4(), "at": LATER}
    member = receipt.business.memberships.first()
    assert member is not None
    return giving_back.give_back(receipt=receipt, by=member.user, **plain | said)


def balance(invoice: Invoice) -> balances.Balance:
    return balances.balance_of(invoice, MONDAY)


def sound(receipt: Receipt) -> bool:
    business = receipt.business
    return [*verifying.receipts_as_recorded(business), *verifying.invoices_settled_once(business)] == []


def again(receipt: Receipt) -> Receipt:
    return Receipt.objects.get(pk=receipt.pk)


def test_what_was_paid_too_much_goes_back_and_settles_nothing_less(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)
    receipt = money_came(acceptance, "400", MoneyDue.ACCEPTANCE)

    row = given(receipt, value=euros("40"))

    assert (row.value, row.received_on, row.gives_back) == (euros("-40"), MONDAY, receipt)
    assert (balance(deposit).left, free_of(again(receipt)), again(receipt).kept) == (euros(0), euros(0), euros("360"))
    assert outstanding_of(term_of(acceptance, Kind.MONEY, due=MoneyDue.ACCEPTANCE)) == euros(0)
    [told] = ledger.facts_about(receipt.business, "receipt_given_back", ref(row))
    assert told["allocations"] == []
    assert sound(receipt)


def test_more_than_is_free_is_owed_again(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)
    receipt = money_came(acceptance, "400", MoneyDue.ACCEPTANCE)

    row = given(receipt, value=euros("100"))

    assert (balance(deposit).received, balance(deposit).in_euros) == (euros("300"), euros("60"))
    assert balances.total_of(again(receipt).allocations, "value") == again(receipt).kept == euros("300")
    [told] = ledger.facts_about(receipt.business, "receipt_given_back", ref(row))
    assert [one["value"] for one in told["allocations"]] == ["-60.00 EUR"]
    assert sound(receipt)


def test_what_an_invoice_got_too_much_goes_back_before_what_another_needs(acceptance: Acceptance) -> None:
    by, client = recorder_of(acceptance), acceptance.quote.client
    first, second = (one_off(client, by, price) for price in ("60", "40"))
    receipt = settling.record_receipt(
        by=by, at=NOW, client=client, received_on=NOW.date(), value=euros("100"), request_id=uuid.uuid4()
    )
    for invoice in (first, second):
        settling.allocate(receipt=receipt, invoice=invoice, by=by, at=NOW)
    note = crediting.draft_credit_note(
        invoice=first, by=by, at=NOW, reason="Erreur", request_id=uuid.uuid4(), amount=euros("20")
    )
    issued_by(note)
    assert balance(first).in_euros == euros("-20")

    given(receipt, value=euros("20"))

    assert (balance(first).in_euros, balance(second).in_euros) == (euros(0), euros(0))
    assert sound(receipt)


def one_off(client: Any, by: User, price: str, *parts: agreeing.PartValues) -> Invoice:
    draft = drafting.draft_standard(
        activity=client.activity,
        client=client,
        title="Dépannage",
        lines=[drafting.DraftLine(unit_price=euros(price), title="Dépannage")],
        by=by,
        at=NOW,
        request_id=uuid.uuid4(),
    )
    draft = agreeing.save_draft(invoice=draft, revision=draft.revision, parts=parts, by=by, at=NOW)
    return issued_by(draft, by=by)


def test_a_basket_out_of_three_is_to_come_again(acceptance: Acceptance) -> None:
    final = final_of(acceptance)
    receipt = basket_came(acceptance, FRIDAY, quantity=3)
    term = term_of(acceptance, Kind.GOODS)

    row = given(receipt, quantity=Decimal(1))

    assert (row.quantity, row.value, row.planned_on) == (Decimal(-1), euros("-20"), None)
    assert (balance(final).received, balance(final).in_kind) == (euros("40"), euros("260"))
    assert outstanding_of(term) == euros("260")
    assert unanswered(term, MONDAY) == []
    assert sum(quantity for day, quantity in expected_days(term) if day != FRIDAY) == 13
    assert sound(receipt)


def test_a_basket_that_came_before_the_invoice_is_to_come_again_too(acceptance: Acceptance) -> None:
    receipt = basket_came(acceptance, date(2026, 12, 1), quantity=3, surplus_is_sure=True)
    final = final_of(acceptance, at=datetime(2027, 1, 9, 9, tzinfo=NOW.tzinfo))
    assert balance(final).in_kind == euros("240")

    given(receipt, quantity=Decimal(2))

    assert (balance(final).received, balance(final).in_kind, balance(final).in_euros) == (
        euros("20"),
        euros("280"),
        euros("900"),
    )


def test_a_basket_of_an_invoice_without_a_quote_is_to_come_again(acceptance: Acceptance) -> None:
    by, client = recorder_of(acceptance), acceptance.quote.client
    baskets = agreeing.PartValues("goods", "Panier de légumes", Decimal(5), euros("20"), "panier")
    client.activity.business.accepts_goods = True
    client.activity.business.save()
    part = one_off(client, by, "250", baskets).agreed_parts.get()
    receipt = settling.record_receipt(
        by=by,
        at=LATER,
        client=client,
        part=part,
        received_on=FRIDAY,
        quantity=Decimal(3),
        destination="PERSONAL",
        request_id=uuid.uuid4(),
    )

    row = given(receipt, quantity=Decimal(1))

    assert (agreeing.left_of(part), balance(part.invoice).in_kind) == (Decimal(3), euros("60"))
    settling.reverse_receipt(receipt=row, by=by, at=LATER, reason="Il est resté")
    assert (agreeing.left_of(part), balance(part.invoice).in_kind) == (Decimal(2), euros("40"))
    assert sound(receipt)


def test_never_more_than_came_in_one_go_or_in_several(acceptance: Acceptance) -> None:
    receipt = basket_came(acceptance, FRIDAY, quantity=3)
    given(receipt, quantity=Decimal(2))

    for said in ({"quantity": Decimal(2)}, {"quantity": Decimal("0.5")}, {"quantity": Decimal(0)}, {}):
        with pytest.raises(settling.SettlingError) as refused:
            given(receipt, **said)  # type: ignore[arg-type]
        assert refused.value.field == "quantity"
    given(receipt, quantity=Decimal(1))
    with pytest.raises(settling.SettlingError):
        given(receipt, quantity=Decimal(1))
    assert again(receipt).kept == euros(0)
    assert not slips.waiting(acceptance.quote.client).exists()
    assert sound(receipt)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"given_on": date(2027, 1, 7)}, "given_on"),
        ({"given_on": date(2027, 2, 2)}, "given_on"),
        ({"reason": " "}, "reason"),
        ({"quantity": Decimal(4)}, "quantity"),
    ],
)
def test_what_cannot_be_is_said_next_to_its_field(acceptance: Acceptance, said: dict[str, Any], field: str) -> None:
    receipt = basket_came(acceptance, FRIDAY, quantity=3)

    with pytest.raises(settling.SettlingError) as refused:
        given(receipt, **{"quantity": Decimal(1)} | said)

    assert refused.value.field == field
    assert Receipt.objects.count() == 1


def test_the_same_form_gives_back_once(acceptance: Acceptance) -> None:
    receipt, form = basket_came(acceptance, FRIDAY, quantity=3), uuid.uuid4()

    first = given(receipt, quantity=Decimal(1), request_id=form)

    assert given(receipt, quantity=Decimal(1), request_id=form) == first
    other = basket_came(acceptance, MONDAY)
    with pytest.raises(settling.SettlingError):
        given(other, quantity=Decimal(1), request_id=form)


def test_given_back_by_mistake_is_undone_and_settles_again(acceptance: Acceptance) -> None:
    final = final_of(acceptance)
    receipt = basket_came(acceptance, FRIDAY, quantity=3)
    by, row = recorder_of(acceptance), given(receipt, quantity=Decimal(1))
    with pytest.raises(settling.SettlingError):
        settling.reverse_receipt(receipt=receipt, by=by, at=LATER, reason="Autre client")

    mirror = settling.reverse_receipt(receipt=row, by=by, at=LATER, reason="Il est revenu")

    assert (mirror.value, mirror.quantity, mirror.received_on) == (euros("20"), Decimal(1), LATER.date())
    assert (again(receipt).kept, balance(final).received) == (euros("60"), euros("60"))
    settling.reverse_receipt(receipt=again(receipt), by=by, at=LATER, reason="Autre client")
    assert balance(final).received == euros(0)
    assert balances.total_of(Receipt.objects.all(), "value") == euros(0)
    assert sound(receipt)


def test_a_receipt_undone_or_what_takes_back_is_not_given_back(acceptance: Acceptance) -> None:
    receipt, by = basket_came(acceptance, FRIDAY, quantity=3), recorder_of(acceptance)
    row = given(receipt, quantity=Decimal(1))
    other = basket_came(acceptance, FRIDAY)
    mirror = settling.reverse_receipt(receipt=other, by=by, at=LATER, reason="Deux fois")

    for one in (row, mirror, other):
        with pytest.raises(settling.SettlingError):
            given(one, quantity=Decimal(1))


def test_the_book_the_figures_and_the_archive_count_it_on_its_day(acceptance: Acceptance) -> None:
    deposit = deposit_of(acceptance)
    receipt = money_came(acceptance, "400", MoneyDue.ACCEPTANCE, reference="VIR 12")
    given(receipt, value=euros("40"), means="CASH")
    business, january = receipt.business, Period(date(2027, 1, 1), date(2027, 3, 31))

    [line] = books.receipts_book(business, january.since, january.until)

    assert (line.value, line.received_on, line.is_cash) == (euros("-40"), MONDAY, True)
    assert "payé deux fois" in line.nature
    assert str(deposit.number) in line.reference
    [row] = tables.book_rows([line])
    assert row[-1] == euros("-40")
    assert books.by_month(Receipt.objects.all(), 2027) == {1: {Kind.MONEY: euros("-40")}}
    counted = controls.controls(business, january, "RECEIPT")
    assert (counted.received_total, counted.invoices) == (euros("-40"), 1)


def test_a_month_in_kind_counts_what_was_kept(acceptance: Acceptance) -> None:
    receipt = basket_came(acceptance, FRIDAY, quantity=3)
    given(receipt, quantity=Decimal(1))

    [month] = months_to_invoice([acceptance], date(2027, 2, 3))

    assert (month.quantity, month.value) == (Decimal(2), euros("40"))


def test_a_month_in_kind_counts_the_units_that_its_free_value_is(acceptance: Acceptance) -> None:
    by, client = recorder_of(acceptance), acceptance.quote.client
    receipt = basket_came(acceptance, FRIDAY, quantity=3)
    settling.allocate(receipt=receipt, invoice=one_off(client, by, "30"), by=by, at=LATER)

    [month] = months_to_invoice([acceptance], date(2027, 2, 3))

    assert (month.quantity, month.value) == (Decimal("1.5"), euros("30"))


def test_a_slip_says_what_was_kept_and_tells_when_it_is_no_longer_so(acceptance: Acceptance) -> None:
    receipt, by = basket_came(acceptance, FRIDAY, quantity=3), recorder_of(acceptance)
    given(receipt, quantity=Decimal(1))
    client = acceptance.quote.client

    slip = slips.make_slip(client=client, receipts=[receipt], by=by, at=LATER, request_id=uuid.uuid4())

    assert (slip.total, slip.lines.get().quantity, slips.undone(slip)) == (euros("40"), Decimal(2), [])
    given(receipt, quantity=Decimal(1))
    assert slips.undone(slip) == [slip.lines.get()]


def test_the_engine_refuses_a_sign_that_says_something_else(acceptance: Acceptance) -> None:
    receipt = basket_came(acceptance, FRIDAY, quantity=3)
    row = Receipt.objects.get(pk=receipt.pk)
    for value, gives_back, reverses in ((-20, None, None), (20, receipt, None), (-20, receipt, receipt)):
        row.pk, row.request_id, row._state.adding = None, uuid.uuid4(), True
        row.value, row.gives_back, row.reverses = euros(value), gives_back, reverses
        with pytest.raises(IntegrityError, match="only_what_takes_back_is_negative"), transaction.atomic():
            row.save(force_insert=True)
    kept = given(receipt, quantity=Decimal(1))
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_receipt SET gives_back_id = NULL WHERE id = %s", [kept.pk])


# What holds it fast -----------------------------------------------------------------------------------------------


def test_what_a_set_off_covers_or_made_is_not_given_back() -> None:
    deal, final = farm_deal(baskets=1)
    more = basket_came(deal, date(2027, 1, 15), quantity=3)
    covered = Receipt.objects.get(received_on=FRIDAY)
    set_off = set_off_of(deal, final, received_of(deal, "60"), covers=[covered, more], rest="0")
    other = set_off_of(deal, final, received_of(deal, "30", "FC-015"), covers=[], rest="30")

    assert (giving_back.returnable_of(more), giving_back.units_of(more)) == (euros("20"), Decimal(1))
    given(more, quantity=Decimal(1), given_on=LATER.date())
    for one, said in ((more, {"quantity": Decimal(1)}), (covered, {"quantity": Decimal(1)})):
        with pytest.raises(settling.SettlingError):
            given(again(one), **said, given_on=LATER.date())  # type: ignore[arg-type]
    assert other.receipt is not None
    with pytest.raises(settling.SettlingError):
        given(other.receipt, value=euros("1"), given_on=LATER.date())
    assert set_off.covered == euros("60")
    assert problems(deal) == []


@pytest.mark.usefixtures("papers_cost_nothing")
def test_what_a_self_billed_invoice_is_for_is_not_given_back() -> None:
    mandate = mandated()
    [first, second] = baskets_came(mandate.client, date(2026, 11, 6), date(2026, 11, 13))
    at, today = NOW, NOW.date()
    draft = from_receipts(mandate, [first])
    given(first, value=None, quantity=Decimal("0.5"), given_on=today, at=at.replace(hour=10))
    with pytest.raises(SelfBillingError):
        issue(draft)
    draft.delete()
    draft = from_receipts(mandate, [first, second], at=at.replace(hour=11))
    invoice = issue(draft, at=at.replace(hour=11))
    assert (invoice.total, sum(line.quantity for line in invoice.lines.all())) == (euros("30"), Decimal("1.5"))

    with pytest.raises(settling.SettlingError):
        given(second, quantity=Decimal(1), given_on=today)
    [row] = first.given_back.all()
    with pytest.raises(settling.SettlingError):
        settling.reverse_receipt(receipt=row, by=owner_of(mandate.client), at=LATER, reason="Non")

    credited(invoice, at=at.replace(hour=12))
    given(second, quantity=Decimal(1), given_on=today)
    assert list(receipts_to_invoice(mandate.client)) == [first]


def test_interest_counts_what_was_given_back_from_that_day_on(acceptance: Acceptance) -> None:
    final = final_of(acceptance)
    due_on = final.due_on
    assert due_on is not None
    paid = money_came(acceptance, "900", MoneyDue.DELIVERY, at=datetime(2027, 1, 20, 9, tzinfo=NOW.tzinfo))
    given(paid, value=euros("100"), given_on=date(2027, 1, 25))

    claim = overdue.claim_on(final, date(2027, 2, 1))

    changes = [(change.on.day, change.value) for change in overdue._paid_late(claim)]
    assert changes == [(20, euros("-900")), (25, euros("100"))]
