import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from django.db.models import TextChoices
from django.utils.functional import lazystr
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.money import euros
from lib.seals import canonical, salted, seal


class Kind(TextChoices):
    GOODS = "goods", "biens"


class Colour(Enum):
    GREEN = 1


KNOWN = {
    "total": euros("1200.00"),
    "fine": euros("0.123456"),
    "rate": Decimal("5.50"),
    "quantity": Decimal("1E+2"),
    "on": date(2026, 11, 22),
    "at": datetime(2026, 11, 22, 10, 30, 0, 123, tzinfo=UTC),
    "id": UUID("12345678-1234-5678-1234-567812345678"),
    "kind": Kind.GOODS,
    "lines": [{"title": "Page d’accueil « frugale »", "position": 1}, {"title": "15 paniers\n", "position": 2}],
    "nothing": None,
    "yes": True,
}
KNOWN_TEXT = (
    '{"at":"2026-11-22T10:30:00.000123Z","fine":"0.123456 EUR","id":"12345678-1234-5678-1234-567812345678",'
    '"kind":"goods","lines":[{"position":1,"title":"Page d’accueil « frugale »"},'
    '{"position":2,"title":"15 paniers\\n"}],'
    '"nothing":null,"on":"2026-11-22","quantity":"100","rate":"5.5","total":"1200.00 EUR","yes":true}'
)
# Never change these two: documents are sealed with them. A change of writing is a version 2.
KNOWN_SEAL = "a48c64515e3f58568e27dd6de62d694f6e3b4fc03538158a5393b7d3ba8da0a5"
KNOWN_SALTED = "dc1bb5e6914ebd0ffd5e30710e4fd841c65edcf0ab85723d639839d583901ae9"

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8"))
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


def test_the_canonical_text_of_a_known_value_is_pinned_for_ever() -> None:
    assert canonical(KNOWN, version=1) == KNOWN_TEXT


def test_the_seal_of_a_known_value_is_pinned_for_ever() -> None:
    assert seal(KNOWN, version=1) == KNOWN_SEAL


def test_a_salted_digest_is_pinned_for_ever() -> None:
    assert salted("192.0.2.7", "a salt") == KNOWN_SALTED


def test_anybody_can_make_the_seal_again_from_the_canonical_text() -> None:
    assert seal(KNOWN) == hashlib.sha256(canonical(KNOWN).encode()).hexdigest()


def test_the_same_number_seals_alike_however_many_zeros_it_carries() -> None:
    assert canonical([Decimal("20"), Decimal("20.00"), Decimal("2E+1")]) == '["20","20","20"]'
    assert canonical([Decimal("-0.00"), Decimal("0.10")]) == '["0","0.1"]'
    assert canonical([euros(20), euros("20.000000")]) == '["20.00 EUR","20.00 EUR"]'


def test_the_same_moment_seals_alike_in_every_time_zone() -> None:
    paris = timezone(timedelta(hours=1))
    assert canonical(datetime(2026, 11, 22, 11, tzinfo=paris)) == canonical(datetime(2026, 11, 22, 10, tzinfo=UTC))


def test_the_order_of_keys_does_not_count_and_that_of_a_list_does() -> None:
    assert seal({"a": 1, "b": 2}) == seal({"b": 2, "a": 1})
    assert seal([1, 2]) != seal([2, 1])
    assert seal((1, 2)) == seal([1, 2])


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        [0.1],
        Decimal("NaN"),
        float("nan"),
        datetime(2026, 1, 1),
        lazystr("depends on the language"),
        {1: "a number as key"},
        {1, 2},
        b"bytes",
        Colour.GREEN,
        object(),
    ],
)
def test_what_has_no_single_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_a_version_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="no version 2"):
        seal(KNOWN, version=2)


@settings(max_examples=100)
@given(VALUES, VALUES)
def test_different_texts_have_different_seals_and_equal_ones_the_same(one: object, other: object) -> None:
    assert (seal(one) == seal(other)) == (canonical(one) == canonical(other))


def test_a_digest_depends_on_its_salt_and_needs_one() -> None:
    assert salted("192.0.2.7", "a salt") != salted("192.0.2.7", "another")
    with pytest.raises(ValueError, match="without salt"):
        salted("192.0.2.7", "")
