"""The queue made of files: whole messages only, nothing in it can stop a worker, and it cannot fill the disk."""

import os
import threading
from pathlib import Path

import pytest
from kombu import Connection, Queue
from kombu.exceptions import ChannelError

from config import filesystem_queue

QUEUE = Queue("celery", routing_key="celery")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "queue"


@pytest.fixture
def connect(folder):
    opened = []

    def connect():
        options = {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "processed_folder": str(folder.parent / "queue-taken"),
            "polling_interval": 0.01,
        }
        connection = Connection("courgette://", transport_options=options)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.release()


def put(connection, *bodies):
    producer = connection.Producer()
    for body in bodies:
        producer.publish(body, routing_key="celery", declare=[QUEUE])


def take(connection):
    message = QUEUE(connection.default_channel).get(no_ack=True)
    return message and message.payload


def messages(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.celery.msg"))


def test_messages_come_out_once_in_the_order_they_went_in(connect, folder):
    put(connect(), *({"n": n} for n in range(20)))
    reader = connect()
    assert [take(reader)["n"] for _ in range(20)] == list(range(20))
    assert take(reader) is None
    assert not [*folder.iterdir(), *folder.with_name("queue-taken").iterdir()]


def test_a_message_still_being_written_is_invisible(connect, folder):
    reader = connect()
    take(reader)
    (folder / ".00-half.celery.msg").write_text('{"body": ')
    assert take(reader) is None
    assert (folder / ".00-half.celery.msg").exists()


@pytest.mark.parametrize(
    "spoiled", ["", '{"body": ', "[]", "null", '{"body": 1, "headers": {}, "properties": {}}', "\0"]
)
def test_a_spoiled_message_is_set_aside_and_the_next_one_is_read(connect, folder, spoiled):
    connection = connect()
    take(connection)
    (folder / "00-spoiled.celery.msg").write_text(spoiled)
    put(connection, {"n": 1})
    assert take(connection) == {"n": 1}
    assert (folder.with_name("queue-taken") / "00-spoiled.celery.msg").exists()


def test_bytes_that_are_no_text_are_set_aside_too(connect, folder):
    connection = connect()
    take(connection)
    (folder / "00-spoiled.celery.msg").write_bytes(b"\xff\xfe\x00")
    assert take(connection) is None


def test_two_readers_never_take_the_same_message(connect):
    put(connect(), *range(60))
    taken, start = [], threading.Barrier(2)

    def read():
        reader = connect()
        start.wait()
        while (message := take(reader)) is not None:
            taken.append(message)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(60))


def test_a_full_queue_drops_the_nudge_because_the_sweep_finds_what_is_due(connect, folder, monkeypatch):
    monkeypatch.setattr(filesystem_queue, "MOST_WAITING", 3)
    put(connect(), *range(5))
    assert len(messages(folder)) == 3


def test_a_queue_that_cannot_be_written_says_so(connect, folder, monkeypatch):
    connection = connect()
    take(connection)

    def full(self, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ChannelError, match="No space left"):
        connection.default_channel._put("celery", {})
    assert not list(folder.iterdir())


def test_what_killed_processes_left_is_removed_after_an_hour(connect, folder):
    take(connect())
    forgotten = [folder / ".00-half.celery.msg", folder.with_name("queue-taken") / "00-read.celery.msg"]
    recent = folder / ".01-half.celery.msg"
    for path in [*forgotten, recent]:
        path.write_text("x")
    for path in forgotten:
        os.utime(path, (1_000_000_000, 1_000_000_000))
    take(connect())
    assert [path for path in [*forgotten, recent] if path.exists()] == [recent]
