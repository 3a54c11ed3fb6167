"""The documents that are looked at: an invoice of each look, a quote, a receipts book."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from billing import issuing
from billing.book import Book, BookRow, book_pdf
from billing.facts import STANDARD
from lib.money import euros, line_net
from quotes.models import QuoteLine
from quotes.paper import QuoteFacts, quote_pdf
from quotes.pricing import LineValues, priced
from quotes.terms import TermValues
from tests.kit.samples import FARM, FRANCHISE, FREELANCER, SAMPLES, line
from tests.kit.samples import invoice as of_lines

NOW = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)


def invoice(name: str) -> Callable[[], bytes]:
    return lambda: issuing.pdf_bytes(SAMPLES[name], created=NOW)


def in_sections() -> bytes:
    """Return an invoice in two languages, its lines under three headings."""
    headings = ("Conception", "Conception", "Réalisation", "Réalisation", "Réalisation", "")
    titles = ("Maquette", "Textes relus avec vous", "Site vitrine sobre", "Page de vente", "Mise en ligne", "Atelier")
    lines = tuple(
        replace(line(n, title, "1", "200"), section=heading)
        for n, (title, heading) in enumerate(zip(titles, headings, strict=True), start=1)
    )
    return issuing.pdf_bytes(replace(of_lines(STANDARD, lines), second_language="en"), created=NOW)


def _line(title: str, price: str, quantity: str = "1", unit: str = "FLAT", description: str = "") -> QuoteLine:
    made = QuoteLine(title=title, description=description, unit=unit, unit_price=euros(price))
    made.quantity = Decimal(quantity)
    made.net = line_net(made.quantity, made.unit_price)
    return made


def quote() -> bytes:
    lines = [
        _line("Site vitrine sobre", "780", description="Cinq pages, sans traceur, moins de 60 ko par page."),
        _line("Page de vente de paniers", "300"),
        _line("Prise en main", "60", "2", "HOUR", "À la ferme, avec un aide-mémoire imprimé."),
    ]
    sums = priced([LineValues(line.unit_price, line.quantity) for line in lines], franchise=True)
    baskets = TermValues(
        "goods",
        unit="panier de légumes",
        quantity=Decimal(15),
        per_delivery=Decimal(1),
        unit_value=euros(20),
        value=euros(300),
        valuation="prix du panier à l’étal de la ferme",
        first_on=date(2027, 1, 8),
        rhythm="WEEKLY",
        if_missed="CARRIED_OVER",
    )
    facts = QuoteFacts(
        number="D2026-0001",
        version=2,
        title="Site de la ferme et vente de paniers",
        sent_on=date(2026, 12, 4),
        valid_until=date(2026, 12, 31),
        seller=FREELANCER,
        buyer=FARM,
        lines=lines,
        taxes=sums.taxes,
        net=sums.net,
        vat=sums.vat,
        total=sums.total,
        terms=[
            TermValues("money", value=euros(360), due="ACCEPTANCE"),
            TermValues("money", value=euros(540), due="DELIVERY"),
            baskets,
        ],
        franchise=True,
        introduction="Bonjour Hélène,\n\nVoici ce dont nous avons parlé **à la ferme**.\n\n"
        "- un site léger, hébergé près de chez vous ;\n- votre code, publié sous [AGPL](https://example.org/).",
        conditions="Deux allers-retours sont compris.",
        mentions=("Offre valable jusqu’au 31 décembre 2026 inclus",),
        exemptions=(FRANCHISE,),
        paper_signature="Date, nom, qualité et signature, précédés de « Bon pour accord » :",
    )
    return quote_pdf(facts, created=NOW)


def book() -> bytes:
    rows = [
        BookRow(date(2027, 1, 5), "F2026-0001", FARM.name, "Acompte", "money", "Virement", euros(360)),
        *(
            BookRow(date(2027, 1, day), f"BL-{n}", FARM.name, "1 panier de légumes", "goods", "En nature", euros(20))
            for n, day in enumerate((8, 15, 22, 29), start=1)
        ),
        BookRow(date(2027, 1, 30), "BL-4", FARM.name, "Reprise : panier gâté", "goods", "En nature", euros(-20)),
    ]
    return book_pdf(Book(FREELANCER, date(2027, 1, 1), date(2027, 3, 31), rows), created=NOW)


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "invoice-franchise": invoice("franchise"),
    "invoice-vat": invoice("vat-several-rates"),
    "invoice-part-in-kind": invoice("part-in-kind"),
    "invoice-four-kinds": invoice("four-kinds"),
    "invoice-wholly-in-kind": invoice("wholly-in-kind-to-come"),
    "final": invoice("final"),
    "credit-note": invoice("credit-note"),
    "invoice-english": invoice("english"),
    "invoice-sections-two-languages": in_sections,
    "quote": quote,
    "receipts-book": book,
}
