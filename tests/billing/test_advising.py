"""What a person is told to look at before issuing, and which never blocks."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Visitor
from django.urls import reverse
from django.utils.translation import override

from billing import drafting, issuing, mentions
from billing.advising import doubts
from billing.drafting import DraftLine
from billing.models import Invoice
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled import stating as selfbilled_stating
from lib import clock, law
from lib.money import euros
from people.models import Activity, Business, Client, User
from tests import make
from tests.billing.conftest import issued_by
from tests.billing.mandated import by_hand, mandated

pytestmark = pytest.mark.django_db
LAST_DAY, AFTER = date(2028, 6, 30), date(2028, 7, 3)  # the wording of CGI 293 B is accepted until 30 June 2028
THAT_MORNING = datetime(2028, 7, 3, 9, tzinfo=UTC)
FRANCHISE: dict[str, Any] = {}
TRAINER = {"vat_regime": Business.VatRegime.EXEMPT, "vat_exemption": "training"}
TAXED = {"vat_regime": Business.VatRegime.NORMAL, "vat_number": make.VAT_NUMBER}
LINE = DraftLine(unit_price=euros(100), title="Site", vat_rate=Decimal(20))
GERMAN = {"country": "DE", "siren": "", "vat_number": "DE136695976", "kind": Client.Kind.COMPANY}


def drafted(
    seller: dict[str, Any] = FRANCHISE, *, activity: Activity | None = None, by: User | None = None, **buyer: Any
) -> Invoice:
    activity = activity or make.activity(business=make.business(**seller))
    client = make.contact(client=make.client(activity=activity, **buyer)).client
    return drafting.draft_standard(
        activity=activity, client=client, title="Site", lines=[LINE],
        by=by or make.member(activity.business), at=make.NOW, request_id=uuid.uuid4(),
    )  # fmt: skip


def told(draft: Invoice, on: date) -> list[str]:
    with override("en"):
        claim, _said = issuing.fill(draft, on)
        return doubts(draft, claim, on)


def asked_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of the keys of legal facts that are asked for from now on."""
    keys: list[str] = []
    known = law.fact
    monkeypatch.setattr(law, "fact", lambda key, on: keys.append(key) or known(key, on))  # type: ignore[func-returns-value]
    return keys


# What is past its last known day -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seller", "buyer", "title"),
    [
        (FRANCHISE, {}, "Small-business VAT exemption"),
        (TRAINER, {}, "vocational training"),
        (TAXED, GERMAN, "Reverse charge by the client"),
    ],
)
def test_a_sentence_past_its_last_known_day_is_told_and_never_blocks(
    seller: dict[str, Any], buyer: dict[str, Any], title: str
) -> None:
    draft = drafted(seller, **buyer)

    assert not [one for one in told(draft, LAST_DAY) if "known to hold" in one]
    [doubt] = [one for one in told(draft, AFTER) if "known to hold" in one]

    assert title in doubt
    assert "June 30, 2028" in doubt
    assert issued_by(draft, at=THAT_MORNING).number == "F2028-0001"


def test_a_sale_with_vat_at_home_leaves_no_doubt() -> None:
    assert told(drafted(TAXED), AFTER) == []


def test_every_page_from_which_it_is_issued_says_so(
    as_freelancer: Visitor, business: Business, activity: Activity, freelancer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: THAT_MORNING)
    draft = drafted(activity=activity, by=freelancer)
    for page in ("invoice", "invoice_issue"):
        shown = as_freelancer.get(reverse(page, args=[business.slug, draft.pk])).content.decode()
        assert shown.count("30 juin 2028") == 1
    review = as_freelancer.get(reverse("issue_together", args=[business.slug]), {"draft": draft.pk})
    assert review.content.decode().count("30 juin 2028") == 1
    assert review.context["ready"] == [draft]


@pytest.mark.parametrize("kind", [Client.Kind.FARM, Client.Kind.PERSON])
@pytest.mark.parametrize("seller", [FRANCHISE, TRAINER, TAXED | {"vat_on_debits": True, "is_demonstration": True}])
@pytest.mark.parametrize("otherwise", ["", "15 paniers"])
def test_every_legal_sentence_that_is_printed_is_looked_at(
    seller: dict[str, Any], kind: str, otherwise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = drafted(seller, kind=kind)
    claim, _said = issuing.fill(draft, make.TODAY)
    case = issuing.circumstances_of(draft, claim, make.TODAY)
    case = mentions.Circumstances(**{**case.__dict__, "otherwise": otherwise})
    asked = asked_by(monkeypatch)

    mentions.chosen(case)

    assert sorted(set(asked) - {"code.vatex"}) == sorted(mentions.keys_of(case))


def test_so_is_what_is_printed_in_a_partners_name() -> None:
    draft = by_hand(mandated())
    assert selfbilling.doubts(draft, LAST_DAY) == []
    with override("en"):
        [doubt] = selfbilling.doubts(draft, AFTER)
    assert "Small-business VAT exemption" in doubt
    assert "mention.self_billed_contest" in selfbilled_stating.keys_of(draft)


# The day to pay by ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "days", "is_told"),
    [
        (Client.Kind.COMPANY, 60, False),
        (Client.Kind.COMPANY, 61, True),
        (Client.Kind.FARM, 211, True),
        (Client.Kind.PERSON, 211, False),
        (Client.Kind.ASSOCIATION, 211, False),
    ],
)
def test_more_than_sixty_days_to_pay_are_told_between_professionals_and_never_block(
    kind: str, days: int, is_told: bool
) -> None:
    draft = drafted(TAXED, kind=kind)
    draft.due_on = make.TODAY + timedelta(days=days)
    draft.save()

    found = [doubt for doubt in told(draft, make.TODAY) if "L441-10" in doubt]

    assert [f"{days} days after its date" in doubt and "at most 60 days" in doubt for doubt in found] == [
        True
    ] * is_told
    assert issued_by(draft).due_on == draft.due_on


def test_the_longest_delay_is_read_on_the_invoices_own_day() -> None:
    """A draft that waits may be right today and late a month later, or the reverse."""
    draft = drafted(TAXED)
    draft.due_on = make.TODAY + timedelta(days=61)
    assert told(draft, make.TODAY)
    assert told(draft, make.TODAY + timedelta(days=1)) == []


def test_what_we_owe_a_partner_is_told_of_too() -> None:
    mandate = mandated()
    far = by_hand(mandate, due_on=make.TODAY + timedelta(days=61), settlement="EUROS")
    with override("en"):
        [doubt] = selfbilling.doubts(far, make.TODAY)
    assert "at most 60 days" in doubt


# Public bodies -------------------------------------------------------------------------------------------------------


def test_a_public_body_is_asked_for_its_engagement_number() -> None:
    draft = drafted(TAXED, kind=Client.Kind.PUBLIC)
    [doubt] = told(draft, make.TODAY)
    assert "engagement number" in doubt
    draft.engagement = "EJ77"
    assert told(draft, make.TODAY) == []
