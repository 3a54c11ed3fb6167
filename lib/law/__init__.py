"""Dated legal facts, and the one function that asks what holds on a day.

The facts are data (`data/*.toml`): a value, a sentence per language, or both, from one day until another, with its
source, the day it was checked and how certain it is. An uncertain fact never blocks and never prints as an obligation.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

DATA = Path(__file__).parent / "data"
Certainty = Literal["certain", "probable", "to_check"]


class UnknownFact(LookupError):
    """No fact has this key, or none yet on this day."""


@dataclass(frozen=True)
class Fact:
    """What holds from `since` to the end of `until` (None: no end known).

    Numbers written with a point are Decimal, whole ones int; rates are in percent, amounts in euros.
    certainty: "certain" (quoted from the law or the standard), "probable" (several public pages agree), "to_check"
    (common knowledge, or our own wording, that a professional should confirm).
    """

    key: str
    title: Mapping[str, str]
    since: date
    source: str
    checked_on: date
    certainty: Certainty
    value: Any = None
    until: date | None = None
    sentences: Mapping[str, str] = field(default_factory=dict)
    outdated: bool = False

    def text(self, language: str, **details: object) -> str:
        """Return the sentence in a language ("fr-ca" counts as "fr"), its {placeholders} filled by `details`.

        Raises UnknownFact when the fact has no sentence in that language, KeyError when a detail is left out.
        """
        sentence = self.sentences.get(language.split("-")[0])
        if sentence is None:
            raise UnknownFact(f"{self.key} has no sentence in {language}.")
        return sentence.format(**details)


def fact(key: str, on: date) -> Fact:
    """Return the fact that holds on a day; past the end of the last one known, that one with `outdated` set.

    Raises UnknownFact for a key that no fact has, and for a day before the first one.
    """
    earlier = [known for known in _by_key().get(key, ()) if known.since <= on]
    if not earlier:
        raise UnknownFact(f"No fact {key!r} on {on.isoformat()}.")
    latest = earlier[-1]
    return latest if latest.until is None or on <= latest.until else replace(latest, outdated=True)


def all_facts() -> Sequence[Fact]:
    """Return every fact, by key then by first day."""
    return [known for facts in _by_key().values() for known in facts]


def titles(prefix: str, on: date, language: str) -> list[tuple[str, str]]:
    """Return the keys that begin so and are known on that day, each once, with their titles: what a form offers."""
    known = {fact.key: fact.title[language.split("-")[0]] for fact in all_facts() if fact.since <= on}
    return [(key, title) for key, title in known.items() if key.startswith(prefix)]


@cache
def _by_key() -> Mapping[str, Sequence[Fact]]:
    facts = [_read(entry) for file in sorted(DATA.glob("*.toml")) for entry in _entries(file)]
    keys = sorted({known.key for known in facts})
    return {key: sorted((known for known in facts if known.key == key), key=lambda known: known.since) for key in keys}


def _entries(file: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)["fact"]
    return entries


def _read(entry: dict[str, Any]) -> Fact:
    return Fact(**{("sentences" if name == "text" else name): value for name, value in entry.items()})
