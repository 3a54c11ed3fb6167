"""Pictures that people send, made small and clean: nothing of the file is kept but its pixels."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

LARGEST_FILE = 2 * 1024 * 1024
LARGEST_PICTURE = 25_000_000  # pixels: a small file can claim a picture that fills the memory
LARGEST_SCAN = 60_000_000  # pixels: a photograph by a telephone has 12 to 50 millions
SCAN_QUALITY = 92
LOGO_SIZE = (400, 400)
LOGO_WEIGHT = 14_000  # bytes: of the 45 kB that an invoice may weigh
LOGO_QUALITIES = (92, 85, 75, 65)
FORMATS = ("PNG", "JPEG")


class NotAnImage(ValidationError):
    """The file is no picture that we take; the text is a sentence for the person who sent it."""

    def __str__(self) -> str:
        return str(self.message)


def clean_logo(file: IO[bytes] | bytes) -> bytes:
    """Return a picture of at most 400 × 400 pixels and 14 kB, in RGB on white, turned upright, without metadata.

    A PNG, or a JPEG where that is what it takes to keep it light: it weighs on every document for ten years.

    Raises NotAnImage for anything but a PNG or a JPEG, above 2 MB, too many pixels, or damaged.
    """
    content = file if isinstance(file, bytes) else file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise NotAnImage(_("This picture is larger than 2 MB."))
    try:
        with _whole_pictures_only():
            return _redrawn(content)
    except NotAnImage:
        raise
    except Exception as error:  # Pillow's readers raise many kinds of errors on damaged or hostile files
        raise NotAnImage(_("This file cannot be read as a picture: send a PNG or a JPEG.")) from error


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Refuse a file cut short: WeasyPrint tells Pillow, for the whole process, to fill what is missing with grey."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def clean_scan(content: bytes) -> bytes:
    """Return the same picture, in its format and size, turned upright, without metadata: no place, no device.

    Raises NotAnImage for anything but a PNG or a JPEG, too many pixels, or damaged.
    """
    try:
        with _whole_pictures_only():
            return _without_metadata(content)
    except NotAnImage:
        raise
    except Exception as error:  # see clean_logo
        raise NotAnImage(_("This file cannot be read as a picture: send a PNG or a JPEG.")) from error


def _without_metadata(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > LARGEST_SCAN:
            raise NotAnImage(_("This picture has too many pixels: send a smaller one."))
        kind = picture.format
        upright = ImageOps.exif_transpose(picture)
        plain = upright.convert("RGBA" if kind == "PNG" and upright.has_transparency_data else "RGB")
    plain.info.clear()
    kept = io.BytesIO()
    plain.save(kept, kind, **({"quality": SCAN_QUALITY} if kind == "JPEG" else {"optimize": True}))
    return kept.getvalue()


def _redrawn(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > LARGEST_PICTURE:
            raise NotAnImage(_("This picture has too many pixels: send a smaller one."))
        upright = ImageOps.exif_transpose(picture)
        layered = upright.convert("RGBA")
        layered.thumbnail(LOGO_SIZE, Image.Resampling.LANCZOS)
    page = Image.new("RGB", layered.size, "white")
    page.paste(layered, mask=layered.getchannel("A"))
    return _light(page)


def _light(page: Image.Image) -> bytes:
    """Return a picture as a PNG, which keeps it exactly; else as a JPEG as good as its weight allows, or smaller."""
    if len(exact := _encoded(page, "PNG", optimize=True)) <= LOGO_WEIGHT:
        return exact
    while True:
        for quality in LOGO_QUALITIES:
            found = _encoded(page, "JPEG", quality=quality, subsampling=0, optimize=True)
            if len(found) <= LOGO_WEIGHT:
                return found
        page = page.resize((page.width * 4 // 5, max(page.height * 4 // 5, 1)), Image.Resampling.LANCZOS)


def _encoded(page: Image.Image, kind: str, **how: Any) -> bytes:
    kept = io.BytesIO()
    page.save(kept, kind, **how)
    return kept.getvalue()


def media_type(picture: bytes) -> str:
    """Return what a logo is served as."""
    return "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
