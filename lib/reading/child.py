"""The child process: reads a file from its standard input, says what it found as JSON, and cannot do much harm.

Run as `python -I child.py` with the file on standard input. It limits itself first, then imports what reads files.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 768 * 1024 * 1024  # bytes of address space
SECONDS = 8  # of processor
LARGEST = 10 * 1024 * 1024
LARGEST_ANSWER = 1024 * 1024


def limit() -> None:
    """Give up the right to more memory and time, to write files and to dump core."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def answer(content: bytes) -> dict[str, Any]:
    from lib.reading import cii, in_pdf, starts

    try:
        if pdf := starts.pdf_in(content):
            name, xml = in_pdf.data_of(pdf)
            return {"read": cii.said_by(xml) | {"file": name} if xml else {}}
        return {"read": cii.said_by(content) | {"file": "xml"}}
    except cii.Refused as refused:
        return {"refused": str(refused)}
    except (MemoryError, RecursionError):
        return {"refused": "too_much"}


def main() -> None:
    limit()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    written = json.dumps(answer(sys.stdin.buffer.read(LARGEST + 1)))
    if len(written) > LARGEST_ANSWER:
        written = json.dumps({"refused": "too_much"})
    sys.stdout.write(written)


if __name__ == "__main__":
    main()
