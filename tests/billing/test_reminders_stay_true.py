"""What a reminder says is still true when it leaves: the account, the days, the interest."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from billing import settling
from billing.dunning import overdue, reminder_paper, reminding
from lib.money import euros
from people.models import Business
from quotes.models import MoneyDue
from records.models import Mail
from tests import make
from tests.billing.conftest import money_came, recorder_of
from tests.billing.test_reminding import EVENING, ISSUED, MONDAY, OPEN, deal_of, late, outcome, remind, text_of
from tests.billing.test_reminding import _paper as _paper
from tests.billing.test_reminding import at as at

pytestmark = pytest.mark.django_db


# The account ---------------------------------------------------------------------------------------------------------


def test_text_letter_and_code_name_one_account_after_a_change_of_bank(
    at: Callable[[datetime], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    coded = []

    def read(*, iban: str, **_said: Any) -> str:
        coded.append(iban)
        return "BCD"

    monkeypatch.setattr(reminder_paper.epc, "text", read)
    invoice = late(language="en")
    assert invoice.seller is not None
    before, now = invoice.seller["iban"], "FR1420041010050500013M02606"
    Business.objects.filter(pk=invoice.business_id).update(iban=now)

    reminder = remind(invoice, "FORMAL")
    letter = reminder_paper.letter_html(reminder)

    assert before != now
    assert dict(reminder.rows)["IBAN"].replace(" ", "") == now
    assert (reminder.seller["iban"], coded) == (now, [now])
    assert "Our bank account is no longer the one" in letter


def test_an_account_that_did_not_change_is_not_spoken_of(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(language="en"), "FRIENDLY")
    assert dict(reminder.rows)["IBAN"].replace(" ", "") == reminder.invoice.business.iban
    assert "Our bank account" not in text_of(reminder)


# The days ------------------------------------------------------------------------------------------------------------


def morning(day: int, month: int = 2) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dated", "pay_by", "works_at", "became"),
    [
        (9, 19, morning(10), "MAILED"),  # the day after: a worker came late
        (14, 24, morning(16), "MAILED"),  # Monday after a Saturday
        (9, 19, morning(11), "OUTDATED"),
        (9, 19, morning(20, month=3), "OUTDATED"),
        (9, 10, morning(10), "OUTDATED"),  # it would ask for a payment by that very day
    ],
)
def test_it_leaves_on_its_day_or_the_next_open_one_while_its_day_to_pay_is_to_come(
    at: Callable[[datetime], datetime], dated: int, pay_by: int, works_at: datetime, became: str
) -> None:
    invoice = late()
    reminder = remind(invoice, "FIRM", on=at(morning(dated)), pay_by=date(2026, 2, pay_by))

    make.run_errands(at(works_at))

    assert outcome(reminder) == became
    assert Mail.objects.filter(event=reminding.EVENT).exists() is (became == "MAILED")
    assert reminding.waiting_for(invoice) is None
    assert remind(invoice, "FIRM", on=works_at).dated == works_at.date()  # written again


def test_a_friendly_one_that_comes_too_late_is_not_sent_either(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(), on=at(EVENING))
    make.run_errands(at(morning(20, month=3)))
    assert outcome(reminder) == "OUTDATED"


def test_it_does_not_leave_with_an_account_that_was_left_meanwhile(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(), on=at(EVENING))
    Business.objects.filter(pk=reminder.business_id).update(iban="FR1420041010050500013M02606")
    make.run_errands(at(MONDAY))
    assert outcome(reminder) == "OUTDATED"


# The interest --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noted_on", [ISSUED, ISSUED + timedelta(days=10)])  # on the due day; ten days late
def test_a_payment_noted_by_mistake_and_undone_stops_no_interest(
    at: Callable[[datetime], datetime], noted_on: datetime
) -> None:
    invoice = late()
    mistake = money_came(deal_of(invoice), "540", MoneyDue.DELIVERY, at=noted_on)
    settling.reverse_receipt(receipt=mistake, by=recorder_of(deal_of(invoice)), at=OPEN, reason="erreur de saisie")

    sixty_days_late = date(2026, 3, 6)
    charges = overdue.charges_of(overdue.claim_on(invoice, sixty_days_late), sixty_days_late)

    assert charges.interest is not None
    assert [(span.owed, span.days) for span in charges.interest.spans] == [(euros(540), 60)]
    assert charges.interest.amount == euros("6.98")  # 540 € × 7.86 % × 60 / 365
