"""Strategies that make any invoice we could issue: whoever the parties, whatever the lines, however it is paid."""

import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from stdnum import iban, luhn

from billing.facts import (
    CREDITS,
    DEPOSIT,
    FINAL,
    RECEIVED,
    TO_PAY,
    TO_RECEIVE,
    TYPE_CODES,
    Deduction,
    InvoiceFacts,
    Line,
    Note,
    Part,
    Reference,
)
from lib.money import euros, line_net, share, split, total, vat_of
from people.letterhead import Party
from quotes.models import Unit
from tests.kit.samples import NOTES, invoice

HOSTILE = (
    "<b onclick=\"alert('x')\">gras</b>",
    "]]><!-- --><?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    "{{ seller.iban }} {% load static %} %(name)s {0} ${HOME}",
    "'; DROP TABLE billing_invoice; -- \\\\ \\n \\x00",
    "url(file:///etc/passwd) @import 'https://elsewhere.example/x.css'; } * { display: none",
    '=HYPERLINK("https://elsewhere.example") ; \t\r\n« espace\u202finsécable\u00a0» \u200b\u2066עברית\u2069 Œ ß ẞ ﬁ',
    "controls \x00\x0b\x1b\x7f\x85 \ufffe\uffff lone \ud800 end",
)
TAXED = tuple(("S", Decimal(rate)) for rate in ("20", "10", "5.5", "2.1", "8.5", "20.00", "5.50"))  # BR-FR-16
NOT_TAXED = {category: (category, Decimal(0)) for category in ("E", "AE", "K", "G")}
WHY = {
    "E": ("Exonération, art. 261 du CGI", "VATEX-FR-CGI261-4"),
    "AE": ("Autoliquidation", "VATEX-EU-AE"),
    "K": ("Livraison intracommunautaire", "VATEX-EU-IC"),
    "G": ("Exportation", "VATEX-EU-G"),
}
DAYS = st.dates(date(2026, 1, 1), date(2035, 12, 31))


def text(most: int = 60) -> st.SearchStrategy[str]:
    """Return any text that shows at least a letter: forms refuse an empty one."""
    return st.one_of(st.sampled_from(HOSTILE), st.text(max_size=most - 1).map(lambda words: f"{words}é"))


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(least), Decimal(most), places=places, allow_nan=False, allow_infinity=False)


@st.composite
def sirens(draw: Any) -> str:
    digits = draw(st.text("0123456789", min_size=8, max_size=8))
    return digits + str(luhn.calc_check_digit(digits))


@st.composite
def parties(draw: Any, *, sells: bool = False) -> Party:
    """Return a seller (SIREN and VAT number) or any buyer: professional or not, here or abroad, whom one can reach."""
    siren = draw(sirens()) if sells or draw(st.booleans()) else ""
    branch = f"{siren}{draw(st.integers(0, 9999)):04d}"
    abroad = not sells and not siren and draw(st.booleans())
    return Party(
        name=draw(text()),
        trade_name=draw(st.one_of(st.just(""), text())),
        address=draw(text()),
        address_more=draw(st.one_of(st.just(""), text())),
        postal_code=draw(st.text("0123456789", min_size=5, max_size=5)),
        city=draw(text()),
        country=draw(st.sampled_from(("DE", "LU", "CH"))) if abroad else "FR",
        siren=siren,
        siret=branch + str(luhn.calc_check_digit(branch)) if siren and draw(st.booleans()) else "",
        vat_number=f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}" if sells else "",
        contact=draw(st.one_of(st.just(""), text())),
        phone=draw(st.one_of(st.just(""), text())),
        email="personne@exemple.example",
        is_consumer=not siren and draw(st.booleans()),
    )


@st.composite
def lines(draw: Any, *, taxed: Sequence[tuple[str, Decimal]]) -> tuple[Line, ...]:
    """Return 1 to 30 lines: quantities of 4 decimals, prices of 6, discounts of 2, a category and its rate."""
    return tuple(draw(_line(n, taxed)) for n in range(1, draw(st.integers(1, 30)) + 1))


@st.composite
def _line(draw: Any, position: int, taxed: Sequence[tuple[str, Decimal]]) -> Line:
    category, rate = draw(st.sampled_from(taxed))
    quantity = draw(decimals("0.0001", "9999.9999", 4))
    price = euros(draw(decimals("0", "99999.999999", 6)))
    discount = draw(st.one_of(st.just(Decimal(0)), decimals("0", "100", 2)))
    return Line(
        position=position,
        title=draw(text(200)),
        description=draw(st.one_of(st.just(""), text(300))),
        quantity=quantity,
        unit=draw(st.sampled_from(Unit.values)),
        unit_price=price,
        net=line_net(quantity, price, discount),
        vat_rate=rate,
        category=category,
        discount_percent=discount,
    )


