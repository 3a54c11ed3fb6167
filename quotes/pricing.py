"""What a quote or an invoice costs: nets of lines, VAT per rate on the total, one set of totals. Pure.

Arithmetic version 1 (EN 16931): a line's net is rounded once (BT-131); the VAT of a rate is computed on the sum of the
lines of that rate (BT-116, BT-117), half up; the total is net + VAT. Under franchise (CGI 293 B) there is no VAT at
all, whatever rate a line holds (CGI 283-3: VAT shown is VAT due).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from djmoney.money import Money

from lib import money
from lib.money import line_net, vat_of

CALCULATION_VERSION = 1
NO_VAT = Decimal(0)
STANDARD, EXEMPT = "S", "E"  # UNCL 5305, as accepted by BR-FR-15


@dataclass(frozen=True)
class LineValues:
    """What a line's price is made of. Price in euros before VAT (6 decimals), discount and rate in percent."""

    unit_price: Money
    quantity: Decimal = Decimal(1)
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal = Decimal(0)
    title: str = ""
    unit: str = ""

    @property
    def net(self) -> Money:
        return line_net(self.quantity, self.unit_price, self.discount_percent)


@dataclass(frozen=True)
class Tax:
    """The VAT of one rate, on its whole base. Under franchise: exempt, rate and amount 0."""

    category: str
    rate: Decimal
    base: Money
    amount: Money


@dataclass(frozen=True)
class Priced:
    """The totals of a document: `nets` in the order of the lines, `taxes` from the highest rate to the lowest."""

    nets: tuple[Money, ...]
    taxes: tuple[Tax, ...]
    net: Money
    vat: Money
    total: Money


def priced(lines: Iterable[LineValues], *, franchise: bool = False, version: int = CALCULATION_VERSION) -> Priced:
    """Return every total of a document, in whole cents. Raises ValueError for an arithmetic version not known."""
    if version != CALCULATION_VERSION:
        raise ValueError(f"There is no arithmetic version {version}.")
    kept = list(lines)
    taxes = taxes_of(((NO_VAT if franchise else line.vat_rate, line.net) for line in kept), franchise=franchise)
    net, vat = money.total(tax.base for tax in taxes), money.total(tax.amount for tax in taxes)
    return Priced(nets=tuple(line.net for line in kept), taxes=taxes, net=net, vat=vat, total=net + vat)


def taxes_of(nets: Iterable[tuple[Decimal, Money]], *, franchise: bool = False) -> tuple[Tax, ...]:
    """Return the VAT per rate of lines' nets given with their rates."""
    bases: dict[Decimal, list[Money]] = {}
    for rate, net in nets:
        bases.setdefault(rate, []).append(net)
    return tuple(_tax(rate, money.total(bases[rate]), franchise) for rate in sorted(bases, reverse=True))


def _tax(rate: Decimal, base: Money, franchise: bool) -> Tax:
    category = EXEMPT if franchise or rate == 0 else STANDARD
    return Tax(category=category, rate=rate, base=base, amount=vat_of(base, rate))
