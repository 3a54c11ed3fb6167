import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st

from lib.money import euros
from lib.spreadsheets import FORMULA_STARTS, csv_lines


def text_of(*rows: Sequence[object], header: tuple[str, ...] = ("a", "b")) -> str:
    return b"".join(csv_lines(header, rows)).decode()


def test_a_file_begins_with_its_byte_order_mark_and_ends_its_lines_as_spreadsheets_expect() -> None:
    assert text_of(["été", "thé"], header=("Nom", "Boisson")) == "\ufeffNom;Boisson\r\nété;thé\r\n"


def test_numbers_and_days_are_data() -> None:
    row: list[object] = [
        Decimal("1200.00"),
        euros("-1200.5"),
        euros("0.123456"),
        date(2026, 11, 22),
        datetime(2026, 11, 22, 9, 5, tzinfo=UTC),
        -3,
        None,
        lazystr("texte"),
    ]
    line = "1200,00;-1200,50;0,123456;2026-11-22;2026-11-22 09:05:00+00:00;-3;;texte"
    assert text_of(row).splitlines()[1] == line


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_looks_like_a_formula_stays_text(start: str) -> None:
    content = text_of([f"{start}1+1", ""]).removeprefix("\ufeff")
    _, [cell, _] = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    assert cell == f"'{start}1+1"


def test_a_title_that_looks_like_a_formula_stays_text_too() -> None:
    assert text_of(header=("=1+1",)) == "\ufeff'=1+1\r\n"


@pytest.mark.parametrize("value", [1.5, True, b"bytes", Decimal("NaN"), datetime(2026, 1, 1), ["list"]])
def test_what_would_be_ambiguous_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        text_of([value])


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1, max_size=4)))
def test_any_text_comes_back_and_none_can_run(rows: list[list[str]]) -> None:
    content = text_of(*rows, header=("title",)).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in read if row] == [
        [cell.removeprefix("'") for cell in row] for row in rows if row
    ]
    assert not any(cell.startswith(FORMULA_STARTS) for row in read for cell in row)


def test_rows_are_written_as_they_come_and_never_held() -> None:
    asked = []

    def rows() -> Iterator[list[object]]:
        for number in range(1000):
            asked.append(number)
            yield [number]

    lines = csv_lines(("n",), rows())
    assert next(lines) == "\ufeffn\r\n".encode()
    assert asked == []
    assert next(lines) == b"0\r\n"
    assert asked == [0]
