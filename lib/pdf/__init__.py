"""HTML to one PDF file that is at once PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).

The page being printed may read our own static files and the pictures handed over with it, nothing else: a user's text
can never fetch a URL or open a file. What is asked beyond that stops the rendering; it never leaves a silent hole.

One process keeps one font configuration and the parsed stylesheets, and reads them again when a file changes. The
same HTML, attachments and dates give the same bytes on the same release and libraries.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

import gc
import hashlib
import mimetypes
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pydyf
from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from PIL import Image
from weasyprint import CSS, DEFAULT_OPTIONS
from weasyprint import Attachment as FileAttachment
from weasyprint.images import RasterImage
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from lib.pdf.metadata import finish
from lib.pdf.page import Layout, Page
from lib.pdf.quick import our_ways
from lib.visible import visible

STATIC = Path(settings.BASE_DIR) / "static"
STYLE = STATIC / "css" / "documents.css"
BASE_STYLE = STATIC / "css" / "documents-base.css"  # stands for the renderer's own sheet, which styles all of HTML
FONTS = tuple(STATIC / "fonts" / f"atkinson-hyperlegible-next-{weight}.woff2" for weight in ("regular", "bold"))
VARIANT = "pdf/a-3a"
PICTURES_KEPT = 32
MOST_SHOWN = 10
INLINE_PICTURE = "data:image/png;base64,"
SHORT_WAYS = True  # the test that they change nothing turns them off
RENDERING = DEFAULT_OPTIONS | {"pdf_variant": VARIANT}
LINE_ENDS = "\u2028\u2029"  # the renderer would look for their glyphs, or stop
INVISIBLE = frozenset("\t\n\r\u00ad\u200b\u2028\u2029\ufeff")  # laid out, never drawn


class Refused(Exception):
    """The page asked for something that is neither a static file of ours nor a picture handed over with it."""


@dataclass(frozen=True)
class Attachment:
    """A file carried inside the PDF. `relationship`: Data, Alternative, Source or Supplement (ISO 19005-3, annex E)."""

    name: str
    content: bytes
    description: str
    relationship: str = "Data"


@dataclass
class _Warm:
    """What one process keeps between two renders."""

    stamp: tuple[int, ...] = ()
    fonts: Any = None
    styles: list[CSS] = field(default_factory=list)
    layout: Any = None
    pictures: dict[str, Any] = field(default_factory=dict)


_warm = _Warm()
_one_at_a_time = threading.Lock()  # the font configuration is shared, and is not safe between threads


def render(
    html: str,
    *,
    language: str,
    created: datetime,
    title: str,
    attachments: Sequence[Attachment] = (),
    pictures: Sequence[bytes] = (),
    facturx: bool = False,
) -> bytes:
    """Return the PDF of a page made by our own templates, set by `static/css/documents.css`.

    `created` is aware and is the only date written in the file. Pictures (PNG, JPEG) are shown by the page under
    their `picture_url()`. With `facturx` the metadata declare a Factur-X EN 16931 invoice in `factur-x.xml`.
    Raises Refused when the page asks for anything else.
    """
    fetch = _OwnFiles({picture_url(data): data for data in pictures})
    carried = [_attached(item, created) for item in attachments]
    with _one_at_a_time, _collector_off(), our_ways(short=SHORT_WAYS):
        try:
            document = _laid_out(html, fetch)
            _describe(document.metadata, language, created, title)
            made = document.write_pdf(
                finisher=lambda _document, file: finish(file, facturx=facturx),
                pdf_variant=VARIANT,
                attachments=carried,
            )
        except FatalURLFetchingError as refusal:
            raise Refused(str(refusal)) from None
    if fetch.refused:  # inside a drawing, the renderer swallows even fatal errors
        raise Refused(fetch.refused[0])
    return bytes(made)


def _laid_out(html: str, fetch: "_OwnFiles") -> Any:
    warm = _ready()
    for address, data in fetch.pictures.items():
        if address not in warm.pictures:
            warm.pictures[address] = _Picture(Image.open(BytesIO(data)), address, data, cache=warm.pictures)
    pictures = dict(warm.pictures)  # a code shown once is not kept
    for end in LINE_ENDS:
        html = html.replace(end, "\n")
    page = Page(html, warm.styles[0], fetch)
    made = warm.layout.laid_out(page, pictures, RENDERING) if SHORT_WAYS else None
    return made or page.render(font_config=warm.fonts, stylesheets=warm.styles[1:], cache=pictures, pdf_variant=VARIANT)


def picture_url(data: bytes) -> str:
    """Return the private address under which a page shows a picture handed to `render`."""
    return f"picture:{hashlib.sha256(data).hexdigest()}"


def inline_picture(png: bytes) -> str:
    """Return the address of a PNG that travels inside the page: small, and shown once."""
    return INLINE_PICTURE + b64encode(png).decode()


def missing_glyphs(text: str) -> set[str]:
    """Return the characters of a text that no font of our documents can draw: asked before anything is issued.

    A missing glyph would print as an empty box and break PDF/A (ISO 19005-3, 6.2.11.8).
    """
    return set(text) - _drawable() - INVISIBLE


def why_unprintable(*said: object) -> str:
    """Return, in a sentence, which characters of these texts (or lists, objects of texts) no font has; "" for none."""
    if not (missing := missing_glyphs("".join(_texts(said)))):
        return ""
    shown = " ".join(map(_shown, sorted(missing)[:MOST_SHOWN]))
    return _("These characters cannot be printed in the PDF: %(characters)s. Remove them.") % {"characters": shown}


def _texts(said: object) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        yield from _texts(list(said.values()))
    elif isinstance(said, list | tuple):
        yield from (text for one in said for text in _texts(one))


def _shown(char: str) -> str:
    """Return a character, or its number where nothing would be seen."""
    return char if char.isprintable() and visible(char) else f"U+{ord(char):04X}"


@lru_cache(maxsize=1)
def _drawable() -> frozenset[str]:
    maps = [TTFont(path).getBestCmap() or {} for path in FONTS]
    return frozenset(chr(code) for code in set(maps[0]).intersection(*maps[1:]))


class _Picture(RasterImage):
    """A picture encoded once for all the documents that show it: a logo took a sixth of an invoice's time."""

    _encoded: Any = None

    def get_x_object(self, interpolate: bool, dpi_ratio: float) -> Any:
        made = self._encoded or super().get_x_object(interpolate, dpi_ratio)
        if "SMask" in made.extra:  # transparency: the renderer writes in what it was given
            return made
        self._encoded = made
        return pydyf.Stream(list(made.stream), pydyf.Dictionary(made.extra))


