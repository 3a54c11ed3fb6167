"""What a number looks like: text in which {year}, {yy}, {month} and {counter:4} stand for what changes.

Kept with the English words, shown and read in any language of the site: `F{année}-{compteur:4}`. Pure: no row.
What is allowed: letters without accents, digits, + - _ /, 35 characters (AFNOR XP Z12-012, BR-FR-01 and BR-FR-02). The
counter comes last, so that numbers follow each other and a gap shows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

SHAPE = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")
LONGEST = 35
WIDEST_COUNTER = 9
PIECE = re.compile(r"\{([^{}:]*)(?::([0-9]+))?\}|([^{}]+)|(.)")
ALLOWED = re.compile(r"[A-Za-z0-9+\-_/]")
DIGITS_OF = {"year": 4, "yy": 2, "month": 2}
NEVER, YEARLY, MONTHLY = "never", "year", "month"


class PatternError(Exception):
    """A pattern that numbers cannot be made with; the message says what to change."""


@dataclass(frozen=True)
class Piece:
    """Some text as it is, or a word (`year`, `counter`, …) with the least digits it is written with."""

    word: str = ""
    text: str = ""
    width: int = 0

    def __str__(self) -> str:
        return self.named(self.word)

    def named(self, name: str) -> str:
        if not self.word:
            return self.text
        return f"{{{name}:{self.width}}}" if self.word == "counter" and self.width > 1 else f"{{{name}}}"


@dataclass(frozen=True)
class Pattern:
    """A pattern that was read and found good."""

    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.pieces))

    def shown(self) -> str:
        """Return the pattern with the words of the active language."""
        return "".join(piece.named(names()[piece.word]) if piece.word else piece.text for piece in self.pieces)

    def has(self, word: str) -> bool:
        return any(piece.word == word for piece in self.pieces)

    @property
    def restarts(self) -> str:
        """When the counter begins again at 1: as often as what is written before it changes."""
        if self.has("month"):
            return MONTHLY
        return YEARLY if self.has("year") or self.has("yy") else NEVER

    def same_period(self, one: date, other: date) -> bool:
        """Tell whether two days count in the same run of the counter."""
        if self.restarts == MONTHLY:
            return (one.year, one.month) == (other.year, other.month)
        return self.restarts == NEVER or one.year == other.year

    def number(self, counter: int, on: date, partner: int | None = None) -> str:
        """Return the number that `counter` makes on a day; `partner` is the client's id in a series of their own."""
        return self.head(on, partner) + str(counter).zfill(self.pieces[-1].width)

    def head(self, on: date, partner: int | None = None) -> str:
        """Return what a number has before its counter on a day."""
        said = {
            "year": f"{on.year:04d}",
            "yy": f"{on.year % 100:02d}",
            "month": f"{on.month:02d}",
            "partner": str(partner or 0),
        }
        return "".join(said.get(piece.word, piece.text) for piece in self.pieces[:-1])


def read(text: str, *, prefix: str = "", dedicated: bool = False) -> Pattern:
    """Return the pattern that a person wrote, in any language of the site. Raises PatternError, in words.

    `prefix`: what every number carries before it. `dedicated`: the series is one partner's, {partner} may be written.
    """
    pieces = tuple(_pieces(text.strip()))
    pattern = Pattern(pieces)
    words = [piece.word for piece in pieces if piece.word]
    _check_characters(pieces)
    if "counter" not in words:
        raise PatternError(_("Write {%(counter)s} where the number counts up.") % names())
    if words[-1] != "counter" or pieces[-1].word != "counter":
        raise PatternError(_("{%(counter)s} comes last: numbers then follow each other, and a gap shows.") % names())
    if len(set(words)) < len(words) or {"year", "yy"} <= set(words):
        raise PatternError(_("Each word is written once."))
    if "month" in words and not {"year", "yy"} & set(words):
        raise PatternError(_("With {%(month)s}, write {%(year)s} too: two years have the same months.") % names())
    _check_partner(pieces, dedicated)
    if len(prefix) + _longest(pieces) > LONGEST:
        raise PatternError(_("This would be longer than the %(most)s characters of a number.") % {"most": LONGEST})
    return pattern


def kept(text: str) -> Pattern:
    """Return a pattern that was checked when it was kept."""
    return Pattern(tuple(_pieces(text)))


def _pieces(text: str) -> Iterator[Piece]:
    for match in PIECE.finditer(text):
        name, width, literal, brace = match.groups()
        if brace:
            raise PatternError(_("A brace is missing: a word is written {%(counter)s}.") % names())
        yield Piece(text=literal) if literal else _word(name.strip().lower(), width)


