"""Invoices in numbers: two processes beside one, a worker's memory over 2 000 documents, a long invoice."""

import gc
import multiprocessing
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.timing import median_ms

EACH = 40  # documents of one process
ROUNDS = 3
WARM, MANY = 200, 2000
STRANGERS = 10_000  # first number of documents not printed before

Print = Callable[[int], object]


def measure(print_one: Print, print_lines: Print) -> dict[str, Any]:
    long, short = (median_ms(partial(print_lines, count), 3) for count in (500, 25))
    return {
        "long_ratio": round(long / short, 2),
        "two_processes": _speed_up(print_one),
        "two_processes_that_only_count": _speed_up(_count),
        "memory_drift": round(_in_child(_drift, print_one), 3),
    }


def _speed_up(print_one: Print) -> float:
    """Return how much more two processes do than one in the same time: 2 at best, less where others use the machine."""
    rounds = [(_seconds(print_one, 1), _seconds(print_one, 2)) for _ in range(ROUNDS)]
    return round(2 * min(one for one, _ in rounds) / min(two for _, two in rounds), 2)


def _count(n: int) -> int:
    """Share nothing with anybody: what the machine lets two processes gain just now."""
    return sum(i % 7 for i in range(400_000))


def _seconds(print_one: Print, processes: int) -> float:
    """Return how long as many processes take, side by side, to print EACH documents each."""
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_print, args=(print_one, STRANGERS * (n + 1))) for n in range(processes)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - start


def _print(print_one: Print, first: int) -> None:
    for n in range(first, first + EACH):
        print_one(n)


def _in_child(take: Callable[[Print], float], print_one: Print) -> float:
    """Take a measure in a process of its own, as a worker is."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)

    def run(answer: Connection) -> None:
        answer.send(take(print_one))

    worker = context.Process(target=run, args=(there,))
    worker.start()
    result: float = here.recv()
    worker.join()
    return result


def _drift(print_one: Print) -> float:
    """Return by how much of itself the process grew between its 200th document and its 2 000th."""
    for n in range(WARM):
        print_one(STRANGERS + n)
    before = _resident()
    for n in range(WARM, MANY):
        print_one(STRANGERS + n)
    return _resident() / before - 1


def _resident() -> int:
    """Return the memory of this process, in kilobytes."""
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
