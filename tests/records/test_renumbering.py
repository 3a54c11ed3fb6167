"""A person chooses what numbers look like: from the next one on, never the same one twice."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client as Visitor

from people.models import Business, User
from records import ledger, numbering
from records.models import NumberSeries
from records.renumbering import RenumberingError, change_series, planned, stop_series
from tests import make
from tests.records.work import INVOICE, ON, at_once, take

CREDIT_NOTE, DEPOSIT, QUOTE = NumberSeries.Kind.CREDIT_NOTE, NumberSeries.Kind.DEPOSIT, NumberSeries.Kind.QUOTE
AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def owner(business: Business) -> User:
    return make.member(business)


def change(business: Business, pattern: str, kind: NumberSeries.Kind = INVOICE, **said: Any) -> NumberSeries:
    by = business.memberships.select_related("user").get().user
    return change_series(business=business, kind=kind, pattern=pattern, by=by, **{"at": AT} | said)


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("owner")]


def test_a_change_holds_from_the_next_number_on_and_the_counter_goes_on(business: Business) -> None:
    take(business)
    change(business, "FAC{an}-{compteur:3}")
    assert take(business) == "FAC26-002"
    assert take(business, on=date(2027, 1, 2)) == "FAC27-001"
    assert [row.given for row in NumberSeries.objects.order_by("pk")] == [1, 2]


def test_a_monthly_pattern_begins_again_with_the_next_month_only(business: Business) -> None:
    take(business)
    change(business, "F{année}-{mois}-{compteur:3}")
    assert take(business) == "F2026-12-002"
    assert take(business, on=date(2027, 1, 2)) == "F2027-01-001"


def test_an_unused_series_goes_on_where_another_tool_stopped(business: Business) -> None:
    change(business, "F{année}-{compteur:4}", begins_at=42)
    assert take(business) == "F2026-0042"
    with pytest.raises(RenumberingError, match="a commencé"):
        change(business, "F{année}-{compteur:4}", begins_at=50)


def test_what_another_tool_counted_ends_with_the_year(business: Business) -> None:
    change(business, "F{année}-{compteur:4}", begins_at=42)
    assert take(business, on=date(2027, 1, 2)) == "F2027-0001"


def test_invoices_and_credit_notes_never_look_alike(business: Business) -> None:
    with pytest.raises(RenumberingError, match="avoirs"):
        change(business, "A{année}-{compteur:5}")
    with pytest.raises(RenumberingError, match="factures"):
        change(business, "F{année}-{compteur:4}", CREDIT_NOTE)
    change(business, "F{année}-{compteur:4}", QUOTE)  # a quote is no invoice


def test_a_look_left_this_year_is_not_taken_by_another_kind(business: Business) -> None:
    take(business)
    change(business, "FAC{année}-{compteur:4}")
    with pytest.raises(RenumberingError, match=r"F\{année\}"):
        change(business, "F{année}-{compteur:4}", CREDIT_NOTE)


def test_a_look_without_a_year_is_never_taken_by_another_kind_even_years_later(business: Business) -> None:
    change(business, "V{compteur:8}")
    take(business)
    change(business, "FAC{année}-{compteur:4}")
    later = datetime(2028, 3, 1, 9, tzinfo=UTC)
    with pytest.raises(RenumberingError, match="factures"):
        change(business, "V{compteur:8}", CREDIT_NOTE, at=later)
    with pytest.raises(RenumberingError, match="factures"):
        change(business, "V{année}{compteur:4}", CREDIT_NOTE, at=later)


def test_a_look_with_a_year_is_free_again_the_year_after(business: Business) -> None:
    take(business)
    change(business, "FAC{année}-{compteur:4}")
    later = datetime(2028, 3, 1, 9, tzinfo=UTC)
    change(business, "F{année}-{compteur:4}", CREDIT_NOTE, at=later)
    with pytest.raises(RenumberingError, match="factures"):
        change(business, "F2026-{compteur:4}", DEPOSIT, at=later)


def test_a_look_without_a_year_that_comes_back_goes_on_above_what_it_gave(business: Business) -> None:
    change(business, "N{compteur:4}")
    assert [take(business) for _time in range(3)] == ["N0001", "N0002", "N0003"]
    change(business, "F{année}-{compteur:4}")
    assert take(business) == "F2026-0004"
    assert take(business, on=date(2027, 1, 2)) == "F2027-0001"
    change(business, "N{compteur:5}", at=datetime(2027, 1, 3, 9, tzinfo=UTC))
    assert take(business, on=date(2027, 1, 4)) == "N00004"


def test_a_look_of_the_year_that_comes_back_after_a_monthly_one_goes_on_too(business: Business) -> None:
    may, june, july = date(2026, 5, 4), date(2026, 6, 4), date(2026, 7, 4)
    assert [take(business, on=may) for _time in range(2)] == ["F2026-0001", "F2026-0002"]
    change(business, "M{année}{mois}-{compteur:4}")
    assert [take(business, on=june), take(business, on=july)] == ["M202606-0001", "M202607-0001"]
    change(business, "F20{an}-{compteur:4}")  # the same year, in other words
    assert take(business, on=july) == "F2026-0003"


@pytest.mark.parametrize("kind", [QUOTE, NumberSeries.Kind.SELF_BILLED, NumberSeries.Kind.SET_OFF])
def test_so_do_the_numbers_of_every_kind(business: Business, kind: NumberSeries.Kind) -> None:
    change(business, "N{compteur}", kind)
    assert take(business, kind) == "N1"
    change(business, "P{année}-{compteur}", kind)
    assert take(business, kind, on=date(2027, 1, 2)) == "P2027-1"
    change(business, "N{compteur}", kind)
    assert take(business, kind, on=date(2027, 1, 2)) == "N2"


def test_digits_before_the_counter_never_make_an_old_number_again(business: Business) -> None:
    change(business, "F{an}1{compteur:2}")
    assert take(business) == "F26101"
    with pytest.raises(RenumberingError, match=r"F\{an\}1\{compteur:2\}"):
        change(business, "F{an}{compteur:3}")  # its 101st would be the same
    assert change(business, "F{année}{compteur:4}").last_number == 1


def test_another_rhythm_never_gives_an_old_number_again(business: Business) -> None:
    change(business, "F{année}{compteur:4}")
    take(business)
    with pytest.raises(RenumberingError, match=r"F\{année\}\{compteur:4\}"):
        change(business, "F{année}{mois}{compteur:2}")


def test_deposits_may_have_a_series_of_their_own_and_go_back(business: Business) -> None:
    change(business, "FA{année}-{compteur:4}", DEPOSIT)
    assert numbering.has_its_own(business, DEPOSIT)
    assert take(business, DEPOSIT) == "FA2026-0001"
    stop_series(business=business, kind=DEPOSIT, by=make.user(), at=AT)
    assert not numbering.has_its_own(business, DEPOSIT)
    change(business, "FA{année}-{compteur:4}", DEPOSIT)
    assert take(business, DEPOSIT) == "FA2026-0002"


def test_a_change_is_told_to_the_ledger_and_a_look_is_not(business: Business) -> None:
    assert planned(business=business, kind=INVOICE, pattern="X{compteur}", on=ON).next_number == "X1"
    assert not NumberSeries.objects.exists()
    series = change(business, "X{compteur}")
    [told] = ledger.facts_about(business, "series_changed", f"number_series:{series.pk}")
    assert told == {"kind": "INVOICE", "counted": 0, "next": "X1"}


def test_a_demonstration_has_five_characters_less(db: None) -> None:
    business = make.business(slug="demo", is_demonstration=True)
    assert planned(business=business, kind=INVOICE, pattern="X{compteur}", on=ON).next_number == "DEMO-X1"


@pytest.mark.engine
def test_a_change_in_the_middle_of_issuing_leaves_no_gap_and_no_double(business: Business) -> None:
    take(business)
    taken: list[str] = []

    def work(worker: int) -> None:
        if worker == 0:
            change(business, "FAC{année}-{compteur:4}")
        else:
            taken.extend(take(business) for _ in range(10))

    assert at_once(4, work) == []
    assert sorted(int(number[-4:]) for number in taken) == list(range(2, 32))
    assert NumberSeries.objects.filter(closed_at=None).count() == 1


# The page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_next_number_and_changes_it(as_freelancer: Visitor, business: Business) -> None:
    page = as_freelancer.get("/b/atelier/numbers/".replace("atelier", business.slug))
    assert "Le prochain numéro sera" in page.content.decode()
    said = {"kind": "INVOICE", "pattern": "FAC{année}-{compteur:3}", "begins_at": "12"}
    answer = as_freelancer.post(f"/b/{business.slug}/numbers/", said, follow=True)
    assert f"FAC{date.today().year}-012" in answer.content.decode()  # noqa: DTZ011


def test_what_is_wrong_is_said_beside_the_field_and_kept(as_freelancer: Visitor, business: Business) -> None:
    said = {"kind": "INVOICE", "pattern": "F sans compteur"}
    answer = as_freelancer.post(f"/b/{business.slug}/numbers/", said)
    assert answer.status_code == 422
    assert "un espace" in answer.content.decode()
    assert "F sans compteur" in answer.content.decode()


def test_the_preview_follows_what_is_typed_and_writes_nothing(as_freelancer: Visitor, business: Business) -> None:
    look = f"/b/{business.slug}/numbers/next/"
    said = as_freelancer.get(look, {"kind": "INVOICE", "pattern": "Z{compteur:3}", "begins_at": "7"}).content.decode()
    assert "Z007" in said
    assert "en dernier" in as_freelancer.get(look, {"kind": "INVOICE", "pattern": "{compteur}Z"}).content.decode()
    assert not NumberSeries.objects.exists()


def test_deposits_get_their_series_by_a_button(as_freelancer: Visitor, business: Business) -> None:
    as_freelancer.post(f"/b/{business.slug}/numbers/deposits/")
    assert "FA{année}-{compteur:4}" in as_freelancer.get(f"/b/{business.slug}/numbers/").content.decode()
    as_freelancer.post(f"/b/{business.slug}/numbers/deposits/", {"stop": "1"})
    assert not numbering.has_its_own(business, DEPOSIT)
