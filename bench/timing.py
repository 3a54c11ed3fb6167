"""Stopwatches of the bench."""

import statistics
import time
from collections.abc import Callable


def milliseconds(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return (time.perf_counter() - start) * 1000


def median_ms(what: Callable[[], object], rounds: int) -> float:
    """Return the median of some rounds, after one that warms up."""
    what()
    return round(statistics.median(milliseconds(what) for _ in range(rounds)), 1)


def per_second(count: int, what: Callable[[], object]) -> dict[str, float]:
    """Return how long each of `count` things took, done by one call, and how many that makes in a second."""
    each = milliseconds(what) / count
    return {"ms_each": round(each, 2), "per_second": round(1000 / each, 1)}
