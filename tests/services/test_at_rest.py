"""The processes of the Procfile, as they really run: they start, are well, weigh little, and stop when asked."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.services.servers import free_port

pytestmark = pytest.mark.services

ROOT = Path(__file__).resolve().parents[2]
PROCFILE = dict(re.findall(r"^(\w+): (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE))
MOST_MEGABYTES = 300
MOST_OF_A_CORE = 0.005
MEASURED_SECONDS = 20
PATIENCE_SECONDS = 60


@pytest.fixture
def environment(tmp_path):
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "DATABASE_URL", "REDIS_URL") if name in os.environ}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return kept | {"PATH": path, "COURGETTE_VAR": str(tmp_path / "var"), "PORT": str(free_port())}


@pytest.fixture
def site(environment, tmp_path):
    """Everything the Procfile starts, by name, in sessions of their own."""
    subprocess.run(PROCFILE["release"], shell=True, check=True, env=environment, cwd=ROOT)
    running = {
        name: subprocess.Popen(
            f"exec {PROCFILE[name]}", shell=True, env=environment, cwd=ROOT, start_new_session=True,
            stdout=(tmp_path / name).open("wb"), stderr=subprocess.STDOUT,
        )
        for name in ("web", "worker", "clock")
    }  # fmt: skip
    yield running
    for process in running.values():
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_the_processes_start_weigh_little_and_stop(site, environment, tmp_path):
    address = f"http://127.0.0.1:{environment['PORT']}"
    wait_until(lambda: health(address) == {"well": True, "wrong": []}, lambda: logs(site, tmp_path))
    assert b"Courgette" in urllib.request.urlopen(f"{address}/accounts/login/").read()

    before = ticks(site)
    time.sleep(MEASURED_SECONDS)
    spent = (ticks(site) - before) / os.sysconf("SC_CLK_TCK")
    assert spent / MEASURED_SECONDS <= MOST_OF_A_CORE
    assert sum(map(megabytes, family(site))) <= MOST_MEGABYTES

    for process in site.values():
        process.terminate()
    assert [process.wait(PATIENCE_SECONDS) for process in site.values()] == [0, 0, 0]
    assert "Traceback" not in logs(site, tmp_path)


def wait_until(true, explain):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.2)


def health(address):
    try:
        with urllib.request.urlopen(f"{address}/healthz") as answer:
            return json.load(answer)
    except (urllib.error.URLError, ConnectionError):
        return None


def logs(site, tmp_path):
    return "\n".join((tmp_path / name).read_text() for name in site)


def family(site):
    """Return the processes and their children: gunicorn's and Celery's workers."""
    parents = [process.pid for process in site.values()]
    children = [Path(f"/proc/{pid}/task/{pid}/children").read_text().split() for pid in parents]
    return [*parents, *(int(pid) for pids in children for pid in pids)]


def ticks(site):
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in family(site)]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats)


def megabytes(pid):
    """Return the memory that would be free without this process: what it shares is divided by who shares it."""
    return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)[1]) / 1024
