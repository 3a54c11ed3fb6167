from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from djmoney.money import Money
from hypothesis import given
from hypothesis import strategies as st

from lib.money import (
    MixedCurrencies,
    cents,
    euros,
    line_net,
    number_written,
    percent_written,
    plain,
    share,
    split,
    total,
    vat_of,
    written,
)

AMOUNTS = st.decimals("-99999999.99", "99999999.99", places=2).map(euros)
PRICES = st.decimals("0", "99999999.999999", places=6).map(euros)
QUANTITIES = st.decimals("-99999.9999", "99999.9999", places=4)
PERCENTS = st.decimals("0", "100", places=2)
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "2.1", "5.5", "8.5", "10", "20")])
WEIGHTS = st.lists(st.decimals("0", "10000", places=2), min_size=1, max_size=30).filter(any)


def half_up(exact: Fraction) -> Decimal:
    """Round to the cent another way: with fractions, away from zero."""
    sign = -1 if exact < 0 else 1
    return sign * Decimal(int(abs(exact) * 100 + Fraction(1, 2))) / 100


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.005", "0.01"), ("0.015", "0.02"), ("0.025", "0.03"), ("-0.005", "-0.01"), ("1.0049", "1.00"), ("2", "2.00")],
)
def test_a_half_cent_goes_up_away_from_zero(exact: str, rounded: str) -> None:
    assert cents(Decimal(exact)) == Decimal(rounded)
    assert cents(euros(exact)) == euros(rounded)


def test_rounding_never_leaves_a_negative_zero() -> None:
    assert str(cents(Decimal("-0.001"))) == "0.00"
    assert plain(euros("-0.0000001")) == "0.00"


