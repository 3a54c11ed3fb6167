"""Countries by their two letters (ISO 3166): their names in a language, and the order in which to offer them."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from babel import Locale

from lib import law

HOME = "FR"
NEIGHBOURS = ("DE", "LU", "CH", "BE")  # next door to where this was made, and where most foreign clients are
UNION = tuple(law.fact("vat.union_countries", date(2026, 1, 1)).value)  # other than France
OTHERS = (
    *("AD", "AE", "AL", "AM", "AR", "AU", "BA", "BF", "BJ", "BR", "CA", "CD", "CG", "CI", "CL", "CM", "CN", "CO"),
    *("DZ", "EG", "GA", "GB", "GE", "GN", "IL", "IN", "IS", "JP", "KR", "LB", "LI", "MA", "MC", "MD", "ME", "MG"),
    *("MK", "ML", "MR", "MU", "MX", "NE", "NO", "NZ", "RS", "RW", "SN", "TG", "TH", "TN", "TR", "UA", "US", "VN", "ZA"),
)
KNOWN = frozenset((HOME, *UNION, *OTHERS))
UNACCENTED = str.maketrans("ÀÂÄÉÈÊËÎÏÔÖÙÛÜÇÅ", "AAAEEEEIIOOUUUCA")


def name(code: str, language: str) -> str:
    """Return a country's name in a language, or its letters where there is none."""
    return str(_names(language.split("-")[0]).get(code, code))


def choices(language: str, *, besides: str = "") -> list[tuple[str, str]]:
    """Return countries with their names: home, the neighbours, the rest of the European Union, then others, each in the
    order of the alphabet; `besides` is one more that must be there."""
    union = _sorted([code for code in UNION if code not in NEIGHBOURS], language)
    others = _sorted([*OTHERS, *([besides] if besides and besides not in KNOWN else [])], language)
    return [(code, name(code, language)) for code in (HOME, *NEIGHBOURS, *union, *others)]


def _sorted(codes: Sequence[str], language: str) -> list[str]:
    return sorted(codes, key=lambda code: name(code, language).upper().translate(UNACCENTED))


@cache
def _names(language: str) -> dict[str, str]:
    return dict(Locale.parse(language).territories)
