import pytest

from lib.addresses import RowConverter, row_id, year

LARGEST = 10**18 - 1


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), (str(LARGEST), LARGEST)])
def test_digits_are_the_number_of_a_row(text: str, number: int) -> None:
    assert row_id(text) == number


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "+1", "1.0", " 1", "1\n", "1_0", "seven", "9" * 19, "9" * 5000])
def test_anything_else_is_no_row(text: str) -> None:
    assert row_id(text) is None


@pytest.mark.parametrize("text", ["0000", "0", "1899", "3000", "²²²²", "20260", ""])
def test_a_year_is_one_that_dates_have(text: str) -> None:
    assert year(text) is None
    assert year("2026") == 2026


def test_the_largest_number_in_an_address_fits_the_databases_integers() -> None:
    import re

    assert re.fullmatch(RowConverter.regex, str(LARGEST))
    assert not re.fullmatch(RowConverter.regex, str(2**63))
