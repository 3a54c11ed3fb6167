"""The mix bar: one horizontal drawing of how a price is paid, a segment per part, the same on pages and on paper.

Geometry and light-mode colours travel as SVG attributes: the document renderer ignores the page's CSS inside a
drawing, and the Content-Security-Policy refuses `style=`. Each segment carries a class that a screen's CSS may
override (`.mix-goods { fill: … }`). Pure: no request, no clock, no active language.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from djmoney.money import Money

KINDS = ("money", "goods", "time", "local_currency")
GAP = 2  # the paper between two segments
LEAST = 6  # a segment narrower than this would not be seen
STEP = 7  # between two strokes of a pattern


@dataclass(frozen=True)
class Colours:
    """Fill of a kind, and the ink of its pattern. Fills differ from one another by 1.6:1 in luminance, or more."""

    fill: str
    ink: str


COLOURS = {
    "money": Colours("#1f5f7a", "#1f5f7a"),  # water, plain
    "goods": Colours("#561638", "#c58aa9"),  # beet, slanted strokes
    "time": Colours("#b07f4d", "#5c3d1c"),  # earth, upright strokes
    "local_currency": Colours("#e3c766", "#6b5410"),  # straw, dots
}


@dataclass(frozen=True)
class Segment:
    """One part of the price: its kind, its value (never negative) and the words that name it."""

    kind: str
    value: Money
    label: str


def mix_bar(segments: Sequence[Segment], *, width: int, height: int, title: str) -> SafeString:
    """Return the bar as one inline SVG; `title` says in words what it shows. Parts worth nothing are left out."""
    shown = [segment for segment in segments if segment.value.amount > 0]
    lefts_and_widths = layout([segment.value.amount for segment in shown], width)
    drawn = format_html_join(
        "",
        "{}",
        ((_segment(s.kind, x, w, height, s.label),) for s, (x, w) in zip(shown, lefts_and_widths, strict=True)),
    )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="mix-bar" role="img" width="{w}" height="{h}"'
        ' viewBox="0 0 {w} {h}"><title>{title}</title>{drawn}</svg>',
        w=width,
        h=height,
        title=title,
        drawn=drawn,
    )


def swatch(kind: str, *, title: str, size: int = 12) -> SafeString:
    """Return the small square that stands for a kind in a legend."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="mix-swatch" role="img" width="{size}" height="{size}"'
        ' viewBox="0 0 {size} {size}"><title>{title}</title>{drawn}</svg>',
        size=size,
        title=title,
        drawn=_segment(kind, Decimal(0), Decimal(size), size, ""),
    )


def layout(amounts: Sequence[Decimal], width: int) -> list[tuple[Decimal, Decimal]]:
    """Return where each segment starts and how wide it is: in proportion, none under LEAST, GAP between two.

    The last one ends exactly at `width`. What small ones gain is taken from the others in proportion.
    """
    if not amounts:
        return []
    room = Decimal(max(width - GAP * (len(amounts) - 1), len(amounts)))
    widths = _widths(amounts, room, min(Decimal(LEAST), room / len(amounts)))
    lefts = [sum(widths[:i], Decimal(0)) + GAP * i for i in range(len(widths))]
    return [(_short(left), _short(wide)) for left, wide in zip(lefts, widths, strict=True)]


def _widths(amounts: Sequence[Decimal], room: Decimal, least: Decimal) -> list[Decimal]:
    small: set[int] = set()
    while True:
        rest = room - least * len(small)
        whole = sum((a for i, a in enumerate(amounts) if i not in small), Decimal(0))
        too_small = {i for i, a in enumerate(amounts) if i not in small and a * rest < least * whole}
        if not too_small:
            return [least if i in small else a * rest / whole for i, a in enumerate(amounts)]
        small |= too_small


def _segment(kind: str, left: Decimal, width: Decimal, height: int, label: str) -> SafeString:
    colours = COLOURS[kind]
    name = kind.replace("_", "-")
    words = format_html("<title>{}</title>", label) if label else ""
    strokes = _pattern(kind, left, width, Decimal(height))
    inked = (
        format_html(
            '<path class="mix-ink mix-ink-{}" d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linecap="{}"/>',
            name,
            strokes,
            colours.ink,
            "2.4" if kind == "local_currency" else "1.2",
            "round" if kind == "local_currency" else "butt",
        )
        if strokes
        else ""
    )
    return format_html(
        '<g class="mix-part"><rect class="mix-{}" x="{}" y="0" width="{}" height="{}" fill="{}">{}</rect>{}</g>',
        name,
        left,
        width,
        height,
        colours.fill,
        words,
        inked,
    )


def _pattern(kind: str, left: Decimal, width: Decimal, height: Decimal) -> str:
    """Return the strokes of a kind's pattern, cut at the edges of its segment."""
    if kind == "goods":
        return _path(_slanted(left, width, height))
    if kind == "time":
        return _path((x, Decimal(0), x, height) for x in _every(left + STEP / Decimal(2), left + width, STEP))
    if kind == "local_currency":
        middles = _every(left + STEP / Decimal(2), left + width - 1, STEP)
        return _path((x, height / 2, x + Decimal("0.01"), height / 2) for x in middles)
    return ""


def _slanted(left: Decimal, width: Decimal, height: Decimal) -> Iterable[tuple[Decimal, Decimal, Decimal, Decimal]]:
    """Yield strokes that rise at 45°, each clipped to the segment: x + y is constant along one of them."""
    right = left + width
    for start in _every(left + STEP / Decimal(2), right + height, STEP):
        top = min(start, right)
        bottom = max(start - height, left)
        yield bottom, start - bottom, top, start - top


def _every(start: Decimal, end: Decimal, step: int) -> Iterable[Decimal]:
    at = start
    while at < end:
        yield at
        at += step


def _path(strokes: Iterable[tuple[Decimal, Decimal, Decimal, Decimal]]) -> SafeString:
    drawn = (f"M{_short(x1)} {_short(y1)}L{_short(x2)} {_short(y2)}" for x1, y1, x2, y2 in strokes)
    return mark_safe("".join(drawn))  # noqa: S308 - numbers only


def _short(value: Decimal) -> Decimal:
    return Decimal(f"{value.quantize(Decimal('0.01')).normalize():f}")
