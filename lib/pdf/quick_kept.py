"""What is kept from one document to the next, and how much of it: a worker must not grow."""

from itertools import count
from typing import Any

MANY = 1500  # kept at least, twice as many at most


class Kept:
    """What was made of the last few thousand texts: the older half goes when there are too many."""

    def __init__(self) -> None:
        self.recent: dict[Any, Any] = {}
        self.older: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        if (found := self.recent.get(key)) is None and (found := self.older.get(key)) is not None:
            self[key] = found
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        if len(self.recent) >= MANY:
            self.recent, self.older = {}, self.recent
        self.recent[key] = value


_numbers = count(1)


def number_of(style: Any) -> int:
    """Return a number that is this style's alone, for as long as the process lives."""
    try:
        return style.courgette_number  # type: ignore[no-any-return]
    except AttributeError:
        style.courgette_number = next(_numbers)
        return style.courgette_number  # type: ignore[no-any-return]
