"""What was agreed in kind and became due in euros is asked for once, to the cent, without a second invoice."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from djmoney.money import Money
from hypothesis import given
from hypothesis import strategies as st

from billing import agreeing, balances, drafting, settling
from billing.agreeing import PartValues
from billing.dunning import overdue, requesting, turning
from billing.dunning.requesting import RequestingError, Wish, askable_of, left_of
from billing.expecting import outstanding_of, unanswered
from billing.models import Invoice, MissedDelivery, PaymentRequest
from lib import clock
from lib.money import euros, total
from quotes.models import Acceptance, Kind, MoneyDue
from records.models import LedgerEntry, Mail, NumberSeries
from tests import make
from tests.billing.conftest import (
    DEPOSIT,
    ON_DELIVERY,
    accepted,
    basket_came,
    deposit_of,
    final_of,
    issued_by,
    money_came,
    recorder_of,
    term_of,
)

pytestmark = pytest.mark.django_db
NOW, FIRST = make.NOW, make.FIRST_FRIDAY
LATER = datetime(2027, 2, 1, 9, tzinfo=UTC)
ON = LATER.date()
DUE_DAY = date(2027, 3, 3)
TABLE = "billing_paymentrequest"


def deal(rule: str = "DUE_IN_EUROS") -> Acceptance:
    return accepted(terms=(DEPOSIT, ON_DELIVERY, make.baskets(if_missed=rule)))


def invoiced(acceptance: Acceptance) -> Invoice:
    """900 € paid, 300 € in baskets to come."""
    deposit_of(acceptance)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    invoice = final_of(acceptance)
    money_came(acceptance, "540", MoneyDue.DELIVERY, at=NOW + timedelta(days=3))
    return invoice


def missed(acceptance: Acceptance, *weeks: int) -> None:
    for week in weeks:
        settling.record_missed(
            term=term_of(acceptance, Kind.GOODS),
            planned_on=FIRST + timedelta(weeks=week),
            note="grêle",
            by=recorder_of(acceptance),
            at=datetime(2027, 1, 30, 9, tzinfo=UTC),
            request_id=uuid.uuid4(),
        )


def ask(
    invoice: Invoice, quantity: int = 1, *, number: int = 0, due_on: date = DUE_DAY, at: datetime = LATER
) -> PaymentRequest:
    item = askable_of(invoice, at.date())[0]
    wish = Wish(item.key, Decimal(quantity), due_on, "Grêle : deux paniers ne viendront pas.")
    return requesting.request_payment(
        invoice=invoice,
        wish=wish,
        by=invoice.issued_by,
        at=at,
        request_id=uuid.uuid4(),  # type: ignore[arg-type]
    )


def balance(invoice: Invoice, on: date = ON) -> tuple[str, str]:
    found = balances.balance_of(invoice, on)
    whole = balances.left_of_all(Invoice.objects.filter(pk=invoice.pk))
    assert (max(found.in_euros, euros(0)), found.in_kind) == (whole.in_euros, whole.in_kind)
    return str(found.in_euros.amount), str(found.in_kind.amount)


# By the rule ---------------------------------------------------------------------------------------------------------


def test_what_was_missed_is_asked_for_and_counted_once() -> None:
    acceptance = deal()
    invoice = invoiced(acceptance)
    missed(acceptance, 0, 1)
    assert balance(invoice) == ("40.00", "260.00")

    request = ask(invoice, 2)

    assert request.value == euros(40)
    assert request.reference == f"{invoice.number} DP1"
    assert balance(invoice) == ("40.00", "260.00")
    assert left_of(request, ON) == euros(40)
    assert all(item.basis == "AGREED" for item in askable_of(invoice, ON))


def test_no_more_is_asked_for_than_was_missed() -> None:
    acceptance = deal()
    invoice = invoiced(acceptance)
    missed(acceptance, 0, 1)
    ask(invoice, 1)

    with pytest.raises(RequestingError, match="Au plus 1"):
        ask(invoice, 2)


def test_what_waits_for_its_day_makes_no_invoice_overdue_and_then_does() -> None:
    acceptance = deal()
    invoice = invoiced(acceptance)
    missed(acceptance, 0)
    rows = Invoice.objects.filter(pk=invoice.pk)
    assert balances.with_balances(rows, ON).get().is_overdue

    ask(invoice)

    assert not balances.with_balances(rows, DUE_DAY).get().is_overdue
    assert balances.with_balances(rows, DUE_DAY + timedelta(1)).get().is_overdue


def test_what_is_paid_settles_the_request() -> None:
    acceptance = deal()
    invoice = invoiced(acceptance)
    missed(acceptance, 0, 1)
    request = ask(invoice, 2)
    settling.record_receipt(
        by=recorder_of(acceptance), at=LATER, client=invoice.client, received_on=ON, kind=Kind.MONEY,
        means="TRANSFER", value=euros("25.50"), invoice=invoice, request_id=uuid.uuid4(),
    )  # fmt: skip

    assert left_of(request, ON) == euros("14.50")
    with pytest.raises(RequestingError, match="déjà été payée"):
        requesting.withdraw(request=request, by=recorder_of(acceptance), at=LATER)


# By agreement --------------------------------------------------------------------------------------------------------


def test_what_both_agree_will_not_come_moves_from_kind_to_euros_once() -> None:
    acceptance = deal("CARRIED_OVER")
    invoice = invoiced(acceptance)
    basket_came(acceptance, FIRST)
    assert balance(invoice) == ("0.00", "280.00")

    request = ask(invoice, 4)

    assert request.basis == "AGREED"
    assert balance(invoice) == ("80.00", "200.00")
    assert left_of(request, ON) == euros(80)


def test_the_last_days_are_no_longer_expected() -> None:
    acceptance = deal("CARRIED_OVER")
    invoice = invoiced(acceptance)
    term = term_of(acceptance, Kind.GOODS)
    assert len(unanswered(term, date(2028, 1, 1))) == 15

    ask(invoice, 4)

    term = term_of(acceptance, Kind.GOODS)
    assert unanswered(term, date(2028, 1, 1)) == [FIRST + timedelta(weeks=week) for week in range(11)]
    assert outstanding_of(term) == euros(220)


def test_undone_it_is_awaited_in_kind_again() -> None:
    acceptance = deal("CARRIED_OVER")
    invoice = invoiced(acceptance)
    request = ask(invoice, 4)

    mirror = requesting.withdraw(request=request, by=recorder_of(acceptance), at=LATER)

    assert mirror == requesting.withdraw(request=request, by=recorder_of(acceptance), at=LATER)
    assert balance(invoice) == ("0.00", "300.00")
    assert len(unanswered(term_of(acceptance, Kind.GOODS), date(2028, 1, 1))) == 15
    assert ask(invoice, 1).reference.endswith("DP2")


def test_a_half_basket_a_past_day_and_no_reason_are_refused() -> None:
    invoice = invoiced(deal("CARRIED_OVER"))
    item = askable_of(invoice, ON)[0]
    for wish, field in (
        (Wish(item.key, Decimal("1.5"), DUE_DAY, "x"), "quantity"),
        (Wish(item.key, Decimal(0), DUE_DAY, "x"), "quantity"),
        (Wish(item.key, Decimal(16), DUE_DAY, "x"), "quantity"),
        (Wish(item.key, Decimal(1), ON - timedelta(1), "x"), "due_on"),
        (Wish(item.key, Decimal(1), DUE_DAY, " "), "reason"),
        (Wish("DUE-term-1", Decimal(1), DUE_DAY, "x"), "key"),
    ):
        with pytest.raises(RequestingError) as refusal:
            requesting.request_payment(
                invoice=invoice,
                wish=wish,
                by=invoice.issued_by,
                at=LATER,
                request_id=uuid.uuid4(),  # type: ignore[arg-type]
            )
        assert refusal.value.field == field


def test_nothing_is_asked_for_of_a_draft_or_of_what_is_all_in_euros() -> None:
    acceptance = accepted()
    draft = final_of(acceptance, issued=False)
    assert askable_of(draft, ON) == []
    assert askable_of(deposit_of(acceptance), ON) == []


# What it is not ------------------------------------------------------------------------------------------------------


def test_it_takes_no_number_and_the_ledger_holds_ids_alone() -> None:
    invoice = invoiced(deal("CARRIED_OVER"))
    before = list(NumberSeries.objects.values_list("last_number", flat=True))

    ask(invoice)

    assert list(NumberSeries.objects.values_list("last_number", flat=True)) == before
    entry = LedgerEntry.objects.get(event="payment_requested")
    assert "Ferme" not in entry.facts
    assert "Grêle" not in entry.facts


def test_the_same_form_twice_is_one_request() -> None:
    invoice = invoiced(deal("CARRIED_OVER"))
    item, form = askable_of(invoice, ON)[0], uuid.uuid4()
    wish = Wish(item.key, Decimal(1), DUE_DAY, "x")
    made = [
        requesting.request_payment(invoice=invoice, wish=wish, by=invoice.issued_by, at=LATER, request_id=form)  # type: ignore[arg-type]
        for _click in range(2)
    ]
    assert made[0] == made[1]
    assert PaymentRequest.objects.count() == 1


@pytest.mark.engine
def test_the_database_refuses_what_never_changes() -> None:
    request = ask(invoiced(deal("CARRIED_OVER")))
    for statement in (
        "UPDATE billing_paymentrequest SET value = value + 1",
        "DELETE FROM billing_paymentrequest",
    ):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    columns = [str(field.column) for field in PaymentRequest._meta.concrete_fields if field.column != "id"]
    for column, value in (("quantity", "-1"), ("reason", "''"), ("due_on", "'2020-01-01'"), ("term_id", "NULL")):
        chosen = ", ".join(value if name == column else name for name in columns)
        statement = (
            f"INSERT INTO billing_paymentrequest ({', '.join(columns)}) SELECT {chosen} FROM billing_paymentrequest"
        )
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert PaymentRequest.objects.get() == request


# By mail -------------------------------------------------------------------------------------------------------------


def test_it_leaves_by_mail_with_its_pdf_once_to_each(
    monkeypatch: pytest.MonkeyPatch, drawn: Callable[[], None]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    monkeypatch.setattr(requesting.pdf, "render", lambda html, **_: html.encode())
    invoice = invoiced(deal("CARRIED_OVER"))
    request = ask(invoice, 2)
    contact = invoice.client.contacts.get()

    requesting.mail_request(request=request, by=recorder_of(invoice.acceptance), at=LATER, contacts=[contact])  # type: ignore[arg-type]
    make.run_errands(LATER)

    mail = Mail.objects.get(event=requesting.EVENT)
    assert mail.subject == f"Demande de paiement {request.reference} : 40,00 €"
    assert "ce n’est pas une facture" in mail.body
    assert [document.what for document in mail.documents.all()] == ["payment_request_pdf"]
    with pytest.raises(RequestingError, match="déjà été envoyé"):
        requesting.mail_request(request=request, by=recorder_of(invoice.acceptance), at=LATER, contacts=[contact])  # type: ignore[arg-type]


# Money ---------------------------------------------------------------------------------------------------------------

cents = st.integers(0, 100_000).map(lambda n: euros(Decimal(n).scaleb(-2)))


@given(cents, st.lists(cents, max_size=6))
def test_what_is_left_of_requests_is_what_is_left_paid_in_order(left: Money, values: list[Money]) -> None:
    shares = turning.left_by_request(left, values)
    assert total(shares) == min(left, total(values))
    assert all(euros(0) <= share <= value for share, value in zip(shares, values, strict=True))
    open_ones = [share > euros(0) for share, value in zip(shares, values, strict=True) if value > euros(0)]
    assert open_ones == sorted(open_ones)  # the first ones are paid first


# Other invoices ------------------------------------------------------------------------------------------------------


def test_a_shortfall_of_an_invoice_without_a_quote_is_asked_for_once() -> None:
    buyer = make.contact().client
    by = make.member(buyer.activity.business)
    draft = drafting.draft_standard(
        activity=buyer.activity, client=buyer, title="Dépannage", by=by, at=NOW, request_id=uuid.uuid4(),
        lines=[drafting.DraftLine(unit_price=euros(250), title="Dépannage")],
    )  # fmt: skip
    baskets = PartValues("goods", "Panier de légumes", Decimal(5), euros(20), "panier", due_on=date(2027, 2, 1))
    draft = agreeing.save_draft(invoice=draft, revision=draft.revision, parts=[baskets], by=by, at=NOW)
    invoice = issued_by(draft)
    assert askable_of(invoice, ON) == []  # by agreement, a shortfall is decided first

    agreeing.due_in_euros(
        part=invoice.agreed_parts.get(), quantity=Decimal(2), by=by, at=LATER, reason="Gel", request_id=uuid.uuid4()
    )
    assert balance(invoice) == ("190.00", "60.00")
    request = ask(invoice, 2)

    assert (request.part, request.value) == (invoice.agreed_parts.get(), euros(40))
    assert balance(invoice) == ("190.00", "60.00")
    assert left_of(request, ON) == euros(40)
    assert askable_of(invoice, ON) == []
    undo: Any = {"shortfall": agreeing.shortfalls_of(invoice)[0], "by": by, "at": LATER, "reason": "Il en reste"}
    with pytest.raises(agreeing.AgreeingError, match=f"{request.reference} .* d’abord"):
        agreeing.undo_due_in_euros(**undo)
    requesting.withdraw(request=request, by=by, at=LATER)
    agreeing.undo_due_in_euros(**undo)
    assert balance(invoice) == ("150.00", "100.00")


def test_a_missed_day_that_is_asked_for_is_not_undone_before_its_request() -> None:
    acceptance = deal()
    invoice = invoiced(acceptance)
    missed(acceptance, 0, 1)
    request = ask(invoice, 1)
    first, second = MissedDelivery.objects.order_by("pk")
    undo: Any = {"by": recorder_of(acceptance), "at": LATER, "reason": "Il est venu"}
    settling.reverse_missed(missed=first, **undo)  # one of the two was asked for

    with pytest.raises(settling.SettlingError, match=f"{request.reference} .* d’abord"):
        settling.reverse_missed(missed=second, **undo)
    requesting.withdraw(request=request, by=recorder_of(acceptance), at=LATER)
    settling.reverse_missed(missed=second, **undo)
    assert balance(invoice) == ("0.00", "300.00")


def test_what_is_waived_is_neither_asked_for_nor_reminded_of() -> None:
    acceptance = deal("WAIVED")
    invoice = invoiced(acceptance)
    missed(acceptance, 0, 1)
    found = balances.balance_of(invoice, ON)
    assert (found.waived, found.in_kind, found.in_euros) == (euros(40), euros(260), euros(0))

    parts = turning.in_euros(invoice, found.in_euros)

    assert (parts.own, parts.unasked) == (euros(0), euros(0))
    assert not overdue.claim_on(invoice, ON).is_overdue(ON)


def test_euros_pay_the_invoice_first_then_its_requests_then_what_nobody_asked_for() -> None:
    acceptance = deal()
    deposit_of(acceptance)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    invoice = final_of(acceptance)
    missed(acceptance, 0, 1, 2)
    first = ask(invoice, 1, due_on=DUE_DAY)
    second = ask(invoice, 1, due_on=DUE_DAY + timedelta(1))

    def after(paid: str) -> list[str]:
        parts = turning.in_euros(invoice, euros(600) - euros(paid))
        assert [row for row, _left in parts.requested] == [first, second]
        return [
            f"{amount.amount:.2f}" for amount in (parts.own, *(left for _row, left in parts.requested), parts.unasked)
        ]

    assert after("0") == ["540.00", "20.00", "20.00", "20.00"]
    assert after("530") == ["10.00", "20.00", "20.00", "20.00"]
    assert after("550") == ["0.00", "10.00", "20.00", "20.00"]
    assert after("575") == ["0.00", "0.00", "5.00", "20.00"]
    assert after("590") == ["0.00", "0.00", "0.00", "10.00"]
