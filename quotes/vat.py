"""Under which VAT category and rate a line falls, and why: who sells, to whom, where, what. Pure: lib.law has words.

The order is that of the law. An operation exempt by its nature stays exempt wherever the client is. Goods follow where
they are delivered; a service to a business is taxed where the client is (directive 2006/112/EC art. 44), to anybody
else where the seller is (art. 45). What is located in France is taxed, but for sellers under franchise (CGI 293 B).

A client of another member state is in business if it has a VAT number there: without one, French VAT is charged, as
whoever cannot show that number is served (EU regulation 282/2011, art. 18). Outside the Union a farm or a company is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from lib import law
from lib.countries import UNION
from people.models import Business, Client
from quotes.models import Nature

STANDARD, EXEMPT, REVERSE_CHARGE, INTRA_EU, EXPORT = "S", "E", "AE", "K", "G"  # UNCL 5305, as accepted by BR-FR-15
ZERO = Decimal(0)
CHOSEN = "vat.exempt."  # the keys of the reasons that a person chooses, less this, are what rows hold
REASONS = {
    "franchise": "mention.vat_franchise",
    "reverse_charge": "vat.because.reverse_charge",
    "intra_eu_goods": "vat.because.intra_eu_goods",
    "export": "vat.because.export",
    "outside_eu": "vat.because.outside_eu",
}
WITHOUT_VAT = (Business.VatRegime.FRANCHISE, Business.VatRegime.EXEMPT)
AT_HOME = ("FR", "MC", "")  # Monaco is France for VAT (directive 2006/112/EC, art. 7)
GREECE = {"EL": "GR"}  # its VAT numbers do not begin like its name


@dataclass(frozen=True)
class Treatment:
    """What VAT does with a line: its category, its rate in percent, and the reason why nothing is due ("" if taxed).

    Exempt without a reason is what nobody may issue: a rate of zero that says nothing.
    """

    category: str
    rate: Decimal = ZERO
    reason: str = ""


@dataclass(frozen=True)
class Situation:
    """Who sells to whom, as far as VAT looks. Countries in two letters; `delivered_in`: where goods go if elsewhere."""

    regime: str = Business.VatRegime.NORMAL
    exemption: str = ""
    seller_vat_number: str = ""
    buyer_kind: str = ""
    country: str = "FR"
    buyer_vat_number: str = ""
    delivered_in: str = ""

    @property
    def charges_no_vat(self) -> bool:
        """Whether this seller never charges VAT: under franchise, or exempt by its activity."""
        return self.regime in WITHOUT_VAT

    @property
    def goods_go_to(self) -> str:
        return self.delivered_in or self.country

    @property
    def has_number_abroad(self) -> bool:
        """Whether the client has a VAT number of another member state."""
        prefix = self.buyer_vat_number[:2]
        return GREECE.get(prefix, prefix) in union()

    @property
    def serves_business_abroad(self) -> bool:
        """Whether the client is in business, in another country, so that a service is located there."""
        if self.country in AT_HOME:
            return False
        if self.country in union():
            return self.has_number_abroad
        return self.buyer_kind in Client.TRADERS or (
            bool(self.buyer_vat_number) and self.buyer_kind != Client.Kind.PERSON
        )


class Treated(Protocol):
    """What VAT looks at in a line, as values or as a row."""

    @property
    def vat_rate(self) -> Decimal: ...
    @property
    def nature(self) -> str: ...
    @property
    def exemption(self) -> str: ...


FRENCH_AND_TAXED = Situation()


def of_parties(seller: Mapping[str, Any], buyer: Mapping[str, Any]) -> Situation:
    """Return the situation of a document from the parties copied onto it (people.parties)."""
    return Situation(
        regime=seller.get("vat_regime") or Business.VatRegime.NORMAL,
        exemption=seller.get("vat_exemption") or "",
        seller_vat_number=seller.get("vat_number") or "",
        buyer_kind=buyer.get("kind") or "",
        country=buyer.get("country") or "FR",
        buyer_vat_number=buyer.get("vat_number") or "",
        delivered_in=buyer.get("delivery_country") or "",
    )


def between(business: Business, client: Client) -> Situation:
    """Return the situation of a draft: as the business and the client are today."""
    return Situation(
        regime=business.vat_regime,
        exemption=business.vat_exemption,
        seller_vat_number=business.vat_number,
        buyer_kind=client.kind,
        country=client.country,
        buyer_vat_number=client.vat_number,
        delivered_in=client.delivery_country,
    )


def treated(line: Treated, situation: Situation = FRENCH_AND_TAXED) -> Treatment:
    """Return the category and the rate of a line, and the reason why no VAT is due."""
    if situation.regime == Business.VatRegime.EXEMPT:
        return Treatment(EXEMPT, reason=situation.exemption)
    if line.exemption and situation.regime == Business.VatRegime.NORMAL:
        return Treatment(EXEMPT, reason=line.exemption)
    return _goods(line, situation) if line.nature == Nature.GOODS else _service(line, situation)


def _service(line: Treated, situation: Situation) -> Treatment:
    if not situation.serves_business_abroad:
        return _in_france(line, situation)
    if situation.country not in union():
        return Treatment(EXEMPT, reason="outside_eu")
    if not situation.seller_vat_number:  # under franchise, without the number that this would need
        return _in_france(line, situation)
    return Treatment(REVERSE_CHARGE, reason="reverse_charge")


def _goods(line: Treated, situation: Situation) -> Treatment:
    """Goods under franchise are never exempt as intra-Community supplies or exports: the franchise says it all."""
    to = situation.goods_go_to
    if situation.charges_no_vat or to in AT_HOME:
        return _in_france(line, situation)
    if to not in union():
        return Treatment(EXPORT, reason="export")
    return Treatment(INTRA_EU, reason="intra_eu_goods") if situation.has_number_abroad else _in_france(line, situation)


def _in_france(line: Treated, situation: Situation) -> Treatment:
    if situation.charges_no_vat:
        return Treatment(EXEMPT, reason="franchise")
    return Treatment(STANDARD, line.vat_rate) if line.vat_rate else Treatment(EXEMPT)


# Why --------------------------------------------------------------------------------------------------------------


def because(reason: str, on: date, language: str) -> dict[str, str]:
    """Return {"text", "code"}: the sentence that says why no VAT is due (BT-120) and its code (BT-121), "" if none.

    Raises law.UnknownFact when lib.law knows none for that day, or a reason that it does not have.
    """
    known = fact_of(reason, on)
    code = law.fact("code.vatex", on).value["FRANCHISE"] if reason == "franchise" else known.value
    return {"text": known.text(language), "code": str(code or "")}


def fact_of(reason: str, on: date) -> law.Fact:
    return law.fact(key_of(reason), on)


def key_of(reason: str) -> str:
    """Return the key that lib.law has for a reason."""
    return REASONS.get(reason, f"{CHOSEN}{reason}")


def exemptions(on: date, language: str) -> list[tuple[str, str]]:
    """Return the reasons that a person may choose on that day, with their names."""
    return [(key.removeprefix(CHOSEN), title) for key, title in law.titles(CHOSEN, on, language)]


def reasons_of(treatments: Iterable[Treatment]) -> list[str]:
    """Return why no VAT is due on some lines, each reason once, in order."""
    return list(dict.fromkeys(treatment.reason for treatment in treatments if treatment.reason))


def clashes(treatments: Iterable[Treatment]) -> list[str]:
    """Return reasons that cannot go on one invoice: EN 16931 has one breakdown, so one reason, per category."""
    by_category: dict[str, list[str]] = {}
    for treatment in treatments:
        if treatment.reason and treatment.reason not in by_category.setdefault(treatment.category, []):
            by_category[treatment.category].append(treatment.reason)
    return [reason for reasons in by_category.values() if len(reasons) > 1 for reason in reasons]


def likeness(lines: Sequence[Treated], situation: Situation) -> dict[str, Treated]:
    """Return a line of each category: what a line made for a whole category must resemble, to fall under it again."""
    found: dict[str, Treated] = {}
    for line in lines:
        found.setdefault(treated(line, situation).category, line)
    return found


def union() -> frozenset[str]:
    """Return the other countries of the European Union, in two letters."""
    return _UNION


_UNION = frozenset(UNION)
