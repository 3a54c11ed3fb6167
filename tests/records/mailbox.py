"""A mail server for tests, in a thread: it keeps what it receives, refuses or falls silent as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from tests.services.servers import free_port


class Mailbox:
    def __init__(self) -> None:
        self.received: list[Any] = []
        self.answer = "250 OK"
        self.answer_to_recipient = "250 OK"
        self.silent = False
        self.reached = threading.Event()
        self.url = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.reached.set()
        if self.silent:  # it has the whole mail, and hangs up before it says so
            server.transport.close()
            return "250 OK"
        if self.answer.startswith("250"):
            self.received.append(envelope)
        return self.answer


class Hanging(Mailbox):
    """Takes the mail in and never answers: whoever talks to it can be killed in the middle."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        import asyncio

        self.reached.set()
        await asyncio.sleep(60)
        return "250 OK"


@contextmanager
def mailbox(kind: type[Mailbox] = Mailbox) -> Iterator[Mailbox]:
    handler = kind()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.url = f"smtp://127.0.0.1:{port}"
    try:
        yield handler
    finally:
        controller.stop()
