"""The file: numbers and dictionaries to bytes by the shortest way, every object written once and digested as it goes.

The renderer's writer makes each object a second time, compression included, to compute the file's identifier.
"""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

import hashlib
from io import BytesIO
from typing import Any

import pydyf
from weasyprint.images import RasterImage


def to_bytes(item: Any) -> bytes:
    kind = type(item)
    if kind is bytes:
        return item  # type: ignore[no-any-return]
    if kind is str:
        return item.encode("ascii")  # type: ignore[no-any-return]
    if kind is int:
        return b"%d" % item
    if kind is float:
        return b"%d" % item if item.is_integer() else (b"%f" % item).rstrip(b"0")
    return item.data if isinstance(item, pydyf.Object) else str(item).encode("ascii")


def _dictionary(self: Any) -> bytes:
    said = [b"/%b %b" % (to_bytes(key), v if type(v) is bytes else to_bytes(v)) for key, v in self.items()]
    return b"<<%b>>" % b"".join(said)


def _array(self: Any) -> bytes:
    return b"[%b]" % b" ".join([child if type(child) is bytes else to_bytes(child) for child in self])


def write(self: Any, output: Any, version: Any = b"1.7", identifier: Any = False, compress: bool = False) -> None:
    """Write a file of version 1.7 with a cross-reference stream, as the renderer does for ours."""
    if identifier is not True or not compress or to_bytes(version or b"1.7") < b"1.5":
        theirs_write(self, output, version, identifier, compress)
        return
    if self.info:
        self.add_object(self.info)
    self.write_line(b"%PDF-" + to_bytes(version or b"1.7"), output)
    self.write_line(b"%\xf0\x9f\x96\xa4", output)
    digest, packed, places = hashlib.md5(usedforsecurity=False), [], []
    position = 0
    for made in self.objects:
        if made.free == "f":
            continue
        data = made.data
        digest.update(data)
        if made.compressible:
            places += [made.number, position]
            packed.append(data)
            position += len(data) + 1
        else:
            made.offset = self.current_position
            self.write_line(b"%d %d obj\n%b\nendobj" % (made.number, made.generation, data), output)
    _close(self, output, digest, packed, " ".join(map(str, places)).encode())


def _close(self: Any, output: Any, digest: Any, packed: list[bytes], places: bytes) -> None:
    """Write the stream of small objects, then where everything is."""
    extra = {"Type": "/ObjStm", "N": len(packed), "First": len(places) + 1}
    box: Any = pydyf.Stream([places, *packed], extra, True)
    box.offset = self.current_position
    self.add_object(box)
    data = box.data
    digest.update(data)
    self.write_line(b"%d %d obj\n%b\nendobj" % (box.number, box.generation, data), output)
    widths, table = _references(self, box.number, len(packed))
    identifier = pydyf.String(digest.hexdigest().encode()).data
    where: dict[str, Any] = {
        "Type": "/XRef",
        "Index": pydyf.Array((0, len(self.objects) + 1)),
        "W": pydyf.Array(widths),
    }
    where |= {"Size": len(self.objects) + 1, "Root": self.catalog.reference}
    where |= {"Info": self.info.reference} if self.info else {}
    stream: Any = pydyf.Stream([table], where | {"ID": pydyf.Array((identifier, identifier))}, True)
    self.xref_position = stream.offset = self.current_position
    self.add_object(stream)
    self.write_line(stream.indirect, output)
    self.write_line(b"startxref", output)
    self.write_line(b"%d" % self.xref_position, output)
    self.write_line(b"%%EOF", output)


def _references(self: Any, box: int, packed: int) -> tuple[tuple[int, int, int], bytes]:
    """Return the widths of the fields, and the place of each object (ISO 32000-1, 7.5.8)."""
    rows, index = [], 0
    for made in self.objects:
        if made.compressible:
            rows.append((2, box, index))
            index += 1
        else:
            rows.append((int(bool(made.number)), made.offset, made.generation))
    rows.append((1, self.current_position, 0))
    most = max(packed, *(made.generation for made in self.objects))
    widths = (1, _bytes_for(self.current_position), _bytes_for(most))
    _one, second, third = widths
    made = [b"%c%b%b" % (kind, a.to_bytes(second, "big"), b.to_bytes(third, "big")) for kind, a, b in rows]
    return widths, b"".join(made)


def _bytes_for(value: int) -> int:
    return max(1, (value.bit_length() + 7) // 8)


def png_data(picture: Any) -> bytes:
    """Return the compressed pixels of a PNG as they are where a PDF takes them so: grey, eight bits, not interlaced.

    The renderer decodes a transfer code and encodes it again.
    """
    file = getattr(picture, "fp", None)
    data = file.getvalue() if isinstance(file, BytesIO) else b""
    if data[:8] != PNG or data[24:29] != GREY:
        return theirs_png_data(picture)  # type: ignore[no-any-return]
    at, found = 8, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            found.append(data[at + 8 : at + 8 + size])
        at += size + 12
    return b"".join(found)


PNG = b"\x89PNG\r\n\x1a\n"
GREY = bytes((8, 0, 0, 0, 0))  # of the header: depth, colour type, compression, filter, interlace
theirs_png_data = RasterImage._get_png_data
theirs_write = pydyf.PDF.write
FUNCTIONS = [(pydyf._to_bytes, to_bytes)]
MEMBERS = [
    (pydyf.Dictionary, "data", property(_dictionary)),
    (pydyf.Array, "data", property(_array)),
    (pydyf.PDF, "write", write),
    (RasterImage, "_get_png_data", staticmethod(png_data)),
]
