"""Every watched page: valid HTML, axe without violation, light, no sideways scroll, light and dark, phone and desk."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from desk.templatetags.pieces import PAGES as NAVIGATION
from lib.colours import contrast
from tests.conftest import logged_in
from tests.pages.checks import html_faults, measures, sideways, small_targets, violations
from tests.pages.pages import LIMITS, PAGES, Watched, world

TEMPLATES = Path(__file__).parent.parent / "templates"
CSS = Path(__file__).parent.parent / "static" / "css"
BY_NAME = [pytest.param(watched, id=watched.name) for watched in PAGES]


@pytest.mark.django_db
@pytest.mark.parametrize("watched", BY_NAME)
def test_a_page_is_valid_html(watched: Watched, client: Any) -> None:
    rows = world()
    visitor = logged_in(rows[watched.who]) if watched.who != "nobody" else client
    assert html_faults(visitor.get(watched.address(rows)).content.decode()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("watched", BY_NAME)
def test_a_page_is_light_readable_and_fits(watched: Watched, open_page: Any) -> None:
    rows = world()
    who = rows.get(watched.who)
    kilobytes, elements, mark = LIMITS[watched.limits]
    page = open_page(who, width=360, height=740)
    cost = measures(page, watched.address(rows))
    assert cost.bytes <= kilobytes * 1000
    assert cost.requests <= 6
    assert cost.elements <= elements
    assert cost.ecoindex >= mark
    assert len(cost.hosts) == 1
    assert sideways(page) <= 0
    assert small_targets(page) == []
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []
    page.set_viewport_size({"width": 1280, "height": 900})
    assert sideways(page) <= 0
    assert violations(page) == []


@pytest.mark.django_db
def test_every_word_of_the_navigation_leads_somewhere() -> None:
    for _word, name, prefix, _owners_alone in NAVIGATION:
        address = reverse(name, args=["lise-potager"])
        assert address == f"/b/lise-potager/{prefix.partition(' ')[0]}/".replace("//", "/")


def test_no_template_carries_what_the_policy_refuses() -> None:
    refused = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:")
    allowed = {"documents", "mail"}  # printed, or plain text: no browser reads them
    for template in TEMPLATES.rglob("*.html"):
        if template.relative_to(TEMPLATES).parts[0] not in allowed:
            assert not refused.search(template.read_text()), template


def tokens() -> list[dict[str, str]]:
    """Return the colours of the light look, then of the dark one (which keeps what it does not say again)."""
    looks = re.findall(r":root \{(.*?)\n\s*\}", (CSS / "base.css").read_text(), re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", look)) for look in looks[:2])
    return [light, light | dark]


@pytest.mark.parametrize("look", tokens(), ids=["light", "dark"])
def test_words_can_be_read_on_every_ground_they_stand_on(look: dict[str, str]) -> None:
    words = ("ink", "ink-soft", "leaf", "tomato", "money", "goods", "time", "local")
    pairs = [(word, ground) for word in words for ground in ("paper", "sheet")]
    pairs += [("on-leaf", "leaf"), ("on-leaf", "leaf-strong"), ("on-flower", "flower"), ("leaf-strong", "leaf-soft")]
    pairs += [("tomato", "tomato-soft"), ("ink", "flower-soft"), ("ink", "leaf-soft"), ("ink-soft", "leaf-soft")]
    assert [pair for pair in pairs if contrast(look[pair[0]], look[pair[1]]) < 4.5] == []
    assert contrast(look["edge"], look["sheet"]) >= 3


def test_the_checks_see_what_is_wrong() -> None:
    page = '<!doctype html><h1>A</h1><h3>B</h3><p id="x"><span id="x"></p><input name="q"><img src="a" style="b">'
    said = " ".join(html_faults(page))
    for fault in ("h1 is followed by h3", "id x is there 2 times", "closes", "no label", "without alt", "has style="):
        assert fault in said
