"""What became of accepted quotes, told by a higher floor: quotes never ask billing, billing says it here."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

Teller = Callable[[Collection[int]], Mapping[int, str]]
Closer = Callable[[int], bool]


@dataclass(frozen=True)
class Step:
    """Something that may be done with an accepted quote: what the link says, where it leads, what to know of it."""

    words: str
    url: str
    about: str = ""


Guide = Callable[[int], list[Step]]
TELLERS: list[Teller] = []
CLOSERS: list[Closer] = []
GUIDES: list[Guide] = []


def register(teller: Teller) -> Teller:
    """Add who can say, for quotes by id, what follows the yes, in words of the page's language."""
    if teller not in TELLERS:
        TELLERS.append(teller)
    return teller


def said_of(quote_ids: Collection[int]) -> dict[int, str]:
    """Return what is known of these quotes after the yes; nothing for those of which nobody knows more."""
    known: dict[int, str] = {}
    for tell in TELLERS if quote_ids else ():
        known.update(tell(quote_ids))
    return known


def register_closer(closer: Closer) -> Closer:
    """Add who can say whether a quote, by id, is invoiced, so that no other invoice of it is to be prepared."""
    if closer not in CLOSERS:
        CLOSERS.append(closer)
    return closer


def is_closed(quote_id: int) -> bool:
    """Say whether a quote is invoiced; not when its invoice is a draft, or was wholly credited."""
    return any(closed(quote_id) for closed in CLOSERS)


def register_guide(guide: Guide) -> Guide:
    """Add who can say what else may be done with an accepted quote, by id."""
    if guide not in GUIDES:
        GUIDES.append(guide)
    return guide


def steps_of(quote_id: int) -> list[Step]:
    """Return what may be done with an accepted quote on the floors above."""
    return [step for guide in GUIDES for step in guide(quote_id)]
