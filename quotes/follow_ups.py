"""What became of accepted quotes, told by a higher floor: quotes never ask billing, billing says it here."""

from collections.abc import Callable, Collection, Mapping

Teller = Callable[[Collection[int]], Mapping[int, str]]
Closer = Callable[[int], bool]
TELLERS: list[Teller] = []
CLOSERS: list[Closer] = []


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
