"""Gapless numbers, in order, whoever asks at once."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from people.models import Business
from records.models import NumberSeries
from records.numbering import NumberingError, take_number
from tests import make
from tests.records.work import INVOICE, ISSUERS, ON, at_once, take

QUOTE, CREDIT_NOTE = NumberSeries.Kind.QUOTE, NumberSeries.Kind.CREDIT_NOTE
EACH = 25


def test_each_kind_has_its_own_series(business: Business) -> None:
    assert [take(business, kind) for kind in (QUOTE, INVOICE, INVOICE, CREDIT_NOTE)] == [
        "D2026-0001", "F2026-0001", "F2026-0002", "A2026-0001",
    ]  # fmt: skip


def test_each_business_has_its_own_series(business: Business, stranger: Any) -> None:
    other = Business.objects.get(slug="elsewhere")
    assert take(business) == take(other) == "F2026-0001"


def test_a_new_year_begins_at_one(business: Business) -> None:
    assert take(business, on=date(2026, 12, 31)) == "F2026-0001"
    assert take(business, on=date(2027, 1, 1)) == "F2027-0001"


def series(business: Business, **said: Any) -> NumberSeries:
    return NumberSeries.objects.create(
        **{"business": business, "kind": INVOICE, "pattern": "F{year}-{counter:4}"} | said
    )


def test_a_chosen_pattern_lasts_into_the_next_year(business: Business) -> None:
    series(business, pattern="POT-{yy}/{counter:3}")
    assert take(business) == "POT-26/001"
    assert take(business) == "POT-26/002"
    assert take(business, on=date(2027, 1, 1)) == "POT-27/001"


def test_with_the_month_in_it_the_counter_begins_again_each_month(business: Business) -> None:
    series(business, pattern="F{year}{month}-{counter:2}")
    days = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 12, 1)]
    assert [take(business, on=day) for day in days] == ["F202611-01", "F202612-01", "F202612-02", "F202712-01"]


def test_without_a_year_the_counter_never_begins_again(business: Business) -> None:
    series(business, pattern="FAC{counter:5}")
    assert [take(business), take(business, on=date(2027, 1, 1))] == ["FAC00001", "FAC00002"]


def test_a_series_goes_on_where_another_tool_stopped(business: Business) -> None:
    series(business, last_number=41, last_on=date(2026, 11, 30))
    assert take(business) == "F2026-0042"


def test_numbers_past_four_digits_go_on(business: Business) -> None:
    series(business, last_number=9999, last_on=ON)
    assert take(business) == "F2026-10000"


def test_a_partner_has_a_series_of_their_own(business: Business) -> None:
    farm, orchard = make.client(name="Ferme"), make.client(name="Verger")
    kind = NumberSeries.Kind.SELF_BILLED
    assert take(business, kind, partner=farm) == f"AF{farm.pk}-2026-0001"
    assert take(business, kind, partner=orchard) == f"AF{orchard.pk}-2026-0001"
    assert take(business, kind, partner=farm) == f"AF{farm.pk}-2026-0002"
    assert take(business, kind) == "AF2026-0001"


def test_the_demonstration_takes_no_number_that_looks_real(db: None) -> None:
    business = make.business(is_demonstration=True)
    assert take(business) == "DEMO-F2026-0001"
    assert take(business, QUOTE) == "DEMO-D2026-0001"


def test_dates_go_in_the_order_of_numbers(business: Business) -> None:
    take(business, on=date(2026, 12, 2))
    with pytest.raises(NumberingError, match="1er décembre 2026"):
        take(business, on=ON)
    assert take(business, on=date(2026, 12, 2)) == "F2026-0002"


def test_no_number_goes_back_to_a_year_that_is_over(business: Business) -> None:
    take(business, on=date(2027, 1, 1))
    with pytest.raises(NumberingError):
        take(business, on=ON)


def test_a_number_that_platforms_refuse_is_not_given(business: Business) -> None:
    series(business, pattern="n° {counter}")
    with pytest.raises(NumberingError):
        take(business)
    assert NumberSeries.objects.get().last_number == 0


def test_what_is_rolled_back_was_never_taken(business: Business) -> None:
    with transaction.atomic():
        assert take_number(business=business, kind=INVOICE, on=ON) == "F2026-0001"
        transaction.set_rollback(True)
    assert take(business) == "F2026-0001"


@pytest.mark.django_db(transaction=True)
def test_a_number_is_refused_outside_a_transaction(business: Business) -> None:
    with pytest.raises(RuntimeError):
        take_number(business=business, kind=INVOICE, on=ON)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_eight_issuers_at_once_leave_no_gap_and_no_double(business: Business) -> None:
    committed: list[str] = []

    def issue(issuer: int) -> None:
        for turn in range(EACH):
            try:
                with transaction.atomic():
                    number = take_number(business=business, kind=INVOICE, on=ON)
                    if (issuer + turn) % 7 == 0:
                        raise ZeroDivisionError  # the invoice could not be saved
                committed.append(number)
            except ZeroDivisionError:
                continue

    assert at_once(ISSUERS, issue) == []
    assert len(committed) < ISSUERS * EACH
    assert sorted(committed) == [f"F2026-{n:04d}" for n in range(1, len(committed) + 1)]
    assert NumberSeries.objects.get().last_number == len(committed)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_two_first_comers_share_one_series(business: Business) -> None:
    taken: list[str] = []
    assert at_once(ISSUERS, lambda _: taken.append(take(business))) == []
    assert sorted(taken) == [f"F2026-{n:04d}" for n in range(1, ISSUERS + 1)]
    assert NumberSeries.objects.count() == 1


@pytest.mark.engine
@pytest.mark.parametrize("partner", [False, True])
def test_the_database_keeps_one_open_series_of_a_kind(business: Business, partner: bool) -> None:
    said = {"partner": make.client()} if partner else {}
    series(business, closed_at=make.NOW, **said)
    series(business, **said)
    with pytest.raises(IntegrityError, match=r"numberseries|one_open_series"), transaction.atomic():
        series(business, **said)
