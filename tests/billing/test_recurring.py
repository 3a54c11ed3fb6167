"""« Maintenance every month, paid by a basket each »: drafted by the clock, once each, issued by a person."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing import drafting, recurring, replacing
from billing.models import AgreedPart, Invoice, Occurrence, Recurrence
from lib import clock
from lib.money import euros
from people.models import Client, User
from quotes.models import Kind
from records import errands
from records.models import Errand
from tests import make
from tests.billing.conftest import NOW, accepted, deposit_of, issued_by
from tests.records.work import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def owner() -> User:
    return make.member(make.activity().business)


@pytest.fixture
def buyer(owner: User) -> Client:
    activity = owner.memberships.get().business.activities.get()
    return make.contact(client=make.client(activity=activity)).client


def maintenance(buyer: Client, owner: User, price: str = "60", *, issued: bool = True) -> Invoice:
    draft = drafting.draft_standard(
        activity=buyer.activity,
        client=buyer,
        title="Maintenance du site",
        lines=[drafting.DraftLine(unit_price=euros(price), title="Maintenance")],
        by=owner,
        at=NOW,
        request_id=uuid.uuid4(),
    )
    AgreedPart.objects.create(
        invoice=draft, position=1, kind=Kind.GOODS, label="Panier de légumes", unit="panier",
        quantity=Decimal(1), unit_value=euros(20), value=euros(20),
    )  # fmt: skip
    return issued_by(draft, by=owner) if issued else draft


@pytest.fixture
def model(buyer: Client, owner: User) -> Invoice:
    return maintenance(buyer, owner)


def rhythm(**said: Any) -> recurring.Rhythm:
    plain: dict[str, Any] = {
        "title": "Maintenance du site", "every_months": 1, "day": 31, "covers": "ENDING", "since": date(2026, 12, 2),
    }  # fmt: skip
    return recurring.Rhythm(**plain | said)


def repeated(model: Invoice, owner: User, **said: Any) -> Recurrence:
    return recurring.repeat(invoice=model, wanted=rhythm(**said), by=owner, at=NOW, request_id=uuid.uuid4())


def drafts(recurrence: Recurrence) -> list[Invoice]:
    return [row.invoice for row in recurrence.occurrences.exclude(invoice=None).order_by("planned_on") if row.invoice]


def next_on(recurrence: Recurrence) -> date | None:
    coming = recurring.next_of(recurrence)
    return coming.planned_on if coming else None


def test_each_month_is_drafted_in_its_time_like_the_model(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    make.run_errands(at(2026, 12, 30))
    assert drafts(recurrence) == []
    make.run_errands(at(2026, 12, 31))
    [draft] = drafts(recurrence)
    assert (draft.title, draft.total, draft.issued_at) == ("Maintenance du site, décembre 2026", euros(60), None)
    assert (draft.period_since, draft.period_until) == (date(2026, 12, 1), date(2026, 12, 31))
    assert draft.due_on is not None
    assert model.due_on is not None
    assert (draft.due_on - date(2026, 12, 31)) == (model.due_on - date(2026, 12, 1))
    part = draft.agreed_parts.get()
    assert (part.label, part.quantity, part.value) == ("Panier de légumes", Decimal(1), euros(20))
    assert next_on(recurrence) == date(2027, 1, 31)


def test_a_draft_is_issued_by_a_person_with_its_basket_still_to_come(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    make.run_errands(at(2026, 12, 31))
    issued = issued_by(drafts(recurrence)[0], by=owner, at=at(2026, 12, 31))
    assert (issued.number, issued.agreed_otherwise, issued.payable) == ("F2026-0002", euros(20), euros(40))


def test_what_was_missed_while_the_machine_was_off_is_drafted_once_each(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    for _turn in range(2):
        make.run_errands(at(2027, 3, 5))
    months = ["décembre 2026", "janvier 2027", "février 2027"]
    assert [draft.title.partition(", ")[2] for draft in drafts(recurrence)] == months
    assert next_on(recurrence) == date(2027, 3, 31)


def test_the_same_errand_again_drafts_nothing_more(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    make.run_errands(at(2026, 12, 31))
    done = Errand.objects.get(what=recurring.ERRAND, done_at__isnull=False)
    recurring.draft_occurrence(done)
    assert len(drafts(recurrence)) == 1


def test_a_draft_thrown_away_is_not_drafted_again(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    make.run_errands(at(2026, 12, 31))
    drafting.delete_draft(invoice=drafts(recurrence)[0], by=owner)
    make.run_errands(at(2027, 1, 30))
    assert drafts(recurrence) == []
    assert recurrence.occurrences.filter(drafted_at__isnull=False).count() == 1


def test_it_ends_after_its_last_day(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner, until=date(2027, 1, 31))
    make.run_errands(at(2027, 6, 1))
    assert len(drafts(recurrence)) == 2
    recurrence.refresh_from_db()
    assert recurrence.ended_at is not None
    assert next_on(recurrence) is None


def test_one_day_is_skipped_once_however_often_it_is_clicked(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    for _click in range(2):
        recurring.skip(recurrence=recurrence, planned_on=date(2026, 12, 31), by=owner, at=NOW)
    assert next_on(recurrence) == date(2027, 1, 31)
    make.run_errands(at(2027, 1, 31))
    assert [draft.title for draft in drafts(recurrence)] == ["Maintenance du site, janvier 2027"]


def test_the_days_of_a_pause_are_left_out(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    recurring.pause(recurrence=recurrence, by=owner, at=NOW)
    make.run_errands(at(2027, 2, 10))
    assert drafts(recurrence) == []
    recurring.resume(recurrence=recurrence, by=owner, at=at(2027, 2, 10))
    assert next_on(recurrence) == date(2027, 2, 28)
    make.run_errands(at(2027, 2, 28))
    assert [draft.title for draft in drafts(recurrence)] == ["Maintenance du site, février 2027"]


def test_resumed_on_the_very_day_it_is_drafted(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    recurring.pause(recurrence=recurrence, by=owner, at=NOW)
    make.run_errands(at(2026, 12, 31, 8))
    recurring.resume(recurrence=recurrence, by=owner, at=at(2026, 12, 31, 10))
    make.run_errands(at(2026, 12, 31))
    assert len(drafts(recurrence)) == 1


def test_a_new_rhythm_holds_from_the_day_after_the_last_draft(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    make.run_errands(at(2026, 12, 31))
    wanted = rhythm(every_months=3, day=5, covers="BEFORE", since=date(2026, 12, 1), title="Trimestre")
    recurring.change(recurrence=recurrence, wanted=wanted, by=owner, at=at(2027, 1, 2))
    assert next_on(recurrence) == date(2027, 1, 5)
    make.run_errands(at(2027, 1, 5))
    assert drafts(recurrence)[-1].title == "Trimestre, octobre à décembre 2026"


def test_a_dearer_invoice_becomes_the_model(model: Invoice, buyer: Client, owner: User) -> None:
    recurrence = repeated(model, owner)
    recurring.take_as_model(recurrence=recurrence, invoice=maintenance(buyer, owner, "75"), by=owner, at=NOW)
    make.run_errands(at(2026, 12, 31))
    assert drafts(recurrence)[0].total == euros(75)


def test_a_model_that_was_replaced_gives_way_to_its_replacement(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    draft = replacing.draft_replacement(invoice=model, by=owner, at=NOW, request_id=uuid.uuid4())
    drafting.save_draft(
        invoice=draft, revision=draft.revision, by=owner, at=NOW, title="Maintenance du site",
        lines=[drafting.DraftLine(unit_price=euros("66"), title="Maintenance")],
    )  # fmt: skip
    draft.refresh_from_db()
    replacement = issued_by(draft, by=owner)
    assert not recurring.may_be_model(model)
    assert recurring.may_be_model(replacement)
    make.run_errands(at(2026, 12, 31))
    assert drafts(recurrence)[0].total == euros(66)


def test_another_clients_invoice_is_no_model(model: Invoice, buyer: Client, owner: User) -> None:
    recurrence = repeated(model, owner)
    other = maintenance(make.contact(client=make.client(activity=buyer.activity, name="Verger")).client, owner)
    with pytest.raises(recurring.RecurringError):
        recurring.take_as_model(recurrence=recurrence, invoice=other, by=owner, at=NOW)


def test_only_what_was_issued_without_a_quote_comes_back(buyer: Client, owner: User) -> None:
    for invoice in (maintenance(buyer, owner, issued=False), deposit_of(accepted())):
        with pytest.raises(recurring.RecurringError):
            repeated(invoice, owner)
    assert not Recurrence.objects.exists()


def test_an_end_before_the_first_day_is_refused(model: Invoice, owner: User) -> None:
    with pytest.raises(recurring.RecurringError) as refusal:
        repeated(model, owner, until=date(2026, 12, 30))
    assert refusal.value.field == "until"


def test_once_ended_nothing_is_drafted_nor_changed(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    recurring.end(recurrence=recurrence, by=owner, at=NOW)
    make.run_errands(at(2027, 6, 1))
    assert drafts(recurrence) == []
    assert not Errand.objects.filter(what=recurring.ERRAND, done_at=None).exists()
    with pytest.raises(recurring.RecurringError):
        recurring.pause(recurrence=recurrence, by=owner, at=NOW)


def test_the_same_form_twice_is_one_recurrence(model: Invoice, owner: User) -> None:
    form = uuid.uuid4()
    twice = [recurring.repeat(invoice=model, wanted=rhythm(), by=owner, at=NOW, request_id=form) for _click in range(2)]
    assert twice[0] == twice[1]
    assert Occurrence.objects.count() == 1


@pytest.mark.engine
def test_four_workers_on_the_same_day_draft_it_once(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    errand = Errand.objects.get(what=recurring.ERRAND)

    def work(_worker: int) -> None:
        recurring.draft_occurrence(Errand.objects.get(pk=errand.pk))

    assert at_once(4, work) == []
    assert len(drafts(recurrence)) == 1
    assert recurrence.occurrences.count() == 2


@pytest.mark.engine
def test_the_database_refuses_a_day_twice_and_two_next_days(model: Invoice, owner: User) -> None:
    recurrence = repeated(model, owner)
    for said in ({"planned_on": date(2026, 12, 31), "skipped_at": NOW}, {"planned_on": date(2027, 5, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Occurrence.objects.create(recurrence=recurrence, **said)
    with pytest.raises(IntegrityError), transaction.atomic():
        recurrence.occurrences.update(drafted_at=NOW, skipped_at=NOW)


def test_errands_of_recurrences_are_known(model: Invoice, owner: User) -> None:
    repeated(model, owner)
    assert errands.function_of(recurring.ERRAND) is recurring.draft_occurrence
