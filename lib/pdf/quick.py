"""Shorter ways through the renderer, which is pinned: each gives what the renderer's own way gives.

They stand in for its functions while one of our documents is made, and are put back afterwards: other users of the
renderer in the same process never meet them. `tests/lib/test_pdf_quick.py` makes the same documents both ways.
What each gains is in docs/documents.md.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from lib.pdf import (
    drawings,
    packing,
    quick_boxes,
    quick_file,
    quick_leaves,
    quick_lines,
    quick_styles,
    quick_text,
    quick_tree,
    rules,
    tags,
)


class Way(NamedTuple):
    """`owner.name` is `ours` while a document is made."""

    owner: Any
    name: str
    ours: Any


def everywhere(theirs: Any, ours: Any) -> Iterable[Way]:
    """Yield the ways that replace a function in every module of the renderer that imported it."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("weasyprint", "pydyf"):
            yield from (Way(module, key, ours) for key, value in vars(module).items() if value is theirs)


def _ways(*modules: Any) -> Iterator[Way]:
    for module in modules:
        for theirs, ours in module.FUNCTIONS:
            yield from everywhere(theirs, ours)
        yield from (Way(*member) for member in getattr(module, "MEMBERS", ()))


OTHERWISE = list(_ways(rules, drawings, tags, packing))  # looks the same, in other bytes
SHORTER = list(
    _ways(quick_styles, quick_tree, quick_boxes, quick_leaves, quick_lines, quick_text, quick_file)
)  # the same bytes
THEIRS = [Way(way.owner, way.name, vars(way.owner)[way.name]) for way in (*OTHERWISE, *SHORTER)]


@contextmanager
def our_ways(*, short: bool = True) -> Iterator[None]:
    """Render by our ways inside this block. Not safe between threads: the caller holds the renderer's lock.

    The test that the short ways change nothing leaves them out.
    """
    for owner, name, ours in (*OTHERWISE, *SHORTER) if short else OTHERWISE:
        setattr(owner, name, ours)
    try:
        yield
    finally:
        for owner, name, theirs in THEIRS:
            setattr(owner, name, theirs)
