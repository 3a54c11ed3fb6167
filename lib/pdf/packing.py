"""Compression: a little less hard than the renderer's, which spends three times the time to save two hundredths."""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

import zlib
from functools import lru_cache
from typing import Any

import pydyf

from lib.pdf.quick_file import to_bytes

LEVEL = 5
SMALL = 4096  # bytes: a colour profile, not a document's own text


def _stream(self: Any) -> bytes:
    stream = b"\n".join([item if type(item) is bytes else to_bytes(item) for item in self.stream])
    extra = pydyf.Dictionary(self.extra.copy())
    if self.compress:
        extra["Filter"] = "/FlateDecode"
        stream = _compressed_before(stream) if len(stream) < SMALL else zlib.compress(stream, LEVEL)
    extra["Length"] = len(stream)
    return b"\n".join((extra.data, b"stream", stream, b"endstream"))


@lru_cache(maxsize=64)
def _compressed_before(stream: bytes) -> bytes:
    return zlib.compress(stream, LEVEL)


FUNCTIONS: list[tuple[Any, Any]] = []
MEMBERS = [(pydyf.Stream, "data", property(_stream))]
