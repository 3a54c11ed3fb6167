"""The pages of what comes back, and of drafts issued together."""

import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client as Visitor
from django.urls import reverse

from billing import batching, recurring
from billing.models import Invoice, IssueBatch, Recurrence
from desk import today
from lib import clock
from people.models import Client, Role, User
from tests import make
from tests.billing.test_at_once import draft_of
from tests.billing.test_recurring import at, maintenance, repeated, rhythm
from tests.conftest import logged_in

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
def model(buyer: Client, owner: User) -> Invoice:
    return maintenance(buyer, owner)


@pytest.fixture
def visit(owner: User) -> Visitor:
    return logged_in(owner)


@pytest.fixture
def page(buyer: Client) -> Callable[..., str]:
    return lambda name, *args: reverse(name, args=[buyer.activity.business.slug, *args])


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


FORM = {
    "title": "Maintenance", "every_months": "1", "day": "31", "covers": "ENDING", "since": "2026-12-02",
    "request_id": "5a3a4c9c-0000-4000-8000-000000000001",
}  # fmt: skip


def test_an_issued_invoice_offers_to_come_back_and_does(visit: Visitor, page: Any, model: Invoice) -> None:
    assert page("recurrence_new", model.pk) in said(visit.get(model.get_absolute_url()))
    form = said(visit.get(page("recurrence_new", model.pk)))
    assert 'value="Maintenance du site"' in form
    for _click in range(2):
        answer = visit.post(page("recurrence_new", model.pk), FORM)
    made = Recurrence.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    shown = said(visit.get(made.get_absolute_url()))
    assert "31 décembre 2026" in shown
    assert "Maintenance, février 2027" in shown
    assert "31 décembre 2026" in said(visit.get(page("recurrences")))


def test_what_is_wrong_is_said_and_kept(visit: Visitor, page: Any, model: Invoice) -> None:
    answer = visit.post(page("recurrence_new", model.pk), FORM | {"until": "2026-12-05", "title": "Gardé"})
    assert answer.status_code == 422
    assert "avant de revenir une première fois" in said(answer)
    assert 'value="Gardé"' in said(answer)


def test_pause_skip_change_and_end_by_buttons(visit: Visitor, page: Any, model: Invoice, owner: User) -> None:
    made = repeated(model, owner)
    do = page("recurrence_do", made.pk)
    visit.post(do, {"do": "skip", "planned_on": "2026-12-31"})
    assert recurring.next_days(made, 1)[0][0] == date(2027, 1, 31)
    visit.post(do, {"do": "skip", "planned_on": "n'importe quoi"})
    visit.post(do, {"do": "pause"})
    assert "en pause" in said(visit.get(made.get_absolute_url()))
    visit.post(do, {"do": "resume"})
    visit.post(made.get_absolute_url(), FORM | {"day": "5", "since": "2027-01-02"})
    made.refresh_from_db()
    assert recurring.next_days(made, 1) == [(date(2027, 1, 5), "Maintenance, janvier 2027")]
    visit.post(do, {"do": "end"})
    assert "terminée" in said(visit.get(made.get_absolute_url()))


def test_another_invoice_becomes_the_model_from_its_page(
    visit: Visitor, page: Any, model: Invoice, buyer: Client, owner: User
) -> None:
    made, dearer = repeated(model, owner), maintenance(buyer, owner, "75")
    assert page("recurrence_model", dearer.pk) in said(visit.get(dearer.get_absolute_url()))
    visit.post(page("recurrence_model", dearer.pk), {"recurrence": made.pk})
    made.refresh_from_db()
    assert made.model == dearer


def test_an_accountant_reads_without_forms(page: Any, model: Invoice, owner: User) -> None:
    made = repeated(model, owner)
    nour = logged_in(make.member(model.business, Role.ACCOUNTANT))
    shown = said(nour.get(made.get_absolute_url()))
    assert "<form" not in shown.partition('<main id="main"')[2].partition("</main>")[0]
    assert nour.get(page("recurrence_new", model.pk)).status_code == 403
    assert nour.post(made.get_absolute_url(), FORM).status_code == 403


def test_a_freelancer_of_another_activity_sees_none_of_it(page: Any, model: Invoice, owner: User) -> None:
    made = repeated(model, owner)
    other = make.activity(business=model.business, name="Graphisme")
    sami = logged_in(make.member(model.business, Role.FREELANCER, other))
    assert sami.get(made.get_absolute_url()).status_code == 404
    assert made.title not in said(sami.get(page("recurrences")))


