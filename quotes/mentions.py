"""The legal sentences that a quote prints, chosen by who sells, who buys, how it is paid, and the day.

They are copied onto the version when it is sent. A fact that is still to be checked is never printed.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from lib.law import Fact, UnknownFact, fact
from people.models import Business, Client
from quotes import vat
from quotes.remuneration import TermValues
from quotes.wording import day

PRINTED = {"certain", "probable"}
BETWEEN_PROFESSIONALS = ("mention.late_penalty", "mention.recovery_indemnity", "mention.no_early_discount")
SOLE_TRADERS = {Business.Status.MICRO, Business.Status.REEL}


def mentions(
    *,
    business: Business,
    client: Client,
    terms: Sequence[TermValues],
    valid_until: date | None,
    on: date,
    language: str,
    lines: Sequence[vat.Treated] = (),
) -> list[dict[str, str]]:
    """Return the sentences in order, each with its key, source and certainty: plain text, ready to be frozen."""
    until = {"date": day(valid_until, language)} if valid_until else {}
    return [
        {
            "key": known.key,
            "text": known.text(language, **until),
            "source": known.source,
            "certainty": known.certainty,
        }
        for known in printed(business=business, client=client, terms=terms, valid_until=valid_until, on=on, lines=lines)
    ]


def printed(
    *,
    business: Business,
    client: Client,
    terms: Sequence[TermValues],
    valid_until: date | None,
    on: date,
    lines: Sequence[vat.Treated] = (),
) -> list[Fact]:
    """Return the legal facts whose sentences a quote prints, in order, as they are known on that day."""
    found = (_known(key, on) for key in _keys(business, client, terms, valid_until, lines))
    return [known for known in found if known is not None and known.certainty in PRINTED]


def _keys(
    business: Business,
    client: Client,
    terms: Sequence[TermValues],
    valid_until: date | None,
    lines: Sequence[vat.Treated],
) -> Iterator[str]:
    if business.is_demonstration:
        yield "mention.simulation"
    if business.status in SOLE_TRADERS and not says_sole_trader(business.legal_name):
        yield "mention.sole_trader"
    yield from reasons(business, client, lines)
    if business.vat_regime == Business.VatRegime.NORMAL and business.vat_on_debits:
        yield "mention.vat_on_debits"
    if valid_until:
        yield "quote.valid_until"
    if any(not term.in_euros for term in terms):
        yield "in_kind.is_payment"
    if client.kind in Client.TRADERS:
        yield from BETWEEN_PROFESSIONALS
    if client.kind != Client.Kind.PERSON:
        yield "acceptance.simple_signature"


def reasons(business: Business, client: Client, lines: Sequence[vat.Treated]) -> list[str]:
    """Return the keys of the reasons why no VAT is due on some lines (CGI ann. II 242 nonies A, I 12° and 13°)."""
    situation = vat.between(business, client)
    found = vat.reasons_of(vat.treated(line, situation) for line in lines)
    if not lines and business.vat_regime == Business.VatRegime.FRANCHISE:
        found = ["franchise"]
    return [vat.key_of(reason) for reason in found]


def says_sole_trader(name: str) -> bool:
    """Tell whether a name already says « EI » or « entrepreneur individuel » (c. com. R526-27)."""
    return "EI" in name.split() or "entrepreneur individuel" in name.casefold()


def _known(key: str, on: date) -> Fact | None:
    try:
        return fact(key, on)
    except UnknownFact:
        return None
