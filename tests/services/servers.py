"""Real servers for the tests: started in a folder of their own, gone with the process that started them."""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PATIENCE_SECONDS = 30
PR_SET_PDEATHSIG = 1


class NotInstalled(Exception):
    """A server that the tests need is not on this machine."""


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Run PostgreSQL on a Unix socket and give its DATABASE_URL. It owns its folder, and forgets to fsync."""
    initdb, postgres = _postgresql_program("initdb"), _postgresql_program("postgres")
    with _folder("courgette-postgresql-") as folder:
        user = _unprivileged(folder)
        data = folder / "data"
        subprocess.run(
            [initdb, "-D", data, "-U", "courgette", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **user,
        )  # fmt: skip
        options = {
            "listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "60",
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "logging_collector": "off",
        }  # fmt: skip
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [postgres, "-D", str(data), *settings]
        with _server(command, folder, stop=signal.SIGQUIT, user=user) as server:
            _wait(server, lambda: _accepts_postgresql(folder), folder)
            yield f"postgres://courgette@/postgres?host={folder}"


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Run Redis on a free port of this machine only, and give its REDIS_URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise NotInstalled("redis-server")
    with _folder("courgette-redis-") as folder:
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with _server(command, folder, stop=signal.SIGKILL) as server:
            _wait(server, lambda: _accepts_connections(port), folder)
            yield f"redis://127.0.0.1:{port}/0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))  # a socket's path must stay short
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _server(
    command: list[str], folder: Path, *, stop: signal.Signals, user: dict[str, object] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(  # type: ignore[call-overload]
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder,
            start_new_session=True, preexec_fn=lambda: _die_with_parent(stop), **(user or {}),
        )  # fmt: skip
        try:
            yield server
        finally:
            server.send_signal(stop)
            server.wait()


def _die_with_parent(stop: signal.Signals) -> None:
    """Ask the kernel to stop this server when the tests end, even if they were killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop)


def _wait(server: "subprocess.Popen[bytes]", ready: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not start:\n{(folder / 'log').read_text()[-2000:]}")
        time.sleep(0.05)


def _accepts_postgresql(folder: Path) -> bool:
    import psycopg

    try:
        psycopg.connect(host=str(folder), user="courgette", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _unprivileged(folder: Path) -> dict[str, object]:
    """Return how to run a program that refuses root."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, "postgres", "postgres")
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def _postgresql_program(name: str) -> str:
    """Return where Debian, or the PATH, keeps a program of PostgreSQL: the newest one."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if found is None:
        raise NotInstalled("postgresql")
    return found
