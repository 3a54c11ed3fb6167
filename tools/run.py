"""`make run`: the release, the demonstration when there is nothing yet, then web, worker and clock until Ctrl-C."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from honcho import manager as honcho
from honcho.compat import ProcessManager
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 20  # for a document or a mail that is being made: then it is killed, and made again later
RELOADING = "python manage.py runserver ${HOST:-127.0.0.1}:${PORT:-8000}"


class Quiet(Printer):
    """Show what the processes say, not who started under which number."""

    def write(self, message: Message) -> None:
        if message.name != "system":
            super().write(message)  # type: ignore[no-untyped-call]


class Gentle(ProcessManager):
    """Ask the process itself to stop, not its children too: a worker lets its child finish what it is making."""

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def main() -> int:
    os.chdir(ROOT)
    environment = os.environ | {"PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}
    environment.setdefault("PORT", "8000")
    environment.setdefault("SITE_URL", f"http://localhost:{environment['PORT']}")
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    if "--reload" in sys.argv:
        environment["DEBUG"] = "yes"
        processes["web"] = RELOADING
    for once in (processes.pop("release"), "python manage.py demo --if-empty"):
        if status := subprocess.call(once, shell=True, env=environment):  # noqa: S602 (our own Procfile)
            return status
    return start(processes, environment)


def start(processes: dict[str, str], environment: dict[str, str]) -> int:
    """Run the processes until one stops or someone stops us; the others then stop too."""
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))  # the terminal was closed
    honcho.KILL_WAIT = PATIENCE_SECONDS
    manager = honcho.Manager(Quiet(sys.stdout))  # type: ignore[no-untyped-call]
    manager._procmgr = Gentle()
    for name, command in processes.items():
        manager.add_process(name, f"exec {command}", env=environment)
    manager.loop()
    interrupted = manager.returncode in {130, 143}
    return 0 if interrupted else int(manager.returncode or 0)


if __name__ == "__main__":
    sys.exit(main())
