"""Does what an invoice says add up? Pure, on the plain values that `read` returned."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lib.money import cents, euros, vat_of, written

NONE = Decimal(0)


def disagreements(said: Mapping[str, Any], language: str) -> list[str]:
    """Return what does not add up, in sentences: lines, VAT by rate, totals (EN 16931 BR-CO-10 to 17)."""
    return list(_disagreements(said, language))


def _disagreements(said: Mapping[str, Any], language: str) -> Iterator[str]:
    def amount(name: str) -> Decimal:
        return Decimal(said.get(name) or 0)

    def differ(sentence: str, found: Decimal, stated: Decimal) -> Iterator[str]:
        if cents(found) != cents(stated):
            yield sentence % {"found": written(euros(found), language), "stated": written(euros(stated), language)}

    if said.get("lines_net"):
        net = Decimal(said["lines_net"]) - amount("allowances") + amount("charges")
        yield from differ(_("The lines make %(found)s before VAT; the invoice says %(stated)s."), net, amount("net"))
    for tax in said.get("taxes", ()):
        yield from _tax(tax, language)
    if said.get("taxes"):
        vat = sum((Decimal(tax["amount"] or 0) for tax in said["taxes"]), NONE)
        yield from differ(_("The VAT of all rates makes %(found)s; the invoice says %(stated)s."), vat, amount("vat"))
    total = amount("net") + amount("vat")
    yield from differ(_("Net and VAT make %(found)s; the invoice’s total says %(stated)s."), total, amount("total"))
    if said.get("payable"):
        left = amount("total") - amount("prepaid") + amount("rounding")
        sentence = _("Less what was paid, %(found)s is due; the invoice says %(stated)s.")
        yield from differ(sentence, left, amount("payable"))


def _tax(tax: Mapping[str, Any], language: str) -> Iterator[str]:
    if not tax["base"]:
        return
    rate, stated = Decimal(tax["rate"] or 0), euros(Decimal(tax["amount"] or 0))
    found = vat_of(euros(Decimal(tax["base"])), rate)
    if found != stated:
        words = {
            "rate": f"{rate.normalize():f}",
            "found": written(found, language),
            "stated": written(stated, language),
        }
        yield _("VAT at %(rate)s %% of its base is %(found)s; the invoice says %(stated)s.") % words
