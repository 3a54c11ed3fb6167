"""What a quote or an invoice costs: nets of lines, VAT per rate on the total, one set of totals. Pure.

Arithmetic version 1 (EN 16931): a line's net is rounded once (BT-131); the VAT of a category and rate is computed on
the sum of its lines (BT-116, BT-117), half up; the total is net + VAT. The category comes from `quotes.vat`: under
franchise (CGI 293 B) there is no VAT at all, whatever rate a line holds (CGI 283-3: VAT shown is VAT due).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from djmoney.money import Money

from lib import money
from lib.money import line_net, vat_of
from people.models import Business
from quotes.vat import FRENCH_AND_TAXED, Situation, Treatment, treated

CALCULATION_VERSION = 1
UNDER_FRANCHISE = Situation(regime=Business.VatRegime.FRANCHISE)


@dataclass(frozen=True)
class LineValues:
    """What a line's price is made of. Price in euros before VAT (6 decimals), discount and rate in percent.

    `nature` and `exemption` are those of a row (quotes.models.PricedLine).
    """

    unit_price: Money
    quantity: Decimal = Decimal(1)
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal = Decimal(0)
    title: str = ""
    unit: str = ""
    nature: str = "SERVICES"
    exemption: str = ""

    @property
    def net(self) -> Money:
        return line_net(self.quantity, self.unit_price, self.discount_percent)


@dataclass(frozen=True)
class Tax:
    """The VAT of one category and rate, on its whole base. What is not taxed has rate and amount 0."""

    category: str
    rate: Decimal
    base: Money
    amount: Money


@dataclass(frozen=True)
class Priced:
    """The totals of a document: `nets`, `treatments` in the order of lines, `taxes` from the highest rate down."""

    nets: tuple[Money, ...]
    taxes: tuple[Tax, ...]
    net: Money
    vat: Money
    total: Money
    treatments: tuple[Treatment, ...] = ()


def priced(
    lines: Iterable[LineValues],
    *,
    situation: Situation = FRENCH_AND_TAXED,
    franchise: bool = False,
    version: int = CALCULATION_VERSION,
) -> Priced:
    """Return every total of a document, in whole cents; `franchise` is short for that situation in France.

    Raises ValueError for an arithmetic version not known.
    """
    if version != CALCULATION_VERSION:
        raise ValueError(f"There is no arithmetic version {version}.")
    kept = list(lines)
    treatments = tuple(treated(line, UNDER_FRANCHISE if franchise else situation) for line in kept)
    taxes = taxes_of(zip(treatments, (line.net for line in kept), strict=True))
    net, vat = money.total(tax.base for tax in taxes), money.total(tax.amount for tax in taxes)
    nets = tuple(line.net for line in kept)
    return Priced(nets=nets, taxes=taxes, net=net, vat=vat, total=net + vat, treatments=treatments)


def taxes_of(nets: Iterable[tuple[Treatment, Money]]) -> tuple[Tax, ...]:
    """Return the VAT per category and rate of lines' nets given with their treatments."""
    bases: dict[tuple[Decimal, str], list[Money]] = {}
    for treatment, net in nets:
        bases.setdefault((-treatment.rate, treatment.category), []).append(net)
    return tuple(_tax(category, -rate, money.total(bases[rate, category])) for rate, category in sorted(bases))


def _tax(category: str, rate: Decimal, base: Money) -> Tax:
    return Tax(category=category, rate=abs(rate), base=base, amount=vat_of(base, rate))
