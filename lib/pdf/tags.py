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

MEANINGLESS = ("NonStruct", "Span")
MARKER = "li::marker"
TITLE = "{http://www.w3.org/2000/svg}title"
IN_A_TABLE = (boxes.TableBox, boxes.TableRowGroupBox, boxes.TableRowBox, boxes.TableCellBox)


class Tagging(NamedTuple):
    """One page being tagged: `marked` is what was drawn and is not yet in the structure, `owners` who has each."""

    pdf: Any
    page: int
    owners: dict[int, Any]
    annotations: list[Any]
    marked: dict[Any, Any]

    def element(self, tag: str, parent: Any) -> Any:
        made = pydyf.Dictionary({"Type": "/StructElem", "S": f"/{tag}", "K": pydyf.Array()})
        made["Pg"] = self.pdf.page_references[self.page]
        made["P"] = parent.reference
        self.pdf.add_object(made)
        parent["K"].append(made.reference)
        return made

    def own(self, box: Any, element: Any) -> None:
        number = self.marked.pop(box)["mcid"]
        element["K"].append(number)
        self.owners[number] = element.reference


def _build_box_tree(
    box: Any, parent: Any, pdf: Any, page: int, owners: dict[int, Any], annotations: list[Any], marked: dict[Any, Any]
) -> tuple[()]:
    """Add a page's boxes to the structure. Returns nothing more to add."""
    _add(box, parent, Tagging(pdf, page, owners, annotations, marked), set_out=False)
    return ()


def _add(box: Any, parent: Any, to: Tagging, *, set_out: bool) -> None:
    """Add a box and all under it; `set_out` is whether it belongs to a table without meaning."""
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if isinstance(box, boxes.MarginBox):
        return
    if isinstance(box, boxes.TextBox):
        to.own(box, parent if "Pg" in parent else to.element("P", parent))
        return
    if isinstance(box, boxes.TableBox):
        set_out = box.element.get("role") == "presentation"
    tag = None if set_out and isinstance(box, IN_A_TABLE) else _tag(box)
    element = parent if tag is None else to.element(tag, parent)
    if tag is not None:
        _describe(box, tag, element)
        _add_annotation(box, element, to)
    if tag == "LI":
        _add_item(box, element, to)
        return
    for child in box.children:
        _add(child, element, to, set_out=set_out)
    if isinstance(box, boxes.ReplacedBox):
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


def _describe(box: Any, tag: str, element: Any) -> None:
    """Say what an element's type does not: its language, what a picture shows, what a cell heads or spans."""
    source = box.element
    if language := source.get("lang"):
        element["Lang"] = pydyf.String(language)
    if tag == "Figure":
        x, y = box.content_box_x(), box.content_box_y()
        element["A"] = pydyf.Dictionary(
            {"O": "/Layout", "BBox": pydyf.Array((x, y, x + box.width, y + box.height))},
        )
        if said := source.get("alt") or source.findtext(TITLE):
            element["Alt"] = pydyf.String(said)
    elif tag in ("TH", "TD"):
        says = {"Scope": "/Row" if source.get("scope") == "row" else "/Column"} if tag == "TH" else {}
        spans = {"ColSpan": box.colspan, "RowSpan": box.rowspan}
        says |= {name: count for name, count in spans.items() if count != 1}
        if says:
            element["A"] = pydyf.Dictionary({"O": "/Table"} | says)


def _add_annotation(box: Any, element: Any, to: Tagging) -> None:
    """Give a link its annotation (ISO 14289-1, 7.18.5)."""
    if not box.link_annotation:
        return
    reference = pydyf.Dictionary({"Type": "/OBJR", "Obj": box.link_annotation.reference, "Pg": element["Pg"]})
    to.pdf.add_object(reference)
    to.annotations.append((element.reference, box.link_annotation))
    element["K"].append(reference.reference)


def _add_item(box: Any, item: Any, to: Tagging) -> None:
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