@pytest.mark.parametrize("wrong", [1.5, True, None, Decimal("NaN"), Decimal("Infinity"), "douze", ""])
def test_floats_and_what_is_no_number_are_refused(wrong: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        euros(wrong)  # type: ignore[arg-type]


def test_the_total_of_nothing_is_zero_euros() -> None:
    assert total([]) == euros(0)


def test_amounts_in_several_currencies_are_never_added() -> None:
    with pytest.raises(MixedCurrencies, match="CHF, EUR"):
        total([euros(1), Money(1, "CHF")])


def test_a_total_keeps_its_currency() -> None:
    assert total([Money(1, "CHF"), Money(2, "CHF")]) == Money(3, "CHF")


@given(st.lists(AMOUNTS))
def test_a_total_is_exact(amounts: list[Money]) -> None:
    assert Fraction(total(amounts).amount) == sum(Fraction(amount.amount) for amount in amounts)


def test_a_third_each_gives_the_cent_left_to_the_first() -> None:
    assert split(euros(100), [1, 1, 1]) == [euros("33.34"), euros("33.33"), euros("33.33")]
    assert split(euros(-100), [1, 1, 1]) == [euros("-33.34"), euros("-33.33"), euros("-33.33")]


def test_the_largest_remainder_is_served_first_and_a_weight_of_zero_never() -> None:
    assert split(euros("0.10"), [Decimal("10.5"), 0, Decimal("89.5")]) == [euros("0.01"), euros(0), euros("0.09")]
    assert split(euros("0.01"), [0, 1, 0]) == [euros(0), euros("0.01"), euros(0)]


@given(AMOUNTS, WEIGHTS)
def test_a_split_always_adds_up_and_no_part_is_off_by_a_cent(amount: Money, weights: list[Decimal]) -> None:
    parts = split(amount, weights)
    assert total(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(amount.amount) * Fraction(weight) / Fraction(sum(weights, Decimal(0)))
        assert abs(Fraction(part.amount) - exact) < Fraction(1, 100)


@given(AMOUNTS, WEIGHTS)
def test_a_split_of_the_opposite_is_the_opposite_of_the_split(amount: Money, weights: list[Decimal]) -> None:
    assert split(-amount, weights) == [-part for part in split(amount, weights)]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_a_split_needs_weights_that_say_something(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="Weights"):
        split(euros(1), weights)


def test_fractions_of_cents_are_not_split() -> None:
    with pytest.raises(ValueError, match="whole cents"):
        split(euros("0.005"), [1, 1])


@given(QUANTITIES, PRICES, PERCENTS)
def test_a_line_is_rounded_once(quantity: Decimal, price: Money, discount: Decimal) -> None:
    exact = Fraction(quantity) * Fraction(price.amount) * (100 - Fraction(discount)) / 100
    assert line_net(quantity, price, discount).amount == half_up(exact)


def test_a_line_of_one_and_a_half_hours_less_ten_percent() -> None:
    assert line_net(Decimal("1.5"), euros("45.50"), Decimal(10)) == euros("61.43")


@pytest.mark.parametrize("discount", [-1, Decimal("100.01")])
def test_a_discount_stays_between_nothing_and_everything(discount: Decimal) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        line_net(1, euros(1), discount)


@given(AMOUNTS, RATES)
def test_vat_is_that_of_the_rate_on_the_base_to_the_cent(base: Money, rate: Decimal) -> None:
    assert vat_of(base, rate).amount == half_up(Fraction(base.amount) * Fraction(rate) / 100)


@given(st.lists(st.tuples(AMOUNTS, RATES), min_size=1, max_size=40))
def test_vat_per_rate_on_the_total_is_within_half_a_cent_per_rate_of_the_truth(
    lines: list[tuple[Money, Decimal]],
) -> None:
    rates = {rate for _, rate in lines}
    vat = total(vat_of(total(net for net, its in lines if its == rate), rate) for rate in rates)
    exact = sum(Fraction(net.amount) * Fraction(rate) / 100 for net, rate in lines)
    assert abs(Fraction(vat.amount) - exact) <= Fraction(len(rates), 200)


def test_vat_on_the_total_differs_from_vat_line_by_line() -> None:
    nets = [euros("0.02")] * 3
    assert vat_of(total(nets), 20) == euros("0.01")
    assert total(vat_of(net, 20) for net in nets) == euros(0)


def test_a_negative_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        vat_of(euros(1), -1)


def test_a_share_in_percent() -> None:
    assert share(euros(1200), Decimal(30)) == euros(360)
    assert share(euros("0.01"), Decimal(50)) == euros("0.01")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1200", "1200.00"), ("0", "0.00"), ("-5.5", "-5.50"), ("0.123456", "0.123456"), ("20.500000", "20.50")],
)
def test_plain_amounts_are_the_same_in_every_language(amount: str, text: str) -> None:
    assert plain(euros(amount)) == text


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        ("1200", "1\u202f200,00\u00a0€", "€1,200.00"),
        ("1234567.8", "1\u202f234\u202f567,80\u00a0€", "€1,234,567.80"),
        ("-12.5", "\u221212,50\u00a0€", "\u2212€12.50"),
        ("0.125", "0,125\u00a0€", "€0.125"),
        ("0", "0,00\u00a0€", "€0.00"),
    ],
)
def test_amounts_as_people_read_them(amount: str, french: str, english: str) -> None:
    assert written(euros(amount), "fr") == french
    assert written(Decimal(amount), "fr-ca") == french
    assert written(euros(amount), "en") == english


def test_another_currency_is_named() -> None:
    assert written(Money("12.5", "CHF"), "fr") == "12,50\u00a0CHF"
    assert written(Money("12.5", "CHF"), "en") == "12.50\u00a0CHF"


@given(AMOUNTS)
def test_what_is_written_reads_back(amount: Money) -> None:
    text = written(amount, "fr").replace("\u202f", "").replace("\u00a0€", "").replace(",", ".").replace("\u2212", "-")
    assert euros(text) == amount


def test_quantities_and_rates_are_written_without_useless_zeros() -> None:
    assert number_written(Decimal("2.5000"), "fr") == "2,5"
    assert number_written(1200, "fr") == "1\u202f200"
    assert number_written(Decimal("-1200.25"), "en") == "\u22121,200.25"
    assert percent_written(Decimal("5.50"), "fr") == "5,5\u00a0%"
    assert percent_written(Decimal("20.00"), "en") == "20%"


@given(st.decimals("-1e12", "1e12", places=8))
def test_cents_agree_with_the_decimal_module_told_half_up(value: Decimal) -> None:
    assert cents(value) == value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