def _check_characters(pieces: tuple[Piece, ...]) -> None:
    text = "".join(piece.text for piece in pieces)
    wrong = dict.fromkeys(character for character in text if not ALLOWED.fullmatch(character))
    if wrong:
        shown = " ".join(_("a space") if character.isspace() else character for character in wrong)
        raise PatternError(
            _("Not allowed in a number: %(wrong)s. Use letters without accents, digits, and + - _ /.")
            % {"wrong": shown}
        )


def _word(name: str, width: str | None) -> Piece:
    word = _words_by_name().get(name)
    if word is None:
        said = names()
        known = ", ".join(f"{{{said[key]}}}" for key in ("year", "yy", "month", "counter"))
        raise PatternError(
            _("{%(name)s} means nothing here. What may be written: %(known)s.") % {"name": name, "known": known}
        )
    if width is not None and (word != "counter" or not 1 <= int(width) <= WIDEST_COUNTER):
        raise PatternError(
            _("Only {%(counter)s} has a number of digits, from 1 to 9, such as {%(counter)s:4}.") % names()
        )
    return Piece(word=word, width=int(width or 1) if word == "counter" else DIGITS_OF.get(word, 1))


def _check_partner(pieces: tuple[Piece, ...], dedicated: bool) -> None:
    for piece, after in pairwise(pieces):
        if piece.word != "partner":
            continue
        if not dedicated:
            raise PatternError(_("{%(partner)s} is for a series of one partner only.") % names())
        if after.word or after.text[0].isdigit():
            raise PatternError(_("After {%(partner)s}, write a letter or a sign: digits would run together.") % names())


def _longest(pieces: tuple[Piece, ...]) -> int:
    lengths = {"counter": WIDEST_COUNTER, "partner": WIDEST_COUNTER}
    return sum(len(piece.text) if not piece.word else lengths.get(piece.word, piece.width) for piece in pieces)


# Words ------------------------------------------------------------------------------------------------------------


def names() -> dict[str, str]:
    """Return what each word is called in the active language."""
    return {
        "year": pgettext("number pattern", "year"),
        "yy": pgettext("number pattern", "yy"),
        "month": pgettext("number pattern", "month"),
        "counter": pgettext("number pattern", "counter"),
        "partner": pgettext("number pattern", "partner"),
    }


@cache
def _words_by_name() -> dict[str, str]:
    """Return the word behind each name, in every language of the site; accents may be left out."""
    found = {word: word for word in ("year", "yy", "month", "counter", "partner")}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said = names()
        found |= {name: word for word, name in said.items()}
        found |= {_plain(name): word for word, name in said.items()}
    return found


def _plain(name: str) -> str:
    return name.translate(str.maketrans("éèêàçô", "eeeaco"))


# Two patterns -----------------------------------------------------------------------------------------------------


def may_meet(one: Pattern, other: Pattern) -> bool:
    """Tell whether some number could be made by both patterns: then two documents could bear the same one."""
    left, right = _steps(one), _steps(other)
    seen, waiting = set(), [(0, 0)]
    while waiting:
        here = waiting.pop()
        if here == (len(left), len(right)):
            return True
        if here not in seen:
            seen.add(here)
            waiting.extend(_onward(left, right, *here))
    return False


def look_alike(one: Pattern, other: Pattern, on: date) -> bool:
    """Tell whether numbers of that day differ by their counter alone, and its digits: F2026-7 and F2026-0008."""
    return one.restarts == other.restarts and one.head(on) == other.head(on)


def may_repeat(wanted: Pattern, old: Pattern, on: date) -> bool:
    """Tell whether a pattern could give a number again that an old one of its kind gave, last on that day.

    Where they look alike it cannot: the counter goes on above. Of the same rhythm they meet within one year (or month)
    alone, where what one writes before its counter is what the other writes, and digits: F26 and F261.
    """
    if wanted.restarts != old.restarts:
        return may_meet(wanted, old)
    short, long = sorted((wanted.head(on), old.head(on)), key=len)
    return long.startswith(short) and long[len(short) :].isdigit()


def _steps(pattern: Pattern) -> list[tuple[str, bool]]:
    """Return one step per character, a digit being "#": what it is, and whether it may be left out or repeated."""
    steps: list[tuple[str, bool]] = []
    for piece in pattern.pieces:
        steps += [("#", False)] * piece.width if piece.word else [(character, False) for character in piece.text]
        if piece.word in ("counter", "partner"):
            steps.append(("#", True))
    return steps


def _onward(left: list[tuple[str, bool]], right: list[tuple[str, bool]], i: int, j: int) -> Iterator[tuple[int, int]]:
    if i < len(left) and left[i][1]:
        yield i + 1, j
    if j < len(right) and right[j][1]:
        yield i, j + 1
    if i < len(left) and j < len(right) and _same(left[i][0], right[j][0]):
        yield (i if left[i][1] else i + 1), (j if right[j][1] else j + 1)


def _same(one: str, other: str) -> bool:
    return one == other or (one == "#" and other.isdigit()) or (other == "#" and one.isdigit())
