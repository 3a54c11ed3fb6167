"""The tree of boxes, walked for what it may hold: most boxes hold text or boxes and nothing that a walk looks for.

Each function here tells such a box by its style, once per style, and goes on to its children; any other box is left to
the renderer's function of the same name.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from operator import is_
from typing import Any

from weasyprint import anchors, stacking
from weasyprint.formatting_structure import boxes, build
from weasyprint.html import HTML_HANDLERS
from weasyprint.layout import block
from weasyprint.layout.absolute import AbsolutePlaceholder

from lib.pdf import drawings

TABULAR = (
    boxes.TableBox,
    boxes.TableRowGroupBox,
    boxes.TableRowBox,
    boxes.TableColumnBox,
    boxes.TableColumnGroupBox,
)
FORMS = ("form", "button", "input", "select", "textarea")


def _has_content_only(style: Any) -> bool:
    """Return whether an element of this style makes one box of its text and children: no counter, marker or note."""
    return (
        style["float"] != "footnote"
        and style["position"][0] != "note()"
        and "list-item" not in style["display"]
        and style["display"] != ("none",)
        and not style["counter_reset"]
        and not style["counter_set"]
        and style["counter_increment"] == "auto"
        and not style["anchor"]
        and style["string_set"] == "none"
        and style["bookmark_level"] == "none"
    )


def element_to_box(
    element: Any,
    style_for: Any,
    get_image_from_uri: Any,
    base_url: Any,
    target_collector: Any,
    counter_style: Any,
    footnotes: Any,
    state: Any = None,
) -> Any:
    rest = (get_image_from_uri, base_url, target_collector, counter_style, footnotes)
    style = style_for(element) if isinstance(element.tag, str) else None
    if style is None or state is None or element.tag in HTML_HANDLERS or not _is_simple(element, style, style_for):
        return drawings.element_to_box(element, style_for, *rest, state)
    box = build.make_box(element.tag, style, [], element)
    _quote_depth, counter_values, counter_scopes, _page_groups = state
    counter_scopes.append(set())
    children: list[Any] = []
    if element.text:
        children.append(boxes.TextBox.anonymous_from(box, element.text))
    for child in element:
        children.extend(build.element_to_box(child, style_for, *rest, state))
        if child.tail:
            _add_text(box, children, child.tail)
    for name in counter_scopes.pop():
        counter_values[name].pop()
        if not counter_values[name]:
            counter_values.pop(name)
    box.children = children
    box.string_set = []
    return [box]


def _is_simple(element: Any, style: Any, style_for: Any) -> bool:
    try:
        simple = style.courgette_simple
    except AttributeError:
        simple = style.courgette_simple = _has_content_only(style)
    return simple and style_for(element, "before") is None and style_for(element, "after") is None


def _add_text(box: Any, children: list[Any], text: str) -> None:
    if children and isinstance(children[-1], boxes.TextBox):
        children[-1].text += text
    else:
        children.append(boxes.TextBox.anonymous_from(box, text))


def table_boxes_children(box: Any, children: Any) -> Any:
    """Leave a box as it is where neither it nor a child has to do with tables."""
    if isinstance(box, TABULAR) or any(c.internal_table_or_caption or c.proper_table_child for c in children):
        return theirs_table_boxes_children(box, children)
    box.children = children
    return box


theirs_table_boxes_children = build.table_boxes_children


def block_in_inline(box: Any) -> Any:
    """Leave a box as it is where it holds one line of text alone."""
    lines = box.children
    alone = len(lines) == 1 and type(lines[0]) is boxes.LineBox
    if alone and all(type(child) is boxes.TextBox for child in lines[0].children):
        return box
    return theirs_block_in_inline(box)


theirs_block_in_inline = build.block_in_inline


def collapse_margin(adjoining_margins: Any) -> Any:
    high = low = 0
    for margin in adjoining_margins:
        if margin > high:
            high = margin
        elif margin < low:
            low = margin
    return high + low


def gather_anchors(
    box: Any,
    anchors: Any,
    links: Any,
    bookmarks: Any,
    forms: Any,
    parent_matrix: Any = None,
    parent_form: Any = None,
    parent_link: Any = None,
) -> None:
    style = box.style
    try:
        silent = style.courgette_silent
    except AttributeError:
        silent = style.courgette_silent = not style["transform"] and not style["anchor"]
    if silent and not (box.link or box.bookmark_label or parent_link or parent_matrix or _is_in_a_form(box)):
        for child in box.all_children():
            gather_anchors(child, anchors, links, bookmarks, forms, None, parent_form)
    else:
        theirs_gather_anchors(box, anchors, links, bookmarks, forms, parent_matrix, parent_form, parent_link)


theirs_gather_anchors = anchors.gather_anchors


def _is_in_a_form(box: Any) -> bool:
    return box.element is not None and box.element.tag in FORMS


def _flows(style: Any) -> bool:
    """Return whether boxes of this style are painted where they stand in the tree."""
    return (
        style["position"] == "static"
        and style["opacity"] >= 1
        and not style["transform"]
        and style["overflow"] == "visible"
        and style["float"] == "none"
    )


def _dispatch(box: Any, page: Any, child_contexts: Any, blocks: Any, floats: Any, blocks_and_cells: Any) -> Any:
    style = box.style
    try:
        flows = style.courgette_flows
    except AttributeError:
        flows = style.courgette_flows = _flows(style)
    if not flows or isinstance(box, ASIDE) or box.is_grid_item:
        return theirs_dispatch(box, page, child_contexts, blocks, floats, blocks_and_cells)
    inside: dict[Any, Any] = {}
    if isinstance(box, boxes.BlockLevelBox):
        index = len(blocks)
        box = _dispatch_children(box, page, child_contexts, blocks, floats, inside)
        blocks.insert(index, box)
        blocks_and_cells[box] = inside
    elif isinstance(box, boxes.TableCellBox):
        box = _dispatch_children(box, page, child_contexts, blocks, floats, inside)
        blocks_and_cells[box] = inside
    else:
        box = _dispatch_children(box, page, child_contexts, blocks, floats, blocks_and_cells)
    return box


ASIDE = (boxes.InlineBlockBox, boxes.InlineFlexBox, boxes.InlineGridBox, AbsolutePlaceholder)
theirs_dispatch = stacking._dispatch


def _dispatch_children(
    box: Any, page: Any, child_contexts: Any, blocks: Any, floats: Any, blocks_and_cells: Any
) -> Any:
    """Copy a box only where a child of its is painted elsewhere."""
    if not isinstance(box, boxes.ParentBox):
        return box
    children = [_dispatch(child, page, child_contexts, blocks, floats, blocks_and_cells) for child in box.children]
    if all(map(is_, children, box.children)):
        return box
    return box.copy_with_children([child for child in children if child is not None])


FUNCTIONS = [
    (drawings.theirs_element_to_box, element_to_box),
    (build.table_boxes_children, table_boxes_children),
    (build.block_in_inline, block_in_inline),
    (block.collapse_margin, collapse_margin),
    (anchors.gather_anchors, gather_anchors),
    (stacking._dispatch, _dispatch),
    (stacking._dispatch_children, _dispatch_children),
]
