"""Asking the child process to read a file, and telling a person why it could not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from lib.reading.child import LARGEST

CHILD = Path(__file__).with_name("child.py")
SECONDS = 15  # by the clock on the wall; the child has fewer of processor

REASONS: dict[str, Any] = {
    "broken_pdf": _("This PDF is damaged: it cannot be opened. Ask for it again, or type the invoice by hand."),
    "locked_pdf": _("This PDF is locked by a password: ask for one that opens."),
    "broken_xml": _("The data of this invoice is damaged: it is no XML that can be read."),
    "xml_with_dtd": _(
        "The data of this invoice defines entities or a document type: no invoice does, so it is refused."
    ),
    "other_xml": _("This XML is no Factur-X invoice (CII): bring the PDF, or type the invoice by hand."),
    "xml_too_large": _("The data of this invoice is larger than 5 MB: no invoice is, so it is refused."),
    "too_many_attachments": _("This PDF holds more than 100 attached files: no invoice does, so it is refused."),
    "two_data": _("This PDF holds two different files of data under one name: ask which one holds."),
    "too_many_lines": _("This invoice has more than 5,000 lines: it is refused."),
    "absurd_number": _("An amount of this invoice is impossible: it is refused."),
    "absurd_rate": _("A VAT rate of this invoice is impossible: it is refused."),
    "absurd_date": _("A date of this invoice is impossible: it is refused."),
    "no_number": _("The data of this invoice gives no number: it is refused."),
    "no_currency": _("The data of this invoice names no currency: type the invoice by hand."),
    "no_total": _("The data of this invoice gives no total: it is refused."),
    "too_large": _("This file is larger than 10 MB."),
    "too_much": _("This file takes too much time or memory to read: it is refused."),
}


class Unreadable(Exception):
    """Why a file is refused, in words for the person; `reason` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        self.reason = reason if reason in REASONS else "too_much"
        super().__init__(str(REASONS[self.reason]))


def read(content: bytes) -> dict[str, Any]:
    """Return what an invoice's file (a PDF or an XML) says, as plain values; {} for a PDF without data.

    Takes at most SECONDS and the child's memory. Raises Unreadable.
    """
    if len(content) > LARGEST:
        raise Unreadable("too_large")
    try:
        done = subprocess.run(  # noqa: S603  (our own file, nothing of the user's on the command line)
            [sys.executable, "-I", str(CHILD)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Unreadable("too_much") from None
    if "refused" in found:
        raise Unreadable(found["refused"])
    read: dict[str, Any] = found["read"]
    return read
