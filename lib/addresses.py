"""Numbers that people may type into an address: read here, so that an odd one finds nothing and breaks nothing."""

import re

from django.urls.converters import IntConverter

MOST_DIGITS = 18  # below 2**63, the largest number of a row
YEARS = range(1900, 3000)
DIGITS = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}")


class RowConverter(IntConverter):
    """`<row:pk>`: the number of a row. A longer one is no address of ours, where Django's `<int:pk>` lets it in."""

    regex = DIGITS.pattern


def row_id(text: str) -> int | None:
    """Return the number of a row; None for anything else, such as "²", which Python calls a digit."""
    return int(text) if DIGITS.fullmatch(text) else None


def year(text: str) -> int | None:
    """Return a year that a date may have; None for anything else."""
    found = row_id(text)
    return found if found in YEARS else None
