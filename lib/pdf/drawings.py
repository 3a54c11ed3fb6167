"""The drawings of lib.bars, mix bar and swatches, put on the page directly: rectangles and strokes, nothing else.

The renderer's SVG machinery makes boxes for their inside, reads their numbers as CSS lengths and saves the state of the
page around each shape: a twentieth of an invoice's time. Any other drawing is left to it.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

import re
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from tinycss2.color5 import parse_color
from weasyprint import html
from weasyprint.formatting_structure import build

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"(-?\d+(?:\.\d+)?)"
STROKE = re.compile(rf"M{NUMBER} {NUMBER}L{NUMBER} {NUMBER}")
STROKES = re.compile(rf"(?:{STROKE.pattern})+")
CAPS = {"butt": 0, "round": 1, "square": 2}
GEOMETRY = ("x", "y", "width", "height")


class Drawing:
    """A drawing that can be put on the page directly."""

    def __init__(self, root: Element) -> None:
        self.width, self.height = float(root.get("width", 0)), float(root.get("height", 0))
        self.shapes = [_shape(element) for group in root.iter(f"{SVG}g") for element in group]

    def get_intrinsic_size(self, image_resolution: float, font_size: float) -> tuple[float, float, float]:
        return self.width, self.height, self.width / self.height

    def draw(self, stream: Any, width: float, height: float, style: Any) -> None:
        scale = min(width / self.width, height / self.height)
        left, top = (width - self.width * scale) / 2, (height - self.height * scale) / 2
        stream.transform(a=scale, d=scale, e=left, f=top)
        for shape in self.shapes:
            shape(stream)


def _shape(element: Element) -> Any:
    if element.tag == f"{SVG}rect":
        return _rectangle(element)
    return _strokes(element)


def _rectangle(element: Element) -> Any:
    box = [float(element.get(name, 0)) for name in GEOMETRY]
    fill = _color(element.get("fill", "#000"))

    def draw(stream: Any) -> None:
        stream.set_color(fill)
        stream.rectangle(*box)
        stream.fill()

    return draw


def _strokes(element: Element) -> Any:
    lines = [[float(number) for number in line] for line in STROKE.findall(element.get("d", ""))]
    ink, width = _color(element.get("stroke", "#000")), float(element.get("stroke-width", 1))
    cap = CAPS[element.get("stroke-linecap", "butt")]

    def draw(stream: Any) -> None:
        stream.set_color(ink, stroke=True)
        stream.set_line_width(width)
        stream.set_line_cap(cap)
        for x1, y1, x2, y2 in lines:
            stream.move_to(x1, y1)
            stream.line_to(x2, y2)
        stream.stroke()

    return draw


@lru_cache(maxsize=64)
def _color(said: str) -> Any:
    return parse_color(said)


def is_ours(root: Element) -> bool:
    """Return whether a drawing is made as lib.bars makes them: groups of plain rectangles and straight strokes."""
    if root.get("viewBox") != f"0 0 {root.get('width')} {root.get('height')}":
        return False
    if any(child.tag not in (f"{SVG}title", f"{SVG}g") for child in root):
        return False
    return all(_is_plain(element) for group in root.iter(f"{SVG}g") for element in group)


def _is_plain(element: Element) -> bool:
    if element.tag == f"{SVG}rect":
        return set(element.attrib) <= {"class", "fill", *GEOMETRY}
    known = {"class", "d", "fill", "stroke", "stroke-width", "stroke-linecap"}
    strokes = STROKES.fullmatch(element.get("d", "")) is not None and element.get("fill") == "none"
    return element.tag == f"{SVG}path" and set(element.attrib) <= known and strokes


def element_to_box(element: Element, style_for: Any, *rest: Any, **options: Any) -> Any:
    if element.tag != f"{SVG}svg" or not is_ours(element):
        return theirs_element_to_box(element, style_for, *rest, **options)
    box = build.make_box(element.tag, style_for(element), [], element)
    box.first_letter_style = box.first_line_style = None
    return [html.make_replaced_box(element, box, Drawing(element))]


theirs_element_to_box = build.element_to_box
FUNCTIONS = [(build.element_to_box, element_to_box)]
