"""Pictures that people send, made small and clean: nothing of the file is kept but its pixels."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

LARGEST_FILE = 2 * 1024 * 1024
LARGEST_PICTURE = 25_000_000  # pixels: a small file can claim a picture that fills the memory
LARGEST_SCAN = 60_000_000  # pixels: a photograph by a telephone has 12 to 50 millions
SCAN_QUALITY = 92
LOGO_SIZE = (400, 400)
FORMATS = ("PNG", "JPEG")


class NotAnImage(ValidationError):
    """The file is no picture that we take; the text is a sentence for the person who sent it."""

    def __str__(self) -> str:
        return str(self.message)


def clean_logo(file: IO[bytes] | bytes) -> bytes:
    """Return a PNG of at most 400 × 400 pixels, in RGB on white, turned upright, without metadata.

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
    kept = io.BytesIO()
    page.save(kept, "PNG", optimize=True)
    return kept.getvalue()
