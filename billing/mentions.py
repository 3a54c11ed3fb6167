"""Which legal sentences an invoice prints, chosen by seller, buyer, regime, kind and date. Pure: lib.law has the facts.

What is chosen is copied onto the invoice when it is issued, in the language of the document:
{"exemption": {"text", "code"}, "terms": text, "notes": [{"code", "text", "on_paper"}], "nature": "S"}.
Late-payment penalties and the 40 € are between professionals (c. com. L441-10): never aimed at a consumer, nor printed
by default for an association that does not trade or a public body, which has rules of its own. The XML wants the three
notes in any case (BR-FR-05): there they say whom they concern.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lib import law
from people.models import Business, Client

SERVICES = "S"  # BT-23's letter: what a quote sells is done, not handed over
TRADERS = (Client.Kind.FARM, Client.Kind.COMPANY)
NOTES = (
    ("PMD", "mention.late_penalty"),
    ("PMT", "mention.recovery_indemnity"),
    ("AAB", "mention.no_early_discount"),
)
FRANCHISE_CODE = "FRANCHISE"


@dataclass(frozen=True)
class Circumstances:
    """What decides: the parties as copied, the day, the language, and how the price is paid, in words."""

    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    on: date
    language: str
    is_credit: bool = False
    introduction: str = ""
    otherwise: str = ""
    otherwise_amount: str = ""
    rest: str = ""


def chosen(case: Circumstances) -> dict[str, Any]:
    """Return the mentions to copy onto an invoice. Raises law.UnknownFact when lib.law knows none for that day."""
    return {
        "exemption": _exemption(case),
        "terms": _terms(case),
        "notes": list(_notes(case)),
        "nature": SERVICES,
    }


def _exemption(case: Circumstances) -> dict[str, str]:
    """Say why there is no VAT (CGI ann. II 242 nonies A, I 12°)."""
    if case.seller["vat_regime"] != Business.VatRegime.FRANCHISE:
        return {}
    codes = law.fact("code.vatex", case.on).value
    text = law.fact("mention.vat_franchise", case.on).text(case.language)
    return {"text": text, "code": codes[FRANCHISE_CODE]}


def _terms(case: Circumstances) -> str:
    """Return BT-20: what is settled otherwise than in euros (AFNOR XP Z12-014, case 41)."""
    if not case.otherwise:
        return ""
    words = {"amount": case.otherwise_amount, "details": case.otherwise, "rest": case.rest}
    return law.fact("in_kind.agreed_otherwise", case.on).text(case.language, **words)


def _notes(case: Circumstances) -> Iterator[dict[str, Any]]:
    if case.introduction.strip():
        yield _note("AAI", case.introduction.strip())
    yield _note("AAI", law.fact("mention.operations_services", case.on).text(case.language) + ".")
    if case.seller["vat_on_debits"] and case.seller["vat_regime"] == Business.VatRegime.NORMAL:
        yield _note("AAI", law.fact("mention.vat_on_debits", case.on).text(case.language) + ".")
    if case.seller["registration"]:
        yield _note("REG", case.seller["registration"], on_paper=False)  # the foot of the page prints it
    if case.seller["is_demonstration"]:
        yield _note("AAI", law.fact("mention.simulation", case.on).text(case.language) + ".")
    yield from (_between_professionals(case, code, key) for code, key in NOTES)


def _between_professionals(case: Circumstances, code: str, key: str) -> dict[str, Any]:
    sentence = law.fact(key, case.on).text(case.language)
    if case.buyer["kind"] in TRADERS:
        return _note(code, sentence, on_paper=not case.is_credit)
    said = law.fact("mention.between_professionals", case.on).text(case.language, mention=sentence)
    return _note(code, said, on_paper=False)


def _note(code: str, text: str, *, on_paper: bool = True) -> dict[str, Any]:
    return {"code": code, "text": text, "on_paper": on_paper}
