"""Which legal sentences an invoice prints, chosen by seller, buyer, regime, kind and date. Pure: lib.law has the facts.

What is chosen is copied onto the invoice when it is issued, in the language of the document:
{"exemptions": {category: {"text", "code"}}, "categories": [of each line], "terms": text,
"notes": [{"code", "text", "on_paper"}], "nature": "S"}.
Late-payment penalties and the 40 € are between professionals (c. com. L441-10): never aimed at a consumer, nor printed
by default for an association that does not trade or a public body, which has rules of its own. The XML wants the three
notes in any case (BR-FR-05): there they say whom they concern.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lib import law
from people.models import Client
from quotes import vat
from quotes.mentions import SOLE_TRADERS, says_sole_trader
from quotes.models import Nature

OPERATIONS = {  # BT-23's letter and the mention of 242 nonies A, I 8° bis
    frozenset({Nature.GOODS.value}): ("B", "mention.operations_goods"),
    frozenset({Nature.SERVICES.value}): ("S", "mention.operations_services"),
    frozenset({Nature.GOODS.value, Nature.SERVICES.value}): ("M", "mention.operations_mixed"),
}
OTHERWISE, SIMULATION, OF_PROFESSIONALS = (
    "in_kind.agreed_otherwise",
    "mention.simulation",
    "mention.between_professionals",
)
NOTES = (
    ("PMD", "mention.late_penalty"),
    ("PMT", "mention.recovery_indemnity"),
    ("AAB", "mention.no_early_discount"),
)


@dataclass(frozen=True)
class Circumstances:
    """What decides: the parties as copied, the day, the language, and how the price is paid, in words.

    `treatments`: what VAT does with each line, in their order; `natures`: what is sold (quotes.models.Nature).
    """

    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    on: date
    language: str
    treatments: Sequence[vat.Treatment] = ()
    natures: frozenset[str] = frozenset({Nature.SERVICES.value})
    is_credit: bool = False
    introduction: str = ""
    otherwise: str = ""
    otherwise_amount: str = ""
    rest: str = ""


def chosen(case: Circumstances) -> dict[str, Any]:
    """Return the mentions to copy onto an invoice. Raises law.UnknownFact when lib.law knows none for that day."""
    return {
        "exemptions": _exemptions(case),
        "categories": [treatment.category for treatment in case.treatments],
        "terms": _terms(case),
        "notes": list(_notes(case)),
        "nature": OPERATIONS[case.natures][0],
    }


def keys_of(case: Circumstances) -> list[str]:
    """Return the keys of the legal facts that `chosen` prints, each once."""
    keys = [vat.key_of(reason) for reason in vat.reasons_of(case.treatments)]
    keys += [OTHERWISE] if case.otherwise else []
    keys += [*_general_keys(case), *([SIMULATION] if case.seller["is_demonstration"] else [])]
    keys += [] if case.buyer["kind"] in Client.TRADERS else [OF_PROFESSIONALS]
    return [*keys, *(key for _code, key in NOTES)]


def _exemptions(case: Circumstances) -> dict[str, dict[str, str]]:
    """Say, by category, why no VAT is due (CGI ann. II 242 nonies A, I 12° and 13°)."""
    because = {treatment.category: treatment.reason for treatment in reversed(case.treatments) if treatment.reason}
    return {category: vat.because(reason, case.on, case.language) for category, reason in because.items()}


def _terms(case: Circumstances) -> str:
    """Return BT-20: what is settled otherwise than in euros (AFNOR XP Z12-014, case 41)."""
    if not case.otherwise:
        return ""
    words = {"amount": case.otherwise_amount, "details": case.otherwise, "rest": case.rest}
    return law.fact(OTHERWISE, case.on).text(case.language, **words)


def _notes(case: Circumstances) -> Iterator[dict[str, Any]]:
    if case.introduction.strip():
        yield _note("AAI", case.introduction.strip())
    yield from (_general(case, key) for key in _general_keys(case))
    if case.seller["registration"]:
        yield _note("REG", case.seller["registration"], on_paper=False)  # the foot of the page prints it
    if case.seller["is_demonstration"]:
        yield _general(case, SIMULATION)
    yield from (_between_professionals(case, code, key) for code, key in NOTES)


def _general_keys(case: Circumstances) -> Iterator[str]:
    yield OPERATIONS[case.natures][1]
    if case.seller["status"] in SOLE_TRADERS and not says_sole_trader(case.seller["name"]):
        yield "mention.sole_trader"
    if case.seller["vat_on_debits"] and any(treatment.category == vat.STANDARD for treatment in case.treatments):
        yield "mention.vat_on_debits"


def _general(case: Circumstances, key: str) -> dict[str, Any]:
    return _note("AAI", law.fact(key, case.on).text(case.language) + ".")


def _between_professionals(case: Circumstances, code: str, key: str) -> dict[str, Any]:
    sentence = law.fact(key, case.on).text(case.language)
    if case.buyer["kind"] in Client.TRADERS:
        return _note(code, sentence, on_paper=not case.is_credit)
    said = law.fact(OF_PROFESSIONALS, case.on).text(case.language, mention=sentence)
    return _note(code, said, on_paper=False)


def _note(code: str, text: str, *, on_paper: bool = True) -> dict[str, Any]:
    return {"code": code, "text": text, "on_paper": on_paper}
