"""A credit note in a partner's name takes off some of what came, or an amount: what is left stays, to the cent."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Visitor

from billing import facts, giving_back
from billing.allocating import SettlingError
from billing.models import Receipt, SelfBilledInvoice
from billing.partners import setting_off, slips
from billing.partners.received_left import left_of
from billing.selfbilled import approving, crediting
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled.approving import State
from billing.selfbilled.drafting import SelfBillingError, receipts_to_invoice
from billing.selfbilled.stating import facts_of
from desk.today.selfbilling import contested
from lib import clock
from lib.money import euros, total
from people.models import User
from records.verifying import problems
from tests.billing.conftest import ON_DELIVERY, accepted, basket_came, final_of
from tests.billing.mandated import NOW, TODAY, baskets_came, credited, farm, issued, line, mandated, owner_of, with_vat
from tests.billing.test_selfbilling import FRIDAYS, from_receipts, issue
from tests.make import baskets
from tests.pages.checks import html_faults
from tests.quotes.pages import fields_of

pytestmark = [pytest.mark.engine, pytest.mark.django_db, pytest.mark.usefixtures("papers_cost_nothing")]


def four_baskets(**mandate: Any) -> tuple[SelfBilledInvoice, list[Receipt]]:
    made = mandated(**mandate)
    came = baskets_came(made.client, *FRIDAYS)
    return issue(from_receipts(made, came)), came


def note_on(invoice: SelfBilledInvoice, *receipts: Receipt, **said: Any) -> SelfBilledInvoice:
    return credited(invoice, receipts=[receipt.pk for receipt in receipts] or None, **said)


def test_three_baskets_not_four() -> None:
    invoice, came = four_baskets()

    note = note_on(invoice, came[3])

    assert (note.total, [row.receipt for row in note.receipts.all()]) == (euros("20"), [came[3]])
    assert note.lines.get().description == "27 novembre 2026"
    assert facts.problems(facts_of(note)) == []
    assert approving.state_of(invoice, TODAY) == State.WAITING
    assert list(receipts_to_invoice(invoice.client)) == list(slips.waiting(invoice.client)) == [came[3]]
    assert invoice.received is not None
    assert left_of(invoice.received) == euros("60")
    assert list(problems(invoice.business)) == []


def test_what_was_taken_off_may_be_given_back_and_the_rest_may_not() -> None:
    invoice, came = four_baskets()
    note_on(invoice, came[3])
    said: Any = {"by": owner_of(invoice.client), "at": NOW, "given_on": TODAY, "reason": "Jamais venu"}

    giving_back.give_back(receipt=came[3], quantity=Decimal(1), request_id=uuid.uuid4(), **said)

    with pytest.raises(SettlingError):
        giving_back.give_back(receipt=came[0], quantity=Decimal(1), request_id=uuid.uuid4(), **said)
    assert not receipts_to_invoice(invoice.client).exists()


def test_nothing_is_taken_off_twice_and_the_last_takes_all_that_is_left() -> None:
    invoice, came = four_baskets(**with_vat("5.5"))
    notes = [note_on(invoice, came[0])]
    for wrong in (came[:1], [*came[:2]], []):
        with pytest.raises(SelfBillingError):
            credited(invoice, receipts=[receipt.pk for receipt in wrong])
    notes += [note_on(invoice, *came[1:3]), note_on(invoice)]

    assert total(note.total for note in notes) == invoice.total
    assert total(note.vat for note in notes) == invoice.vat
    assert approving.state_of(invoice, TODAY) == State.CREDITED
    assert list(receipts_to_invoice(invoice.client)) == came
    with pytest.raises(SelfBillingError):
        note_on(invoice)
    assert [facts.problems(facts_of(note)) for note in notes[:2]] == [[], []]
    assert list(problems(invoice.business)) == []


@pytest.mark.parametrize("rate", ["0", "5.5", "20"])
def test_an_amount_is_taken_off_what_was_written_by_hand(rate: str) -> None:
    mandate = mandated(**with_vat("5.5", "20")) if rate != "0" else mandated()
    invoice = issued(mandate, line("80", rate), line("33.33", rate))

    note = credited(invoice, amount=euros("40"))

    assert euros("39.99") <= note.total <= euros("40")
    assert note.lines.get().nature == "GOODS"
    assert facts.problems(facts_of(note)) == []
    last = credited(invoice)
    assert (note.total + last.total, note.vat + last.vat) == (invoice.total, invoice.vat)
    assert approving.state_of(invoice, TODAY) == State.CREDITED


@pytest.mark.parametrize("amount", ["0", "-1", "80.01"])
def test_no_more_than_is_left_is_said_next_to_the_field(amount: str) -> None:
    invoice = issued()

    with pytest.raises(SelfBillingError) as refused:
        credited(invoice, amount=euros(amount))

    assert refused.value.field == "amount"


def test_what_is_set_off_stays_and_the_rest_may_be_taken_off() -> None:
    deal = accepted(terms=(ON_DELIVERY, baskets(33)), at=NOW - timedelta(days=29))
    came = [basket_came(deal, day) for day in FRIDAYS]
    ours, theirs = final_of(deal), issue(from_receipts(mandated(deal.quote.client), came))
    assert theirs.received is not None
    said: Any = {"by": owner_of(theirs.client), "at": NOW, "settled_on": TODAY}
    setting_off.set_off(invoice=ours, received=theirs.received, covers=came[:2], request_id=uuid.uuid4(), **said)
    with pytest.raises(SelfBillingError):
        note_on(theirs, came[1])
    SelfBilledInvoice.objects.filter(corrects=theirs, issued_at=None).get().delete()

    note_on(theirs, came[2])

    assert left_of(theirs.received) == euros("20")
    assert [one.receipt for one in setting_off.pair_of(ours, theirs.received, TODAY).covers] == [came[3]]
    made = setting_off.set_off(
        invoice=ours, received=theirs.received, covers=[came[3]], request_id=uuid.uuid4(), **said
    )
    assert (made.covered, left_of(theirs.received)) == (euros("20"), euros(0))


def test_a_draft_is_one_and_what_it_takes_is_looked_at_again_when_it_is_issued() -> None:
    invoice = issued()
    by, form = owner_of(invoice.client), uuid.uuid4()
    said: Any = {"invoice": invoice, "reason": "Erreur", "by": by, "at": NOW}
    draft = crediting.draft_credit_note(amount=euros("30"), request_id=form, **said)
    assert crediting.draft_credit_note(amount=euros("50"), request_id=uuid.uuid4(), **said) == draft
    assert not crediting.may_be_credited(invoice)
    selfbilling.issue(invoice=draft, by=by, at=NOW)
    assert crediting.draft_credit_note(amount=euros("30"), request_id=form, **said) == draft
    assert crediting.may_be_credited(invoice)


def test_what_was_contested_is_no_longer_asked_about_once_a_part_is_taken_off() -> None:
    invoice, came = four_baskets()
    by = owner_of(invoice.client)
    approving.record_answer(
        invoice=invoice, kind="CONTESTED", name="Camille", reason="Trois", by=by, at=NOW, request_id=uuid.uuid4()
    )
    membership = by.memberships.get()
    assert len(list(contested(membership, TODAY))) == 1

    note_on(invoice, came[3])

    assert list(contested(membership, TODAY)) == []


# On the page ------------------------------------------------------------------------------------------------------


def test_a_part_is_chosen_on_the_page(
    as_freelancer: Visitor, freelancer: User, activity: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    made = mandated(farm(activity=activity))
    came = baskets_came(made.client, *FRIDAYS)
    for invoice, chosen in (
        (issue(from_receipts(made, came)), {"receipts": [came[2].pk]}),
        (issued(made), {"amount": "12,50"}),
    ):
        page = as_freelancer.get(f"{invoice.get_absolute_url()}credit/")
        assert html_faults(page.content.decode()) == []
        said = {"reason": "Trois paniers", "request_id": fields_of(page, "<main")["request_id"]}
        if "amount" in chosen:
            wrong = as_freelancer.post(page.wsgi_request.path, said | {"amount": "1000"})
            assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["amount"])
        as_freelancer.post(page.wsgi_request.path, said | chosen)
        note = invoice.credit_notes.get()
        as_freelancer.post(f"{note.get_absolute_url()}issue/")
        shown = as_freelancer.get(invoice.get_absolute_url()).content.decode()
        assert str(invoice.credit_notes.get().number) in shown
        assert f"{invoice.get_absolute_url()}credit/" in shown
        assert html_faults(shown) == []
