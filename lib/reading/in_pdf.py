"""The data inside a PDF: its embedded factur-x.xml. Runs in the child process; pypdf reads, nothing is rendered."""

import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
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
        if reader.is_encrypted and not reader.decrypt(""):  # one that opens without a password only limits its uses
            raise Refused("locked_pdf")
        if not len(reader.pages):
            raise Refused("broken_pdf")
        return _data(_attachments(reader))
    except (Refused, MemoryError, RecursionError):
        raise
    except (DependencyError, FileNotDecryptedError):  # a cipher that is not read here
        raise Refused("locked_pdf") from None
    except Exception:  # a reader of PDF raises all sorts of errors on damaged or hostile files
        raise Refused("broken_pdf") from None


def _data(attachments: Mapping[str, list[Any]]) -> tuple[str, bytes]:
    """Return the first of NAMES that is there. Raises Refused where two files have that name: which one holds?"""
    for name in NAMES:
        if files := attachments.get(name):
            contents = {_content(file) for file in files}
            if len(contents) > 1:
                raise Refused("two_data")
            return name, contents.pop()
    return "", b""


def _content(file: Any) -> bytes:
    xml: bytes = file.get_data()
    if len(xml) > LARGEST_XML:
        raise Refused("xml_too_large")
    return xml


def _attachments(reader: PdfReader) -> dict[str, list[Any]]:
    """Return the streams of the embedded files by name, unread. Raises Refused when there are too many."""
    found: dict[str, list[Any]] = {}
    for count, specification in enumerate(_specifications(reader), start=1):
        if count > MOST_ATTACHMENTS:
            raise Refused("too_many_attachments")
        name = str(_of(specification, "/UF") or _of(specification, "/F") or "").rpartition("/")[2].strip().lower()
        files = _of(specification, "/EF")
        found.setdefault(name, []).extend(_each_once(_of(files, key) for key in ("/UF", "/F")))
    return found


def _specifications(reader: PdfReader) -> Iterator[Any]:
    """Yield each file specification once: the name tree and /AF may both name it."""
    catalogue: Any = reader.trailer["/Root"].get_object()
    yield from _each_once(chain(_in_tree(_of(_of(catalogue, "/Names"), "/EmbeddedFiles")), _of(catalogue, "/AF") or ()))


def _in_tree(tree: Any) -> Iterator[Any]:
    waiting, nodes = [tree] if tree is not None else [], 0
    while waiting:
        nodes += 1
        if nodes > MOST_NODES:
            raise Refused("too_many_attachments")
        node = waiting.pop().get_object()
        yield from list(_of(node, "/Names") or ())[1::2]
        waiting += list(_of(node, "/Kids") or ())[:MOST_NODES]


def _of(dictionary: Any, key: str) -> Any:
    """Return what a dictionary holds, not where it is; None without it."""
    held = dictionary.get(key) if dictionary is not None else None
    return held.get_object() if held is not None else None


def _each_once(references: Iterable[Any]) -> Iterator[Any]:
    seen: dict[int, Any] = {}
    for found in (reference.get_object() for reference in references if reference is not None):
        if id(found) not in seen:
            seen[id(found)] = found
            yield found