@st.composite
def parts(draw: Any, amount: Any) -> tuple[Part, ...]:
    """Share what is claimed over euros received or to pay, goods, hours and local currency, received or to come."""
    ways = [("money", RECEIVED), ("money", TO_PAY)]
    ways += [(kind, state) for kind in ("goods", "time", "local_currency") for state in (RECEIVED, TO_RECEIVE)]
    chosen = draw(st.lists(st.sampled_from(ways), min_size=1, max_size=6))
    weights = [draw(st.integers(1, 1000)) for _way in chosen]
    shared = zip(chosen, split(amount, weights), strict=True)
    return tuple(Part(kind, draw(text()), value, state) for (kind, state), value in shared if value.amount > 0)


@st.composite
def invoices(draw: Any) -> InvoiceFacts:
    """Return the facts of any invoice of more than nothing."""
    kind = draw(st.sampled_from(sorted(TYPE_CODES)))
    regime = draw(st.sampled_from(("franchise", "S", "S", "S+E", "E", "AE", "K", "G")))
    taxed = [pair for pair in TAXED if "S" in regime] + [NOT_TAXED[one] for one in regime.split("+") if one in WHY]
    issued_on = draw(DAYS)
    facts = invoice(
        kind,
        draw(lines(taxed=taxed or [("", Decimal(0))])),
        franchise=regime == "franchise",
        reasons=WHY,
        seller=draw(parties(sells=True)),
        buyer=_where(draw(parties()), regime),
        number=draw(st.text(string.ascii_letters + string.digits + "+-_/", min_size=1, max_size=35)),
        issued_on=issued_on,
        due_on=issued_on + timedelta(draw(st.integers(0, 60))),
        delivered_on=draw(DAYS),
        iban=_iban(draw(st.text("0123456789", min_size=23, max_size=23))),
        bic=draw(st.sampled_from(("", "PSSTFRPPXXX"))),
        terms=draw(st.one_of(st.just(""), text(300))),
        notes=(*NOTES, *draw(st.lists(st.builds(Note, st.just("AAI"), text(300)), max_size=2))),
        order_reference=draw(st.one_of(st.just(""), text(50))),
        quote_number=draw(st.one_of(st.just(""), st.just("D2026-0001"))),
        vat_on_debits=draw(st.booleans()),
        nature="B" if regime in ("K", "G") else draw(st.sampled_from("BSM")),
        language=draw(st.sampled_from(("fr", "en"))),
        period=(issued_on, issued_on + timedelta(draw(st.integers(0, 400)))) if draw(st.booleans()) else None,
        parts=(Part("money", "", euros(0), TO_PAY),),
        **_references(draw, kind, issued_on),
    )
    assume(facts.total.amount > 0)
    return _claiming(draw, facts)


def _where(buyer: Party, regime: str) -> Party:
    """Return a buyer such as this VAT is for: abroad, with a number in the Union."""
    if regime not in ("AE", "K", "G"):
        return buyer
    abroad = replace(buyer, country="CH" if regime == "G" else "DE", siren="", siret="")
    number = "" if regime == "G" else "DE136695976"
    return replace(abroad, vat_number=number, delivery_city="Kehl", delivery_country=abroad.country)


def _references(draw: Any, kind: str, issued_on: date) -> dict[str, object]:
    earlier = Reference("F2025/12-0007", issued_on - timedelta(draw(st.integers(0, 500))))
    if kind in CREDITS:
        return {"corrects": earlier}
    return {"replaces": earlier} if kind == "replacement" else {}


def _claiming(draw: Any, facts: InvoiceFacts) -> InvoiceFacts:
    """Return it with the deposits it deducts and the ways its rest is paid."""
    if facts.is_credit:
        return replace(facts, parts=(), due_on=None)
    if facts.kind == FINAL:
        percent = draw(st.integers(1, 90))
        nets = [share(tax.base, percent) for tax in facts.taxes]
        vat = total(vat_of(net, tax.rate) for net, tax in zip(nets, facts.taxes, strict=True))
        taken = Deduction("F2025-0001", facts.issued_on - timedelta(1), net=total(nets), vat=vat)
        assume(euros(0) < taken.amount <= facts.total)
        facts = replace(facts, deductions=(taken,))
    left = facts.total - facts.deducted
    facts = replace(facts, parts=draw(parts(left)) if left.amount > 0 else ())
    if facts.kind == DEPOSIT:
        facts = replace(facts, delivered_on=facts.issued_on)
    return facts


def _iban(bban: str) -> str:
    return f"FR{iban.calc_check_digits('FR00' + bban)}{bban}"
