"""The cascade, done once per process: what an element looks like depends on its tag, its attributes and its parents.

Our stylesheets use tags, classes and descent only (a test sees to it), so that an element reached by the same path has
the same style in every document that has the same accent colour. The first document that shows a new path goes
through the renderer's own cascade; its styles are then kept, with the values that the layout has computed from them.
"""

# mypy: disable-error-code="no-untyped-call, misc"
# The renderer has no annotations of its own.

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint import CSS
from weasyprint.css import StyleFor
from weasyprint.layout import page

MANY = 3000  # paths kept for one accent colour; people's Markdown could nest without end
READ = ("class", "lang", "style", "hidden")  # attributes that a style may depend on
SVG = "{http://www.w3.org/2000/svg}svg"  # whose width and height count as style
PSEUDO = ("before", "after", "marker")


class Path:
    """An element's place, from the root: its styles, and the places under it."""

    __slots__ = ("pages", "styles", "under")

    def __init__(self) -> None:
        self.styles: dict[str | None, Any] = {}
        self.under: dict[Any, Path] = {}
        self.pages: dict[str | None, Any] = {}


class Family:
    """The documents of one accent colour: their stylesheets, and the styles known so far."""

    def __init__(self, own: CSS, base: CSS, accent: CSS) -> None:
        self.sheets = [(base, "user agent", None), (accent, "author", None), (own, "user", None)]
        self.roots = Path()
        self.known = 0

    def styles_for(self, html: Any, fonts: Any, targets: Any) -> Any:
        if self.known > MANY:
            self.roots, self.known = Path(), 0
        return Styles(self, html, fonts, targets)


class Styles(StyleFor):
    """What the layout asks a style of, filled from the paths already known where the page has no other."""

    def __init__(self, family: Family, html: Any, fonts: Any, targets: Any) -> None:
        self.family = family
        self._cascaded_styles: dict[Any, Any] = {}
        self._computed_styles: dict[Any, Any] = {}
        self._sheets = family.sheets
        self.font_config = fonts
        self.initial_page_sizes = {"box": None, "area": None}
        root = html.etree_element
        if not self._filled(root, family.roots):
            super().__init__(html, family.sheets, False, fonts, targets)
            self._learn(root, family.roots)
        self.root = family.roots.under[_key(root)]

    def __call__(self, element: Any, pseudo_type: str | None = None) -> Any:
        return self._computed_styles.get((element, pseudo_type))

    def _filled(self, element: Element, parent: Path) -> bool:
        """Give an element and all under it their known styles; return whether all were known."""
        path = parent.under.get(_key(element))
        if path is None:
            return False
        computed = self._computed_styles
        for pseudo, style in path.styles.items():
            computed[element, pseudo] = style
        return all(self._filled(child, path) for child in element)

    def _learn(self, element: Element, parent: Path) -> None:
        key = _key(element)
        path = parent.under.get(key)
        if path is None:
            path = parent.under[key] = Path()
            self.family.known += 1
            for pseudo in (None, *PSEUDO):
                if (style := super().__call__(element, pseudo)) is not None:
                    path.styles[pseudo] = style
        for child in element:
            self._learn(child, path)

    def page_styles(self, page_type: Any, html: Any, theirs: Any) -> None:
        """Set the styles of a page and its margins: the same for every page, since no rule of ours tells them apart."""
        known = self.root.pages
        if not known:
            theirs(page_type, html, self)
            known.update({pseudo: s for (e, pseudo), s in self._computed_styles.items() if e == page_type})
        for pseudo, style in known.items():
            self._computed_styles[page_type, pseudo] = style


def _key(element: Element) -> Any:
    attributes = element.attrib
    if not attributes:
        return element.tag
    size = (attributes.get("width"), attributes.get("height")) if element.tag == SVG else None
    return (element.tag, size, *(attributes.get(name) for name in READ))


def stylesheets_in(root: Element) -> Sequence[str] | None:
    """Return the texts of a page's own stylesheets; None where it has links or anchors, which take the long way."""
    styles = []
    for element in root.iter():
        if element.tag == "link" or "id" in element.attrib or (element.tag == "a" and "name" in element.attrib):
            return None
        if element.tag == "style":
            styles.append(element.text or "")
    return styles


def set_page_type_computed_styles(page_type: Any, html: Any, style_for: Any) -> None:
    if isinstance(style_for, Styles):
        style_for.page_styles(page_type, html, theirs_set_page_type_computed_styles)
    else:
        theirs_set_page_type_computed_styles(page_type, html, style_for)


theirs_set_page_type_computed_styles = page.set_page_type_computed_styles
FUNCTIONS = [(page.set_page_type_computed_styles, set_page_type_computed_styles)]
