"""Two invoices are set off: nothing is received twice, every cent is said, and it is undone by a mirror."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from billing import balances, books, issuing, replacing, settling
from billing.models import Invoice, Receipt, SetOff
from billing.partners import receiving, setting_off
from billing.partners.received_left import left_of
from lib.money import euros, total
from quotes.models import Acceptance, Kind
from records.models import Errand
from tests import make
from tests.billing.conftest import accepted, basket_came, final_of, issued_by, recorder_of, term_of
from tests.billing.partners import FRIDAYS, JANUARY, farm_deal, problems, received_of, set_off_of

pytestmark = [pytest.mark.django_db]


def balance(invoice: Invoice) -> balances.Balance:
    return balances.balance_of(invoice, JANUARY.date())


def book(deal: Acceptance) -> list[tuple[str, object]]:
    rows = books.receipts_book(deal.quote.business, date(2026, 1, 1), date(2027, 12, 31))
    return [(row.means, row.value) for row in rows]


def test_baskets_that_were_recorded_are_covered_and_not_received_twice() -> None:
    deal, final = farm_deal(3)
    before = balance(final)
    received = received_of(deal, "60")

    made = set_off_of(deal, final, received)

    assert (made.covered, made.rest, made.value, made.receipt) == (euros("60"), euros(0), euros("60"), None)
    assert Receipt.objects.count() == 4  # the deposit and three baskets
    assert balance(final) == before
    assert left_of(received) == euros(0)
    assert problems(deal) == []


def test_only_the_rest_is_a_new_receipt_in_euros() -> None:
    deal, final = farm_deal(3)
    received = received_of(deal, "100")

    made = set_off_of(deal, final, received, rest="40")

    receipt = made.receipt
    assert receipt is not None
    assert (receipt.kind, receipt.means, receipt.value) == (Kind.MONEY, "SET_OFF", euros("40"))
    assert (receipt.received_on, receipt.reference) == (JANUARY.date(), "FC-014")
    after = balance(final)
    assert (after.received, after.in_kind, after.in_euros) == (euros("100"), euros("240"), euros("500"))
    assert after.claimed == after.received + after.in_kind + after.in_euros
    assert left_of(received) == euros(0)
    assert total(value for _means, value in book(deal)) == euros("460")  # type: ignore[misc]
    assert problems(deal) == []


def test_the_client_may_keep_a_balance_and_so_may_we() -> None:
    deal, final = farm_deal(1)
    received = received_of(deal, "900")

    made = set_off_of(deal, final, received, rest="540")

    assert (made.value, left_of(received)) == (euros("560"), euros("340"))
    assert balance(final).in_euros == euros(0)
    assert (made.said["theirs"]["left"], made.said["ours"]["in_euros"]) == ("340.00", "0.00")


def test_euros_never_pay_for_baskets_that_were_not_recorded() -> None:
    deal, final = farm_deal(0)
    received = received_of(deal, "900")

    with pytest.raises(setting_off.SetOffError, match="300") as refused:
        set_off_of(deal, final, received, rest="541")
    assert refused.value.field == "rest"


def test_no_more_is_set_off_than_is_left_of_their_invoice() -> None:
    deal, final = farm_deal(3)
    received = received_of(deal, "50")

    made = set_off_of(deal, final, received)

    assert [cover.value for cover in made.covers.all()] == [euros("20"), euros("20"), euros("10")]
    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, received, rest="1")


def test_what_one_set_off_covers_another_one_does_not() -> None:
    deal, final = farm_deal(3)
    set_off_of(deal, final, received_of(deal, "50"))
    [left] = setting_off.covers_of(final)

    assert left.value == euros("10")
    second = set_off_of(deal, final, received_of(deal, "30", "FC-015"), rest="20")
    assert (second.covered, second.rest) == (euros("10"), euros("20"))
    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, received_of(deal, "10", "FC-016"), covers=[left.receipt])


def test_a_basket_that_was_undone_is_not_covered() -> None:
    deal, final = farm_deal(2)
    first = setting_off.covers_of(final)[0].receipt
    settling.reverse_receipt(receipt=first, by=recorder_of(deal), at=JANUARY, reason="Pas venu")

    assert [cover.receipt.received_on for cover in setting_off.covers_of(final)] == [FRIDAYS[1]]
    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, received_of(deal, "20"), covers=[first])
    with pytest.raises(settling.SettlingError):
        settling.release(receipt=first, invoice=final, by=recorder_of(deal), at=JANUARY)


def test_a_set_off_of_nothing_is_refused() -> None:
    deal, final = farm_deal(1)

    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, received_of(deal), covers=[])


@pytest.mark.parametrize("day", [date(2027, 1, 28), date(2027, 2, 3)])
def test_its_day_is_after_both_invoices_and_not_to_come(day: date) -> None:
    deal, final = farm_deal(1)

    with pytest.raises(setting_off.SetOffError) as refused:
        set_off_of(deal, final, received_of(deal), settled_on=day)
    assert refused.value.field == "settled_on"


def test_what_it_covers_came_by_its_day() -> None:
    deal, final = farm_deal(2)
    basket_came(deal, JANUARY.date(), at=JANUARY)

    with pytest.raises(setting_off.SetOffError) as refused:
        set_off_of(deal, final, received_of(deal), settled_on=date(2027, 1, 29))
    assert refused.value.field == "settled_on"
    set_off_of(deal, final, received_of(deal, number="FC-015"), settled_on=JANUARY.date())


def test_only_the_same_two_parties_set_off() -> None:
    deal, final = farm_deal(1)
    other, _final = farm_deal(0)

    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, received_of(other))


def test_a_withdrawn_invoice_is_not_set_off_and_one_that_is_set_off_is_not_withdrawn() -> None:
    deal, final = farm_deal(1)
    gone, used = received_of(deal, number="A"), received_of(deal, number="B")
    receiving.withdraw(received=gone, by=recorder_of(deal), at=JANUARY, reason="Erreur")

    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, gone)
    set_off_of(deal, final, used)
    with pytest.raises(receiving.ReceivingError):
        receiving.withdraw(received=used, by=recorder_of(deal), at=JANUARY, reason="Erreur")


def test_the_same_form_gives_the_same_set_off() -> None:
    deal, final = farm_deal(2)
    received, request_id = received_of(deal, "60"), uuid.uuid4()

    made = {set_off_of(deal, final, received, rest="20", request_id=request_id).pk for _ in range(2)}

    assert len(made) == 1
    assert SetOff.objects.get().number == "CP2027-0001"


def test_its_statement_is_promised(run_errands: object) -> None:
    deal, final = farm_deal(1)
    made = set_off_of(deal, final, received_of(deal))

    assert Errand.objects.filter(what="render_set_off", subject=f"set_off:{made.pk}").exists()


# Undoing ----------------------------------------------------------------------------------------------------------


def undone(deal: Acceptance, made: SetOff) -> SetOff:
    return setting_off.undo(set_off=made, by=recorder_of(deal), at=JANUARY, reason="Mauvaise facture")


def test_undone_both_debts_stand_again_and_both_lines_stay() -> None:
    deal, final = farm_deal(3)
    received, before = received_of(deal, "100"), balance(final)
    made = set_off_of(deal, final, received, rest="40")

    mirror = undone(deal, made)

    assert (mirror.value, mirror.covered, mirror.rest) == (euros("-100"), euros("-60"), euros("-40"))
    assert mirror.receipt is not None
    assert mirror.receipt.reverses == made.receipt
    assert balance(final) == before
    assert left_of(received) == euros("100")
    assert (made.stands, SetOff.objects.get(pk=made.pk).stands) == (False, False)
    again = set_off_of(deal, final, received, rest="40")
    assert (again.value, again.number) == (euros("100"), "CP2027-0003")
    assert problems(deal) == []


def test_undone_twice_is_undone_once_and_a_mirror_is_not_undone() -> None:
    deal, final = farm_deal(1)
    made = set_off_of(deal, final, received_of(deal, "20"))

    first = undone(deal, made)
    assert undone(deal, SetOff.objects.get(pk=made.pk)) == first
    with pytest.raises(setting_off.SetOffError):
        undone(deal, first)


def test_what_a_set_off_made_or_covers_is_undone_with_it_alone() -> None:
    deal, final = farm_deal(1)
    made = set_off_of(deal, final, received_of(deal, "60"), rest="40")
    basket = Receipt.objects.get(kind=Kind.GOODS)
    assert made.receipt is not None

    for receipt in (made.receipt, basket):
        with pytest.raises(settling.SettlingError, match="CP2027-0001"):
            settling.reverse_receipt(receipt=receipt, by=recorder_of(deal), at=JANUARY, reason="Erreur")
        with pytest.raises(settling.SettlingError, match="CP2027-0001"):
            settling.release(receipt=receipt, invoice=final, by=recorder_of(deal), at=JANUARY)
    undone(deal, made)
    settling.reverse_receipt(receipt=basket, by=recorder_of(deal), at=JANUARY, reason="Erreur")


def test_an_invoice_that_a_set_off_pays_is_replaced_once_it_is_undone() -> None:
    deal = accepted(terms=({"value": euros("1140"), "closes": True}, make.baskets(3)))
    final = final_of(deal)
    basket_came(deal, FRIDAYS[0])
    draft = replacing.draft_replacement(invoice=final, by=recorder_of(deal), at=JANUARY, request_id=uuid.uuid4())
    made = set_off_of(deal, final, received_of(deal, "60"), rest="40")
    with pytest.raises(issuing.IssuingError, match="CP2027-0001"):
        issued_by(draft, at=JANUARY)
    undone(deal, made)
    issued_by(draft, at=JANUARY)

    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, received_of(deal, "5", "FC-9"), rest="5")
    assert problems(deal) == []


def test_cents_of_many_set_offs_add_up() -> None:
    deal, final = farm_deal(3)
    values = ["0.01", "33.33", "66.67", "0.99", "19.99"]
    rows = [received_of(deal, value, f"FC-{place}") for place, value in enumerate(values)]

    made = [set_off_of(deal, final, row, rest=value, covers=[]) for row, value in zip(rows, values, strict=True)]

    assert total(one.value for one in made) == euros("120.99")
    assert balance(final).in_euros == euros(Decimal("540") - Decimal("120.99"))
    assert all(left_of(row) == euros(0) for row in rows)


def test_what_is_covered_is_said_in_words() -> None:
    deal, final = farm_deal(0)
    basket_came(deal, FRIDAYS[0], quantity=2)

    made = set_off_of(deal, final, received_of(deal, "40"))

    assert made.said["covers"] == [{"on": "2027-01-08", "what": "2\u00a0paniers (Panier de légumes)", "value": "40.00"}]


# What the database refuses ----------------------------------------------------------------------------------------


@pytest.mark.engine
def test_the_database_refuses_to_change_a_set_off() -> None:
    deal, final = farm_deal(1)
    set_off_of(deal, final, received_of(deal))
    statements = (
        "UPDATE billing_setoff SET value = value + 1",
        "DELETE FROM billing_setoffcover",
        "DELETE FROM billing_setoff",
        "UPDATE billing_setoffcover SET value = value + 1",
    )
    for statement in statements:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.engine
@pytest.mark.parametrize(
    "changes",
    [
        {"value": euros("61")},
        {"value": euros("-20"), "covered": euros("-20")},
        {"rest": euros("5"), "value": euros("25")},
        {"number": "CP2027-0001"},
    ],
)
def test_the_database_refuses_a_set_off_that_cannot_be(changes: dict[str, object]) -> None:
    deal, final = farm_deal(1)
    made = set_off_of(deal, final, received_of(deal, "20"))
    row = SetOff.objects.get(pk=made.pk)
    row.pk, row.request_id, row.number = None, uuid.uuid4(), "CP2027-0002"  # type: ignore[assignment]
    for name, value in changes.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_term_in_euros_counts_what_was_set_off() -> None:
    deal, final = farm_deal(0)
    set_off_of(deal, final, received_of(deal, "540"), rest="540")

    assert term_of(deal, Kind.MONEY, due="DELIVERY").receipts.get().value == euros("540")
