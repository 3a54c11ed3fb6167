"""The data inside a PDF: its embedded factur-x.xml. Runs in the child process; pypdf reads, nothing is rendered."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from lib.reading.cii import LARGEST_XML, Refused

NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
MOST_ATTACHMENTS = 100
MOST_NODES = 500


def data_of(content: bytes) -> tuple[str, bytes]:
    """Return the name and the bytes of the data inside a PDF; ("", b"") when it holds none. Raises Refused."""
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Refused("locked_pdf")
        if not len(reader.pages):
            raise Refused("broken_pdf")
        return _data(dict(_attachments(reader)))
    except (Refused, MemoryError, RecursionError):
        raise
    except (DependencyError, FileNotDecryptedError):  # a cipher that is not read here: PDF/A allows none
        raise Refused("locked_pdf") from None
    except Exception:  # a reader of PDF raises all sorts of errors on damaged or hostile files
        raise Refused("broken_pdf") from None


def _data(attachments: dict[str, Any]) -> tuple[str, bytes]:
    for name in NAMES:
        if name in attachments:
            xml: bytes = attachments[name].get_object().get_data()
            if len(xml) > LARGEST_XML:
                raise Refused("xml_too_large")
            return name, xml
    return "", b""


def _attachments(reader: PdfReader) -> Iterator[tuple[str, Any]]:
    """Yield the name and the stream of each embedded file, unread. Raises Refused when there are too many."""
    for count, specification in enumerate(_specifications(reader), start=1):
        if count > MOST_ATTACHMENTS:
            raise Refused("too_many_attachments")
        found = specification.get_object()
        name, files = str(found.get("/UF") or found.get("/F") or ""), found.get("/EF")
        if files is not None and (stream := files.get_object().get("/UF") or files.get_object().get("/F")) is not None:
            yield name.rpartition("/")[2].lower(), stream


def _specifications(reader: PdfReader) -> Iterator[Any]:
    """Yield the file specifications of the name tree and of /AF; both may name the same ones."""
    catalogue: Any = reader.trailer["/Root"].get_object()
    names = catalogue.get("/Names")
    tree = names.get_object().get("/EmbeddedFiles") if names is not None else None
    waiting, nodes = [tree] if tree is not None else [], 0
    while waiting:
        nodes += 1
        if nodes > MOST_NODES:
            raise Refused("too_many_attachments")
        node = waiting.pop().get_object()
        pairs = node.get("/Names")
        yield from list(pairs.get_object())[1::2] if pairs is not None else ()
        kids = node.get("/Kids")
        waiting += list(kids.get_object())[:MOST_NODES] if kids is not None else []
    if tree is None and (files := catalogue.get("/AF")) is not None:
        yield from files.get_object()
