"""A client's invoice that is partly paid: only what is due of it is set off."""

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from billing import facturx
from billing.models import Invoice, ReceivedInvoice
from billing.partners import received_left, receiving, sealing, set_off_paper, setting_off
from billing.partners.received_doubts import paid_before
from desk.pairs import pairs_of
from desk.periods import Period
from lib import clock
from lib.money import euros
from lib.seals import seal
from quotes.models import Acceptance
from tests import farm
from tests.billing.conftest import recorder_of
from tests.billing.partners import JANUARY, brought, farm_deal, problems, received_of, set_off_of
from tests.conftest import logged_in

pytestmark = [pytest.mark.django_db]
UNPAID = b"<ram:DuePayableAmount>200.00</ram:DuePayableAmount>"


def part_paid(paid: str = "150.00", due: str = "50.00") -> bytes:
    """The farm's invoice of 200 €, of which so much was paid and so much is due."""
    xml = facturx.xml(farm.says())
    assert UNPAID in xml
    named = f"<ram:TotalPrepaidAmount>{paid}</ram:TotalPrepaidAmount>" if paid else ""
    return xml.replace(UNPAID, f"{named}<ram:DuePayableAmount>{due}</ram:DuePayableAmount>".encode())


@pytest.mark.parametrize(
    ("said", "paid"),
    [
        ({"prepaid": "30", "payable": "70"}, "30"),
        ({"prepaid": "", "payable": "70"}, "30"),
        ({"prepaid": "30", "payable": ""}, "30"),
        ({"prepaid": "30", "payable": "100"}, "30"),
        ({"prepaid": "30", "payable": "69.99"}, "30.01"),
        ({"prepaid": "130", "payable": "-30"}, "100"),
        ({"prepaid": "-30", "payable": "130"}, "0"),
        ({"prepaid": "", "payable": "100"}, "0"),
        ({"prepaid": "30", "payable": "70", "type": "381"}, "0"),
    ],
)
def test_what_was_paid_is_what_is_named_or_not_due(said: dict[str, str], paid: str) -> None:
    assert paid_before({"total": "100", "type": "380"} | said) == euros(paid)


def test_what_a_file_says_is_paid_is_proposed_and_told(acceptance: Acceptance) -> None:
    upload = brought(acceptance, part_paid(), "facture.xml")

    assert receiving.proposal(upload)["already_paid"] == Decimal("150.00")
    assert [doubt for doubt in upload.wrong if "150" in doubt and "200" in doubt]
    assert receiving.proposal(brought(acceptance, farm.xml(), "f.xml"))["already_paid"] is None


def test_a_person_has_the_last_word_and_what_differs_is_written_with_it(acceptance: Acceptance) -> None:
    upload = brought(acceptance, part_paid(), "facture.xml")
    typed = receiving.Typed(number="FC-1", issued_on=farm.says().issued_on, net=euros("200"), vat=euros(0))
    common: dict[str, Any] = {"client": acceptance.quote.client, "by": recorder_of(acceptance), "at": JANUARY}

    same = receiving.record(typed=replace(typed, already_paid=euros("150")), request_id=uuid.uuid4(), **common)
    other = replace(typed, number="FC-2", already_paid=euros("20"))
    changed = receiving.record(typed=other, request_id=uuid.uuid4(), upload=upload, **common)

    assert (same.already_paid, same.wrong) == (euros("150"), [])
    assert changed.already_paid == euros("20")
    assert [doubt for doubt in changed.wrong if "150" in doubt and "20,00" in doubt]
    assert problems(acceptance) == []


@pytest.mark.parametrize(
    ("amount", "paid", "fields"),
    [("60", "60.01", {}), ("60", "-1", {}), ("60", "1.005", {}), ("10", "5", {"corrects": True})],
)
def test_what_cannot_have_been_paid_is_refused_beside_its_field(
    acceptance: Acceptance, amount: str, paid: str, fields: dict[str, Any]
) -> None:
    if fields:
        fields = {"corrects": received_of(acceptance, "60"), "number": "AV-1"}

    with pytest.raises(receiving.ReceivingError) as refused:
        received_of(acceptance, amount, already_paid=euros(paid), **fields)
    assert refused.value.field == "already_paid"


def test_no_more_than_what_is_due_is_set_off() -> None:
    deal, final = farm_deal(3)
    received = received_of(deal, "100", already_paid=euros("40"))

    pair = setting_off.pair_of(final, received, JANUARY.date())
    assert (pair.theirs, pair.most, received_left.left_of(received)) == (euros("60"), euros("60"), euros("60"))
    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, received, rest="0.01")
    row = set_off_of(deal, final, received)

    assert (row.value, received_left.left_of(received)) == (euros("60"), euros(0))
    assert (row.said["theirs"]["paid"], row.said["theirs"]["left"]) == ("40.00", "0.00")
    assert "40,00" in set_off_paper.set_off_html(row)
    assert problems(deal) == []


