import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import markdown
from lib.markdown import inside_paragraph, to_html


def test_what_people_write_every_day() -> None:
    html = to_html("Bonjour **vous**,\nvoici *tout* :\n\n- un\n- deux\n\n> cité\n\n---\n\n`code`")
    for piece in (
        "<strong>vous</strong>,<br>",
        "<em>tout</em>",
        "<li>un</li>",
        "<blockquote>",
        "<hr>",
        "<code>code</code>",
    ):
        assert piece in html


def test_a_link_opens_without_telling_where_it_was() -> None:
    html = to_html("[le site](https://example.org/?a=1&b=2)")
    assert html == '<p><a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer nofollow">le site</a></p>\n'


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "ftp://x"]
)
def test_a_link_to_anything_but_the_web_or_a_mailbox_leads_nowhere(address: str) -> None:
    assert "href" not in to_html(f"[ici]({address}) et <{address}>")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<b onclick=x>", "a <img src=x onerror=y> b", "<style>*{}</style>"]
)
def test_html_prints_as_text(text: str) -> None:
    assert not re.search(r"<(script|b|img|style)\b", to_html(text))


def test_an_image_fetches_nothing() -> None:
    html = to_html("![plan](https://example.org/x.png) ![autre][x]\n\n[x]: https://example.org/y.png")
    assert "<img" not in html
    assert "src=" not in html


def test_a_heading_is_a_bold_paragraph_unless_the_place_gives_it_a_level() -> None:
    text = "# Titre\n\n##### Sous *titre*\n\nAutre\n===="
    assert to_html(text) == (
        "<p><strong>Titre</strong></p>\n<p><strong>Sous <em>titre</em></strong></p>\n<p><strong>Autre</strong></p>\n"
    )
    assert to_html(text, heading_level=3).count("<h3>") == 3


def test_an_empty_heading_is_harmless() -> None:
    assert to_html("#\n") == "<p><strong></strong></p>\n"


def test_a_table_says_its_alignment_by_a_class_and_what_its_headers_are_about() -> None:
    html = to_html("|quoi|prix|\n|-|-:|\n|panier|20|")
    assert '<th class="align-right" scope="col">prix</th>' in html
    assert '<td class="align-right">20</td>' in html
    assert '<th scope="col">quoi</th>' in html


@given(st.text(st.sampled_from("ab <>\"'&=#*_[]()!|`~-:\n\\/1.") | st.characters(codec="utf-8"), max_size=80))
def test_nothing_that_can_be_typed_gives_a_style_a_handler_or_a_fetch(text: str) -> None:
    for tag in re.findall(r"<[^>]*>", to_html(text)):
        assert re.fullmatch(
            r"</?(p|br|strong|em|[uo]l|li|blockquote|a|hr|code|pre|table|thead|tbody|tr|t[hd])"
            r"( (href|title|rel|scope|class|start)=\"[^\"]*\")*>",
            tag,
        )


PLAINLY = st.text(st.sampled_from("aéZ9 .,:;!?()'’«»–-+#=/\u00a0\u202f\u2009€\u2028\u00ad\u200b$%^@{}½"), max_size=40)


@given(PLAINLY)
def test_a_plain_line_is_what_the_parser_makes_of_it(text: str) -> None:
    """One line without any sign of Markdown does not go through the parser."""
    said = to_html(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "PLAIN", re.compile("(?!)"))
        assert said == to_html(text)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("Sobre et utile.", "Sobre et utile."),
        ("un\ndeux", "un<br>\ndeux"),
        ("un\n\ndeux", None),
        ("- un", None),
        ("", None),
    ],
)
def test_one_paragraph_is_told_from_any_other_text(text: str, inside: str | None) -> None:
    assert inside_paragraph(to_html(text)) == inside
