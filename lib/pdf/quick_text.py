"""Text: the glyphs of a line that was drawn before are written again as they were.

A line is kept with the advance widths it was written for. In a document that met one of its glyphs with another width
it is drawn anew, so that a file never depends on the documents made before it.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from typing import Any, NamedTuple

from weasyprint.draw import text
from weasyprint.matrix import Matrix
from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.fonts import get_pango_font_key

from lib.pdf.quick_lines import Kept, number_of


class Drawn(NamedTuple):
    """One line in one font: what was written, and what it says of its glyphs."""

    key: int
    size: float
    written: bytes
    widths: dict[int, int]
    letters: dict[int, str]


class Fonts:
    """Fonts as the renderer first reads them, by key and size: their files are read once."""

    def __init__(self) -> None:
        self.read: dict[tuple[int, float], Font] = {}

    def keep(self, key: int, description: Any, size: float, pango_font: Any) -> None:
        if (key, size) not in self.read:
            self.read[key, size] = Font(pango_font, description, size)

    def new(self, key: int, size: float) -> Font:
        font = Font.__new__(Font)
        vars(font).update(vars(self.read[key, size]))
        font.widths, font.to_unicode, font.missing, font.variations = {}, {}, {}, dict(font.variations)
        return font


drawn = Kept()
fonts = Fonts()


def draw_text(stream: Any, textbox: Any, offset_x: float, text_overflow: str, block_ellipsis: str) -> None:
    style, layout = textbox.style, textbox.pango_layout
    if (
        style["text_decoration_line"] != "none"
        or style["visibility"] != "visible"
        or text_overflow != "clip"
        or block_ellipsis != "none"
    ):
        theirs_draw_text(stream, textbox, offset_x, text_overflow, block_ellipsis)
        return
    key = (layout.text, number_of(style), layout.justification_spacing)
    line = drawn.get(key)
    if line is None or not _is_written_so(stream, line):
        _draw_anew(stream, textbox, key)
        return
    stream.set_color(style["color"])
    stream.begin_text()
    stream.set_text_matrix(1, 0, 0, -1, textbox.position_x, textbox.position_y + textbox.baseline)
    stream.set_font_size(stream._fonts[line.key].hash, line.size)
    stream.stream.append(line.written)
    stream.end_text()


theirs_draw_text = text.draw_text


def _is_written_so(stream: Any, line: Drawn) -> bool:
    """Tell the document's font of a line's glyphs; return False where it knows one of them otherwise."""
    font = stream._fonts.get(line.key)
    if font is None:
        font = stream._fonts[line.key] = fonts.new(line.key, line.size)
    widths = font.widths
    if not line.widths.items() <= widths.items():
        if any(widths.get(glyph, width) != width for glyph, width in line.widths.items()):
            return False
        for glyph, width in line.widths.items():
            widths.setdefault(glyph, width)
    letters = font.to_unicode
    for glyph, letter in line.letters.items():
        letters.setdefault(glyph, letter)
    return True


def _draw_anew(stream: Any, textbox: Any, key: Any) -> None:
    """Draw as the renderer does, and keep what was written if it is one line of one plain font."""
    layout = textbox.pango_layout
    stream.set_color(textbox.style["color"])
    layout.reactivate(textbox.style)
    stream.begin_text()
    start = len(stream.stream)
    x, y = textbox.position_x, textbox.position_y + textbox.baseline
    emojis = text.draw_first_line(stream, textbox, "clip", "none", Matrix(d=-1, e=x, f=y))
    written = [item for item in stream.stream[start:] if item.endswith(b"TJ")]
    if len(written) == 1 and not emojis and (line := _line_of(stream, layout, written[0])):
        drawn[key] = line
    stream.end_text()
    text.draw_emojis(stream, textbox.style, x, y, emojis)
    layout.deactivate()


def _line_of(stream: Any, layout: Any, written: bytes) -> Drawn | None:
    """Return what a line says of its glyphs, read afresh; None unless it was written with exactly that."""
    first_line, _ = layout.get_first_line()
    run, pango_font = first_line.runs[0], None
    widths: dict[int, int] = {}
    letters: dict[int, str] = {}
    encoded = layout.text.encode()
    while run != ffi.NULL:
        item = run.data
        if item.item.analysis.level % 2 or pango_font not in (None, item.item.analysis.font):
            return None
        pango_font = item.item.analysis.font
        run = run.next
        _read(item, encoded, letters)
    if pango_font is None:
        return None
    key, description, size = get_pango_font_key(pango_font)
    font = stream._fonts.get(key)
    if font is None or font.bitmap or font.png or font.svg or font.colr or font.missing:
        return None
    for glyph in letters:
        pango.pango_font_get_glyph_extents(pango_font, glyph, stream.ink_rect, stream.logical_rect)
        widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
    if any(font.widths.get(glyph) != width for glyph, width in widths.items()):
        return None
    fonts.keep(key, description, size, pango_font)
    return Drawn(key, size, written, widths, letters)


def _read(item: Any, encoded: bytes, letters: dict[int, str]) -> None:
    """Add which letters each glyph of a run first stands for."""
    glyphs, offset, count = item.glyphs, item.item.offset, item.glyphs.num_glyphs
    clusters = glyphs.log_clusters
    for i in range(count):
        end = item.item.length if i == count - 1 else clusters[i + 1]
        glyph = glyphs.glyphs[i].glyph
        if glyph != pango.PANGO_GLYPH_EMPTY:
            letters.setdefault(glyph, encoded[offset + clusters[i] : offset + end].decode())


FUNCTIONS = [(text.draw_text, draw_text)]
