"""Gapless numbers, in order, whoever asks at once."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from people.models import Business
from records.models import NumberSeries
from records.numbering import NumberingError, take_number
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


def test_a_chosen_prefix_lasts_into_the_next_year(business: Business) -> None:
    NumberSeries.objects.create(business=business, kind=INVOICE, year=2026, prefix="POT-")
    assert take(business) == "POT-2026-0001"
    assert take(business, on=date(2027, 1, 1)) == "POT-2027-0001"


def test_a_series_goes_on_where_another_tool_stopped(business: Business) -> None:
    NumberSeries.objects.create(
        business=business, kind=INVOICE, year=2026, prefix="F", last_number=41, last_on=date(2026, 11, 30)
    )
    assert take(business) == "F2026-0042"


def test_numbers_past_four_digits_go_on(business: Business) -> None:
    NumberSeries.objects.create(business=business, kind=INVOICE, year=2026, prefix="F", last_number=9999, last_on=ON)
    assert take(business) == "F2026-10000"


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
    NumberSeries.objects.create(business=business, kind=INVOICE, year=2026, prefix="n° ")
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
def test_two_first_comers_of_a_year_share_one_series(business: Business) -> None:
    taken: list[str] = []
    assert at_once(ISSUERS, lambda _: taken.append(take(business))) == []
    assert sorted(taken) == [f"F2026-{n:04d}" for n in range(1, ISSUERS + 1)]
    assert NumberSeries.objects.count() == 1
