import io
import struct
import zlib

import pytest
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from lib import images
from lib.images import NotAnImage, clean_logo


def file_of(picture: Image.Image, kind: str, **options: object) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, kind, **options)
    return kept.getvalue()


def reopened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_becomes_a_small_png_of_the_same_shape(kind: str) -> None:
    logo = reopened(clean_logo(file_of(Image.new("RGB", (1600, 800), "green"), kind)))
    assert (logo.format, logo.mode, logo.size) == ("PNG", "RGB", (400, 200))


def test_a_small_picture_is_not_made_larger() -> None:
    assert reopened(clean_logo(file_of(Image.new("RGB", (30, 20)), "PNG"))).size == (30, 20)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16", "CMYK"])
def test_every_kind_of_pixels_becomes_rgb(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert reopened(clean_logo(file_of(Image.new(mode, (10, 10)), kind))).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    logo = reopened(clean_logo(file_of(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG")))
    assert logo.getpixel((5, 5)) == (255, 255, 255)


def test_a_photograph_taken_sideways_is_turned_upright_and_says_no_more_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90°
    exif[0x010E] = "taken at home"
    content = clean_logo(file_of(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    assert reopened(content).size == (20, 40)
    assert b"taken at home" not in content
    assert not reopened(content).getexif()


def test_text_hidden_in_a_picture_is_dropped() -> None:
    hidden = PngInfo()
    hidden.add_text("comment", "<script>alert(1)</script>")
    content = file_of(Image.new("RGB", (10, 10)), "PNG", pnginfo=hidden) + b"<?php"
    assert b"script" not in clean_logo(content)
    assert b"php" not in clean_logo(content)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(NotAnImage, match="PNG ou un JPEG"):
        clean_logo(file_of(Image.new("RGB", (10, 10)), kind))


@pytest.mark.parametrize("content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnImage, match="ne se lit pas comme une image"):
        clean_logo(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_cut_short_is_refused_even_where_the_renderer_would_take_it(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    content = file_of(Image.effect_noise((200, 200), 50), kind)
    with pytest.raises(NotAnImage):
        clean_logo(content[: len(content) // 2])
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_file_above_two_megabytes_is_refused_without_reading_it_all() -> None:
    file = io.BytesIO(b"\x89PNG" + bytes(10 * 1024 * 1024))
    with pytest.raises(NotAnImage, match="2 Mo"):
        clean_logo(file)
    assert file.tell() == images.LARGEST_FILE + 1


def test_a_tiny_file_that_claims_a_giant_picture_is_refused_before_it_is_unpacked() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    with pytest.raises(NotAnImage):
        clean_logo(bomb)


def test_a_picture_with_too_many_pixels_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "LARGEST_PICTURE", 99)
    with pytest.raises(NotAnImage, match="trop de pixels"):
        clean_logo(file_of(Image.new("RGB", (10, 10)), "PNG"))


def _photograph(kind: str, mode: str = "RGB") -> bytes:
    picture = Image.new(mode, (30, 20), "green")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif[0x010F] = "SecretPhone"
    exif[0x8825] = {1: "N", 2: (48.0, 32.0, 0.0)}
    made = io.BytesIO()
    picture.save(made, kind, exif=exif)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_scan_keeps_its_pixels_and_tells_no_place(kind: str) -> None:
    photograph = _photograph(kind)
    assert b"SecretPhone" in photograph
    cleaned = images.clean_scan(photograph)
    assert b"SecretPhone" not in cleaned
    with Image.open(io.BytesIO(cleaned)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == (kind, (20, 30), {})


@pytest.mark.parametrize("content", [b"\xff\xd8\xff", b"GIF89a", b""])
def test_a_scan_that_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(images.NotAnImage):
        images.clean_scan(content)


@pytest.mark.parametrize("noise", [10, 60, 200])
def test_a_picture_that_would_weigh_on_each_document_is_made_light(noise):
    heavy = Image.effect_noise((800, 350), noise).convert("RGB")
    kept = clean_logo(file_of(heavy, "PNG"))
    assert len(kept) <= images.LOGO_WEIGHT
    assert (reopened(kept).format, images.media_type(kept)) == ("JPEG", "image/jpeg")
    assert reopened(kept).width >= 100


def test_a_drawing_is_kept_exactly():
    kept = clean_logo(file_of(Image.new("RGB", (400, 150), "#2f6b3c"), "PNG"))
    assert (reopened(kept).format, images.media_type(kept)) == ("PNG", "image/png")
