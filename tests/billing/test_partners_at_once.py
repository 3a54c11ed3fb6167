"""Several people at once: recorded once, never set off for more than it is worth, no slip made twice, no deadlock."""

import contextlib
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import balances, giving_back, settling
from billing.models import Receipt, ReceivedInvoice, SetOff, Slip, SlipLine
from billing.partners import receiving, setting_off, slips
from billing.partners.received_left import left_of
from lib.money import euros, total
from quotes.models import Kind
from tests.billing.conftest import basket_came, recorder_of
from tests.billing.partners import JANUARY, farm_deal, problems, received_of, set_off_of
from tests.records.work import at_once

PEOPLE = 6
pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True)]


def test_a_number_recorded_by_several_at_once_is_recorded_once() -> None:
    deal, _final = farm_deal(0)

    def record(_: int) -> None:
        with contextlib.suppress(receiving.ReceivingError):
            received_of(deal, "60")

    assert at_once(PEOPLE, record) == []
    assert ReceivedInvoice.objects.count() == 1


def test_set_offs_at_once_never_take_more_than_is_left() -> None:
    deal, final = farm_deal(3)
    received = received_of(deal, "100")

    def set_off(_: int) -> None:
        with contextlib.suppress(setting_off.SetOffError):
            set_off_of(deal, final, received, rest="30")

    assert at_once(PEOPLE, set_off) == []
    made = list(SetOff.objects.order_by("number"))
    assert [one.number for one in made] == [f"CP2027-{n:04d}" for n in range(1, len(made) + 1)]
    assert total(one.value for one in made) + left_of(received) == euros("100")
    assert total(one.covered for one in made) <= euros("60")
    assert balances.balance_of(final, JANUARY.date()).in_euros == euros(540) - total(one.rest for one in made)
    assert problems(deal) == []


def test_undone_receiving_and_setting_off_at_once_never_wait_for_each_other() -> None:
    deal, final = farm_deal(2)
    received = [received_of(deal, "60", f"FC-{n}") for n in range(3)]
    made = set_off_of(deal, final, received[0], rest="20")
    baskets = list(Receipt.objects.filter(kind=Kind.GOODS))
    refusals = (setting_off.SetOffError, settling.SettlingError, receiving.ReceivingError, slips.SlipError)

    def undo(turn: int) -> None:
        setting_off.undo(set_off=made, by=recorder_of(deal), at=JANUARY, reason="Erreur")

    def set_off(turn: int) -> None:
        set_off_of(deal, final, received[1 + turn % 2], rest="10")

    def reverse(turn: int) -> None:
        settling.reverse_receipt(receipt=baskets[turn % 2], by=recorder_of(deal), at=JANUARY, reason="Erreur")

    def withdraw(turn: int) -> None:
        receiving.withdraw(received=received[2], by=recorder_of(deal), at=JANUARY, reason="Erreur")

    acts = [undo, set_off, reverse, withdraw]
    raised = at_once(8, lambda turn: acts[turn % 4](turn))

    assert [error for error in raised if not isinstance(error, refusals)] == []
    assert problems(deal) == []
    assert all(left_of(ReceivedInvoice.objects.get(pk=row.pk)).amount >= 0 for row in received)


def test_no_more_is_given_back_at_once_than_came() -> None:
    deal, final = farm_deal(0)
    basket = basket_came(deal, date(2027, 1, 8), quantity=3)

    def give_back(turn: int) -> None:
        said: dict[str, Any] = {"given_on": JANUARY.date(), "reason": "Flétri", "request_id": uuid.uuid4()}
        with contextlib.suppress(settling.SettlingError):
            giving_back.give_back(receipt=basket, by=recorder_of(deal), at=JANUARY, quantity=Decimal(1), **said)
        with contextlib.suppress(setting_off.SetOffError, receiving.ReceivingError):
            set_off_of(deal, final, received_of(deal, "20", f"FC-{turn}"), covers=[basket])

    assert at_once(PEOPLE, give_back) == []
    kept = Receipt.objects.get(pk=basket.pk).kept
    covered = total(one.covered for one in SetOff.objects.all())
    assert euros(0) <= covered <= kept == balances.total_of(basket.allocations, "value")
    assert problems(deal) == []


def test_the_same_receipts_make_one_slip() -> None:
    deal, _final = farm_deal(3)
    client = deal.quote.client

    def make_slip(_: int) -> None:
        with contextlib.suppress(slips.SlipError):
            slips.make_slip(
                client=client,
                receipts=list(slips.waiting(client)),
                by=recorder_of(deal),
                at=JANUARY,
                request_id=uuid.uuid4(),
            )

    assert at_once(PEOPLE, make_slip) == []
    assert (Slip.objects.get().made_on, SlipLine.objects.count()) == (date(2027, 1, 30), 3)
