"""`python -m bench`: measure in a database and folders of its own, print a table, write var/bench.json."""

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OURS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "DEBUG", "COURGETTE_PRODUCTION")
Measures = dict[str, dict[str, Any]]


def main() -> int:
    target = Path(os.environ.get("COURGETTE_VAR") or ROOT / "var") / "bench.json"
    with tempfile.TemporaryDirectory(prefix="courgette-bench-") as folder:
        prepare(Path(folder))
        measures = measured()
    target.parent.mkdir(parents=True, exist_ok=True)
    report = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()} | measures
    target.write_text(json.dumps(report, indent=1) + "\n")
    print_table(measures)
    print(f"\nwritten to {target}")
    return 0


def prepare(folder: Path) -> None:
    """Start the site on an empty SQLite database in a folder of its own."""
    for name in OURS:
        os.environ.pop(name, None)
    os.environ |= {"COURGETTE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
    import django

    django.setup()
    from django.core.management import call_command

    call_command("release")


def measured() -> Measures:
    """Take every measure, in this order: each finds what the one before it left."""
    from bench import batch, invoice_pdf, pages, work

    measures: Measures = {}
    takes: list[tuple[str, Callable[[], dict[str, Any]]]] = [
        ("demo", work.demo),
        ("pages", pages.measure),
        ("issue", work.issue),
        ("errands", work.errands_done),
        ("month", batch.measure),
        ("ledger", work.ledger_verified),
        ("invoice_pdf", invoice_pdf.measure),
    ]
    for name, take in takes:
        start = time.perf_counter()
        measures[name] = take()
        print(f"{name}: {time.perf_counter() - start:.1f} s", file=sys.stderr)
    return measures


def machine() -> dict[str, Any]:
    return {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}


def print_table(measures: Measures) -> None:
    for name, values in measures.items():
        print(f"\n{name}")
        for key, value in values.items():
            print(f"  {key:<24} {said(value)}")


def said(value: Any) -> str:
    """Return a measure, or several with their names, in one line."""
    if not isinstance(value, dict):
        return str(value)
    return "   ".join(f"{name}: {said(inside)}" for name, inside in value.items())


if __name__ == "__main__":
    sys.exit(main())
