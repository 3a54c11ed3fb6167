"""What is still to come in kind of an invoice without a quote, once credited or replaced: never lost nor doubled."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from billing import agreeing, balances, crediting, giving_back, replacing, settling
from billing.models import Invoice, Receipt, Shortfall
from billing.verifying import invoices_settled_once, receipts_as_recorded
from lib.money import euros
from people.models import User
from tests.billing.conftest import TODAY, issued_by
from tests.billing.test_parts import BASKETS, LATER, agreed
from tests.billing.test_parts import draft as draft

pytestmark = pytest.mark.django_db
AFTER = LATER.replace(hour=17)


def came(invoice: Invoice, quantity: int, by: User, **said: Any) -> Receipt:
    plain: dict[str, Any] = {"at": LATER, "received_on": TODAY, "destination": "PERSONAL", "request_id": uuid.uuid4()}
    part = invoice.agreed_parts.get()
    return settling.record_receipt(by=by, client=invoice.client, part=part, quantity=Decimal(quantity), **plain | said)


def left(invoice: Invoice) -> list[float]:
    return [float(row.left) for row in agreeing.to_come(Invoice.objects.get(pk=invoice.pk))]


def credited(invoice: Invoice, amount: str | None, by: User) -> Invoice:
    note = crediting.draft_credit_note(
        invoice=invoice,
        by=by,
        at=LATER,
        reason="Erreur",
        request_id=uuid.uuid4(),
        amount=euros(amount) if amount else None,
    )
    return issued_by(note, at=LATER)


def short_of(invoice: Invoice, units: int, by: User) -> Shortfall:
    return agreeing.due_in_euros(
        part=invoice.agreed_parts.get(),
        quantity=Decimal(units),
        by=by,
        at=LATER,
        reason="Gel",
        request_id=uuid.uuid4(),
    )


def replaced(invoice: Invoice, by: User, *, issued: bool = True) -> Invoice:
    made = replacing.draft_replacement(invoice=invoice, by=by, at=AFTER, request_id=uuid.uuid4())
    return issued_by(made, at=AFTER) if issued else made


def sound(invoice: Invoice) -> bool:
    return [*invoices_settled_once(invoice.business), *receipts_as_recorded(invoice.business)] == []


def test_nothing_is_to_come_of_an_invoice_that_is_wholly_credited(draft: Invoice, freelancer: User) -> None:
    invoice = issued_by(draft)
    credited(invoice, None, freelancer)

    assert (left(invoice), agreeing.left_of(invoice.agreed_parts.get())) == ([], Decimal(0))
    with pytest.raises(settling.SettlingError):
        came(invoice, 1, freelancer)
    with pytest.raises(agreeing.AgreeingError):
        short_of(invoice, 1, freelancer)


def test_a_credit_takes_euros_first_then_what_is_to_come(draft: Invoice, freelancer: User) -> None:
    invoice = issued_by(draft)
    credited(invoice, "150", freelancer)
    assert left(invoice) == [5]

    credited(invoice, "50", freelancer)

    assert (balances.balance_of(invoice, TODAY).in_kind, left(invoice)) == (euros("50"), [2.5])
    came(invoice, 2, freelancer)
    assert agreeing.left_of(invoice.agreed_parts.get()) == Decimal("0.5")
    settling.record_receipt(
        by=freelancer,
        at=LATER,
        client=invoice.client,
        invoice=invoice,
        received_on=TODAY,
        value=euros("10"),
        request_id=uuid.uuid4(),
    )
    assert (balances.balance_of(invoice, TODAY).left, left(invoice)) == (euros(0), [])


def test_several_parts_share_what_a_credit_leaves(draft: Invoice, freelancer: User) -> None:
    hours = agreeing.PartValues(kind="time", label="Taille", unit="heure", quantity=Decimal(5), unit_value=euros("15"))
    draft.business.accepts_time = True
    draft.business.save()
    invoice = issued_by(agreed(Invoice.objects.get(pk=draft.pk), BASKETS, hours, by=freelancer))

    credited(invoice, "120", freelancer)

    assert balances.balance_of(invoice, TODAY).in_kind == euros("130")
    assert left(invoice) == [5, 2]


def test_a_basket_of_the_replaced_invoice_that_is_undone_is_to_come_of_the_new_one(
    draft: Invoice, freelancer: User
) -> None:
    first = issued_by(draft)
    receipt = came(first, 3, freelancer)
    second = replaced(first, freelancer)
    part = second.agreed_parts.get()
    with pytest.raises(settling.SettlingError):
        came(second, 3, freelancer, at=AFTER)
    came(second, 2, freelancer, at=AFTER.replace(minute=1))
    assert left(second) == []

    settling.reverse_receipt(receipt=receipt, by=freelancer, at=AFTER.replace(hour=19), reason="Saisi deux fois")

    assert (left(second), agreeing.left_of(part)) == ([3], Decimal(3))
    assert balances.balance_of(second, TODAY).in_kind == euros("60")
    came(second, 3, freelancer, at=AFTER.replace(hour=20))
    assert (left(second), balances.balance_of(second, TODAY).received, sound(first)) == ([], euros("100"), True)


def test_so_is_what_is_given_back_of_it_and_comes_again(draft: Invoice, freelancer: User) -> None:
    first = issued_by(draft)
    receipt = came(first, 3, freelancer)
    second = replaced(first, freelancer)
    row = giving_back.give_back(
        receipt=receipt,
        by=freelancer,
        at=AFTER.replace(hour=18),
        given_on=TODAY,
        reason="Flétri",
        request_id=uuid.uuid4(),
        quantity=Decimal(1),
    )
    assert (left(second), balances.balance_of(second, TODAY).in_kind) == ([3], euros("60"))

    settling.reverse_receipt(receipt=row, by=freelancer, at=AFTER.replace(hour=19), reason="Il est resté")

    assert (left(second), balances.balance_of(second, TODAY).in_kind) == ([2], euros("40"))
    assert sound(first)


def test_what_came_at_another_value_is_counted_in_units_across_a_replacement(draft: Invoice, freelancer: User) -> None:
    first = issued_by(draft)
    came(first, 2, freelancer, unit_value=euros("22"), valuation="cours du jour")
    assert left(first) == [3]

    assert left(replaced(first, freelancer)) == [3]


def test_what_will_not_come_of_the_replaced_invoice_stays_due_in_euros(draft: Invoice, freelancer: User) -> None:
    first = issued_by(draft)
    came(first, 1, freelancer)
    short_of(first, 2, freelancer)
    before = balances.balance_of(first, TODAY)

    second = replaced(first, freelancer)

    now = balances.balance_of(second, TODAY)
    assert (now.received, now.in_kind, now.in_euros) == (before.received, before.in_kind, before.in_euros)
    assert (left(second), second.agreed_parts.get().quantity) == ([2], Decimal(3))
    assert sound(first)


def test_a_part_that_will_not_come_at_all_is_not_agreed_again(draft: Invoice, freelancer: User) -> None:
    first = issued_by(draft)
    short_of(first, 5, freelancer)

    second = replaced(first, freelancer)

    assert not second.agreed_parts.exists()
    assert second.payable == euros("250")


def test_once_it_is_being_replaced_what_will_not_come_is_said_on_the_new_one(draft: Invoice, freelancer: User) -> None:
    first = issued_by(draft)
    short = short_of(first, 2, freelancer)
    replaced(first, freelancer, issued=False)

    with pytest.raises(agreeing.AgreeingError):
        short_of(first, 1, freelancer)
    with pytest.raises(agreeing.AgreeingError):
        agreeing.undo_due_in_euros(shortfall=short, by=freelancer, at=AFTER, reason="Il viendra")
    assert Receipt.objects.count() == 0


def test_a_credit_of_euros_leaves_every_basket_to_come_whatever_they_were_worth(
    draft: Invoice, freelancer: User
) -> None:
    """Two came worth 22 € instead of 20 €: three of five are to come, a credit of 1 € off the euros or not."""
    invoice = issued_by(draft)
    [agreed] = left(invoice)
    came(invoice, 2, freelancer, unit_value=euros("22"), valuation="cours du jour")
    credited(invoice, "1", freelancer)
    assert left(invoice) == [agreed - 2]