def test_an_invoice_that_is_paid_whole_has_nothing_to_set_off() -> None:
    deal, final = farm_deal(1)
    received = received_of(deal, "20", already_paid=euros("20"))

    assert not received_left.still_open(ReceivedInvoice.objects.all()).exists()
    with pytest.raises(setting_off.SetOffError):
        set_off_of(deal, final, received)


def test_a_credit_note_may_take_off_what_was_paid(acceptance: Acceptance) -> None:
    received = received_of(acceptance, "60", already_paid=euros("50"))

    received_of(acceptance, "40", number="AV-1", corrects=received)

    assert (received_left.left_of(received), received_left.owed_on(received)) == (euros(0), euros("-30"))
    [row] = received_left.with_left(ReceivedInvoice.objects.filter(pk=received.pk))
    assert euros(str(row.left)) == euros("-30")
    assert not received_left.still_open(ReceivedInvoice.objects.all()).exists()
    assert problems(acceptance) == []


def test_what_a_set_off_undone_leaves_counts_what_was_paid() -> None:
    deal, final = farm_deal(3)
    received = received_of(deal, "100", already_paid=euros("40"))
    row = set_off_of(deal, final, received)
    received_of(deal, "30", number="AV-1", corrects=received)

    mirror = setting_off.undo(set_off=row, by=recorder_of(deal), at=JANUARY + timedelta(hours=1), reason="Erreur")

    assert mirror.said["theirs"]["left"] == "30.00"
    assert received_left.left_of(received) == euros("30")
    assert problems(deal) == []


def test_a_seal_of_before_there_was_a_column_is_the_same(acceptance: Acceptance) -> None:
    unpaid, paid = received_of(acceptance), received_of(acceptance, number="FC-2", already_paid=euros("5"))
    before = {name: getattr(unpaid, name) for name in sealing.RECEIVED_FIELDS} | {"document": ""}

    assert sealing.seal_of_received(unpaid) == seal(before)
    sealed = sealing.seal_of_received(paid)
    paid.paid_before = Decimal("6")
    assert sealing.seal_of_received(paid) != sealed


def test_the_accountant_counts_what_is_left_of_it(acceptance: Acceptance) -> None:
    received = received_of(acceptance, "60", already_paid=euros("20"))
    month = Period(received.issued_on.replace(day=1), received.issued_on)

    found = pairs_of(received.business, month)

    assert (found.unpaired, found.unpaired_total) == (1, euros("40"))


def page(deal: Acceptance, name: str, *args: object) -> str:
    address = reverse(name, args=[deal.quote.business.slug, *args])
    return str(logged_in(recorder_of(deal)).get(address).content.decode()).replace("\u202f", " ").replace("\xa0", " ")


def shown_on(deal: Acceptance, final: Invoice, received: ReceivedInvoice) -> list[str]:
    made = set_off_of(deal, final, received)
    return [
        page(deal, "received_invoice", received.pk),
        page(deal, "set_off_new", received.pk, final.pk),
        page(deal, "set_off", made.pk),
    ]


def test_the_pages_show_what_was_paid_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: JANUARY)
    deal, final = farm_deal(1)

    assert all("33,33 €" in shown for shown in shown_on(deal, final, received_of(deal, already_paid=euros("33.33"))))


def test_what_was_paid_is_typed_on_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: JANUARY)
    deal, _final = farm_deal(0)
    address = reverse("received_confirm", args=[deal.quote.business.slug]) + f"?client={deal.quote.client_id}"
    typed = {"request_id": str(uuid.uuid4()), "number": "F-1", "issued_on": "2027-01-29", "net": "100", "vat": "20"}
    visitor = logged_in(recorder_of(deal))

    refused = visitor.post(address, typed | {"already_paid": "120,01"})
    recorded = visitor.post(address, typed | {"already_paid": "70,14"})

    assert (refused.status_code, recorded.status_code) == (422, 302)
    assert 'value="120,01"' in refused.content.decode()
    assert received_left.left_of(ReceivedInvoice.objects.get()) == euros("49.86")


@pytest.mark.engine
@pytest.mark.parametrize("paid", ["-1", "0", "60.01"])
def test_the_database_refuses_what_cannot_have_been_paid(acceptance: Acceptance, paid: str) -> None:
    row = received_of(acceptance)
    row.pk, row.request_id, row.number, row.paid_before = None, uuid.uuid4(), "B", Decimal(paid)  # type: ignore[assignment]

    with pytest.raises(IntegrityError, match="part_of_it"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.engine
def test_the_database_refuses_to_change_what_was_paid(acceptance: Acceptance) -> None:
    received_of(acceptance, already_paid=euros("60"))

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_receivedinvoice SET paid_before = NULL")
