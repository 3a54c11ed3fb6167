"""Short ways through the renderer: the same bytes as its own; what is drawn otherwise looks the same."""

import io
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pikepdf
import pytest
import tinycss2
from PIL import Image, ImageChops, ImageFilter
from weasyprint.draw import border
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline

from billing import issuing
from lib import pdf
from lib.pdf import page, quick, quick_kept, quick_lines, quick_text
from tests.kit.samples import SAMPLES
from tests.kit.test_pages import with_lines
from tests.pictures.samples import DOCUMENTS

NOW = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
PAGE = (
    '<html lang="fr"><head><meta charset="utf-8"><title>Essai</title><style>.accent {{ color: #2f6b3c }}</style></head>'
    "<body><h1>Bonjour</h1>{}</body></html>"
)
MARKDOWN = (
    """<div class="told"><p>Un <strong>deux</strong> <em>trois</em>,<br>quatre <a href="https://example.org/">cinq
six</a></p><ul><li>un</li><li><p>deux</p><ul><li>trois</li></ul></li></ul><ol start="3"><li>a</li></ol><hr>
<pre><code>a  b
   c</code></pre><blockquote><p>cité</p></blockquote><table><thead><tr><th class="align-right">a</th></tr></thead>
<tbody><tr><td>b</td></tr></tbody></table></div><p>longueur """
    + "anticonstitutionnellement " * 40
    + "</p>"
)
SENT = {
    **{name: partial(issuing.pdf_bytes, facts, created=NOW) for name, facts in SAMPLES.items()},
    **DOCUMENTS,
    "forty-lines": lambda: issuing.pdf_bytes(with_lines(40), created=NOW),
    "markdown": lambda: printed(MARKDOWN),
}
CHOSEN = ("franchise", "vat-several-rates", "final", "credit-note", "described", "long", "english", "quote")
CHOSEN += ("receipts-book", "forty-lines", "markdown")


def printed(body: str) -> bytes:
    return pdf.render(PAGE.format(body), language="fr", created=NOW, title="Essai")


def the_long_way(monkeypatch: pytest.MonkeyPatch, make: Callable[[], bytes]) -> bytes:
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "SHORT_WAYS", False)
        return make()


@pytest.mark.parametrize("name", CHOSEN)
def test_a_document_is_the_same_bytes_by_the_short_ways_and_by_the_renderers(name, monkeypatch):
    make = SENT[name]
    assert make() == make() == the_long_way(monkeypatch, make)


def test_a_document_does_not_depend_on_those_made_before_it(monkeypatch):
    make = SENT["vat-several-rates"]
    after_others = make()
    monkeypatch.setattr(quick_lines, "kept", quick_kept.Kept())
    monkeypatch.setattr(quick_text, "kept", quick_kept.Kept())
    monkeypatch.setattr(quick_text, "faces", {})
    monkeypatch.setattr(pdf._warm, "stamp", ())
    assert make() == after_others


@pytest.mark.parametrize(
    "body",
    [
        '<p id="here">ancré</p><p><a href="#here">là</a></p>',
        "<style>p { color: #ff0000 }</style><p>rouge</p>",
        "<p>mal <b>fermé</p>",
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>x</title><circle r="4"/></svg>',
        "<p>\x0bcaractère que XML n’a pas</p>",
        "<p>" + "<em>" * 60 + "profond" + "</em>" * 60 + "</p>",
    ],
)
def test_a_page_unlike_ours_is_printed_too(body, monkeypatch):
    assert printed(body) == the_long_way(monkeypatch, lambda: printed(body))


def test_the_renderer_is_put_back_as_it_was_even_after_a_refusal():
    before = (inline.iter_line_boxes, border.draw_border, vars(boxes.Box)["is_in_normal_flow"])
    printed("<p>x</p>")
    with pytest.raises(pdf.Refused):
        printed('<img alt="x" src="https://example.org/x.png">')
    assert before == (inline.iter_line_boxes, border.draw_border, vars(boxes.Box)["is_in_normal_flow"])