def test_today_says_in_one_sentence_what_came_back(model: Invoice, owner: User) -> None:
    member = owner.memberships.select_related("business").get()
    for title in ("Un", "Deux"):
        recurring.repeat(invoice=model, wanted=rhythm(title=title), by=owner, at=make.NOW, request_id=uuid.uuid4())
    make.run_errands(at(2026, 12, 31))
    sentences = [todo.sentence for todo in today.todos(member, date(2026, 12, 31))]
    assert sentences == ["2 factures récurrentes à relire."]


# Issued together --------------------------------------------------------------------------------------------------


def drafts_of(buyer: Client, owner: User, count: int) -> list[Invoice]:
    return [draft_of(buyer, owner) for _ in range(count)]


def test_what_will_be_issued_is_shown_with_what_stands_in_the_way(
    visit: Visitor, page: Any, buyer: Client, owner: User
) -> None:
    drafts_of(buyer, owner, 2)
    draft_of(make.contact(client=make.client(activity=buyer.activity, siren="", name="Sans SIREN")).client, owner)
    listed = said(visit.get(page("invoices")))
    assert "Émettre les 3 brouillons de cette liste" in listed
    shown = said(visit.get(page("issue_together"), {"all": "1"}))
    assert "Émettre 2 brouillons" in shown
    assert "Le SIREN de Sans SIREN manque" in shown
    assert "90,00" in shown
    assert not IssueBatch.objects.exists()


def test_ticked_drafts_are_issued_by_the_person_who_pressed_once(
    visit: Visitor, page: Any, buyer: Client, owner: User
) -> None:
    first, second, third = drafts_of(buyer, owner, 3)
    shown = said(visit.get(page("issue_together"), {"draft": [third.pk, first.pk]}))
    form = dict(re.findall(r'name="(request_id|drafts)" value="([^"]*)"', shown))
    assert form["drafts"] == f"{first.pk}-1,{third.pk}-1"
    for _click in range(2):
        answer = visit.post(page("issue_together"), form)
    batch = IssueBatch.objects.get()
    assert answer["Location"] == batch.get_absolute_url()
    assert "0 sur 2 émises" in said(visit.get(batch.get_absolute_url()))
    make.run_errands(make.NOW)
    shown = said(visit.get(batch.get_absolute_url()))
    assert "Les 2 factures sont émises" in shown
    assert "hx-get" not in shown
    assert Invoice.objects.get(pk=third.pk).number == "F2026-0002"
    assert Invoice.objects.get(pk=second.pk).number is None
    assert batch.made_by == owner


def test_the_state_alone_is_sent_to_htmx(visit: Visitor, buyer: Client, owner: User) -> None:
    batch = batching.issue_together(
        business=buyer.activity.business, invoices=drafts_of(buyer, owner, 1), by=owner, at=make.NOW,
        request_id=uuid.uuid4(),
    )  # fmt: skip
    part = said(visit.get(batch.get_absolute_url(), headers={"HX-Request": "true"}))
    assert part.startswith('<div id="state"')
    assert "load delay" in part


def test_a_refusal_is_listed_tried_again_and_on_today(visit: Visitor, page: Any, buyer: Client, owner: User) -> None:
    draft = draft_of(make.contact(client=make.client(activity=buyer.activity, siren="", name="Verger")).client, owner)
    batch = batching.issue_together(
        business=draft.business, invoices=[draft], by=owner, at=make.NOW, request_id=uuid.uuid4()
    )
    make.run_errands(make.NOW)
    assert "SIREN" in said(visit.get(batch.get_absolute_url()))
    member = owner.memberships.select_related("business").get()
    assert "1 brouillon n’a pas pu être émis avec les autres." in [
        todo.sentence for todo in today.todos(member, make.TODAY)
    ]
    visit.post(page("issue_batch_retry", batch.pk))
    assert "0 sur 1 émises" in said(visit.get(batch.get_absolute_url()))


def test_a_draft_one_may_not_see_is_never_issued(page: Any, buyer: Client, owner: User) -> None:
    [draft] = drafts_of(buyer, owner, 1)
    other = make.activity(business=draft.business, name="Graphisme")
    sami = logged_in(make.member(draft.business, Role.FREELANCER, other))
    sami.post(page("issue_together"), {"drafts": str(draft.pk), "request_id": str(uuid.uuid4())})
    make.run_errands(make.NOW)
    assert Invoice.objects.get(pk=draft.pk).number is None
    batch = batching.issue_together(
        business=draft.business, invoices=[draft], by=owner, at=make.NOW, request_id=uuid.uuid4()
    )
    assert sami.get(batch.get_absolute_url()).status_code == 404
