"""Delivery slips: what came in kind, once each, sealed; the paper that both sign."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing import settling
from billing.models import Receipt, Slip, SlipLine
from billing.partners import setting_off, slips
from lib.money import euros
from quotes.models import Acceptance, Kind
from tests.billing.conftest import recorder_of
from tests.billing.partners import JANUARY, farm_deal, problems, received_of, set_off_of

pytestmark = [pytest.mark.django_db]


def slip_of(deal: Acceptance, receipts: Any = None, **said: Any) -> Slip:
    client = deal.quote.client
    return slips.make_slip(
        client=client,
        receipts=list(slips.waiting(client)) if receipts is None else receipts,
        by=recorder_of(deal),
        **{"at": JANUARY, "request_id": uuid.uuid4()} | said,
    )


def test_one_slip_for_the_month_says_each_day_and_adds_up() -> None:
    deal, final = farm_deal(3)

    slip = slip_of(deal, handed_over_by="Camille Ferrand")

    assert (slip.number, slip.total) == ("BL2027-0001", euros("60"))
    assert [(line.received_on.day, line.quantity, line.unit_value, line.value) for line in slip.lines.all()] == [
        (day, Decimal(1), euros("20"), euros("20")) for day in (8, 15, 22)
    ]
    assert slip.said["invoices"] == [final.number]
    assert slip.said["quotes"] == [deal.version.number]
    assert problems(deal) == []


def test_a_receipt_is_on_one_slip_only() -> None:
    deal, _final = farm_deal(2)
    first = list(slips.waiting(deal.quote.client))[:1]
    slip_of(deal, first)

    assert [receipt.received_on.day for receipt in slips.waiting(deal.quote.client)] == [15]
    with pytest.raises(slips.SlipError):
        slip_of(deal, first)
    with pytest.raises(slips.SlipError):
        slip_of(deal, [*first, *slips.waiting(deal.quote.client)])


def test_euros_and_what_was_undone_are_on_no_slip() -> None:
    deal, _final = farm_deal(1)
    basket = Receipt.objects.get(kind=Kind.GOODS)
    settling.reverse_receipt(receipt=basket, by=recorder_of(deal), at=JANUARY, reason="Erreur")

    assert not slips.waiting(deal.quote.client)
    for receipt in Receipt.objects.all():
        with pytest.raises(slips.SlipError):
            slip_of(deal, [receipt])


def test_a_slip_of_nothing_or_of_anothers_goods_is_refused() -> None:
    deal, _final = farm_deal(0)
    other, _other_final = farm_deal(1)

    with pytest.raises(slips.SlipError):
        slip_of(deal, [])
    with pytest.raises(slips.SlipError):
        slip_of(deal, list(slips.waiting(other.quote.client)))


def test_what_is_set_off_has_an_invoice_for_paper() -> None:
    deal, final = farm_deal(1)
    made = set_off_of(deal, final, received_of(deal, "20"))

    assert not slips.waiting(deal.quote.client)
    setting_off.undo(set_off=made, by=recorder_of(deal), at=JANUARY, reason="Erreur")
    assert slips.waiting(deal.quote.client)


def test_the_same_form_gives_the_same_slip() -> None:
    deal, _final = farm_deal(2)
    request_id, receipts = uuid.uuid4(), list(slips.waiting(deal.quote.client))

    assert slip_of(deal, receipts, request_id=request_id) == slip_of(deal, receipts, request_id=request_id)


def test_a_slip_tells_of_what_was_undone_since() -> None:
    deal, _final = farm_deal(1)
    slip = slip_of(deal)
    basket = Receipt.objects.get(kind=Kind.GOODS)
    settling.reverse_receipt(receipt=basket, by=recorder_of(deal), at=JANUARY, reason="Pas venu")

    assert [line.receipt for line in slips.undone(slip)] == [basket]


@pytest.mark.engine
def test_the_database_refuses_to_change_a_slip_or_to_list_a_receipt_twice() -> None:
    deal, _final = farm_deal(1)
    slip = slip_of(deal)
    line = slip.lines.get()
    for statement in (
        "UPDATE billing_slip SET total = total + 1",
        "DELETE FROM billing_slipline",
        "DELETE FROM billing_slip",
        "UPDATE billing_slipline SET value = value + 1",
    ):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    line.pk, line.position = None, 2  # type: ignore[assignment]
    with pytest.raises(IntegrityError), transaction.atomic():
        SlipLine.save(line, force_insert=True)
