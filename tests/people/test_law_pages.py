"""What the law says here: every fact on a public page, in words, with its source; what is not sure says so."""

from datetime import UTC, datetime

import pytest
from django.test import Client as Visitor
from django.utils.html import escape

from lib import clock, law
from people import law_places, views_law
from tests.pages.checks import html_faults

pytestmark = pytest.mark.django_db
MOST_ELEMENTS = 380


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))


def page(visitor: Visitor, subject: str, language: str = "fr") -> str:
    visitor.post("/language/", {"language": language, "next": "/"})
    answer = visitor.get(f"/law/{subject}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_fact_has_its_place_its_source_and_its_anchor(as_anonymous: Visitor, language: str) -> None:
    pages = {subject: page(as_anonymous, subject, language) for subject in law_places.subjects()}
    for fact in law.all_facts():
        text = pages[law_places.subject_of(fact.key)]
        assert f'id="{law_places.anchor_of(fact)}"' in text
        assert str(escape(fact.title[language])) in text
        assert str(escape(fact.source)) in text
    anchors = [law_places.anchor_of(fact) for fact in law.all_facts()]
    assert len(anchors) == len(set(anchors))


def test_each_page_is_light_and_valid(as_anonymous: Visitor) -> None:
    for subject in law_places.subjects():
        text = page(as_anonymous, subject)
        assert html_faults(text) == [], subject
        assert text.count("<") - text.count("</") - 1 <= MOST_ELEMENTS, subject


def test_an_outdated_rate_is_to_check(as_anonymous: Visitor) -> None:
    text = page(as_anonymous, "payment")
    half = text[text.index('id="late-legal-interest-rate-2026-01-01"') :]
    assert "taux à vérifier" in half[: half.index("</article>")]
    earlier = text[text.index('id="late-legal-interest-rate-2025-07-01"') :]
    assert "du passé" in earlier[: earlier.index("</article>")]


def test_what_a_professional_should_confirm_says_so(as_anonymous: Visitor) -> None:
    text = page(as_anonymous, "payment")
    public = text[text.index('id="late-points-over-ecb-public') :]
    assert "à faire confirmer par un professionnel" in public[: public.index("</article>")]


def test_no_hole_of_a_sentence_is_left_to_read(as_anonymous: Visitor) -> None:
    for subject in law_places.subjects():
        assert "{number}" not in page(as_anonymous, subject)


def test_numbers_have_their_units() -> None:
    fact = law.fact("retention.tax_years", datetime(2027, 1, 1, tzinfo=UTC).date())
    assert views_law.shown(fact, fact.since, "fr").values == ["10\u00a0ans"]


def test_an_unknown_subject_is_not_there_and_the_foot_leads_here(as_anonymous: Visitor) -> None:
    assert as_anonymous.get("/law/astrology/").status_code == 404
    assert 'href="/law/"' in as_anonymous.get("/").content.decode()
