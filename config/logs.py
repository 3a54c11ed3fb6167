"""What every line of the log carries, and what it never does."""

import logging
import re
import time
from contextvars import ContextVar

from celery import current_task

request_id: ContextVar[str] = ContextVar("request_id", default="")

# Whatever follows /d/ or /m/, and whatever looks like a token of lib/links.py wherever it stands.
LINK = re.compile(r"(?<=/[dm]/)[^\s/?#\"'<>]+|\b[0-9a-z]{1,13}-[a-z2-7]{32}\b", re.IGNORECASE)


def work_id() -> str:
    """Return what is being worked at: a request's id, or a task's name and what it was asked."""
    if request := request_id.get():
        return request
    if current_task and current_task.request.id:
        asked = " ".join(str(argument) for argument in current_task.request.args or ())
        return f"{current_task.name} {asked}".strip()
    return "-"


def without_links(text: str) -> str:
    """Return a text in which no link of a person without a login can be followed any more."""
    return LINK.sub("…", text)


class Line(logging.Formatter):
    """A line of the log. Every process tells the time in UTC, whatever its time zone."""

    default_msec_format = "%s.%03dZ"

    @staticmethod
    def converter(seconds: float | None = None) -> time.struct_time:
        return time.gmtime(seconds)


class AddIds(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.work_id = work_id()
        return True


class HideLinks(logging.Filter):
    """Whoever reads the log must not be able to open a client's page: the token is the whole key."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_links(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_links(record.exc_text)
        if record.stack_info:
            record.stack_info = without_links(record.stack_info)
        return True
