"""Every kind of invoice under every VAT regime, each paid in another way and in another language.

A kind, a regime, a mix or a language is one line in one of the tables below; each kind meets each regime, and the mixes
and languages take turns. What cannot be (a credit note that is paid, a mix of nothing) is left out here, in the open.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import cycle
from typing import Any

from djmoney.money import Money

from billing.facts import (
    CREDIT_NOTE,
    CREDITS,
    DEPOSIT,
    DEPOSIT_CREDIT_NOTE,
    FINAL,
    PROGRESS,
    RECEIVED,
    REPLACEMENT,
    SELF_BILLED,
    SELF_BILLED_CREDIT,
    STANDARD,
    TO_PAY,
    TO_RECEIVE,
    Deduction,
    InvoiceFacts,
    Line,
    Part,
    Reference,
)
from lib.money import share, split, total, vat_of
from people.letterhead import Party
from tests.kit.samples import (
    AMAP,
    COMPANY,
    FARM,
    FREELANCER,
    GERMAN,
    NO_REASON,
    NOTES,
    NOTES_TO_CONSUMER,
    PERSON,
    SAMPLES,
    SEVERAL_RATES,
    SITE,
    SWISS,
    TOWN,
    invoice,
    line,
    taxes_of,
)

EARLIER = Reference("F2026-0041", date(2026, 11, 27))


@dataclass(frozen=True)
class Regime:
    """Who sells what to whom, and the VAT of it."""

    lines: tuple[Line, ...]
    seller: Party = COMPANY
    buyer: Party = FARM
    franchise: bool = False
    reasons: Mapping[str, tuple[str, str]] = field(default_factory=lambda: NO_REASON)
    fields: Mapping[str, Any] = field(default_factory=dict)


def at(rate: str, category: str = "S", *, position: int = 1, **fields: object) -> tuple[Line, ...]:
    """Return three lines of one rate whose VAT is not that of each line rounded by itself."""
    prices = ("33.33", "66.665", "0.012345")
    made = (line(n, f"Atelier {n}", str(n * 2 - 1), price, **fields) for n, price in enumerate(prices, start=position))
    return tuple(replace(item, vat_rate=Decimal(rate), category=category) for item in made)


REGIMES: dict[str, Regime] = {
    "franchise": Regime(SITE, seller=FREELANCER, franchise=True),
    "franchise-to-association": Regime(SITE, seller=FREELANCER, franchise=True, buyer=AMAP),
    "franchise-to-person": Regime(
        SITE, seller=FREELANCER, franchise=True, buyer=PERSON, fields={"notes": NOTES_TO_CONSUMER}
    ),
    "four-rates": Regime(SEVERAL_RATES),
    "20": Regime(at("20")),
    "5.5-on-debits": Regime(at("5.5"), fields={"vat_on_debits": True}),
    "2.1-to-town": Regime(at("2.1"), buyer=TOWN, fields={"order_reference": "BC-2026-118", "engagement": "EJ-77"}),
    "exempt": Regime(at("0", "E"), reasons={"E": ("Exonération de TVA, art. 261, 4-4° a du CGI", "VATEX-FR-CGI261-4")}),
    "taxed-and-exempt": Regime(
        (*at("20"), *at("0", "E", position=4)[:1]), reasons={"E": ("Exonération de TVA, art. 261, 7-1° du CGI", "")}
    ),
    "goods-and-services": Regime((*at("5.5", nature="GOODS"), *SEVERAL_RATES[3:]), fields={"nature": "M"}),
    "reverse-charge": Regime(at("0", "AE"), buyer=GERMAN, reasons={"AE": ("Autoliquidation", "VATEX-EU-AE")}),
    "intra-eu-goods": Regime(
        at("0", "K", nature="GOODS"),
        buyer=replace(GERMAN, delivery_address="Am Hafen 3", delivery_city="Kehl", delivery_country="DE"),
        reasons={"K": ("Livraison intracommunautaire, art. 262 ter, I du CGI", "VATEX-EU-IC")},
        fields={"nature": "B"},
    ),
    "export": Regime(
        at("0", "G", nature="GOODS"),
        buyer=SWISS,
        reasons={"G": ("Exportation, art. 262, I du CGI", "VATEX-EU-G")},
        fields={"nature": "B"},
    ),
    "outside-eu": Regime(
        at("0", "E"), buyer=SWISS, reasons={"E": ("Service hors de l’Union, art. 259, 1° du CGI", "")}
    ),
}

MIXES: dict[str, tuple[tuple[str, str, int, str], ...]] = {  # kind, words, weight, state
    "euros": (("money", "Virement à 30 jours", 1, TO_PAY),),
    "euros-received": (("money", "Virement reçu", 1, RECEIVED),),
    "half-in-kind": (("goods", "15 paniers de légumes", 1, TO_RECEIVE), ("money", "Le reste", 1, TO_PAY)),
    "wholly-in-kind": (("goods", "60 paniers de légumes", 1, TO_RECEIVE),),
    "wholly-in-kind-received": (("goods", "60 paniers de légumes", 1, RECEIVED),),
    "four-kinds": (
        ("goods", "4 paniers", 1, RECEIVED),
        ("goods", "11 paniers", 3, TO_RECEIVE),
        ("time", "5 heures de taille d’arbres", 2, TO_RECEIVE),
        ("local_currency", "100 Stück (1 Stück = 1 €)", 1, TO_RECEIVE),
        ("money", "Acompte reçu", 2, RECEIVED),
        ("money", "À la livraison", 4, TO_PAY),
    ),
    "local-currency": (("local_currency", "Stück (1 Stück = 1 €)", 1, TO_RECEIVE),),
}

LANGUAGES: dict[str, dict[str, str]] = {
    "fr": {"language": "fr"},
    "en": {"language": "en"},
    "fr+en": {"language": "fr", "second_language": "en"},
}

KINDS: dict[str, Callable[[InvoiceFacts], InvoiceFacts]] = {
    DEPOSIT: lambda facts: replace(facts, delivered_on=facts.issued_on),
    STANDARD: lambda facts: facts,
    FINAL: lambda facts: replace(facts, deductions=(a_third_of(facts),)),
    PROGRESS: lambda facts: replace(facts, lines=_done(facts.lines), period=(date(2026, 11, 1), date(2026, 11, 30))),
    REPLACEMENT: lambda facts: replace(facts, replaces=EARLIER, reason="Adresse du client corrigée"),
    CREDIT_NOTE: lambda facts: _credit(facts),
    DEPOSIT_CREDIT_NOTE: lambda facts: _credit(facts),
    SELF_BILLED: lambda facts: replace(facts, number="AF2026-0001"),
    SELF_BILLED_CREDIT: lambda facts: _credit(facts),
}


def a_third_of(facts: InvoiceFacts) -> Deduction:
    """Return a deposit of a third of each rate, with its VAT."""
    nets = [(tax.rate, share(tax.base, 33)) for tax in facts.taxes]
    vat = total(vat_of(net, rate) for rate, net in nets)
    return Deduction(EARLIER.number, EARLIER.issued_on, net=total(net for _rate, net in nets), vat=vat)


def _done(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(replace(item, done_percent=Decimal("62.5")) for item in lines)


def _credit(facts: InvoiceFacts) -> InvoiceFacts:
    return replace(facts, number="A2026-0001", corrects=EARLIER, reason="D’un commun accord", due_on=None)


def parts_of(amount: Money, mix: tuple[tuple[str, str, int, str], ...]) -> tuple[Part, ...]:
    """Share an amount over the parts of a mix, to the cent."""
    values = split(amount, [weight for _kind, _words, weight, _state in mix])
    return tuple(
        Part(kind, words, value, state) for (kind, words, _weight, state), value in zip(mix, values, strict=True)
    )


def crossed(kind: str, regime: Regime, mix: str, language: str) -> InvoiceFacts:
    """Return the invoice of a kind, under a regime, paid so and written so."""
    said = {"notes": NOTES, **regime.fields, **LANGUAGES[language]}
    plain = invoice(
        kind,
        regime.lines,
        franchise=regime.franchise,
        reasons=regime.reasons,
        seller=regime.seller,
        buyer=regime.buyer,
        **said,
    )
    facts = KINDS[kind](plain)
    if kind in CREDITS:
        return replace(facts, parts=())
    facts = replace(facts, parts=parts_of(facts.total - facts.deducted, MIXES[mix]))
    return facts if facts.payable.amount > 0 else replace(facts, due_on=None)


def _catalogue() -> dict[str, InvoiceFacts]:
    mixes, languages = cycle(MIXES), cycle(LANGUAGES)
    found = {}
    for kind in KINDS:
        for name, regime in REGIMES.items():
            mix, language = "" if kind in CREDITS else next(mixes), next(languages)
            found["/".join(word for word in (kind, name, mix, language) if word)] = crossed(kind, regime, mix, language)
        next(mixes), next(languages)  # so that a regime meets others under the next kind
    return found


CROSSED = _catalogue()
CATALOGUE: dict[str, InvoiceFacts] = SAMPLES | CROSSED
__all__ = ["CATALOGUE", "CROSSED", "KINDS", "LANGUAGES", "MIXES", "REGIMES", "crossed", "parts_of", "taxes_of"]
