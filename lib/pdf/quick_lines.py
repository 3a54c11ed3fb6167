"""Lines: a text that was shaped and measured before, in this style and this width, is not shaped again; a block that
holds one plain text gets its lines without the steps that floats, leaders and mixed contents need.

Labels, units, mentions and letterheads come again from one document to the next; amounts and names mostly do not.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from collections.abc import Iterator
from typing import Any

from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.layout import inline, percent
from weasyprint.text import line_break

from lib.pdf.quick_kept import Kept, number_of

kept = Kept()


def split_first_line(
    text: str,
    style: Any,
    context: Any,
    max_width: float | None,
    justification_spacing: float,
    is_line_start: bool = True,
    minimum: bool = False,
) -> Any:
    key = (text, number_of(style), max_width, justification_spacing, is_line_start, minimum)
    found = kept.get(key)
    if found is None:
        found = kept[key] = theirs_split_first_line(
            text, style, context, max_width, justification_spacing, is_line_start, minimum
        )
    return found


theirs_split_first_line = line_break.split_first_line


def strut(style: Any) -> Any:
    try:
        return style.courgette_strut
    except AttributeError:
        style.courgette_strut = theirs_strut(style)
        return style.courgette_strut


theirs_strut = line_break.strut


def is_plain_line(box: Any, block: Any) -> bool:
    """Return whether a line box holds one text and nothing else, set from left to right."""
    children = box.children
    return (
        len(children) == 1
        and type(children[0]) is TextBox
        and block.style["direction"] == "ltr"
        and box.style["position"] == "static"
        and box.style["text_align_all"] != "justify"
        and box.style["text_indent"].value == 0
        and children[0].style["vertical_align"] == "baseline"
        and children[0].style["float"] == "none"
    )


def iter_line_boxes(
    context: Any,
    box: Any,
    position_y: float,
    bottom_space: float,
    skip_stack: Any,
    containing_block: Any,
    absolute_boxes: Any,
    fixed_boxes: Any,
    first_letter_style: Any,
    first_line_style: Any,
) -> Iterator[Any]:
    first = (first_letter_style, first_line_style)
    if first != (None, None) or context.excluded_shapes or not is_plain_line(box, containing_block):
        yield from theirs_iter_line_boxes(
            context,
            box,
            position_y,
            bottom_space,
            skip_stack,
            containing_block,
            absolute_boxes,
            fixed_boxes,
            first_letter_style,
            first_line_style,
        )
        return
    percent.resolve_percentages(box, containing_block)
    box.text_indent = 0
    while True:
        skip_stack = inline.skip_first_whitespace(box, skip_stack)
        if skip_stack == "continue":
            return
        line, skip_stack = next_line(context, box, position_y, skip_stack, containing_block)
        position_y = line.position_y + line.height
        yield line, skip_stack
        if skip_stack is None:
            return


theirs_iter_line_boxes = inline.iter_line_boxes


def next_line(context: Any, box: Any, position_y: float, skip_stack: Any, block: Any) -> Any:
    """Return the next line of a box that holds one text, and where the one after resumes: what the renderer's
    `get_next_linebox` returns when there is nothing to avoid, in the same order so that numbers round the same."""
    text = box.children[0]
    left = block.content_box_x()
    available = (left + block.width) - left
    skip = 0 if skip_stack is None or skip_stack[0] is None else next(iter(skip_stack[0]))
    box.position_x = text.position_x = left
    box.position_y = text.position_y = position_y
    box.width = box.height = 0
    percent.resolve_percentages(text, block)
    child, resume, preserved = inline.split_text_box(context, text, (left + available) * (1 + 1e-9) - left, skip)
    line = box.copy_with_children([] if child is None else [child])
    line.width = 0 if child is None else child.position_x + child.margin_width() - line.content_box_x()
    inline._adjust_line_height(line)
    box.width, box.height = line.width, line.height
    resume_at = None if resume is None else {0: {resume: None}}
    if child is None:
        if not preserved:
            line.height = 0
            return line, resume_at
    else:
        inline.remove_last_whitespace(context, line)
    offset = inline.text_align(context, line, available, last=resume_at is None or preserved)
    _set_down(line, child, position_y, offset)
    return line, resume_at


def _set_down(line: Any, child: Any, position_y: float, offset: float) -> None:
    """Put a line and its text where they stand on the page."""
    top = -line.baseline
    bottom = top + line.margin_height()
    if child is not None:
        child.position_y = -child.baseline
        top, bottom = min(top, child.position_y), max(bottom, child.position_y + child.margin_height())
    line.baseline = -top
    line.position_y = top
    line.height = bottom - top
    line.margin_top = line.margin_bottom = 0
    line.translate(offset, position_y - top)
    line.position_y = position_y


FUNCTIONS = [
    (line_break.split_first_line, split_first_line),
    (line_break.strut, strut),
    (inline.iter_line_boxes, iter_line_boxes),
]
