"""How a row is named in the ledger, on errands, documents and mails: "quote_version:12"."""

import re

from django.db.models import Model

SHAPE = re.compile(r"([a-z][a-z0-9_]*):([1-9][0-9]*)")
INSIDE_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def ref(row: Model) -> str:
    """Return the name of a saved row. Raises ValueError for one that has no identity yet."""
    if row.pk is None:
        raise ValueError(f"{type(row).__name__} must be saved before it can be a subject.")
    return f"{INSIDE_WORD.sub('_', type(row).__name__).lower()}:{row.pk}"


def split(subject: str) -> tuple[str, int]:
    """Return ("quote_version", 12). Raises ValueError for anything else than the name of a row."""
    if not (shape := SHAPE.fullmatch(subject)):
        raise ValueError(f"{subject!r} is not a subject.")
    return shape[1], int(shape[2])


def id_of(subject: str, kind: str) -> int:
    """Return 12 for ("quote_version:12", "quote_version"). Raises ValueError when it is of another kind."""
    found, number = split(subject)
    if found != kind:
        raise ValueError(f"{subject!r} is not a {kind}.")
    return number
