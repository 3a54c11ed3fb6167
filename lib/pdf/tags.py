"""What a screen reader is told: one element for what means something in a document, and none for the rest.

The renderer makes an element for every box and one more for every piece of text. Here text belongs to its paragraph or
cell, a table that only sets things out (`role="presentation"`) is left out, headers of tables say their scope
(ISO 32000-1, 14.8.5.7), another language is said where an element has one, and the foot of a page is no content.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from typing import Any, NamedTuple

import pydyf
from weasyprint.css import AnonymousStyle
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.pdf import tags
from weasyprint.pdf.stream import Stream

from lib.pdf.quick_file import to_bytes

MEANINGLESS = ("NonStruct", "Span")
MARKER = "li::marker"
TITLE = "{http://www.w3.org/2000/svg}title"
IN_A_TABLE = (boxes.TableBox, boxes.TableRowGroupBox, boxes.TableRowBox, boxes.TableCellBox)


class Root:
    """The element of the whole document, which the renderer makes."""

    def __init__(self, made: Any) -> None:
        self.kids, self.ref = made["K"], made.reference


class Element(pydyf.Object):
    """An element of the structure, written as it is: there are more of them than of all other objects of a file."""

    compressible = True

    def __init__(self, pdf: Any, tag: str, page: bytes, parent: "Root | Element") -> None:
        super().__init__()
        self.tag, self.page, self.parent = tag.encode(), page, parent.ref
        self.kids: list[bytes] = []
        self.says: dict[str, Any] = {}
        pdf.add_object(self)
        self.ref: bytes = self.reference
        parent.kids.append(self.ref)

    @property
    def data(self) -> bytes:
        said = b"".join([b"/%b %b" % (name.encode(), to_bytes(value)) for name, value in self.says.items()])
        whole = (self.tag, b" ".join(self.kids), self.page, self.parent, said)
        return b"<</Type /StructElem/S /%b/K [%b]/Pg %b/P %b%b>>" % whole


class Tagging(NamedTuple):
    """One page being tagged: `marked` is what was drawn and is not yet in the structure, `owners` who has each."""

    pdf: Any
    page: bytes
    owners: dict[int, Any]
    annotations: list[Any]
    marked: dict[Any, Any]

    def element(self, tag: str, parent: "Root | Element") -> Element:
        return Element(self.pdf, tag, self.page, parent)

    def own(self, box: Any, element: Element) -> None:
        number = self.marked.pop(box)["mcid"]
        element.kids.append(b"%d" % number)
        self.owners[number] = element.ref


def _build_box_tree(
    box: Any, parent: Any, pdf: Any, page: int, owners: dict[int, Any], annotations: list[Any], marked: dict[Any, Any]
) -> tuple[()]:
    """Add a page's boxes to the structure. Returns nothing more to add."""
    to = Tagging(pdf, to_bytes(pdf.page_references[page]), owners, annotations, marked)
    _add(box, Root(parent), to, set_out=False)
    return ()


def _add(box: Any, parent: Root | Element, to: Tagging, *, set_out: bool) -> None:
    """Add a box and all under it; `set_out` is whether it belongs to a table without meaning."""
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if isinstance(box, boxes.MarginBox):
        return
    if isinstance(box, boxes.TextBox):
        to.own(box, parent if isinstance(parent, Element) else to.element("P", parent))
        return
    if isinstance(box, boxes.TableBox):
        set_out = box.element.get("role") == "presentation"
    tag = None if set_out and isinstance(box, IN_A_TABLE) else _tag(box)
    element = parent if tag is None else to.element(tag, parent)
    if isinstance(element, Element) and tag is not None:
        _describe(box, tag, element)
        _add_annotation(box, element, to)
        if tag == "LI":
            _add_item(box, element, to)
            return
    for child in box.children:
        _add(child, element, to, set_out=set_out)
    if isinstance(box, boxes.ReplacedBox) and isinstance(element, Element):
        to.own(box, element)


def _tag(box: Any) -> str | None:
    """Return the type of a box's element; None where it has none of its own."""
    name = box.element_tag
    if name == MARKER and isinstance(box, boxes.BlockBox):
        return "Lbl"
    if box.element is None or name in ("html", "body") or isinstance(box.style, AnonymousStyle):
        return None
    tag: str = tags._get_pdf_tag(name)
    if tag in MEANINGLESS and not box.element.get("lang") and not box.link_annotation:
        return None
    return "Span" if tag == "NonStruct" else tag


def _describe(box: Any, tag: str, element: Element) -> None:
    """Say what an element's type does not: its language, what a picture shows, what a cell heads or spans."""
    source = box.element
    if language := source.get("lang"):
        element.says["Lang"] = pydyf.String(language)
    if tag == "Figure":
        x, y = box.content_box_x(), box.content_box_y()
        element.says["A"] = pydyf.Dictionary(
            {"O": "/Layout", "BBox": pydyf.Array((x, y, x + box.width, y + box.height))},
        )
        if said := source.get("alt") or source.findtext(TITLE):
            element.says["Alt"] = pydyf.String(said)
    elif tag in ("TH", "TD"):
        says = {"Scope": "/Row" if source.get("scope") == "row" else "/Column"} if tag == "TH" else {}
        spans = {"ColSpan": box.colspan, "RowSpan": box.rowspan}
        says |= {name: count for name, count in spans.items() if count != 1}
        if says:
            element.says["A"] = pydyf.Dictionary({"O": "/Table"} | says)


def _add_annotation(box: Any, element: Element, to: Tagging) -> None:
    """Give a link its annotation (ISO 14289-1, 7.18.5)."""
    if not box.link_annotation:
        return
    reference = pydyf.Dictionary({"Type": "/OBJR", "Obj": box.link_annotation.reference, "Pg": element.page})
    to.pdf.add_object(reference)
    to.annotations.append((element.ref, box.link_annotation))
    element.kids.append(reference.reference)


def _add_item(box: Any, item: Element, to: Tagging) -> None:
    """Add an item of a list: its mark, then all the rest as its body."""
    body = None
    for child in box.children:
        if child.element_tag == MARKER:
            _add(child, item, to, set_out=False)
        else:
            body = body or to.element("LBody", item)
            _add(child, body, to, set_out=False)


class Marked:
    """Mark content, save in the margins of a page: its foot comes again on each, and is not read."""

    __slots__ = ("into",)

    def __init__(self, stream: Any, box: Any, tag: str) -> None:
        self.into: list[bytes] = stream.stream
        if box.element is None:
            self.into += (b"/Artifact", b"BMC")
        else:
            number = len(stream._tags)
            stream._tags[box] = {"tag": tag, "mcid": number}
            self.into += (b"/" + tag.encode(), b"<</MCID %d>>" % number, b"BDC")

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self.into.append(b"EMC")


def _marked(stream: Any, box: Any, tag: str) -> Marked:
    return Marked(stream, box, tag)


FUNCTIONS = [(tags._build_box_tree, _build_box_tree)]
MEMBERS = [(Stream, "marked", _marked)]
