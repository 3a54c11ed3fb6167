"""The SEPA transfer code follows EPC069-12 line by line, and its picture is the code."""

import io

import pytest
import segno
from PIL import Image

from billing import epc
from lib.money import euros

FIELDS = {"name": "Lucie Vernet EI", "iban": "FR14 2004 1010 0505 0001 3M02 606", "bic": "PSSTFRPPXXX"}


def test_each_line_is_in_its_place_and_free_text_is_on_line_11():
    lines = epc.text(**FIELDS, amount=euros("540"), message="F2026-0002").split("\n")
    assert lines == [
        "BCD", "002", "1", "SCT", "PSSTFRPPXXX", "Lucie Vernet EI", "FR1420041010050500013M02606", "EUR540.00", "", "",
        "F2026-0002",
    ]  # fmt: skip


def test_long_names_and_messages_are_cut_to_what_banks_read():
    lines = epc.text(**FIELDS | {"name": "N" * 90}, amount=euros("1"), message="M" * 200).split("\n")
    assert (len(lines[5]), len(lines[10])) == (70, 140)


@pytest.mark.parametrize("amount", ["0", "-1", "1000000000"])
def test_an_amount_that_no_transfer_has_is_refused(amount):
    with pytest.raises(ValueError, match="transfer"):
        epc.text(**FIELDS, amount=euros(amount), message="x")


def test_the_picture_is_the_code_with_its_quiet_zone():
    content = epc.text(**FIELDS, amount=euros("540"), message="F2026-0002")
    picture = Image.open(io.BytesIO(epc.picture(content)))
    code = segno.make(content, error="m", mode="byte", encoding="utf-8", boost_error=False, micro=False)
    expected = [bool(module) for row in code.matrix_iter(scale=1, border=4) for module in row]
    side = picture.width // epc.SCALE
    middles = [(x * epc.SCALE + 3, y * epc.SCALE + 3) for y in range(side) for x in range(side)]
    assert [picture.getpixel(place) < 128 for place in middles] == expected
    assert code.error == "M"
    assert int(code.version) <= 13
