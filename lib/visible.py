"""Text as people see it. What shows nothing (controls, marks that turn the writing round, joiners, fillers) makes two
texts differ that look the same, or one look like another: an identifier is kept without it. Pure."""

import re
import unicodedata

SHOWS_NOTHING = frozenset({"Cc", "Cf"})  # Unicode's general categories: controls, format
SELECTORS = "\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef"
FILLERS = re.compile(f"[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0{SELECTORS}]")


def visible(text: str) -> str:
    """Return a text on one line, without what shows nothing, its blanks one space each and none around."""
    shown = text if text.isprintable() else "".join(filter(_is_seen, text))
    return " ".join(FILLERS.sub("", shown).split())


def _is_seen(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in SHOWS_NOTHING


def alike(text: str) -> str:
    """Return what identifiers have in common that a person would call the same: compared, never kept."""
    return unicodedata.normalize("NFKC", visible(text)).casefold()
