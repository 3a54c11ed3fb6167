"""Rules: the thin lines under a row or over a sum, each one filled rectangle, and one for all the cells of a row.

The renderer clips four corners and fills a frame for each side of each cell: a tenth of an invoice's time, and seams
between cells. This is drawn otherwise, always, and looks the same: a test compares the pixels.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from typing import Any, NamedTuple

from weasyprint import draw
from weasyprint.draw import border
from weasyprint.draw.color import get_color

SIDES = ("top", "right", "bottom", "left")
NEAR = 0.01  # CSS pixels: two rules closer than that are one


class Rule(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    color: Any


class _Not:
    """A border that is more than rules: the renderer draws it."""


NOT_RULES = _Not()


def _sides(style: Any) -> Any:
    """Return which sides of a style are rules, with their colours: none, solid ones above or under, or NOT_RULES."""
    if style["border_image_source"][0] != "none" or style["column_width"] != "auto" or style["column_count"] != "auto":
        return NOT_RULES
    drawn = [side for side in SIDES if style[f"border_{side}_width"]]
    plain = all(side in ("top", "bottom") and style[f"border_{side}_style"] == "solid" for side in drawn)
    square = all(style[f"border_{corner}_radius"] == ((0, "px"), (0, "px")) for corner in CORNERS)
    if drawn and not (plain and square and style["visibility"] == "visible" and style["border_collapse"] != "collapse"):
        return NOT_RULES
    colors = [(side, get_color(style, f"border_{side}_color")) for side in drawn]
    return [(side, color) for side, color in colors if color.alpha]


CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def sides_of(style: Any) -> Any:
    try:
        return style.courgette_rules
    except AttributeError:
        style.courgette_rules = _sides(style)
        return style.courgette_rules


def _rules(box: Any, sides: Any) -> list[Rule]:
    found = []
    for side, color in sides:
        height = getattr(box, f"border_{side}_width")
        y = box.border_box_y() + (box.border_height() - height if side == "bottom" else 0)
        if height:
            found.append(Rule(box.border_box_x(), y, box.border_width(), height, color))
    return found


def draw_border(stream: Any, box: Any) -> None:
    sides = sides_of(box.style)
    if sides is NOT_RULES:
        theirs_draw_border(stream, box)
    elif sides:
        _fill(stream, _rules(box, sides))


theirs_draw_border = border.draw_border


def draw_table(stream: Any, table: Any) -> None:
    if table.style["border_collapse"] == "collapse" or _is_painted(table):
        theirs_draw_table(stream, table)
        return
    draw_border(stream, table)
    for group in table.children:
        for row in group.children:
            _draw_row(stream, row)


theirs_draw_table = draw.draw_table


def _is_painted(table: Any) -> bool:
    """Return whether a table or something in it has a background."""
    return bool(
        table.background
        or table.column_groups
        or any(
            group.background
            or any(row.background or any(cell.background for cell in row.children) for row in group.children)
            for group in table.children
        )
    )


def _draw_row(stream: Any, row: Any) -> None:
    rules: list[Rule] = []
    for cell in row.children:
        if cell.empty and cell.style["empty_cells"] != "show":
            continue
        sides = sides_of(cell.style)
        if sides is NOT_RULES:
            theirs_draw_border(stream, cell)
        else:
            rules += _rules(cell, sides)
    if rules:
        _fill(stream, _joined(rules))


def _joined(rules: list[Rule]) -> list[Rule]:
    """Return rules where those that touch, at one height and in one colour, are one."""
    rules.sort(key=lambda rule: (rule.y, rule.x))
    joined = rules[:1]
    for rule in rules[1:]:
        last = joined[-1]
        touches = abs(last.x + last.width - rule.x) < NEAR and abs(last.y - rule.y) < NEAR
        if touches and last.height == rule.height and last.color == rule.color:
            joined[-1] = last._replace(width=rule.x + rule.width - last.x)
        else:
            joined.append(rule)
    return joined


def _fill(stream: Any, rules: list[Rule]) -> None:
    with stream.artifact(), stream.stacked():
        for x, y, width, height, color in rules:
            stream.set_color(color)
            stream.rectangle(x, y, width, height)
            stream.fill()


FUNCTIONS = [(border.draw_border, draw_border), (draw.draw_table, draw_table)]
