"""What an invoice claims, part by part: already received, to be received otherwise than in euros, to be paid in euros.

Pure. The three are never merged. An invoice freezes these parts when it is issued; they add up to its total less the
deposits it deducts, to the cent. Euros absorb every difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from djmoney.money import Money

from lib.money import euros, total

MONEY = "money"
NOTHING = euros(0)


@dataclass(frozen=True)
class Agreed:
    """One agreed term or part and what became of it: received so far, and missed where euros are due instead."""

    kind: str
    label: str
    value: Money
    received: Money
    term_id: int | None = None
    due_on: date | None = None
    not_coming: Money = NOTHING
    part_id: int | None = None


@dataclass(frozen=True)
class ClaimedPart:
    """One part of an invoice; `outstanding` is to be paid when in euros, to be received otherwise."""

    kind: str
    label: str
    value: Money
    received: Money
    term_id: int | None = None
    due_on: date | None = None
    part_id: int | None = None
    not_coming: Money = NOTHING  # taken off what was agreed
    days: tuple[date, date] | None = None  # the first and the last on which what was received came

    @property
    def outstanding(self) -> Money:
        return self.value - self.received


def claimed(claim: Money, agreed: Sequence[Agreed], *, rest: str) -> list[ClaimedPart]:
    """Return the parts of a claim: they add up to it.

    In-kind terms keep what was agreed less what will not come; terms in euros absorb the difference, from the last one
    back; a part called `rest` is added when there is no term in euros to take it. More than was agreed may have come:
    then less is left in euros, and last in kind. Raises ValueError if more was received than is claimed.
    """
    if total(item.received for item in agreed) > claim:
        raise ValueError("More was received than is claimed.")
    parts = [_part(item) for item in agreed]
    missing = claim - total(part.value for part in parts)
    if missing.amount > 0:
        parts = _add_euros(parts, missing, rest)
    elif missing.amount < 0:
        parts = _take_off(parts, -missing)
    return [part for part in parts if part.value.amount > 0 or part.not_coming.amount > 0]


def _part(item: Agreed) -> ClaimedPart:
    value = max(item.value - item.not_coming, item.received)
    return ClaimedPart(
        item.kind,
        item.label,
        value,
        item.received,
        item.term_id,
        item.due_on,
        item.part_id,
        not_coming=max(item.value - value, NOTHING),
    )


def _add_euros(parts: Sequence[ClaimedPart], missing: Money, rest: str) -> list[ClaimedPart]:
    last = max((i for i, part in enumerate(parts) if part.kind == MONEY), default=None)
    if last is None:
        return [*parts, ClaimedPart(MONEY, rest, missing, euros(0))]
    return [replace(part, value=part.value + missing) if i == last else part for i, part in enumerate(parts)]


def _take_off(parts: Sequence[ClaimedPart], excess: Money) -> list[ClaimedPart]:
    """Take an excess from what is outstanding: euros first, the last ones first, then the rest likewise."""
    kept = list(parts)
    for i in sorted(range(len(kept)), key=lambda i: (kept[i].kind != MONEY, -i)):
        taken = min(excess, kept[i].outstanding)
        kept[i], excess = replace(kept[i], value=kept[i].value - taken), excess - taken
    return kept


def received_of(parts: Sequence[ClaimedPart]) -> Money:
    return total(part.received for part in parts)


def in_kind_of(parts: Sequence[ClaimedPart]) -> Money:
    """Return what is agreed otherwise than in euros and has not come (AFNOR XP Z12-014, case 41)."""
    return total(part.outstanding for part in parts if part.kind != MONEY)


def in_euros_of(parts: Sequence[ClaimedPart]) -> Money:
    return total(part.outstanding for part in parts if part.kind == MONEY)
