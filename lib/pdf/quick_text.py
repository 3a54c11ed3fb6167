"""Text: glyphs are read once, when a line is measured, and written from there; the renderer shapes it again to draw it.

A line is kept with the advance widths it was read with. In a document that met one of its glyphs with another width the
renderer draws it, so that a file never depends on the documents made before it.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from typing import Any, NamedTuple

from weasyprint.draw import text
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text import line_break
from weasyprint.text.constants import PANGO_DIRECTION
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import font_features, get_font_description, get_pango_font_key

from lib.pdf.quick_file import to_bytes
from lib.pdf.quick_kept import Kept, number_of


class Glyphs(NamedTuple):
    """One line in one font, as it is written, and what it says of its glyphs."""

    key: int
    size: float
    written: bytes
    widths: dict[int, int]
    letters: dict[int, str]


class Face:
    """A font at a size, as the renderer reads it: the file is read once."""

    def __init__(self, pango_font: Any, description: Any, size: float) -> None:
        self.font = Font(pango_font, description, size)
        self.is_plain = not (self.font.bitmap or self.font.png or self.font.svg or self.font.colr)
        self.widths: dict[int, int] = {}

    def new(self) -> Font:
        """Return the font as a document that has shown no glyph of it knows it."""
        font = Font.__new__(Font)
        vars(font).update(vars(self.font))
        font.widths, font.to_unicode, font.missing, font.variations = {}, {}, {}, dict(font.variations)
        return font


kept = Kept()
faces: dict[tuple[int, float], Face] = {}
_ink, _logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")


def first_line_metrics(
    first_line: Any,
    text: str,
    layout: Any,
    resume_at: int | None,
    space_collapse: bool,
    style: Any,
    hyphenated: bool = False,
    hyphenation_character: str | None = None,
) -> Any:
    """Measure a line as the renderer does, and read its glyphs while it is shaped."""
    length = first_line.length
    if hyphenated and hyphenation_character is not None:
        length -= len(hyphenation_character.encode())
    elif resume_at:
        pango.pango_layout_set_width(layout.layout, -1)
        first_line_text = text.encode()[:length].decode()
        layout.set_text(first_line_text.rstrip(" ") if space_collapse else first_line_text)
        first_line, _ = layout.get_first_line()
        length = first_line.length if first_line is not None else 0
    width, height = line_break.line_size(first_line, style)
    baseline = pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS
    key = (layout.text, number_of(style), layout.justification_spacing)
    if kept.get(key) is None and (glyphs := _read(layout.text, first_line)):
        kept[key] = glyphs
    layout.deactivate()
    return layout, length, resume_at, width, height, baseline


theirs_first_line_metrics = line_break.first_line_metrics


def _read(words: str, line: Any) -> Glyphs | None:
    """Return the glyphs of a shaped line; None where it mixes fonts or asks for more than advances."""
    if not words.strip() or line.runs == ffi.NULL:
        return None
    run, pango_font, key, size, face = line.runs[0], None, 0, 0.0, None
    encoded = words.encode()
    letters: dict[int, str] = {}
    parts: list[str] = []
    while run != ffi.NULL:
        item = run.data
        run = run.next
        if item.item.analysis.level % 2 or pango_font not in (None, item.item.analysis.font):
            return None
        if face is None:
            pango_font = item.item.analysis.font
            key, description, size = get_pango_font_key(pango_font)
            face = faces.get((key, size)) or faces.setdefault((key, size), Face(pango_font, description, size))
        if not face.is_plain or not _read_run(item, face, pango_font, size, encoded, parts, letters):
            return None
    if face is None:
        return None
    written = f"[<{''.join(parts)}>] TJ".replace("<>", "").encode("ascii")
    return Glyphs(key, size, written, {glyph: face.widths[glyph] for glyph in letters}, letters)


def _read_run(
    item: Any, face: Face, pango_font: Any, size: float, encoded: bytes, parts: list[str], letters: dict[int, str]
) -> bool:
    """Add the glyphs of a run, with the kerning between them; return False for what only the renderer writes."""
    count, clusters, offset = item.glyphs.num_glyphs, item.glyphs.log_clusters, item.item.offset
    for i, info in enumerate(item.glyphs.glyphs[0:count]):
        glyph, width = info.glyph, info.geometry.width
        unusual = info.geometry.x_offset or info.geometry.y_offset or glyph == pango.PANGO_GLYPH_EMPTY
        if unusual or glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
            return False
        if glyph not in letters:
            end = item.item.length if i == count - 1 else clusters[i + 1]
            letters[glyph] = encoded[offset + clusters[i] : offset + end].decode()
        if (advance := face.widths.get(glyph)) is None:
            pango.pango_font_get_glyph_extents(pango_font, glyph, _ink, _logical)
            advance = face.widths[glyph] = round(_logical.width * 1000 * FROM_UNITS / size)
        kerning = advance - width * 1000 * FROM_UNITS / size
        parts.append(f"{glyph:04x}>{int(kerning)}<" if kerning else f"{glyph:04x}")
    return True


def setup(layout: Any, style: Any) -> None:
    """Make a layout ready for a text, with the context, language and font that this style had before."""
    if style["text_decoration_line"] != "none" or style["font_language_override"] != "normal" or not style["lang"]:
        theirs_setup(layout, style)
        return
    try:
        shaping = style.courgette_shaping
    except AttributeError:
        shaping = style.courgette_shaping = _shaping(style)
    context, layout.language, description, features = shaping
    layout.style, layout.first_line_direction = style, 0
    layout.ascent = layout.underline_position = layout.strikethrough_position = None
    layout.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(layout.layout, False)
    pango.pango_layout_set_font_description(layout.layout, description)
    if features is not None:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        pango.pango_attr_list_insert(attributes, pango.pango_attr_font_features_new(features))
        pango.pango_layout_set_attributes(layout.layout, attributes)


theirs_setup = line_break.Layout.setup


def _shaping(style: Any) -> tuple[Any, Any, Any, bytes | None]:
    """Return what the renderer makes anew for each text, for all those of one style."""
    made = pango.pango_font_map_create_context(style.font_config.font_map)
    context = ffi.gc(made, gobject.g_object_unref)
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    address, _kept = unicode_to_char_p(style["lang"])
    language = pango.pango_language_from_string(address)
    pango.pango_context_set_language(context, language)
    features = font_features(*(style[name] for name in FEATURES))
    told = ",".join(f"{key} {value}" for key, value in features.items()).encode() if features else None
    return context, language, get_font_description(style), told


FEATURES = (
    "font_kerning",
    "font_variant_ligatures",
    "font_variant_position",
    "font_variant_caps",
    "font_variant_numeric",
    "font_variant_alternates",
    "font_variant_east_asian",
    "font_feature_settings",
)


def draw_text(stream: Any, textbox: Any, offset_x: float, text_overflow: str, block_ellipsis: str) -> None:
    style, layout = textbox.style, textbox.pango_layout
    glyphs = kept.get((layout.text, number_of(style), layout.justification_spacing))
    if (
        glyphs is None
        or style["text_decoration_line"] != "none"
        or style["visibility"] != "visible"
        or text_overflow != "clip"
        or block_ellipsis != "none"
        or not _is_written_so(stream, glyphs)
    ):
        theirs_draw_text(stream, textbox, offset_x, text_overflow, block_ellipsis)
        return
    stream.set_color(style["color"])
    stream.begin_text()
    x, y = to_bytes(textbox.position_x), to_bytes(textbox.position_y + textbox.baseline)
    stream.stream.append(b"1 0 0 -1 %b %b Tm" % (x, y))
    stream.set_font_size(stream._fonts[glyphs.key].hash, glyphs.size)
    stream.stream.append(glyphs.written)
    stream.end_text()


theirs_draw_text = text.draw_text


def _is_written_so(stream: Any, line: Glyphs) -> bool:
    """Tell the document's font of a line's glyphs; return False where it knows one of them otherwise."""
    font = stream._fonts.get(line.key)
    if font is None:
        font = stream._fonts[line.key] = faces[line.key, line.size].new()
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


def set_color(stream: Any, color: Any, stroke: bool = False) -> None:
    """Set an opaque sRGB colour as the renderer does, from what was kept of it."""
    try:
        key, rgb = color.courgette_rgb
    except AttributeError:
        key, rgb = color.courgette_rgb = _rgb(color)
    if key is None:
        theirs_set_color(stream, color, stroke)
        return
    stream.set_alpha(color.alpha, stroke)
    current = "_current_color_stroke" if stroke else "_current_color"
    if getattr(stream, current) != key:
        setattr(stream, current, key)
        stream.stream.append(rgb + (b" RG" if stroke else b" rg"))


theirs_set_color = Stream.set_color


def _rgb(color: Any) -> tuple[Any, bytes]:
    if color.space != "srgb":
        return None, b""
    *channels, _alpha = color
    return ("srgb", *channels), b" ".join(to_bytes(channel) for channel in color.coordinates)


MEMBERS = [(Stream, "set_color", set_color), (line_break.Layout, "setup", setup)]
FUNCTIONS = [(text.draw_text, draw_text), (line_break.first_line_metrics, first_line_metrics)]
