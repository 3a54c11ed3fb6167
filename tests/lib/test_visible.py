"""What shows nothing is left out of identifiers."""

import pytest

from lib.visible import alike, visible


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  FC-014\t", "FC-014"),
        ("\u202eFC-014", "FC-014"),
        ("FC\u200b-0\ufeff1\u00ad4\u2060", "FC-014"),
        ("FC-014\x00\x07", "FC-014"),
        ("\u2066FC\u2069\u3164-014\ufe0f", "FC-014"),
        ("n°\u00a014\n bis\u2028", "n° 14 bis"),
        ("\u200b \u202e", ""),
        ("Œufs & légumes", "Œufs & légumes"),
    ],
)
def test_only_what_is_seen_is_kept(typed: str, kept: str) -> None:
    assert visible(typed) == kept


@pytest.mark.parametrize("typed", ["fc-É14", "FC\u200b-É14", " FC-E\u030114 ", "ＦＣ-É１４"])
def test_what_looks_the_same_is_the_same(typed: str) -> None:
    assert alike(typed) == alike("FC-É14")


def test_what_looks_different_is_different() -> None:
    assert alike("FC-14") != alike("FC14")
