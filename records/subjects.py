"""How a row is named in the ledger, on errands, documents and mails: "quote_version:12"."""

import re
from collections.abc import Iterable

from django.db.models import Model, QuerySet

from people.models import Activity

SHAPE = re.compile(r"([a-z][a-z0-9_]*):([1-9][0-9]*)")
INSIDE_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


# By kind of subject: its model, and the path from it to the activity whose people it concerns.
ACTIVITIES: dict[str, tuple[type[Model], str]] = {}


def register(model: type[Model], path: str) -> None:
    """Say to which activity rows of a model belong, by the path to it: else only who sees all is told of them."""
    ACTIVITIES[_kind(model)] = (model, path)


def among(named: Iterable[str], activities: QuerySet[Activity]) -> set[str]:
    """Return those of these subjects that belong to one of the activities: one query per kind.

    Of "invoice:7/contact:3" the first one counts: it is about the invoice.
    """
    names: dict[str, dict[int, set[str]]] = {}
    for name in named:
        kind, number = split(name.partition("/")[0])
        names.setdefault(kind, {}).setdefault(number, set()).add(name)
    found: set[str] = set()
    for kind in names.keys() & ACTIVITIES.keys():
        model, path = ACTIVITIES[kind]
        rows = model._default_manager.filter(pk__in=names[kind], **{f"{path}__in": activities})
        found.update(*(names[kind][pk] for pk in rows.values_list("pk", flat=True)))
    return found


def _kind(model: type[Model]) -> str:
    return INSIDE_WORD.sub("_", model.__name__).lower()


def ref(row: Model) -> str:
    """Return the name of a saved row. Raises ValueError for one that has no identity yet."""
    if row.pk is None:
        raise ValueError(f"{type(row).__name__} must be saved before it can be a subject.")
    return f"{_kind(type(row))}:{row.pk}"


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
