"""Interest on late payment: by the day, on what was left that day, at each half-year's rate, rounded once."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dunning.interest import Change, Rate, half_years, interest, rates_between
from lib.money import euros

DUE = date(2026, 1, 10)
ALL_YEAR = [Rate(date(2025, 1, 1), date(2027, 12, 31), Decimal("7.86"))]
LEGAL = "late.legal_interest_rate"


def test_thirty_days_late_on_a_thousand_euros() -> None:
    found = interest(owed=euros(1000), due_on=DUE, on=DUE + timedelta(30), rates=ALL_YEAR)
    assert found.amount == euros("6.46")  # 1 000 × 7.86 % × 30 / 365 = 6.4602…
    assert [span.days for span in found.spans] == [30]


def test_on_the_day_it_is_due_nothing_is_late() -> None:
    assert interest(owed=euros(1000), due_on=DUE, on=DUE, rates=[]).amount == euros(0)


def test_what_was_paid_on_a_day_costs_that_day_and_no_more() -> None:
    paid = [Change(DUE + timedelta(10), euros(-600))]
    found = interest(owed=euros(1000), due_on=DUE, on=DUE + timedelta(30), changes=paid, rates=ALL_YEAR)
    assert [(span.owed, span.days) for span in found.spans] == [(euros(1000), 10), (euros(400), 20)]
    assert found.amount == euros("3.88")  # 7.86 % of (10 000 + 8 000) / 365


def test_what_fell_due_in_euros_later_costs_from_then_on() -> None:
    turned = [Change(DUE + timedelta(10), euros(40))]
    found = interest(owed=euros(0), due_on=DUE, on=DUE + timedelta(30), changes=turned, rates=ALL_YEAR)
    assert [(span.owed, span.days) for span in found.spans] == [(euros(40), 20)]


def test_each_half_year_has_its_rate() -> None:
    halves = [Rate(date(2025, 7, 1), date(2025, 12, 31), Decimal("8.28")), *ALL_YEAR[:0],
              Rate(date(2026, 1, 1), date(2026, 6, 30), Decimal("7.86"))]  # fmt: skip
    found = interest(owed=euros("365"), due_on=date(2025, 12, 21), on=date(2026, 1, 10), rates=halves)
    assert [(span.days, span.percent) for span in found.spans] == [(10, Decimal("8.28")), (10, Decimal("7.86"))]
    assert found.amount == euros("1.61")  # 0.828 + 0.786 = 1.614


def test_a_half_cent_goes_up_once_for_all_the_spans() -> None:
    rates = [Rate(DUE, DUE + timedelta(99), Decimal(10))]
    paid = [Change(DUE + timedelta(3), euros("-9.125"))]
    found = interest(owed=euros("18.25"), due_on=DUE, on=DUE + timedelta(7), changes=paid, rates=rates)
    # 18.25 × 3 + 9.125 × 4 = 91.25; × 10 % / 365 = 0.025
    assert found.amount == euros("0.03")


def test_a_day_without_a_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="No rate"):
        interest(owed=euros(1), due_on=DUE, on=DUE + timedelta(1), rates=[])


amounts = st.decimals(min_value=0, max_value=100_000, places=2)
payments = st.lists(st.tuples(st.integers(-5, 500), amounts), max_size=6)


@given(amounts, payments, st.integers(0, 400), st.decimals(min_value=0, max_value=20, places=2))
def test_it_is_the_sum_of_every_single_day(
    owed: Decimal, paid: list[tuple[int, Decimal]], late: int, percent: Decimal
) -> None:
    rates = [Rate(DUE, DUE + timedelta(500), percent)]
    changes = [Change(DUE + timedelta(after), euros(-value)) for after, value in paid]
    found = interest(owed=euros(owed), due_on=DUE, on=DUE + timedelta(late), changes=changes, rates=rates)

    by_day = Decimal(0)
    for number in range(1, late + 1):
        left = owed - sum(value for after, value in paid if after < number)
        by_day += max(left, Decimal(0)) * percent
    assert found.amount.amount == (by_day / 36500).quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(amounts, payments, st.integers(0, 300), st.integers(0, 100))
def test_a_longer_delay_never_costs_less(owed: Decimal, paid: list[tuple[int, Decimal]], late: int, more: int) -> None:
    changes = [Change(DUE + timedelta(after), euros(-value)) for after, value in paid]

    def cost(days: int) -> Decimal:
        on = DUE + timedelta(days)
        return interest(owed=euros(owed), due_on=DUE, on=on, changes=changes, rates=ALL_YEAR).amount.amount

    assert cost(late) <= cost(late + more)


# Which rates ---------------------------------------------------------------------------------------------------------


def test_three_times_the_legal_rate_of_each_half_year() -> None:
    found = rates_between(date(2025, 12, 21), date(2026, 1, 10), key=LEGAL, times=3)
    assert found == [
        Rate(date(2025, 12, 21), date(2025, 12, 31), Decimal("8.28")),
        Rate(date(2026, 1, 1), date(2026, 1, 10), Decimal("7.86")),
    ]


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2026, 6, 30), date(2026, 7, 1)),  # the second half of 2026 is outdated
        (date(2025, 6, 30), date(2025, 7, 2)),  # the first half of 2025 is not known
    ],
)
def test_one_day_whose_rate_is_not_sure_gives_no_rate_at_all(since: date, until: date) -> None:
    assert rates_between(since, until, key=LEGAL, times=3) is None


def test_a_rate_still_to_check_is_no_rate() -> None:
    assert rates_between(date(2026, 2, 1), date(2026, 2, 2), key="late.points_over_ecb_public") is None


def test_half_years_are_cut_at_the_ends() -> None:
    assert list(half_years(date(2025, 12, 1), date(2026, 7, 2))) == [
        (date(2025, 12, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 7, 2)),
    ]
