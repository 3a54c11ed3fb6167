"""Amounts of money. All rounding of the project is here: to the cent, a half goes up (away from zero).

Pure: no table, no clock, no active language. `plain()` is for files, hashes and logs; `written()` is for people.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from typing import overload

from djmoney.money import Money

EUR = "EUR"
CENT = Decimal("0.01")
FINEST = Decimal("0.000001")  # unit prices: EN 16931 BR-FR-DEC-03 allows six decimals
HUNDRED = Decimal(100)
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"


class MixedCurrencies(ValueError):
    """Amounts in several currencies were to be added: there is no true answer."""


def euros(amount: Decimal | int | str) -> Money:
    """Return an amount in euros, as precise as it was given. Floats and what is not a number are refused."""
    return Money(_decimal(amount), EUR)


@overload
def cents(amount: Decimal) -> Decimal: ...
@overload
def cents(amount: Money) -> Money: ...
def cents(amount: Decimal | Money) -> Decimal | Money:
    """Round to the cent, half up: 0.125 → 0.13, and -0.125 → -0.13."""
    if isinstance(amount, Money):
        return Money(_rounded(amount.amount, CENT), amount.currency)
    return _rounded(_decimal(amount), CENT)


def summed(value: object) -> Money:
    """Return what a database made of a sum of amounts in euros: None is nothing, a bare number has lost its currency,
    and on SQLite it is the shadow of a float, so it goes through `cents()`."""
    amount = value.amount if isinstance(value, Money) else value
    return euros(cents(Decimal(str(amount or 0))))


def total(amounts: Iterable[Money]) -> Money:
    """Add amounts of one currency, rounding nothing; nothing at all is 0 EUR."""
    kept = list(amounts)
    if not kept:
        return euros(0)
    currencies = {amount.currency for amount in kept}
    if len(currencies) > 1:
        raise MixedCurrencies(f"Cannot add {', '.join(sorted(map(str, currencies)))}.")
    with localcontext(EXACT):
        return Money(sum((amount.amount for amount in kept), Decimal(0)), kept[0].currency)


def split(amount: Money, weights: Sequence[Decimal | int]) -> list[Money]:
    """Share an amount out in whole cents, in proportion to weights, by largest remainder.

    The parts always add up to the amount. Of equal remainders the first is served first. The amount must be whole
    cents; weights are not negative, and one at least is not zero.
    """
    shares = [_decimal(weight) for weight in weights]
    if any(share < 0 for share in shares) or not any(shares):
        raise ValueError("Weights must not be negative, nor all be zero.")
    if cents(amount) != amount:
        raise ValueError("Only whole cents can be split.")
    sign = -1 if amount.amount < 0 else 1
    with localcontext(EXACT):
        parts = _largest_remainder(int(abs(amount.amount) * 100), shares)
        return [Money(sign * part * CENT, amount.currency) for part in parts]


def share(amount: Money, percent: Decimal | int) -> Money:
    """Return so many percent of an amount, to the cent."""
    with localcontext(EXACT):
        return Money(_rounded(amount.amount * _decimal(percent) / HUNDRED, CENT), amount.currency)


def line_net(quantity: Decimal | int, unit_price: Money, discount_percent: Decimal | int = 0) -> Money:
    """Return the net amount of a line (EN 16931 BT-131): quantity × price less discount, rounded once."""
    discount = _decimal(discount_percent)
    if not 0 <= discount <= HUNDRED:
        raise ValueError("A discount is between 0 and 100 percent.")
    with localcontext(EXACT):
        net = _decimal(quantity) * unit_price.amount * (HUNDRED - discount) / HUNDRED
        return Money(_rounded(net, CENT), unit_price.currency)


def per_unit(net: Money, quantity: Decimal | int) -> Money:
    """Return the unit price (six decimals) whose product with a quantity below 5 000 is this net, to the cent."""
    with localcontext(EXACT):
        return Money(_rounded(net.amount / _decimal(quantity), FINEST), net.currency)


def vat_of(base: Money, rate: Decimal | int) -> Money:
    """Return the VAT of one rate on the whole base of that rate (EN 16931 BT-117), rate in percent: 20.00."""
    if _decimal(rate) < 0:
        raise ValueError("A VAT rate is not negative.")
    return share(base, rate)


def plain(amount: Money) -> str:
    """Return the number alone, the same in every language: "1200.00", and "0.123456" for a fine unit price."""
    return _digits(amount.amount, least=2)


def written(amount: Money | Decimal, language: str) -> str:
    """Return an amount as people read it: "1 200,00 €" in French, "€1,200.00" in English.

    A bare Decimal is read as euros. Never breaks at the end of a line.
    """
    value = amount.amount if isinstance(amount, Money) else _decimal(amount)
    sign = MINUS if value < 0 and _rounded(value, FINEST) else ""
    number = _grouped(_digits(abs(value), least=2), language)
    symbol = "€" if not isinstance(amount, Money) or str(amount.currency) == EUR else str(amount.currency)
    if _french(language):
        return f"{sign}{number}{NO_BREAK_SPACE}{symbol}"
    return f"{sign}{symbol}{number}" if symbol == "€" else f"{sign}{number}{NO_BREAK_SPACE}{symbol}"


def number_written(value: Decimal | int, language: str) -> str:
    """Return a quantity as people read it, without useless zeros: "2,5", "1 200"."""
    number = _decimal(value)
    sign = MINUS if number < 0 else ""
    return sign + _grouped(_digits(abs(number), least=0), language)


def percent_written(rate: Decimal | int, language: str) -> str:
    """Return a rate as people read it: "5,5 %" in French, "5.5%" in English."""
    return number_written(rate, language) + (f"{NO_BREAK_SPACE}%" if _french(language) else "%")


def _decimal(value: Decimal | int | str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise TypeError(f"Money is made of Decimal, int or text, not {type(value).__name__}.")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number.") from None
    if not number.is_finite():
        raise ValueError(f"{value!r} is not an amount.")
    return number


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    rounded = value.quantize(step, rounding=ROUND_HALF_UP, context=EXACT)
    return abs(rounded) if rounded == 0 else rounded  # never -0.00


def _largest_remainder(amount: int, weights: Sequence[Decimal]) -> list[int]:
    whole = sum(weights, Decimal(0))
    exact = [amount * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def _digits(value: Decimal, *, least: int) -> str:
    """Return fixed-point digits: at most six decimals, zeros dropped down to `least` decimals."""
    whole, decimals = f"{_rounded(value, FINEST):f}".split(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole


def _grouped(digits: str, language: str) -> str:
    whole, _, decimals = digits.partition(".")
    thousands, mark = (NARROW_SPACE, ",") if _french(language) else (",", ".")
    grouped = f"{int(whole):,}".replace(",", thousands)
    return f"{grouped}{mark}{decimals}" if decimals else grouped


def _french(language: str) -> bool:
    return language.split("-")[0].lower() == "fr"
