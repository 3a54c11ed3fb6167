"""Boxes: used values, backgrounds and borders, kept with the style where they depend on nothing else."""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from collections.abc import Iterator
from typing import Any

from weasyprint.css.functions import check_math
from weasyprint.draw import border
from weasyprint.draw.color import get_color
from weasyprint.formatting_structure import boxes, build
from weasyprint.layout import background, percent
from weasyprint.layout.absolute import AbsolutePlaceholder

SIDES = ("top", "right", "bottom", "left")
LENGTHS = (
    *(f"margin_{side}" for side in ("left", "right", "top", "bottom")),
    *(f"padding_{side}" for side in ("left", "right", "top", "bottom")),
    *("width", "min_width", "max_width", "height", "min_height", "max_height"),
)


class _Used:
    """The used values of a style that asks for no percentage: the same in every containing block."""

    def __init__(self, style: Any) -> None:
        self.children: list[Any] = []
        self.style = style
        theirs_resolve_percentages(self, (0, 0))
        del self.children, self.style


def _used(style: Any) -> dict[str, Any] | None:
    """Return the used values that depend on the style alone, or None where they do not."""
    values = [style[name] for name in LENGTHS]
    relative = any(value != "auto" and (check_math(value) or value.unit != "px") for value in values)
    if relative or style["border_collapse"] == "collapse":
        return None
    return vars(_Used(style))


def resolve_percentages(box: Any, containing_block: Any) -> None:
    style = box.style
    try:
        used = style.courgette_used
    except AttributeError:
        used = style.courgette_used = _used(style)
    if used is None:
        theirs_resolve_percentages(box, containing_block)
    else:
        vars(box._box if isinstance(box, AbsolutePlaceholder) else box).update(used)


theirs_resolve_percentages = percent.resolve_percentages


def _is_bare(style: Any) -> bool:
    """Return whether a style paints nothing behind its boxes: no colour, picture, shadow or rounded corner."""
    return (
        style["border_image_source"][0] == "none"
        and style["mask_border_source"][0] == "none"
        and style["visibility"] != "hidden"
        and get_color(style, "background_color").alpha == 0
        and not any(kind != "none" for kind, _ in style["background_image"])
        and not style["box_shadow"]
        and all(style[f"border_{corner}_radius"] == ((0, "px"), (0, "px")) for corner in CORNERS)
    )


CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def layout_box_backgrounds(
    page: Any, box: Any, get_image_from_uri: Any, layout_children: bool = True, style: Any = None
) -> None:
    of_box = box.style if style is None else style
    try:
        bare = of_box.courgette_bare
    except AttributeError:
        bare = of_box.courgette_bare = _is_bare(of_box)
    if not bare or box is page or style is not None:
        theirs_layout_box_backgrounds(page, box, get_image_from_uri, layout_children, style)
        return
    vars(box._box if isinstance(box, AbsolutePlaceholder) else box).update(BARE)
    if layout_children:
        for child in box.all_children():
            layout_box_backgrounds(page, child, get_image_from_uri)


BARE: dict[str, Any] = {"background": None, **{f"border_{corner}_radius": (0, 0) for corner in CORNERS}}
theirs_layout_box_backgrounds = background.layout_box_backgrounds


def draw_outline(stream: Any, box: Any) -> None:
    """Draw nothing: no stylesheet of ours outlines anything."""


def is_in_normal_flow(box: Any) -> bool:
    style = box.style
    try:
        return style.courgette_in_flow  # type: ignore[no-any-return]
    except AttributeError:
        style.courgette_in_flow = theirs_is_in_normal_flow(box)
        return style.courgette_in_flow  # type: ignore[no-any-return]


theirs_is_in_normal_flow = boxes.Box.is_in_normal_flow


def descendants(box: Any, placeholders: bool = False) -> Iterator[Any]:
    """Yield a box and all under it, in order, without a generator per level."""
    waiting = [box]
    while waiting:
        found = waiting.pop()
        yield found
        if placeholders or isinstance(found, boxes.Box):
            waiting.extend(reversed(found.children))


def page_values(box: Any) -> tuple[Any, Any]:
    """Return the named pages a box starts and ends on: no stylesheet of ours names a page."""
    return (box.style["page"], box.style["page"])


def wrap_table(box: Any, children: Any) -> Any:
    """Give a table and its wrapper the pair of styles made for the first such table, with what was computed since."""
    wrapper = theirs_wrap_table(box, children)
    table = wrapper.get_wrapped_table()
    try:
        table.style, wrapper.style = box.style.courgette_wrapped
    except AttributeError:
        box.style.courgette_wrapped = table.style, wrapper.style
    return wrapper


theirs_wrap_table = build.wrap_table


def establishes_formatting_context(box: Any) -> bool:
    style = box.style
    kinds = vars(style).setdefault("courgette_contexts", {})
    key = (type(box), box.is_column)
    if key not in kinds:
        kinds[key] = theirs_establishes_formatting_context(box)
    return kinds[key]  # type: ignore[no-any-return]


theirs_establishes_formatting_context = boxes.Box.establishes_formatting_context


def as_it_is(box: Any) -> Any:
    """Stand for the passes that look for flex and grid containers: no stylesheet of ours has any."""
    return box


FUNCTIONS = [
    (percent.resolve_percentages, resolve_percentages),
    (background.layout_box_backgrounds, layout_box_backgrounds),
    (border.draw_outline, draw_outline),
    (build.wrap_table, wrap_table),
    (build.flex_boxes, as_it_is),
    (build.grid_boxes, as_it_is),
]
MEMBERS = [
    (boxes.Box, "is_in_normal_flow", is_in_normal_flow),
    (boxes.Box, "establishes_formatting_context", establishes_formatting_context),
    (boxes.Box, "descendants", descendants),
    (boxes.ParentBox, "page_values", page_values),
]
