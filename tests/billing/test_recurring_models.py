"""What becomes of an invoice that comes back when its model is corrected, or its client is put away."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Visitor

from billing import agreeing, crediting, drafting, recurring, replacing
from billing.models import Invoice
from lib.money import euros
from people import keeping_clients
from people.models import Client, User
from tests import make
from tests.billing.conftest import NOW, issued_by
from tests.billing.test_recurring import at, drafts, next_on, repeated
from tests.billing.test_recurring import buyer as buyer
from tests.billing.test_recurring import in_december as in_december
from tests.billing.test_recurring import owner as owner

pytestmark = pytest.mark.django_db(transaction=True)
BASKETS = agreeing.PartValues(
    "goods", "Panier de légumes", Decimal(2), euros("20"), "panier", "prix à la ferme", date(2026, 12, 21)
)
HOURS = agreeing.PartValues("time", "Taille des haies", Decimal("1.5"), euros("15"), "heure")


@pytest.fixture
def model(buyer: Client, owner: User) -> Invoice:
    """60 € issued on 1 December, to be paid on the 16th, by two baskets on the 21st and an hour and a half."""
    draft = drafting.draft_standard(
        activity=buyer.activity,
        client=buyer,
        title="Maintenance du site",
        lines=[drafting.DraftLine(unit_price=euros("120"), title="Maintenance")],
        by=owner,
        at=NOW,
        request_id=uuid.uuid4(),
    )
    buyer.activity.business.accepts_time = buyer.activity.business.accepts_goods = True
    buyer.activity.business.save()
    draft = Invoice.objects.get(pk=draft.pk)
    said: dict[str, Any] = {"revision": draft.revision, "parts": [BASKETS, HOURS], "due_on": date(2026, 12, 16)}
    return issued_by(agreeing.save_draft(invoice=draft, by=owner, at=NOW, **said), by=owner)


def due(invoice: Invoice) -> list[date | None]:
    return [invoice.due_on, *(part.due_on for part in invoice.agreed_parts.order_by("position"))]


def test_each_draft_carries_every_part_as_long_after_its_day(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    for month in (date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)):
        make.run_errands(at(month.year, month.month, month.day))

    for draft, day in zip(drafts(recurrence), (date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)), strict=True):
        assert due(draft) == [day + timedelta(15), day + timedelta(20), None]
        parts = draft.agreed_parts.order_by("position")
        assert [(one.quantity, one.value) for one in parts] == [
            (Decimal(2), euros("40")),
            (Decimal("1.5"), euros("22.50")),
        ]


def test_a_replaced_model_gives_no_less_time_than_before(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    later = NOW + timedelta(days=10)
    replacement = replacing.draft_replacement(invoice=model, by=owner, at=later, request_id=uuid.uuid4())
    issued_by(replacement, by=owner, at=later)

    make.run_errands(at(2026, 12, 31))

    [draft] = drafts(recurrence)
    assert due(draft) == [date(2027, 1, 15), date(2027, 1, 20), None]


def test_a_credited_month_does_not_change_the_next_ones(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    note = crediting.draft_credit_note(invoice=model, by=owner, at=NOW, reason="Panne", request_id=uuid.uuid4())
    issued_by(note, by=owner)

    make.run_errands(at(2026, 12, 31))

    [draft] = drafts(recurrence)
    assert (draft.total, draft.agreed_parts.count()) == (euros("120"), 2)


def test_nothing_is_drafted_for_a_client_that_is_put_away(model: Invoice, owner: User, buyer: Client) -> None:
    recurrence = repeated(model, owner)
    keeping_clients.put_away(buyer, by=owner, at=NOW)
    make.run_errands(at(2027, 1, 31))
    assert (drafts(recurrence), next_on(recurrence)) == ([], date(2027, 2, 28))
    visitor = Visitor()
    visitor.force_login(owner)
    assert visitor.get(recurrence.get_absolute_url()).status_code == 200

    keeping_clients.take_out(buyer, by=owner, at=NOW)
    make.run_errands(at(2027, 2, 28))

    assert [draft.period_until for draft in drafts(recurrence)] == [date(2027, 2, 28)]


def test_the_last_day_is_drafted_and_none_after_it(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner, until=date(2027, 1, 31))
    make.run_errands(at(2027, 6, 30))

    assert (len(drafts(recurrence)), next_on(recurrence), recurring.next_days(recurrence)) == (2, None, [])


@pytest.mark.parametrize("short", [Decimal(1), Decimal(2)])
def test_what_did_not_come_one_month_is_agreed_again_the_next_ones(model: Invoice, owner: User, short: Decimal) -> None:
    recurrence, later = repeated(model, owner), NOW + timedelta(days=10)
    said: dict[str, Any] = {"by": owner, "at": NOW, "request_id": uuid.uuid4()}
    agreeing.due_in_euros(part=model.agreed_parts.get(kind="goods"), quantity=short, reason="Gel", **said)
    replacement = replacing.draft_replacement(invoice=model, by=owner, at=later, request_id=uuid.uuid4())
    issued_by(replacement, by=owner, at=later)

    make.run_errands(at(2026, 12, 31))

    [draft] = drafts(recurrence)
    baskets, hours = draft.agreed_parts.get(kind="goods"), draft.agreed_parts.get(kind="time")
    assert (baskets.quantity, baskets.value) == (Decimal(2), euros("40"))
    assert (hours.quantity, hours.value) == (Decimal("1.5"), euros("22.50"))
