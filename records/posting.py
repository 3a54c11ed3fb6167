"""The talk with the mail server, and what each way it can end tells about the mail."""

import contextlib
import hashlib
import smtplib
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from lib import clock
from records import keeping
from records.letters import LINK
from records.models import Mail

REFUSED_FOR_GOOD = 500


class Unreachable(Exception):
    """Nothing left: the server could not be reached, or said to come back later."""


class Refused(Exception):
    """The server refused this mail for good."""


class PerhapsSent(Exception):
    """The talk broke off in the middle: only the recipient knows."""


class Letter(EmailMessage):
    """A message whose bytes are made once, so that what was hashed is what leaves."""

    made: Any = None

    def message(self, **kwargs: Any) -> Any:
        if self.made is None:
            self.made = super().message(**kwargs)
        return self.made


def deliver(mail: Mail, link: str) -> str:
    """Send a mail and return the SHA-256 of what was sent. Raises Unreachable, Refused or PerhapsSent."""
    letter = letter_of(mail, link)
    sha256 = hashlib.sha256(letter.message().as_bytes(linesep="\r\n")).hexdigest()
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(_said(error)) from error
    try:
        _talk(connection, letter)
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()
    return sha256


def letter_of(mail: Mail, link: str) -> Letter:
    """Return the message of a mail, its link filled in and its documents attached."""
    letter = Letter(
        subject=mail.subject,
        body=mail.body.replace(LINK, link) if link else mail.body,
        from_email=sender_of(mail),
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={
            "Message-ID": mail.message_id,
            "Date": format_datetime(clock.now()),
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    for document in mail.documents.order_by("pk"):
        letter.attach(document.name, keeping.read(document), document.media_type)
    return letter


def sender_of(mail: Mail) -> str:
    """Return the From header: the sender's name, the site's address (another address would be taken for a forgery)."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((" ".join(mail.sender_name.split()) or name, address))


def _talk(connection: Any, letter: Letter) -> None:
    try:
        connection.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _refusal(min(codes, default=REFUSED_FOR_GOOD))(_said(error)) from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError, smtplib.SMTPHeloError) as error:
        raise _refusal(error.smtp_code)(_said(error)) from error
    except Exception as error:  # a broken line, a time limit: it may have been accepted already
        raise PerhapsSent(_said(error)) from error


def _refusal(code: int) -> type[Exception]:
    return Refused if code >= REFUSED_FOR_GOOD else Unreachable


def _said(error: Exception) -> str:
    """Return what the server said, readable by a person."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return " ".join(f"{code} {_text(said)}" for code, said in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