def test_every_way_replaces_something_the_renderer_has():
    assert {way.name for way in quick.THEIRS} >= {"iter_line_boxes", "draw_text", "write", "draw_table", "marked"}
    assert all(way.ours is not None for way in quick.THEIRS)


def test_our_stylesheets_look_at_tags_and_classes_only():
    """Styles are kept by path: a selector that looks at siblings, positions or other attributes would lie."""
    for sheet in (pdf.BASE_STYLE, pdf.STYLE):
        for rule in tinycss2.parse_stylesheet(sheet.read_text(), skip_comments=True, skip_whitespace=True):
            if rule.type == "qualified-rule":
                selector = tinycss2.serialize(rule.prelude).replace("[hidden]", "").replace("::before", "")
                assert re.fullmatch(r"[\w\s.,>-]+", selector), selector


@pytest.mark.parametrize("word", ["flex", "grid", "outline", "float:", "id=", " page:", "opacity", "@page :"])
def test_our_stylesheets_need_nothing_that_the_short_ways_leave_out(word):
    text = re.sub(r"/\*.*?\*/", "", pdf.STYLE.read_text() + pdf.BASE_STYLE.read_text(), flags=re.DOTALL)
    assert word not in text


def picture(made: bytes) -> Image.Image:
    command = ["pdftoppm", "-r", "300", "-png", "-singlefile", "-"]
    run = subprocess.run(command, input=made, capture_output=True, check=True, timeout=60)
    return Image.open(io.BytesIO(run.stdout)).convert("L").filter(ImageFilter.GaussianBlur(6))


@pytest.mark.parametrize("name", ["four-kinds", "final", "quote"])
def test_rules_and_bars_look_as_the_renderer_draws_them(name, monkeypatch):
    ours = picture(SENT[name]())
    with monkeypatch.context() as patch:
        patch.setattr(quick, "OTHERWISE", [])
        patch.setattr(quick, "SHORTER", [])
        theirs = picture(the_long_way(monkeypatch, SENT[name]))
    _, most = ImageChops.difference(ours, theirs).getextrema()
    assert most <= 12  # of 255, once blurred: the edges of thin strokes


def test_what_is_kept_does_not_grow():
    kept = quick_kept.Kept()
    for n in range(10 * quick_kept.MANY):
        kept[n] = n
        assert kept.get(0) == 0  # asked for all along, it stays
    assert len(kept.recent) + len(kept.older) <= 2 * quick_kept.MANY


def test_accent_colours_are_kept_in_small_numbers():
    for n in range(page.FAMILIES_KEPT + 5):
        pdf.render(PAGE.replace("2f6b3c", f"2f6b{n:02x}").format("<p>x</p>"), language="fr", created=NOW, title="Essai")
    assert len(pdf._warm.layout.families) == page.FAMILIES_KEPT


def structure(made: bytes) -> list[tuple[str, str]]:
    """Return the type and the language of each element of a file's structure."""
    with pikepdf.open(io.BytesIO(made)) as file:
        found = [o for o in file.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o and "/P" in o]
        return [(str(element.S)[1:], str(element.get("/Lang", ""))) for element in found]


def roles(made: bytes) -> list[str]:
    return sorted(role for role, _ in structure(made))


def test_layout_is_not_told_to_screen_readers_and_tables_are():
    found = roles(printed('<table role="presentation"><tbody><tr><td><p>a</p></td></tr></tbody></table>'))
    assert found == ["Document", "H1", "P"]
    found = roles(printed("<table><tbody><tr><th scope=row>a</th><td>b</td></tr></tbody></table>"))
    assert found == ["Document", "H1", "TBody", "TD", "TH", "TR", "Table"]


def test_words_in_another_language_say_which():
    found = structure(printed('<p>Facture <span lang="en">Invoice</span></p>'))
    assert [element for element in found if element[1]] == [("Span", "en")]
