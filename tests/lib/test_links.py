import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.links import LARGEST_ID, link_id_of, make, matches

IDS = st.integers(0, LARGEST_ID)


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    settings.LINK_KEY = "the key of today"
    settings.LINK_KEY_FALLBACKS = []


@pytest.mark.parametrize("link_id", [0, 1, 35, 36, 123456789, LARGEST_ID])
def test_a_token_names_its_link_and_opens_it(link_id: int) -> None:
    token = make(link_id, 1)
    assert link_id_of(token) == link_id
    assert matches(token, link_id, 1)


def test_a_token_is_lower_case_and_safe_in_an_address_and_a_mail() -> None:
    assert re.fullmatch(r"[0-9a-z]+-[a-z2-7]{32}", make(123456, 3))


def test_a_token_can_be_made_again_to_be_mailed_again() -> None:
    assert make(7, 1) == make(7, 1)


def test_a_token_whose_case_was_changed_on_the_way_still_opens() -> None:
    assert matches(make(123456, 1).upper(), 123456, 1)


def test_raising_the_generation_revokes_the_token() -> None:
    assert not matches(make(7, 1), 7, 2)


def test_a_token_opens_no_other_link_and_serves_no_other_purpose() -> None:
    signature = make(7, 1).rpartition("-")[2]
    assert not matches(f"8-{signature}", 8, 1)
    assert not matches(make(7, 1), 8, 1)
    assert not matches(make(7, 1, purpose="calendar"), 7, 1)
    assert matches(make(7, 1, purpose="calendar"), 7, 1, purpose="calendar")


def test_another_key_makes_other_tokens_and_an_earlier_key_still_opens_its_own(settings: Any) -> None:
    earlier = make(7, 1)
    settings.LINK_KEY = "the key of tomorrow"
    assert make(7, 1) != earlier
    assert not matches(earlier, 7, 1)
    settings.LINK_KEY_FALLBACKS = ["the oldest key", "the key of today"]
    assert matches(earlier, 7, 1)
    assert matches(make(7, 1), 7, 1)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "-",
        "7",
        "7-",
        "7-short",
        "-" + "a" * 32,
        "+7-" + "a" * 32,
        " 7-" + "a" * 32,
        "07-" + "a" * 32,
        "7-" + "a" * 33,
        "7-" + "1" * 32,
        "7-" + "a" * 32 + "\n",
        "7_0-" + "a" * 32,
        "é-" + "a" * 32,
        "٧-" + "a" * 32,
        "zzzzzzzzzzzzz-" + "a" * 32,
        "z" * 5000 + "-" + "a" * 32,
    ],
)
def test_what_cannot_be_a_token_names_no_link(token: str) -> None:
    assert link_id_of(token) is None
    assert not matches(token, 7, 1)


def test_an_id_that_no_database_could_give_is_refused() -> None:
    for link_id in (-1, LARGEST_ID + 1):
        with pytest.raises(ValueError, match="cannot be the id"):
            make(link_id, 1)


@given(IDS, st.integers(1, 1000), IDS, st.integers(1, 1000))
def test_a_token_matches_its_own_link_and_generation_alone(
    link_id: int, generation: int, other: int, later: int
) -> None:
    assert matches(make(link_id, generation), other, later) == ((link_id, generation) == (other, later))


@given(st.text())
def test_any_text_at_all_is_read_without_an_error(token: str) -> None:
    assert not matches(token, 7, 1)
