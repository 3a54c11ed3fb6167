"""The mix bar: geometry that adds up, colours that stay apart, an SVG that any renderer and any CSP accepts."""

from decimal import Decimal
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from lib.bars import COLOURS, GAP, KINDS, LEAST, Segment, layout, mix_bar, swatch
from lib.colours import contrast, legible
from lib.money import euros

SVG = "{http://www.w3.org/2000/svg}"
PARTS = [
    Segment("money", euros(900), "900 € en euros"),
    Segment("goods", euros(300), "15 paniers"),
    Segment("time", euros(0), "rien"),
    Segment("local_currency", euros("0.01"), "un centime"),
]


def drawn(*segments: Segment):
    return etree.fromstring(mix_bar(segments or PARTS, width=600, height=16, title="La répartition"))


def test_any_two_kinds_differ_in_lightness_by_1_6_so_that_neighbours_do():
    assert set(COLOURS) == set(KINDS)
    for one, other in combinations(KINDS, 2):
        assert contrast(COLOURS[one].fill, COLOURS[other].fill) >= 1.6, (one, other)


def test_the_ink_of_a_pattern_is_seen_on_its_own_segment():
    for kind in ("goods", "time", "local_currency"):
        assert contrast(COLOURS[kind].fill, COLOURS[kind].ink) >= 2, kind


@given(st.lists(st.decimals(Decimal("0.01"), 10**7, places=2), min_size=1, max_size=12), st.integers(120, 900))
def test_segments_fill_the_width_with_a_gap_between_two_and_none_too_small_to_see(amounts, width):
    placed = layout(amounts, width)
    left, wide = placed[-1]
    assert abs(left + wide - width) <= Decimal("0.1")
    assert min(w for _, w in placed) >= min(LEAST, Decimal(width - GAP * (len(amounts) - 1)) / len(amounts)) - 1
    for (x, w), (following, _) in pairwise(placed):
        assert abs(following - x - w - GAP) <= Decimal("0.02")


def test_segments_are_in_proportion():
    (_, first), (_, second) = layout([Decimal(900), Decimal(300)], 602)
    assert (first, second) == (Decimal(450), Decimal(150))


def test_a_part_worth_nothing_is_not_drawn():
    assert [rect.get("class") for rect in drawn().iter(f"{SVG}rect")] == [
        "mix-money",
        "mix-goods",
        "mix-local-currency",
    ]


def test_an_empty_mix_is_an_empty_bar():
    assert not list(etree.fromstring(mix_bar([], width=600, height=16, title="Rien")).iter(f"{SVG}rect"))


def test_the_bar_says_in_words_what_it_shows():
    assert drawn().findtext(f"{SVG}title") == "La répartition"
    assert [t.text for t in drawn().iter(f"{SVG}title")][1:] == ["900 € en euros", "15 paniers", "un centime"]


def test_geometry_and_colours_are_attributes_since_neither_the_csp_nor_the_renderer_reads_styles():
    for element in drawn().iter():
        assert "style" not in element.attrib
    assert {rect.get("fill") for rect in drawn().iter(f"{SVG}rect")} <= {c.fill for c in COLOURS.values()}


def test_a_label_written_by_a_person_cannot_leave_its_place():
    svg = mix_bar([Segment("goods", euros(1), '"><script>alert(1)</script>')], width=600, height=16, title="<b>")
    assert "<script" not in svg
    assert etree.fromstring(svg).findtext(f"{SVG}title") == "<b>"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_but_euros_has_a_pattern_that_stays_inside_its_segment(kind):
    path = etree.fromstring(swatch(kind, title="x")).find(f".//{SVG}path")
    if kind == "money":
        assert path is None
        return
    numbers = [float(n) for n in path.get("d").replace("M", " ").replace("L", " ").split()]
    assert numbers
    assert all(0 <= n <= 12.01 for n in numbers)


@pytest.mark.parametrize("colour", ["#ffff00", "#2f6b3c", "#ffffff", "red; } body { display: none"])
def test_an_accent_is_darkened_until_it_can_be_read_and_is_never_anything_but_a_colour(colour):
    shade = legible(colour)
    assert contrast(shade, "#ffffff") >= 4.5
    assert len(shade) == 7
