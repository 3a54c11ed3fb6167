"""The deals whose every document is proved: one line each. Adding a kind of invoice is adding its line."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from billing.agreeing import PartValues
from lib.money import euros
from tests import make
from tests.kit.deals import (
    AFTER,
    ON_A_DATE,
    ON_ACCEPTANCE,
    ON_DELIVERY,
    RATES,
    THIRDS,
    Deal,
    OneOff,
    Parties,
    SelfBilled,
    hours,
    money,
    of,
    stueck,
    worth,
)

THREE_DAYS = (date(2027, 1, 15), date(2027, 2, 15), date(2027, 3, 15))
DEPOSIT, DELIVERY, LATER, BASKETS = money(ON_ACCEPTANCE, "360"), money(ON_DELIVERY), money(AFTER), make.baskets()
THREE_WAYS = (DEPOSIT, DELIVERY, BASKETS)
ALL_WAYS = (DEPOSIT, LATER, BASKETS, hours(), stueck())
PERCENT = (money(ON_ACCEPTANCE, percent=30), LATER)
DECEMBER = date(2026, 12, 1)
IN_THREE = tuple(
    money(ON_A_DATE, value, due_on=day) for value, day in zip(("400", "400", "0"), THREE_DAYS, strict=True)
)
SIX_BASKETS = PartValues("goods", "Panier de légumes", Decimal(6), euros("20"), "panier")
TWO_HOURS = PartValues("time", "Taille d’arbres", Decimal(2), euros("40"), "heure")
FIFTY_STUECK = PartValues("local_currency", "Stück", Decimal(50), euros("1"), "Stück")
IN_BASKETS = {"lines": worth("300"), "terms": (BASKETS,)}

STORIES: dict[str, Callable[[], Parties]] = {
    # Under franchise
    "a farm pays in euros": lambda: Deal().final(),
    "a farm pays in euros and baskets": lambda: Deal(terms=THREE_WAYS).deposit().final(),
    "deposit and baskets came": lambda: Deal(terms=THREE_WAYS).deposit().paid("360").came("goods", "4").final(),
    "paid before any invoice": lambda: Deal(terms=THREE_WAYS).paid("200").deposit().final(),
    "all came in baskets before": lambda: Deal(**IN_BASKETS).came("goods", "15").final(),
    "all is to come in baskets": lambda: Deal(**IN_BASKETS).final(),
    "four ways": lambda: Deal(terms=ALL_WAYS).deposit().paid("360").came("goods", "2").came("time", "3").final(),
    "local currency": lambda: Deal(lines=worth("100"), terms=(stueck(),), buyer="association").final(),
    "local currency that came": lambda: (
        Deal(lines=worth("100"), terms=(stueck(),)).came("local_currency", "40").final()
    ),
    "in three instalments": lambda: Deal(terms=IN_THREE).final(),
    "a deposit credited": lambda: Deal(terms=PERCENT, buyer="association").deposit().credited(),
    "a person": lambda: Deal(terms=PERCENT, buyer="person").deposit().paid("360").later(3).final(),
    "a town": lambda: Deal(buyer="town").final().credited("0.01"),
    "in English": lambda: Deal(terms=ALL_WAYS, language="en").deposit().came("goods", "1").final().credited("12.34"),
    "credited twice": lambda: Deal(terms=THREE_WAYS).deposit().final().credited("100").credited(of=1),
    "credited by line": lambda: Deal(lines=THIRDS).final().credited(lines={1: "0.5"}).credited(lines={2: "1"}, of=0),
    # With VAT
    "three rates": lambda: Deal(vat=True, lines=RATES, buyer="company").final(),
    "deposit in percent": lambda: Deal(vat=True, lines=RATES, terms=PERCENT, buyer="company").deposit().final(),
    "deposit and baskets with VAT": lambda: (
        Deal(vat=True, lines=RATES, terms=THREE_WAYS).deposit().paid("360").came("goods", "3").later(20).final()
    ),
    "deposit credited in part": lambda: (
        Deal(vat=True, lines=RATES, terms=PERCENT).deposit().credited("100").final().credited()
    ),
    "thirds": lambda: Deal(vat=True, lines=THIRDS).final().credited("0.05").credited("33.33", of=0).credited(of=0),
    "credited by line with VAT": lambda: Deal(vat=True, lines=RATES).final().credited(lines={2: "12", 3: "0.5"}),
    "on debits, in English": lambda: (
        Deal(vat=True, lines=RATES, terms=PERCENT, language="en", vat_on_debits=True).deposit().final().credited()
    ),
    "all in hours with VAT": lambda: Deal(vat=True, lines=worth("100", 20), terms=(hours(3),)).final(),
    "a person with VAT": lambda: Deal(vat=True, lines=THIRDS, terms=(stueck(20), LATER), buyer="person").final(),
    # Without a quote
    "one-off": lambda: OneOff(buyer="company"),
    "one-off with VAT": lambda: OneOff(vat=True, lines=RATES).credited(lines={1: "1"}).credited(of=0),
    "one-off in English": lambda: OneOff(vat=True, lines=THIRDS, language="en").credited("1"),
    # Progress, replacements, months in kind, deposits that were not foreseen
    "progress": lambda: Deal(terms=THREE_WAYS[1:]).progress("30").progress("70").progress("100"),
    "progress by line with VAT": lambda: (
        Deal(vat=True, lines=RATES).progress("33.33", "50", "0").progress("100", "50", "12.5").progress("100")
    ),
    "progress after a deposit, in thirds": lambda: (
        Deal(vat=True, lines=THIRDS, terms=PERCENT)
        .deposit()
        .progress("33.33")
        .credited("1")
        .progress("66.67")
        .progress("100")
    ),
    "a deposit replaced": lambda: Deal(terms=THREE_WAYS).deposit().replaced(name="Ferme des Quatre Chênes").final(),
    "the whole replaced": lambda: Deal(terms=THREE_WAYS[1:]).came("goods", "1").final().replaced(city="Barr"),
    "replaced with VAT": lambda: OneOff(vat=True, lines=RATES).replaced(name="Autre nom").credited("10"),
    "a month in kind": lambda: (
        Deal(terms=THREE_WAYS)
        .deposit()
        .came("goods", "3")
        .later(35)
        .month("goods", DECEMBER)
        .came("goods", "2")
        .final()
    ),
    "a month in kind with VAT": lambda: (
        Deal(vat=True, lines=RATES, terms=THREE_WAYS[1:]).came("goods", "2").later(35).month("goods", DECEMBER).final()
    ),
    "a deposit asked for": lambda: Deal(vat=True, lines=RATES).asked("99.99").asked("0.02").final(),
    # No VAT, for reasons of its own
    "exempt by its activity": lambda: (
        Deal(vat_regime="EXEMPT", vat_exemption="training", terms=PERCENT).deposit().final()
    ),
    "taxed and exempt lines": lambda: OneOff(vat=True, lines=(of(), of(exemption="training"))).credited("50"),
    "goods and services": lambda: OneOff(vat=True, lines=(of("GOODS"), of())),
    "services to Germany": lambda: Deal(vat=True, lines=(of(), of()), terms=PERCENT, buyer="german").deposit().final(),
    "services to Germany, credited": lambda: OneOff(vat=True, lines=(of(),), buyer="german", language="en").credited(
        "9"
    ),
    "goods to Germany": lambda: OneOff(vat=True, lines=(of("GOODS"),), buyer="german"),
    "services to Switzerland": lambda: Deal(vat=True, lines=(of(),), buyer="swiss").final().credited(),
    "goods to Switzerland": lambda: OneOff(vat=True, lines=(of("GOODS"),), buyer="swiss"),
    "franchise to Switzerland": lambda: OneOff(buyer="swiss"),
    # One-off invoices paid otherwise, and invoices written in a farm's name
    "one-off, a part in baskets": lambda: OneOff(vat=True, lines=RATES, parts=(SIX_BASKETS,)).credited("100"),
    "one-off, three ways": lambda: OneOff(parts=(SIX_BASKETS, TWO_HOURS, FIFTY_STUECK), language="en"),
    "one-off, all in baskets": lambda: OneOff(lines=worth("120"), parts=(SIX_BASKETS,)).credited(),
    "written for a farm, set off": lambda: SelfBilled().invoiced(("12.5", "3.2", "0"), ("1", "0.99", "0")).taken_off(),
    "written for a farm, in euros": lambda: SelfBilled("5.5", "20").invoiced(
        ("33.333", "3.333333", "5.5"), ("2", "14.99", "20"), settlement="EUROS", due_on=date(2026, 12, 31)
    ),
    "written for a farm with VAT": lambda: SelfBilled("5.5").invoiced(("7", "1.01", "5.5")).taken_off(),
    # In two languages
    "in French and English": lambda: (
        Deal(terms=ALL_WAYS, second_language="en").deposit().came("goods", "1").final().credited("10")
    ),
    "in English and French, with VAT": lambda: OneOff(
        vat=True, lines=(of(), of(exemption="training")), language="en", second_language="fr"
    ),
}
