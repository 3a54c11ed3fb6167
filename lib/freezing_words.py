# ruff: noqa: S608 (names of tables and columns cannot be parameters; they come from the code)
"""What the triggers of both engines have in common: the condition that makes a row frozen, and their sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

LONGEST_NAME = 63  # PostgreSQL cuts longer names
SENTENCES = {
    "update": "a sealed row never changes.",
    "delete": "a sealed row is never deleted.",
    "insert": "what it belongs to is sealed and takes no new row.",
    "replace": "a sealed row is never replaced.",
    "overwrite": "another row never takes the place of a sealed one.",
    "truncate": "it is never emptied.",
}


@dataclass(frozen=True)
class Trigger:
    """One trigger: `text` is what the database keeps of it, to compare; `statements` make it."""

    table: str
    name: str
    text: str
    statements: Sequence[str]


@dataclass(frozen=True)
class Condition:
    """When a row of a table is frozen, as SQL."""

    table: str
    quote: Callable[[str], str]
    primary_key: str
    columns: Sequence[str]
    except_columns: Sequence[str]
    when: str | None
    foreign_key: str | None
    parent: "Condition | None"

    def frozen(self, row: str, depth: int = 1) -> str:
        """Return the condition on a row known by this name (OLD, NEW or an alias)."""
        own = [f"({self.when.format(row=row)})"] if self.when is not None else []
        above = [self.parent_frozen(row, depth)] if self.parent else []
        return " OR ".join(own + above) or "1 = 1"

    def parent_frozen(self, row: str, depth: int = 1) -> str:
        """Return the condition that the row's parent is frozen; nothing is, without a parent."""
        if self.parent is None:
            return "1 = 0"
        parent = f"frozen_parent_{depth}"
        condition = self.parent.frozen(parent, depth + 1)
        return f"EXISTS (SELECT 1 FROM {self.of_parent(row, parent)} AND ({condition}))"

    def of_parent(self, row: str, alias: str) -> str:
        """Return the FROM and WHERE that find the row's parent."""
        assert self.parent is not None
        assert self.foreign_key is not None
        key, foreign_key = self.quote(self.parent.primary_key), self.quote(self.foreign_key)
        return f"{self.quote(self.parent.table)} {alias} WHERE {alias}.{key} = {row}.{foreign_key}"

    def update_refused(self, differs: str) -> str:
        """Return when an UPDATE is refused: the row was frozen and changes, or it would move under a frozen parent."""
        refused = f"({self.frozen('OLD')} OR {self.parent_frozen('NEW')})"
        if not self.except_columns:
            return refused
        kept = [self.quote(column) for column in self.columns if column not in self.except_columns]
        return f"{refused} AND (" + " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in kept) + ")"

    def sentence(self, event: str) -> str:
        return f"{self.table} is frozen: {SENTENCES[event]}"

    def trigger_name(self, event: str) -> str:
        return f"frozen_{self.table}_{event}"
