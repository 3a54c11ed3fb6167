"""What no font can print is refused when it is typed, beside its field: a paper kept ten years has no empty box."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billing import settling
from billing.dunning import requesting
from billing.dunning.reminding import ReminderError
from billing.dunning.requesting import RequestingError, Wish
from billing.models import PaymentRequest, Receipt, ReceivedInvoice, Reminder, SetOff, Slip
from billing.partners import receiving, setting_off
from billing.partners.setting_off import SetOffError
from billing.partners.slips import SlipError
from billing.selfbilled import issuing as selfbilled_issuing
from billing.selfbilled import mandating
from billing.selfbilled.mandating import MandateError
from billing.settling import SettlingError
from lib import clock
from people.models import Client, User
from quotes.models import Acceptance
from tests import make
from tests.billing import test_reminding, test_requesting
from tests.billing.conftest import basket_came, recorder_of
from tests.billing.mandated import by_hand, drafted, line, mandated, proposed, yes
from tests.billing.partners import JANUARY, farm_deal, received_of, set_off_of
from tests.billing.test_slips import slip_of

pytestmark = [pytest.mark.django_db]
LEEK = "🥬"


def refused(error: type[Exception], act: Callable[..., Any], *args: Any, **said: Any) -> str:
    """Return the field beside which an act refuses to print a leek."""
    with pytest.raises(error, match=LEEK) as refusal:
        act(*args, **said)
    return str(getattr(refusal.value, "field", ""))


@pytest.mark.parametrize("field", ["label", "unit", "valuation", "reference"])
def test_what_the_receipts_book_prints(acceptance: Acceptance, field: str) -> None:
    assert refused(SettlingError, basket_came, acceptance, make.FIRST_FRIDAY, **{field: f"prix {LEEK}"}) == field
    assert not Receipt.objects.exists()


def test_why_a_receipt_is_undone(acceptance: Acceptance) -> None:
    receipt = basket_came(acceptance, make.FIRST_FRIDAY)
    undo = {"receipt": receipt, "by": recorder_of(acceptance), "at": JANUARY, "reason": f"rendu {LEEK}"}

    assert refused(SettlingError, settling.reverse_receipt, **undo) == "reason"


def test_the_number_of_a_clients_invoice(acceptance: Acceptance) -> None:
    assert refused(receiving.ReceivingError, received_of, acceptance, number=f"FC-{LEEK}") == "number"
    assert received_of(acceptance, subject=f"Légumes {LEEK}").number == "FC-014"  # no paper prints the subject


def test_a_statement_of_set_off() -> None:
    deal, final = farm_deal(1)
    received = received_of(deal, "20")
    name, clients = deal.quote.client.name, Client.objects.filter(pk=deal.quote.client_id)
    clients.update(name=f"Ferme {LEEK}")
    refused(SetOffError, set_off_of, deal, final, ReceivedInvoice.objects.get())
    assert not SetOff.objects.exists()

    clients.update(name=name)
    made = set_off_of(deal, final, received)
    undo = {"set_off": made, "by": recorder_of(deal), "at": JANUARY, "reason": LEEK}
    assert refused(SetOffError, setting_off.undo, **undo) == "reason"


@pytest.mark.parametrize("field", ["handed_over_by", "received_by", "place"])
def test_a_slip_beside_its_field(field: str) -> None:
    deal, _final = farm_deal(1)

    assert refused(SlipError, slip_of, deal, **{field: f"Camille {LEEK}"}) == field


def test_a_slip_of_what_was_recorded_before(monkeypatch: pytest.MonkeyPatch) -> None:
    deal, _final = farm_deal(0)
    monkeypatch.setattr(settling, "refuse_unprintable", lambda _said: None)
    basket_came(deal, make.FIRST_FRIDAY, label=f"Panier {LEEK}")

    assert refused(SlipError, slip_of, deal) == "receipts"
    assert not Slip.objects.exists()


def test_a_payment_request() -> None:
    deal = test_requesting.deal()
    invoice = test_requesting.invoiced(deal)
    test_requesting.missed(deal, 0)
    item = requesting.askable_of(invoice, test_requesting.ON)[0]
    wish = Wish(key=item.key, quantity=item.quantity, due_on=test_requesting.DUE_DAY, reason=f"grêle {LEEK}")
    ask = {"invoice": invoice, "by": recorder_of(deal), "at": test_requesting.LATER, "request_id": uuid.uuid4()}

    assert refused(RequestingError, requesting.request_payment, wish=wish, **ask) == "reason"
    Client.objects.update(city=f"Molsheim {LEEK}")
    wish = replace(wish, reason="grêle")
    assert refused(RequestingError, requesting.request_payment, wish=wish, **ask) == ""
    assert not PaymentRequest.objects.exists()


@pytest.mark.parametrize("field", ["opening", "closing"])
def test_a_formal_notice_beside_its_field(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: test_reminding.OPEN)
    late = test_reminding.late()

    assert refused(ReminderError, test_reminding.remind, late, "FORMAL", **{field: f"Payez {LEEK}"}) == field


def test_who_signs_a_formal_notice_and_not_a_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: test_reminding.OPEN)
    late = test_reminding.late()
    User.objects.update(name=f"Lise {LEEK}")

    assert refused(ReminderError, test_reminding.remind, late, "FORMAL") == ""
    assert not Reminder.objects.exists()
    assert test_reminding.remind(late, "FRIENDLY", opening=f"Bonjour {LEEK}").pk


@pytest.mark.parametrize("field", ["legal_name", "city", "covers", "registration"])
def test_a_mandate_beside_its_field(field: str) -> None:
    assert refused(MandateError, drafted, **{field: f"Légumes {LEEK}"}) == field


def test_who_is_given_a_mandate_and_who_accepts_it() -> None:
    mandate = proposed()
    refused(MandateError, yes, mandate, capacity=LEEK)

    draft = drafted()
    type(draft.business).objects.filter(pk=draft.business_id).update(legal_name=f"Lise {LEEK}")
    draft = mandating.locked(draft)
    refused(MandateError, mandating.propose, mandate=draft, by=recorder(draft), at=JANUARY, contacts=[])


def recorder(draft: Any) -> User:
    return User.objects.get(pk=draft.business.memberships.order_by("pk").first().user_id)


def test_an_invoice_in_their_name() -> None:
    mandate = mandated()
    draft = by_hand(mandate, replace(line(), title=f"Poireaux {LEEK}"))

    refused(Exception, selfbilled_issuing.issue, invoice=draft, by=recorder(draft), at=JANUARY - timedelta(days=1))
