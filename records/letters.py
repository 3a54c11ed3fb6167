"""How the text of a mail is written: templates/mail/<app>/<event>.txt, its first line the subject."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template import Context
from django.template.loader import get_template
from django.utils.translation import gettext, override

from lib.days import day_written

LINK = "{{ link }}"  # what stands for the link in a stored mail
LONGEST_SUBJECT = 250


def written(event: str, language: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject and the body of a mail, in a language. Plain text: nothing is escaped."""
    template = get_template(f"mail/{event}.txt").template  # type: ignore[attr-defined]  # Django's own engine
    with override(language):
        text = template.render(Context({**context, "language": language}, autoescape=False))
    subject, _, body = text.strip().partition("\n")
    return " ".join(subject.split())[:LONGEST_SUBJECT], _tidy(body)


def as_copy(subject: str, body: str, sent_at: datetime, language: str, time_zone: str) -> tuple[str, str]:
    """Return the subject and the body of a mail sent once more: it says so, and of which day it is a copy."""
    with override(language):
        day = day_written(sent_at.astimezone(ZoneInfo(time_zone)))
        title = gettext("Copy: %(subject)s") % {"subject": subject}
        first_line = gettext("(This is a copy of our mail of %(day)s.)") % {"day": day}
    return title[:LONGEST_SUBJECT], f"{first_line}\n\n{body}"


def shown(body: str, words: str) -> str:
    """Return a body for people to read in the app: where the link will be, some words instead."""
    return body.replace(LINK, words)


def _tidy(body: str) -> str:
    lines = "\n".join(line.rstrip() if line != "-- " else line for line in body.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
