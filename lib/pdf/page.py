"""A page on its way to the layout: parsed, with the styles of its accent colour."""

# mypy: disable-error-code="no-untyped-call, misc"
# The renderer has no annotations of its own.

import re
from collections import OrderedDict
from functools import cached_property, partial
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import tinyhtml5
from cssselect2.tree import ElementWrapper
from weasyprint import CSS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.css.targets import TargetCollector
from weasyprint.document import Document
from weasyprint.document import Page as PrintedPage
from weasyprint.formatting_structure.build import build_formatting_structure
from weasyprint.html import UA_COUNTER_STYLE
from weasyprint.images import get_image_from_uri
from weasyprint.layout import LayoutContext, layout_document
from weasyprint.pdf.metadata import DocumentMetadata

from lib.pdf.quick_styles import Family, stylesheets_in

FAMILIES_KEPT = 32  # one per accent colour
OUTPUT_INTENT = "srgb"
VOID = re.compile(r"<(br|hr|img|meta)\b([^>]*?)/?>")  # elements that HTML leaves open


class Page(HTML):
    """A page with our short base sheet in place of the renderer's, which costs more than our whole design."""

    def __init__(self, html: str, base_sheet: CSS, fetcher: Any) -> None:
        self.base_sheet = base_sheet
        self.base_url, self.url_fetcher, self.media_type = "static:/", fetcher, "print"
        self.etree_element = _parsed(html)

    @cached_property
    def wrapper_element(self) -> Any:
        return ElementWrapper.from_html_root(self.etree_element, content_language=None)

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [self.base_sheet]


def _parsed(html: str) -> ElementTree.Element:
    """Return the tree of a page: as XML where it is well formed, which takes a twentieth of the time.

    What people typed was escaped before: no tag or entity here is theirs.
    """
    html = VOID.sub(r"<\1\2/>", html).replace("&nbsp;", "\u00a0")
    try:
        return ElementTree.fromstring(html)  # noqa: S314
    except ElementTree.ParseError:
        return tinyhtml5.parse(StringIO(html), namespace_html_elements=False)  # type: ignore[no-any-return]


class Layout:
    """Lays pages out with one set of fonts and stylesheets."""

    def __init__(self, fonts: Any, base: CSS, own: CSS) -> None:
        self.fonts, self.base, self.own = fonts, base, own
        self.families: OrderedDict[str, Family] = OrderedDict()
        self.counters = CounterStyle()
        self.counters.update(UA_COUNTER_STYLE)

    def family(self, page: Page) -> Family | None:
        """Return the styles shared by the documents of one accent colour; None for a page that is unlike ours."""
        texts = stylesheets_in(page.etree_element)
        if texts is None or len(texts) != 1:
            return None
        found = self.families.pop(texts[0], None)
        if found is None:
            accent = CSS(string=texts[0], base_url=page.base_url, url_fetcher=page.url_fetcher, font_config=self.fonts)
            found = Family(self.own, self.base, accent)
        self.families[texts[0]] = found
        while len(self.families) > FAMILIES_KEPT:
            self.families.popitem(last=False)
        return found

    def laid_out(self, page: Page, pictures: dict[str, Any], options: dict[str, Any]) -> Document | None:
        """Return the document of a page that is like ours, laid out; None for another."""
        family = self.family(page)
        if family is None:
            return None
        targets = TargetCollector()
        styles = family.styles_for(page, self.fonts, targets)
        find = partial(get_image_from_uri, cache=pictures, url_fetcher=page.url_fetcher, options=options)
        context = LayoutContext(styles, find, self.fonts, self.counters, targets)
        root = build_formatting_structure(
            page.etree_element,
            styles,
            context.get_image_from_uri,
            page.base_url,
            targets,
            self.counters,
            context.footnotes,
        )
        pages = [PrintedPage(box) for box in layout_document(page, root, context)]
        return Document(pages, DocumentMetadata(), page.url_fetcher, self.fonts, {}, OUTPUT_INTENT)
