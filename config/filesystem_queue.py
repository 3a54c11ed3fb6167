"""A queue made of files, for one machine, on top of kombu's filesystem transport.

What it promises beyond the stock one:

- a message appears whole or not at all: it is written under a hidden name, then renamed on the same filesystem;
- a file that cannot be read (empty, cut, not a message) is set aside with a warning and never stops the worker;
- who reads what is kept in memory: there is no table on disk that two processes could spoil;
- it cannot fill the disk while no worker runs: past MOST_WAITING messages another one would say nothing new, because
  the sweep finds in the database whatever is due.

What it does not promise: what a killed worker had picked up is not delivered again. The sweep does that.
"""

import itertools
import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any, cast

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps, loads

from lib import clock

MOST_WAITING = 1000
LOOK_UP_AFTER_SECONDS = 0.5
LEFTOVER_AFTER_SECONDS = 3600  # no one takes an hour to write or to read one message

logger = logging.getLogger(__name__)
order = itertools.count()


class Channel(filesystem.Channel):
    """A channel whose messages are files named `<order>.<queue>.msg` in one folder."""

    supports_fanout = False
    get_table = virtual.Channel.get_table  # type: ignore[assignment]
    _delete = virtual.Channel._delete

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(self.data_folder_in)
        self.taken = Path(self.processed_folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.taken.mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        if self._size(queue) >= MOST_WAITING:
            logger.warning("Queue %s is full: the sweep will find what is due.", queue)
            return
        name = f"{time.monotonic_ns():020d}-{next(order):06d}-{uuid.uuid4().hex}.{queue}.msg"
        hidden = self.folder / f".{name}"
        try:
            hidden.write_text(dumps(message))
            hidden.rename(self.folder / name)
        except OSError as error:
            hidden.unlink(missing_ok=True)
            raise ChannelError(f"Cannot write to the queue {self.folder}: {error}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(os.listdir(self.folder)):
            if name.partition(".")[2] == f"{queue}.msg" and (message := self._take(name)) is not None:
                return message
        raise Empty

    def _take(self, name: str) -> Any:
        """Return the message of a file once, or None when another worker was quicker or nobody could read it."""
        taken = self.taken / name
        try:
            (self.folder / name).rename(taken)
            message = loads(taken.read_text())
            _ = message["body"], message["headers"], message["properties"]["delivery_tag"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("Message %s is unreadable and was set aside: %r", name, error)
            return None
        taken.unlink(missing_ok=True)
        return message

    def sweep_leftovers(self) -> None:
        """Remove what killed processes left half written or half read."""
        oldest = clock.now().timestamp() - LEFTOVER_AFTER_SECONDS
        for path in [*self.taken.iterdir(), *self.folder.glob(".*.msg")]:
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except OSError:
                continue  # another process is doing the same


class Transport(filesystem.Transport):
    """Chosen by `broker_url = "courgette://"`, once it is registered."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Wait for messages; look up often enough for a worker that was asked to stop to notice."""
        super().drain_events(connection, timeout=min(timeout, LOOK_UP_AFTER_SECONDS) if timeout else timeout)

    def establish_connection(self) -> Any:
        connection = super().establish_connection()
        for channel in self.channels or []:
            cast(Channel, channel).sweep_leftovers()
        return connection


def register() -> None:
    TRANSPORT_ALIASES["courgette"] = f"{__name__}:Transport"