class _Read(URLFetcherResponse):
    """What was read, and what it is, without the headers of a web that nobody asks."""

    def __init__(self, url: str, content: bytes, kind: str) -> None:
        self.url, self.status, self.kind = url, 200, kind
        self._file_obj = BytesIO(content)

    @property
    def content_type(self) -> str:
        return self.kind


class _OwnFiles(URLFetcher):
    """Reads static files (`static:/…`), the pictures of this render (`picture:…`), PNG written inside the page (a QR
    code); refuses all else, fatally."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        self._fail_on_errors = True  # and none of the parent's openers of URLs, which take time to build
        self.pictures = pictures or {}
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url in self.pictures:
            return _Read(url, self.pictures[url], "application/octet-stream")
        if url.startswith(INLINE_PICTURE):
            return _Read(url, b64decode(url.removeprefix(INLINE_PICTURE)), "image/png")
        path = _static_file(url)
        if path is None:
            self.refused.append(f"A document may not read {url[:200]!r}.")
            raise FatalURLFetchingError(self.refused[-1])
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return _Read(url, path.read_bytes(), kind)


def _static_file(url: str) -> Path | None:
    """Return the static file that a `static:/…` address names; None for whatever lies elsewhere or is missing."""
    if not url.startswith("static:/"):
        return None
    try:
        path = (STATIC / url.removeprefix("static:").lstrip("/")).resolve()
        return path if path.is_relative_to(STATIC.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # a name too long, a null byte
        return None


def _ready() -> _Warm:
    """Return fonts and stylesheets, read again when one of their files has changed."""
    stamp = tuple(path.stat().st_mtime_ns for path in (BASE_STYLE, STYLE, *FONTS))
    if stamp != _warm.stamp:
        _warm.fonts = FontConfiguration()
        _warm.styles = [_stylesheet(BASE_STYLE), _stylesheet(STYLE)]
        _warm.layout = Layout(_warm.fonts, *_warm.styles)
        _warm.pictures = {}
        _warm.stamp = stamp
        _drawable.cache_clear()
    if len(_warm.pictures) > PICTURES_KEPT:
        _warm.pictures.clear()
    return _warm


def _stylesheet(path: Path) -> CSS:
    address = f"static:/{path.relative_to(STATIC).as_posix()}"
    return CSS(string=path.read_text(), base_url=address, url_fetcher=_OwnFiles(), font_config=_warm.fonts)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Keep the cyclic collector out of the layout, whose millions of live objects it would walk again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
            gc.collect(1)


def _describe(metadata: Any, language: str, created: datetime, title: str) -> None:
    metadata.title = title
    metadata.lang = language
    metadata.generator = "Courgette"
    metadata.created = metadata.modified = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _attached(item: Attachment, created: datetime) -> FileAttachment:
    day = created.astimezone(UTC)
    return FileAttachment(
        string=item.content,
        url_fetcher=_OwnFiles(),
        name=item.name,
        description=item.description,
        relationship=item.relationship,
        created=day,
        modified=day,
    )
