"""A part of a price, VAT included, shared out over its VAT rates: what deposits and partial credit notes are made of.

Pure. EN 16931 (BR-CO-17) wants VAT = base × rate, to the cent, on every document. Some amounts with VAT have no such
base: at 20 %, no base gives 0.03. Then a cent moves from one rate to another; with a single rate the document is a
cent less than the part asked for, and the next document (the final invoice, or what stays owed) takes that cent. The
VAT is never a cent wrong.

But for one document: VAT rounded on parts does not add up to VAT rounded on the whole, so what is left of an invoice
after several credit notes may hold a cent of VAT more or less than its base makes. The credit note that takes all the
base left takes all the VAT left with it, or the client would owe that cent for ever. EN 16931 allows for it (the rule
is checked to the euro).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import product

from djmoney.money import Money

from lib.money import CENT, cents, euros, split, total, vat_of
from quotes.pricing import Tax

NEAR = (0, -1, 1, -2, 2)  # by how many cents a rate's share may move


def gross(tax: Tax) -> Money:
    """Return base and VAT of one rate together."""
    return tax.base + tax.amount


def base_of(amount: Money, rate: Decimal) -> Money | None:
    """Return the base that makes this amount, VAT included, or None when no base in whole cents does."""
    near = cents(euros(amount.amount * 100 / (100 + rate)))
    for step in (0, -1, 1):
        base = near + euros(step * CENT)
        if base + vat_of(base, rate) == amount:
            return base
    return None


def shared(amount: Money, taxes: Sequence[Tax]) -> list[Tax]:
    """Share an amount, VAT included, over rates in proportion to what each weighs; rates that get nothing are left out.

    The sum is the amount, or a cent less where no bases make it; a little less still of what credit notes have left.
    The whole comes back as it is. Raises ValueError for more than there is.
    """
    weighed = [tax for tax in taxes if gross(tax).amount > 0]
    if amount > total(gross(tax) for tax in weighed):
        raise ValueError("More than there is.")
    if amount.amount <= 0:
        return []
    if amount == total(gross(tax) for tax in weighed):
        return weighed
    wanted = split(amount, [gross(tax).amount for tax in weighed])
    return [part for part in _nearest(weighed, wanted) if gross(part).amount > 0]


def remaining(taxes: Iterable[Tax], taken: Iterable[Tax]) -> list[Tax]:
    """Return what is left of each rate once other documents have taken their part; never below nothing."""
    less: dict[tuple[str, Decimal], tuple[Money, Money]] = {}
    for part in taken:
        base, amount = less.get((part.category, part.rate), (euros(0), euros(0)))
        less[part.category, part.rate] = (base + part.base, amount + part.amount)
    nothing = (euros(0), euros(0))
    left = []
    for tax in taxes:
        base, amount = less.get((tax.category, tax.rate), nothing)
        left.append(Tax(tax.category, tax.rate, tax.base - base, tax.amount - amount))
    return [tax for tax in left if gross(tax).amount > 0]


def credited(parts: Iterable[Tax], left: Iterable[Tax]) -> list[Tax]:
    """Return parts as a credit note takes them off what is left of an invoice: with all the base of a rate goes all its
    VAT, and never more VAT than is left goes with a part of it."""
    there = {(tax.category, tax.rate): tax for tax in left}
    return [_credited(part, there.get((part.category, part.rate))) for part in parts]


def exceed(parts: Iterable[Tax], left: Iterable[Tax]) -> bool:
    """Say whether parts take more than is left, of any rate."""
    there = {(tax.category, tax.rate): tax for tax in left}
    found = [(part, there.get((part.category, part.rate))) for part in parts]
    return any(one is None or part.base > one.base or part.amount > one.amount for part, one in found)


def _credited(part: Tax, left: Tax | None) -> Tax:
    if left is None:
        return part
    if part.base == left.base:
        return left
    return Tax(part.category, part.rate, part.base, min(part.amount, left.amount))


def _nearest(taxes: Sequence[Tax], wanted: Sequence[Money]) -> list[Tax]:
    """Move as few cents as it takes between rates so that each share has a base; lose a cent only as a last resort,
    and more where credit notes left VAT that its base does not make."""
    moves = sorted(product(NEAR, repeat=len(taxes)), key=lambda move: (-min(sum(move), 0), sum(map(abs, move))))
    for move in moves:
        if sum(move) <= 0 and (found := _moved(taxes, wanted, move)):
            return found
    less = total(wanted) - euros(CENT)
    return _nearest(taxes, split(less, [gross(tax).amount for tax in taxes])) if less.amount > 0 else []


def _moved(taxes: Sequence[Tax], wanted: Sequence[Money], move: Sequence[int]) -> list[Tax] | None:
    shares = []
    for tax, share, step in zip(taxes, wanted, move, strict=True):
        part = _based(tax, share + euros(step * CENT))
        if part is None:
            return None
        shares.append(part)
    return shares


def _based(tax: Tax, amount: Money) -> Tax | None:
    """Return a share of one rate, or None when it has no base, is negative or exceeds what the rate weighs. The whole
    of a rate is what it is, and a share has no more VAT than there is: see `credited`."""
    if amount.amount < 0 or amount > gross(tax):
        return None
    if amount == gross(tax):
        return tax
    base = base_of(amount, tax.rate)
    if base is None or vat_of(base, tax.rate) > tax.amount:
        base = amount - tax.amount
    part = _credited(Tax(tax.category, tax.rate, base, vat_of(base, tax.rate)), tax)
    return part if base.amount >= 0 and base <= tax.base and gross(part) == amount else None
