"""People's own text, in Markdown, to HTML that is safe on a page and in a PDF.

CommonMark and tables; no HTML of theirs, no image, no style. A line break stays a line break. A heading becomes a bold
paragraph unless the place says which level it has: a user's `###` under our `<h1>` would skip a level, which breaks
PDF/UA-1 and screen readers.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

HEADINGS = {f"h{level}" for level in range(2, 7)}
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "hr", "code", "pre"} | HEADINGS
TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td"}
ALIGNMENTS = {f"text-align:{side}": f"align-{side}" for side in ("left", "center", "right")}
# One line that begins with a letter and holds none of the signs that mean something, to Markdown or to HTML: most are.
PLAIN = re.compile(r"[^\W\d_](?:[^\\`*_\[\]<>&|~\"\x00-\x1f]*[^\\`*_\[\]<>&|~\"\x00-\x1f\s])?")
PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable(["image", "html_block"])
CLEANER = nh3.Cleaner(
    tags=TAGS | TABLE_TAGS,
    attributes={"a": {"href", "title"}, "ol": {"start"}, "th": {"scope", "class"}, "td": {"class"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
)


def to_html(text: str, *, heading_level: int | None = None) -> SafeString:
    """Return safe HTML. `heading_level` (2 to 6) is the level of every heading written in the text."""
    if PLAIN.fullmatch(text):
        return mark_safe(f"<p>{text}</p>\n".replace("\u00a0", "&nbsp;"))  # noqa: S308 (nothing in it to escape)
    tokens = PARSER.parse(text)
    _settle_headings(tokens, heading_level)
    _settle_tables(tokens)
    html = PARSER.renderer.render(tokens, PARSER.options, {})
    return mark_safe(CLEANER.clean(html))  # noqa: S308 (cleaned just now, by an allowlist)


def inside_paragraph(html: str) -> SafeString | None:
    """Return what stands inside safe HTML that is one paragraph and nothing else; None for any other."""
    inside = html.strip().removeprefix("<p>").removesuffix("</p>")
    whole = f"<p>{inside}</p>" == html.strip() and "<p>" not in inside
    return mark_safe(inside) if whole else None  # noqa: S308 (a part of what is safe)


def _settle_headings(tokens: Sequence[Token], level: int | None) -> None:
    for token, following in pairwise(tokens):
        if token.type == "heading_open" and level is None:
            following.children = [_strong("open", 1), *(following.children or []), _strong("close", -1)]
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "p" if level is None else f"h{level}"


def _strong(side: str, nesting: Literal[-1, 0, 1]) -> Token:
    return Token(f"strong_{side}", "strong", nesting)


def _settle_tables(tokens: Sequence[Token]) -> None:
    """Say alignment by a class, since the Content-Security-Policy refuses styles; say what a header is about."""
    for token in tokens:
        if token.type in {"th_open", "td_open"}:
            style = token.attrs.pop("style", None)
            if style in ALIGNMENTS:
                token.attrSet("class", ALIGNMENTS[str(style)])
            if token.type == "th_open":
                token.attrSet("scope", "col")
