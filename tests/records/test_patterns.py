"""What a number looks like: read in any language, checked in words, never able to double another."""

import re
from datetime import date
from itertools import product

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from records.patterns import PatternError, kept, look_alike, may_meet, may_repeat, read

ON = date(2026, 7, 4)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("F{année}-{compteur:4}", "F2026-0012"),
        ("F{annee}-{compteur:4}", "F2026-0012"),
        ("F{year}-{counter:4}", "F2026-0012"),
        ("{an}/{mois}/{compteur}", "26/07/12"),
        ("{yy}+{month}_{counter:2}", "26+07_12"),
        ("FAC{Compteur:6}", "FAC000012"),
    ],
)
def test_a_pattern_is_written_in_any_language(written: str, number: str) -> None:
    assert read(written).number(12, ON) == number


def test_a_pattern_is_kept_in_english_and_shown_in_the_persons_language() -> None:
    pattern = read("F{année}-{compteur:4}")
    assert str(pattern) == "F{year}-{counter:4}"
    assert pattern.shown() == "F{année}-{compteur:4}"
    with translation.override("en"):
        assert pattern.shown() == "F{year}-{counter:4}"
    assert kept(str(pattern)) == pattern


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("F{année}", "là où le numéro avance"),
        ("{compteur}-F", "en dernier"),
        ("F{mois}-{compteur}", "{année} aussi"),
        ("F{année}{an}-{compteur}", "une seule fois"),
        ("F{compteur}{compteur}", "une seule fois"),
        ("Fé{compteur}", "é"),
        ("F {compteur}", "un espace"),
        ("F.{compteur}", "."),
        ("F{semaine}-{compteur}", "{semaine}"),
        ("F{compteur", "accolade"),
        ("F{compteur:0}", "1 à 9"),
        ("F{année:2}-{compteur}", "1 à 9"),
        ("F{partenaire}-{compteur}", "un seul partenaire"),
        ("FACTURES-DE-L-ATELIER-{année}-{compteur:4}", "35"),
        ("", "là où le numéro avance"),
    ],
)
def test_what_cannot_be_a_pattern_is_told_in_words(written: str, words: str) -> None:
    with pytest.raises(PatternError, match=re.escape(words)):
        read(written)


def test_a_partners_number_never_runs_into_the_counter() -> None:
    assert read("AF{partenaire}-{compteur}", dedicated=True).number(3, ON, partner=12) == "AF12-3"
    with pytest.raises(PatternError):
        read("AF{partenaire}{compteur}", dedicated=True)


def test_a_prefix_counts_in_the_length() -> None:
    longest = "F" * 22 + "{year}-{counter}"
    with pytest.raises(PatternError):
        read(longest)
    assert len(read(longest[1:]).number(999_999_999, ON)) == 35
    with pytest.raises(PatternError):
        read(longest[1:], prefix="DEMO-")


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("F{year}-{counter:4}", "A{year}-{counter:4}", False),
        ("F{year}-{counter:4}", "F{year}-{counter:5}", True),
        ("F{year}{counter:4}", "F{year}{month}{counter:3}", True),
        ("F{year}-{counter:4}", "F{year}-{month}-{counter:4}", False),
        ("F{year}-{counter:4}", "F{counter}", False),
        ("{counter}", "{year}{counter:2}", True),
        ("FA{year}-{counter:4}", "F{year}-{counter:4}", False),
        ("AF{partner}-{year}-{counter:4}", "AF{year}-{counter:4}", False),
        ("F2026-{counter}", "F{year}-{counter:4}", True),
    ],
)
def test_two_patterns_that_could_give_the_same_number_are_found(one: str, other: str, meet: bool) -> None:
    assert may_meet(kept(one), kept(other)) is meet
    assert may_meet(kept(other), kept(one)) is meet


LITERALS = st.sampled_from(["", "F", "A", "F2", "-", "20"])
SOME = st.builds(
    lambda first, year, middle, month, width: f"{first}{year}{middle}{month}{{counter:{width}}}",
    LITERALS, st.sampled_from(["{year}", "{yy}"]), LITERALS, st.sampled_from(["", "{month}"]), st.integers(1, 4),
)  # fmt: skip
COUNTS = (1, 9, 12, 99, 101, 1001, 20261)


@given(SOME, SOME)
def test_patterns_said_not_to_meet_never_do(one: str, other: str) -> None:
    left, right = kept(one), kept(other)
    if not may_meet(left, right):
        days = (ON, date(2026, 12, 1))
        assert not {left.number(n, day) for n, day in product(COUNTS, days)} & {
            right.number(n, day) for n, day in product(COUNTS, days)
        }


@given(SOME, SOME)
def test_looks_said_not_to_repeat_the_numbers_of_a_day_never_do(one: str, other: str) -> None:
    left, right = kept(one), kept(other)
    if not may_repeat(left, right, ON) and not look_alike(left, right, ON):
        assert not {left.number(n, ON) for n in COUNTS} & {right.number(n, ON) for n in COUNTS}


@given(SOME)
def test_one_pattern_never_gives_the_same_number_twice(one: str) -> None:
    pattern, days = kept(one), (ON, date(2026, 12, 1), date(2027, 7, 1))
    given = [pattern.number(n, day) for n, day in product(COUNTS, days)]
    other_periods = len({(n, day if pattern.has("month") else day.year) for n, day in product(COUNTS, days)})
    assert len(set(given)) == other_periods
