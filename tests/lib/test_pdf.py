"""The renderer: one file that is PDF/A-3a and PDF/UA-1, reads nothing of its own accord, the same bytes each time."""

import gc
import io
from datetime import UTC, datetime

import pikepdf
import pytest
from PIL import Image
from weasyprint.urls import FatalURLFetchingError

from lib import pdf
from tests import kit
from tests.kit import verapdf

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
PAGE = '<html lang="fr"><head><title>Essai</title></head><body><h1>Bonjour</h1>{}</body></html>'


def render(body="<p>Des légumes.</p>", **options):
    return pdf.render(PAGE.format(body), **{"language": "fr", "created": NOW, "title": "Essai"} | options)


def logo(colour=(47, 107, 60)):
    out = io.BytesIO()
    Image.new("RGB", (120, 60), colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="x" src="https://example.org/pixel.png">',
        '<img alt="x" src="file:///etc/passwd">',
        '<img alt="x" src="//example.org/pixel.png">',
        '<img alt="x" src="data:image/svg+xml,x">',
        '<img alt="x" src="static:/../config/settings.py">',
        '<img alt="x" src="static://css/../../manage.py">',
        '<img alt="x" src="static:/fonts/none.png">',
        '<img alt="x" src="static:/fonts/%00">',
        '<img alt="x" src="picture:of-somebody-else">',
        "<style>p { background: url(https://example.org/) }</style><p>x</p>",
        "<style>@import url(file:///etc/passwd);</style>",
        '<style>@font-face { font-family: x; src: url("http://example.org/x.woff2") }</style>',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<object data="file:///etc/passwd">x</object>',
        '<embed src="file:///etc/passwd">',
        '<svg xmlns="http://www.w3.org/2000/svg"><title>x</title><image href="file:///etc/passwd"/></svg>',
    ],
)
def test_what_is_not_ours_stops_the_rendering_instead_of_leaving_a_hole(body):
    with pytest.raises(pdf.Refused):
        render(body)


def test_static_files_of_ours_can_be_read():
    fetched = pdf._OwnFiles().fetch("static:/fonts/OFL.txt")
    assert b"SIL OPEN FONT LICENSE" in fetched.read()


def test_a_link_out_of_static_is_refused(tmp_path):
    with pytest.raises(FatalURLFetchingError):
        pdf._OwnFiles().fetch("static:/" + "../" * 12 + "etc/passwd")


def test_a_picture_handed_over_is_shown_and_no_other():
    mine, other = logo(), logo((0, 0, 0))
    shown = render(f'<img alt="logo" src="{pdf.picture_url(mine)}">', pictures=[mine])
    with pikepdf.open(io.BytesIO(shown)) as file:
        assert [str(image.Subtype) for page in file.pages for image in page.Resources.XObject.values()] == ["/Image"]
    with pytest.raises(pdf.Refused):
        render(f'<img alt="logo" src="{pdf.picture_url(other)}">', pictures=[mine])


def test_the_same_page_gives_the_same_bytes():
    note = pdf.Attachment("note.txt", b"bonjour", "Une note")
    assert render(attachments=[note]) == render(attachments=[note])


def test_the_only_date_in_the_file_is_the_one_given():
    with pikepdf.open(io.BytesIO(render(attachments=[pdf.Attachment("n.txt", b"x", "n")]))) as file:
        dates = {str(file.docinfo["/CreationDate"]), str(file.docinfo["/ModDate"])}
        params = next(iter(pikepdf.NameTree(file.Root.Names.EmbeddedFiles).values())).EF.F.Params
        dates |= {str(params.CreationDate), str(params.ModDate)}
    assert dates == {"D:20261201090000Z"}


def test_an_attachment_is_named_once_with_its_relationship():
    with pikepdf.open(io.BytesIO(render(attachments=[pdf.Attachment("n.txt", b"x", "Note", "Supplement")]))) as file:
        assert len(file.Root.AF) == 1
        assert file.Root.AF[0].AFRelationship == "/Supplement"


def test_the_document_says_its_language_and_title():
    with pikepdf.open(io.BytesIO(render(language="en", title="A trial"))) as file:
        assert str(file.Root.Lang) == "en"
        assert str(file.docinfo["/Title"]) == "A trial"


def test_characters_that_no_font_draws_are_found_before_issue():
    assert pdf.missing_glyphs("Ça coûte 1\u202f200,00\u00a0€ – « l’œuf » … — Weiß, Łódź\n") == set()
    assert pdf.missing_glyphs("un poireau 🥬 et 漢字") == {"🥬", "漢", "字"}


def test_what_cannot_be_printed_is_named_and_what_is_not_seen_by_its_number():
    said = {"name": "Ferme 🥬", "lines": [{"title": "\u202epaniers"}, ("x", 3, None)]}

    assert "U+202E 漢 🥬" in pdf.why_unprintable(said, "漢")
    assert pdf.why_unprintable("Un panier", {"count": 3}, []) == ""


@pytest.mark.kit
@pytest.mark.parametrize("mark", sorted(pdf.INVISIBLE))
def test_what_is_laid_out_and_never_drawn_asks_for_no_glyph(mark, tmp_path):
    assert pdf.missing_glyphs(f"un{mark}deux") == set()
    for number, words in enumerate(("un{}deux", "{}", "un {} deux")):
        said = words.format(mark)
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(render(f'<p>{said}</p><p class="lined">{said}</p>', title=said))
        assert verapdf.failures([path], flavours="3a,ua1") == []


def test_a_line_separator_is_a_line_end():
    assert render('<p class="lined">un\u2028deux\u2029trois</p>') == render('<p class="lined">un\ndeux\ntrois</p>')


def test_the_collector_is_left_as_it_was_found():
    gc.disable()
    try:
        render()
        assert not gc.isenabled()
    finally:
        gc.enable()
    render()
    assert gc.isenabled()


def test_a_stylesheet_that_changed_is_read_again(monkeypatch):
    render()
    kept = pdf._warm.styles
    render()
    assert pdf._warm.styles is kept
    monkeypatch.setattr(pdf._warm, "stamp", ())
    render()
    assert pdf._warm.styles is not kept


@pytest.mark.kit
def test_a_plain_page_with_a_list_a_link_and_a_picture_is_pdf_a_3a_and_pdf_ua_1(tmp_path):
    mine = logo()
    body = (
        f'<p><img alt="logo" src="{pdf.picture_url(mine)}"></p><h2>Deux</h2><ul><li>un</li><li>deux</li></ul>'
        '<p>Voir <a href="https://example.org/">la page</a>, <strong>fort</strong>, <em>penché</em>.</p>'
        "<table><thead><tr><th scope=col>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"
    )
    path = tmp_path / "page.pdf"
    path.write_bytes(render(body, pictures=[mine], attachments=[pdf.Attachment("n.txt", b"x", "Note")]))
    assert kit.validate([path], invoices=False) == []
