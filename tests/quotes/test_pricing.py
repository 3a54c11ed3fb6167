from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.money import cents, euros, total, vat_of
from quotes.pricing import LineValues, priced

RATES = [Decimal("20"), Decimal("10"), Decimal("5.5"), Decimal("2.1"), Decimal("0")]
lines = st.builds(
    LineValues,
    unit_price=st.decimals(0, 100_000, places=6).map(euros),
    quantity=st.decimals("0.0001", 5_000, places=4),
    discount_percent=st.decimals(0, 100, places=2),
    vat_rate=st.sampled_from(RATES),
)


def line(price: str, **fields: object) -> LineValues:
    return LineValues(unit_price=euros(price), **fields)  # type: ignore[arg-type]


def test_vat_is_computed_per_rate_on_the_total_not_line_by_line():
    price = priced([line("0.03", vat_rate=Decimal(20))] * 3)  # line by line: 3 × 0,01 € = 0,03 €
    assert price.vat == euros("0.02")
    assert price.total == euros("0.11")


def test_a_half_cent_of_vat_goes_up():
    assert priced([line("0.25", vat_rate=Decimal(10))]).vat == euros("0.03")


def test_each_rate_has_its_own_base():
    price = priced(
        [line("100", vat_rate=Decimal(20)), line("50", vat_rate=Decimal("5.5")), line("20", vat_rate=Decimal(20))]
    )
    assert [(tax.rate, tax.base, tax.amount) for tax in price.taxes] == [
        (Decimal(20), euros(120), euros(24)),
        (Decimal("5.5"), euros(50), euros("2.75")),
    ]


def test_under_franchise_there_is_no_vat_whatever_a_line_says():
    price = priced([line("100", vat_rate=Decimal(20)), line("50")], franchise=True)
    assert (price.net, price.vat, price.total) == (euros(150), euros(0), euros(150))
    assert [(tax.category, tax.rate) for tax in price.taxes] == [("E", 0)]


def test_a_line_is_rounded_once_after_its_discount():
    assert line("0.333333", quantity=Decimal(3), discount_percent=Decimal(10)).net == euros("0.90")


def test_nothing_costs_nothing():
    price = priced([])
    assert (price.nets, price.taxes, price.total) == ((), (), euros(0))


def test_an_arithmetic_version_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="arithmetic version 2"):
        priced([], version=2)


@given(st.lists(lines, max_size=12), st.booleans())
def test_totals_always_add_up_to_the_cent(quoted: list[LineValues], franchise: bool):
    price = priced(quoted, franchise=franchise)
    assert price.net == total(price.nets) == total(tax.base for tax in price.taxes)
    assert price.vat == total(vat_of(tax.base, tax.rate) for tax in price.taxes)
    assert price.total == price.net + price.vat == cents(price.total)
    assert not (franchise and price.vat)


@given(st.lists(lines, max_size=8), st.randoms())
def test_the_order_of_lines_changes_no_total(quoted: list[LineValues], random):
    shuffled = random.sample(quoted, len(quoted))
    assert priced(shuffled).total == priced(quoted).total
