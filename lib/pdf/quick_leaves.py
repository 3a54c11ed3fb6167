"""Leaves: a block or a cell that holds one plain text is laid out without the steps that children, floats, notes and
broken pages need. Where its lines do not fit on the page, the renderer starts over with it.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from typing import Any

from weasyprint.formatting_structure.boxes import LineBox
from weasyprint.layout import block, inline, percent

from lib.pdf import quick_lines
from lib.pdf.quick_tree import collapse_margin


def _stays_whole(style: Any) -> bool:
    """Return whether boxes of this style hold their lines and nothing else, where they stand."""
    return bool(
        style["position"] == "static"
        and style["max_lines"] == "none"
        and style["continue"] != "discard"
        and style["box_decoration_break"] != "clone"
    )


def _is_leaf(context: Any, box: Any) -> bool:
    if len(box.children) != 1 or type(box.children[0]) is not LineBox:
        return False
    style = box.style
    try:
        whole = style.courgette_whole
    except AttributeError:
        whole = style.courgette_whole = _stays_whole(style)
    return (
        whole
        and box.first_line_style is None
        and box.first_letter_style is None
        and not box.force_fragmentation
        and not context.footnotes
        and quick_lines.is_plain_line(box.children[0], box)
        and (box.establishes_formatting_context() or not context.excluded_shapes)
    )


def block_container_layout(
    context: Any,
    box: Any,
    bottom_space: Any,
    skip_stack: Any,
    page_is_empty: Any,
    absolute_boxes: Any,
    fixed_boxes: Any,
    adjoining_margins: Any,
    first_letter_style: Any,
    first_line_style: Any,
    discard: Any,
    max_lines: Any,
) -> Any:
    begun = skip_stack is not None or max_lines is not None
    if not (begun or discard or first_letter_style or first_line_style) and _is_leaf(context, box):
        margins = [] if adjoining_margins is None else adjoining_margins
        laid_out = _leaf(context, box, bottom_space, [*margins, box.margin_top])
        if laid_out is not None:
            margins.append(box.margin_top)
            return laid_out, None, {"break": "any", "page": box.style["page"]}, [], False, None
    return theirs_block_container_layout(
        context,
        box,
        bottom_space,
        skip_stack,
        page_is_empty,
        absolute_boxes,
        fixed_boxes,
        adjoining_margins,
        first_letter_style,
        first_line_style,
        discard,
        max_lines,
    )


theirs_block_container_layout = block.block_container_layout


def _leaf(context: Any, box: Any, bottom_space: Any, margins: list[Any]) -> Any:
    """Return a leaf with its lines; None, and the box as it was, where they do not fit."""
    asked = box.position_y
    inside = box.top_margin_collapses()
    if not inside:
        box.position_y += collapse_margin(margins) - box.margin_top
    y = asked + collapse_margin(margins) if inside else box.content_box_y()
    lines, y = _lines(context, box, bottom_space, y)
    if not lines:
        box.position_y = asked
        return None
    if inside:
        box.position_y += collapse_margin(margins) - box.margin_top
    made = box.copy_with_children(lines)
    if made.height == "auto":
        made.height = max(0, y - made.content_box_y())
    made.height = max(min(made.height, made.max_height), made.min_height)
    return made


def _lines(context: Any, box: Any, bottom_space: Any, y: float) -> tuple[list[Any], float]:
    """Return the lines of a leaf and where they end; none where they do not fit on the page."""
    text = box.children[0]
    percent.resolve_percentages(text, box)
    text.text_indent = 0
    lines: list[Any] = []
    skip = None
    while True:
        skip = inline.skip_first_whitespace(text, skip)
        if skip == "continue":
            return lines, y
        line, skip = quick_lines.next_line(context, text, y, skip, box)
        y = line.position_y + line.height
        under = box.border_bottom_width + box.padding_bottom if skip is None else 0
        if context.overflows_page(bottom_space, y + under):
            return [], y
        line.resume_at = skip
        lines.append(line)
        if skip is None:
            return lines, y


FUNCTIONS = [(block.block_container_layout, block_container_layout)]
