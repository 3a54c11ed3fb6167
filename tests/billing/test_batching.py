"""A month issued in one press: in the order shown, by any number of workers, refusals in words."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing import batching, drafting, issuing
from billing.models import BatchedInvoice, Invoice, IssueBatch
from lib import clock
from people.models import Client, User
from records import errands
from records.models import Errand, Mail, NumberSeries
from tests import make
from tests.billing.test_at_once import draft_of
from tests.records.work import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("drawn")]


@pytest.fixture(autouse=True)
def in_december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


@pytest.fixture
def owner() -> User:
    return make.member(make.activity().business)


@pytest.fixture
def buyer(owner: User) -> Client:
    activity = owner.memberships.get().business.activities.get()
    return make.contact(client=make.client(activity=activity)).client


@pytest.fixture
def five(buyer: Client, owner: User) -> list[Invoice]:
    return [draft_of(buyer, owner) for _ in range(5)]


def together(invoices: list[Invoice], owner: User, **said: Any) -> IssueBatch:
    return batching.issue_together(
        business=invoices[0].business, invoices=invoices, by=owner, at=make.NOW,
        **{"request_id": uuid.uuid4()} | said,
    )  # fmt: skip


def numbers(invoices: list[Invoice]) -> list[str | None]:
    return [Invoice.objects.get(pk=invoice.pk).number for invoice in invoices]


def test_numbers_follow_the_order_shown(five: list[Invoice], owner: User) -> None:
    order = [five[3], five[0], five[4], five[1], five[2]]
    together(order, owner)
    for errand in Errand.objects.filter(what=batching.ERRAND).order_by("-pk"):  # whichever worker is quicker
        errands.run(errand.pk, make.NOW)
    assert numbers(order) == [f"F2026-000{n}" for n in range(1, 6)]
    assert {invoice.issued_by for invoice in Invoice.objects.filter(pk__in=[one.pk for one in five])} == {owner}


@pytest.mark.engine
def test_four_workers_leave_no_gap_and_keep_the_order(five: list[Invoice], buyer: Client, owner: User) -> None:
    order = [*five, *(draft_of(buyer, owner) for _ in range(15))]
    together(order, owner)
    waiting = list(Errand.objects.filter(what=batching.ERRAND).order_by("pk").values_list("pk", flat=True))

    def work(worker: int) -> None:
        for errand_id in waiting[worker::4]:
            batching.issue_next(Errand.objects.get(pk=errand_id))

    assert at_once(4, work) == []
    assert numbers(order) == [f"F2026-{n:04d}" for n in range(1, 21)]
    assert NumberSeries.objects.get(kind="INVOICE").given == 20


def test_a_refusal_is_kept_in_words_and_the_others_go_on(five: list[Invoice], buyer: Client, owner: User) -> None:
    nameless = make.contact(client=make.client(activity=buyer.activity, siren="", name="Ferme sans SIREN")).client
    order = [five[0], draft_of(nameless, owner), five[1]]
    batch = together(order, owner)
    make.run_errands(make.NOW)
    assert numbers(order) == ["F2026-0001", None, "F2026-0002"]
    assert "SIREN" in batch.items.get(position=2).refusal

    Client.objects.filter(pk=nameless.pk).update(siren="552008443")
    assert batching.retry(batch=batch, by=owner, at=make.NOW) == 1
    make.run_errands(make.NOW)
    assert numbers(order) == ["F2026-0001", "F2026-0003", "F2026-0002"]
    assert not batch.items.exclude(refusal="").exists()


def test_what_breaks_one_invoice_stops_none_of_the_others(
    five: list[Invoice], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = issuing.issue_as_seen

    def broken(*, invoice: Invoice, **said: Any) -> Invoice:
        if invoice.pk == five[1].pk:
            raise ZeroDivisionError
        return issue(invoice=invoice, **said)

    monkeypatch.setattr(issuing, "issue_as_seen", broken)
    batch = together(five, owner)
    make.run_errands(make.NOW)
    assert batch.items.filter(settled_at=None).count() == 0
    assert [item.position for item in batch.items.exclude(refusal="")] == [2]
    assert [number for number in numbers(five) if number] == [f"F2026-000{n}" for n in range(1, 5)]


def test_a_draft_thrown_away_or_issued_meanwhile_stops_nothing(five: list[Invoice], owner: User) -> None:
    batch = together(five[:3], owner)
    five[0].delete()
    issued = issuing.issue(invoice=five[1], by=owner, at=make.NOW)
    make.run_errands(make.NOW)
    assert batch.items.get(position=1).refusal
    assert not batch.items.get(position=2).refusal
    assert [issued.number, *numbers(five[2:3])] == ["F2026-0001", "F2026-0002"]


@pytest.mark.engine
def test_a_batch_pressed_four_times_at_once_is_one(five: list[Invoice], owner: User) -> None:
    form, made = uuid.uuid4(), []
    assert at_once(4, lambda _: made.append(together(five, owner, request_id=form).pk)) == []
    assert len(set(made)) == 1
    assert BatchedInvoice.objects.count() == 5


def test_mails_leave_where_they_are_wanted(five: list[Invoice], buyer: Client, owner: User) -> None:
    silent = make.client(activity=buyer.activity, name="Ferme sans courriel")
    batch = together([five[0], draft_of(silent, owner)], owner, mails_too=True)
    make.run_errands(make.NOW)
    assert Mail.objects.filter(event="billing/invoice").count() == 1
    assert [bool(item.note) for item in batch.items.order_by("position")] == [False, True]


def test_a_draft_changed_since_it_was_read_is_not_issued_until_somebody_looks(five: list[Invoice], owner: User) -> None:
    batch = together(five[:2], owner)
    drafting.save_draft(invoice=five[0], revision=five[0].revision, by=owner, at=make.NOW, title="Autre chose")
    make.run_errands(make.NOW)
    assert numbers(five[:2]) == [None, "F2026-0001"]
    assert "modifié depuis" in batch.items.get(position=1).refusal

    assert batching.retry(batch=batch, by=owner, at=make.NOW) == 1
    make.run_errands(make.NOW)
    assert numbers(five[:2]) == ["F2026-0002", "F2026-0001"]


def test_what_was_shown_counts_and_not_what_it_became_before_the_press(five: list[Invoice], owner: User) -> None:
    shown = {five[0].pk: five[0].revision}
    now = drafting.save_draft(invoice=five[0], revision=five[0].revision, by=owner, at=make.NOW, title="Autre chose")
    together([now], owner, seen=shown)
    make.run_errands(make.NOW)
    assert numbers(five[:1]) == [None]


def test_an_invoice_issued_already_is_neither_taken_nor_mailed(five: list[Invoice], owner: User) -> None:
    batch = together(five[:1], owner, mails_too=True)
    issued = issuing.issue(invoice=five[0], by=owner, at=make.NOW)
    make.run_errands(make.NOW)
    item = batch.items.get()
    assert (item.refusal, str(issued.number) in item.note) == ("", True)
    assert not Mail.objects.exists()
    with pytest.raises(batching.BatchingError, match="déjà été émise"):
        together([issued], owner, mails_too=True)


def test_no_draft_of_another_business_and_never_nothing(five: list[Invoice], owner: User) -> None:
    other = draft_of(make.contact().client, owner)
    for invoices in ([five[0], other], []):
        with pytest.raises(batching.BatchingError):
            batching.issue_together(
                business=five[0].business, invoices=invoices, by=owner, at=make.NOW, request_id=uuid.uuid4()
            )
    assert not IssueBatch.objects.exists()


@pytest.mark.engine
def test_the_database_refuses_a_place_or_an_invoice_twice(five: list[Invoice], owner: User) -> None:
    batch = together(five[:2], owner)
    for said in ({"position": 1, "invoice": five[3]}, {"position": 9, "invoice": five[0]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BatchedInvoice.objects.create(batch=batch, title="", **said)
    with pytest.raises(IntegrityError), transaction.atomic():
        batch.items.update(refusal="Non", settled_at=None)
