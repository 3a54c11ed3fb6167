"""A cooperative's month: 100 drafts issued in one press, then their PDFs, by one worker process and by two.

`issued_s` is until the last number is given, `pdfs_s` until the last PDF is kept. The workers are processes of their
own, ready before the clock starts, that do what is due; no queue is in between.

`python -m tests.services python -m bench.batch` measures the same on PostgreSQL.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

DRAFTS = 100


def measure() -> dict[str, Any]:
    """Return the seconds with one worker and with two, in this process's database."""
    return {f"{count}_worker": one_month(count) for count in (1, 2)}


def one_month(workers: int) -> dict[str, Any]:
    from bench.making import client, draft_invoice, freelancer
    from billing import batching
    from lib import clock
    from records.models import Document, Errand

    by, buyer = freelancer(), client()
    Errand.objects.filter(done_at=None).update(done_at=clock.now())  # what others left behind
    drafts = [draft_invoice(buyer, by) for _ in range(DRAFTS)]
    before = Document.objects.filter(what="invoice_pdf").count()
    with tempfile.TemporaryDirectory() as folder:
        ready = _started(workers, Path(folder))
        batch = batching.issue_together(
            business=buyer.activity.business, invoices=drafts, by=by, at=clock.now(), request_id=uuid.uuid4()
        )
        start = time.perf_counter()
        began = clock.now()
        Path(folder, "go").touch()
        for worker in ready:
            assert worker.wait(timeout=600) == 0
        seconds = time.perf_counter() - start
    settled = batch.items.filter(refusal="").order_by("-settled_at").values_list("settled_at", flat=True)
    assert len(settled) == DRAFTS
    assert Document.objects.filter(what="invoice_pdf").count() - before == DRAFTS
    last = settled[0]
    assert last is not None
    return {"issued_s": round((last - began).total_seconds(), 2), "pdfs_s": round(seconds, 2)}


def _started(count: int, folder: Path) -> "list[subprocess.Popen[bytes]]":
    """Start workers, and come back once each has loaded what it needs."""
    workers = [subprocess.Popen([sys.executable, "-m", "bench.batch", str(folder), str(n)]) for n in range(count)]
    while len(list(folder.glob("ready-*"))) < count:
        time.sleep(0.05)
    return workers


def work(folder: Path, name: str) -> None:
    """Be a worker: say that one is ready, wait for the start, do what is due until nothing is."""
    import django

    django.setup()
    from config.errands import ERRANDS
    from lib import clock
    from records import errands
    from records.models import Errand

    for what in ERRANDS:
        errands.function_of(what)
    Errand.objects.exists()
    Path(folder, f"ready-{name}").touch()
    while not Path(folder, "go").exists():
        time.sleep(0.005)
    while Errand.objects.filter(done_at=None, failed_at=None, due_at__lte=clock.now()).exists():
        if not errands.run_due(clock.now()):
            time.sleep(0.01)


def main() -> None:
    """Measure alone, in the database of DATABASE_URL, which is filled with the demonstration first."""
    with tempfile.TemporaryDirectory(prefix="courgette-bench-") as folder:
        os.environ |= {"COURGETTE_VAR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("release")
        call_command("demo")
        print(json.dumps(measure(), indent=1))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        work(Path(sys.argv[1]), sys.argv[2])
    else:
        main()
