from datetime import UTC, date, datetime

import pytest

from quotes import doors, evidence
from quotes.models import Acceptance, Evidence
from records.models import Errand
from records.verifying import problems
from tests import make
from tests.quotes.conftest import Sent, accept
from tests.quotes.test_doors import PHONE

pytestmark = pytest.mark.django_db
AFTER_THE_END = datetime(2031, 12, 2, 9, tzinfo=UTC)


def test_where_a_yes_came_from_is_kept_beside_it(sent: Sent):
    doors.record_visit(sent[1], method="GET", headers=PHONE, at=make.NOW)
    kept = accept(sent).evidence
    assert (kept.address, kept.device) == ("203.0.113.7", "Mozilla/5.0 (Android)")
    assert [step["what"] for step in kept.trail] == ["sent", "first opened", "accepted"]
    assert kept.erase_after == date(2031, 12, 1)


def test_its_digest_is_salted(accepted: Acceptance):
    other = Evidence(address="203.0.113.7", device="Mozilla/5.0 (Android)", trail=accepted.evidence.trail, salt="x")
    assert evidence.digest_of(accepted.evidence) == accepted.traces_digest != evidence.digest_of(other)


def test_traces_are_erased_the_day_after_their_last_and_everything_still_verifies(accepted: Acceptance):
    assert evidence.erase_evidence(at=datetime(2031, 12, 1, 22, tzinfo=UTC)) == 0
    assert evidence.erase_evidence(at=AFTER_THE_END) == 1
    kept = Evidence.objects.get()
    assert (kept.address, kept.device, kept.trail, kept.salt) == ("", "", [], "")
    assert kept.erased_at == AFTER_THE_END
    assert Acceptance.objects.get().name == "Camille Ferrand"
    assert list(problems(accepted.quote.business)) == []
    assert evidence.erase_evidence(at=AFTER_THE_END) == 0


def test_the_erasure_is_promised_with_the_yes(accepted: Acceptance):
    errand = Errand.objects.get(what="erase_evidence")
    assert errand.due_at == datetime(2031, 12, 1, 23, tzinfo=UTC)  # midnight in Paris


def test_a_leap_day_is_kept_until_the_28th():
    assert evidence.erase_after(date(2028, 2, 29)) == date(2033, 2, 28)
