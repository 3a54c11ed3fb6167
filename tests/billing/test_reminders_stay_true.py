"""What a reminder says is still true when it leaves: the account, the days, the interest."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from billing.dunning import reminder_paper
from people.models import Business
from tests.billing.test_reminding import _paper as _paper
from tests.billing.test_reminding import at as at
from tests.billing.test_reminding import late, remind, text_of

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
