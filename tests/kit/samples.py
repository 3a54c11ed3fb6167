"""Invoices of every kind, made of facts alone: what the validators, the pictures and the bench are given to read."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from djmoney.money import Money

from billing.facts import (
    CREDIT_NOTE,
    DEPOSIT,
    DEPOSIT_CREDIT_NOTE,
    FINAL,
    RECEIVED,
    STANDARD,
    TO_PAY,
    TO_RECEIVE,
    Deduction,
    InvoiceFacts,
    Line,
    Note,
    Part,
    Reference,
    Tax,
)
from lib.money import euros, line_net, total, vat_of
from people.letterhead import Party

FREELANCER = Party(
    name="Lucie Vernet EI",
    trade_name="Atelier Courte Échelle",
    address="12 rue des Tanneurs",
    postal_code="67000",
    city="Strasbourg",
    siren="812345676",
    siret="81234567600017",
    email="lucie@courte-echelle.example",
    phone="03 88 00 00 00",
    website="https://courte-echelle.example",
)
COMPANY = replace(
    FREELANCER,
    name="Trame SARL",
    trade_name="",
    siren="902345610",
    siret="90234561000015",
    vat_number="FR30902345610",
    registration="SARL au capital de 5 000 €, RCS Strasbourg 902 345 610",
    email="bonjour@trame.example",
    website="https://trame.example",
)
FARM = Party(
    name="GAEC de la Marguerite",
    address="4 chemin du Moulin",
    address_more="Lieu-dit Les Prés-Hauts",
    postal_code="67140",
    city="Barr",
    siren="523456788",
    siret="52345678800018",
    contact="Hélène Œster",
    email="ferme@marguerite.example",
)
TOWN = Party(
    name="Commune de Mittelbergheim",
    address="2 rue Principale",
    postal_code="67140",
    city="Mittelbergheim",
    siren="332211002",
    siret="33221100200016",
    service_code="COMM-2026",
    email="mairie@mittelbergheim.example",
)
AMAP = Party(
    name="AMAP du Canal",
    address="1 quai des Bateliers",
    postal_code="67000",
    city="Strasbourg",
    court_register="Tribunal judiciaire de Strasbourg, volume 92, folio 118",
    email="bureau@amap-canal.example",
)
PERSON = Party(
    name="Noé Weiß",
    address="7 place d’Austerlitz",
    postal_code="67000",
    city="Strasbourg",
    email="noe@weiss.example",
    is_consumer=True,
)
GERMAN = Party(
    name="Stadtgärtnerei Kehl GmbH",
    address="Hauptstraße 12",
    postal_code="77694",
    city="Kehl",
    country="DE",
    vat_number="DE136695976",
    email="rechnung@gaertnerei-kehl.example",
)
SWISS = Party(
    name="Ferme du Jura SA",
    address="8 route de Delémont",
    postal_code="2800",
    city="Delémont",
    country="CH",
    vat_number="CHE116281710MWST",
    email="factures@ferme-jura.example",
)
NOTES = (
    Note("PMD", "Tout retard de paiement engendre une pénalité exigible à compter de la date d’échéance, calculée sur "
         "la base de trois fois le taux d’intérêt légal en vigueur."),
    Note("PMT", "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."),
    Note("AAB", "Les règlements reçus avant la date d’échéance ne donneront pas lieu à escompte."),
)  # fmt: skip
NOTES_TO_CONSUMER = tuple(Note(note.code, f"Entre professionnels : {note.text}", on_paper=False) for note in NOTES)
IBAN, BIC = "FR1420041010050500013M02606", "PSSTFRPPXXX"
FRANCHISE = "TVA non applicable, art. 293 B du CGI"
NO_REASON: Mapping[str, tuple[str, str]] = {}  # of each category without VAT: why, and the code of why (VATEX)


def line(position: int, title: str, quantity: str, price: str, **fields: object) -> Line:
    """Return a line whose net is what its quantity, price and discount make."""
    made = Line(position, title, Decimal(quantity), "FLAT", euros(price), euros(0))
    made = replace(made, **fields)  # type: ignore[arg-type]
    return replace(made, net=line_net(made.quantity, made.unit_price, made.discount_percent))


def taxes_of(
    lines: tuple[Line, ...], *, franchise: bool, reasons: Mapping[str, tuple[str, str]] = NO_REASON
) -> tuple[Tax, ...]:
    """Return VAT by category and rate, or the one exempt category of franchise en base."""
    if franchise:
        base = total(item.net for item in lines)
        return (Tax("E", Decimal(0), base, euros(0), FRANCHISE, "VATEX-FR-FRANCHISE"),)
    found: dict[tuple[str, Decimal], list[Money]] = {}
    for item in lines:
        found.setdefault((item.category or "S", item.vat_rate), []).append(item.net)
    rates = sorted(found, key=lambda key: (-key[1], key[0]))
    bases = [(category, rate, total(found[category, rate])) for category, rate in rates]
    return tuple(
        Tax(category, rate, base, vat_of(base, rate), *reasons.get(category, ())) for category, rate, base in bases
    )


def invoice(
    kind: str,
    lines: tuple[Line, ...],
    *,
    franchise: bool = True,
    reasons: Mapping[str, tuple[str, str]] = NO_REASON,
    **fields: object,
) -> InvoiceFacts:
    """Return an invoice whose sums are those of its lines; what is not said to be received is to be paid."""
    taxes = taxes_of(lines, franchise=franchise, reasons=reasons)
    net, vat = total(item.net for item in lines), total(tax.amount for tax in taxes)
    made = InvoiceFacts(
        kind=kind,
        number="F2026-0001",
        issued_on=date(2026, 12, 4),
        due_on=date(2027, 1, 3),
        delivered_on=date(2026, 12, 2),
        seller=FREELANCER if franchise else COMPANY,
        buyer=FARM,
        lines=lines,
        taxes=taxes,
        net=net,
        vat=vat,
        total=net + vat,
        notes=NOTES,
        title="Site de la ferme et vente de paniers",
        franchise=franchise,
        iban=IBAN,
        bic=BIC,
        quote_number="D2026-0001",
        quote_on=date(2026, 11, 20),
    )
    made = replace(made, **fields)  # type: ignore[arg-type]
    return made if made.parts or made.is_credit else replace(made, parts=(_all_to_pay(made),))


def _all_to_pay(facts: InvoiceFacts) -> Part:
    return Part("money", "Virement à 30 jours", facts.total - facts.deducted, TO_PAY)


def part(kind: str, label: str, value: str, state: str) -> Part:
    return Part(kind, label, euros(value), state)


SITE = (
    line(1, "Site vitrine sobre", "1", "780", description="Cinq pages, sans traceur, moins de 60 ko par page."),
    line(2, "Page de vente de paniers", "1", "300"),
    line(3, "Prise en main", "2", "60", unit="HOUR", description="À la ferme, avec un aide-mémoire imprimé."),
)
DEPOSIT_LINES = (line(1, "Acompte de 30 % sur le devis D2026-0001", "1", "360"),)
SEVERAL_RATES = (
    line(1, "Conception d’un site", "3.5", "412.50", unit="DAY", vat_rate=Decimal("20.00")),
    line(2, "Livret imprimé", "37", "3.333333", unit="PIECE", vat_rate=Decimal("5.50")),
    line(3, "Atelier d’écriture", "2", "149.99", vat_rate=Decimal("10.00"), discount_percent=Decimal("12.50")),
    line(4, "Hébergement", "12", "8.25", unit="MONTH", vat_rate=Decimal("20.00")),
)
TOLD = """# Ce qui est *compris*

Une page **lisible** sur un vieux téléphone :

- textes relus avec vous
- mise en ligne, chez un hébergeur
  1. associatif
  2. <b onclick="x()">proche</b>

> Sans traceur.

| Quoi | Combien |
|------|--------:|
| poids | 60 ko |

```
<script>alert("x")</script> ![image](file:///etc/passwd) [lien](javascript:x) [site](https://courte-echelle.example)
```"""
DEPOSIT_REFERENCE = Deduction("F2026-0001", date(2026, 11, 27), net=euros(360))
BASKETS = "15 paniers de légumes à 20,00 €"

SAMPLES: dict[str, InvoiceFacts] = {
    "franchise": invoice(STANDARD, SITE),
    "franchise-person": invoice(STANDARD, SITE, buyer=PERSON, notes=NOTES_TO_CONSUMER, quote_number=""),
    "franchise-association": invoice(STANDARD, SITE, buyer=AMAP),
    "town-order": invoice(STANDARD, SITE, buyer=TOWN, order_reference="BC-2026-118"),
    "vat-several-rates": invoice(STANDARD, SEVERAL_RATES, franchise=False),
    "vat-on-debits": invoice(STANDARD, SEVERAL_RATES, franchise=False, vat_on_debits=True),
    "deposit": invoice(DEPOSIT, DEPOSIT_LINES, delivered_on=date(2026, 12, 4)),
    "final": invoice(
        FINAL,
        SITE,
        number="F2026-0002",
        deductions=(DEPOSIT_REFERENCE,),
        parts=(
            part("money", "À la livraison, par virement", "540", TO_PAY),
            part("goods", BASKETS, "300", TO_RECEIVE),
        ),
    ),
    "final-vat": invoice(
        FINAL,
        SEVERAL_RATES,
        franchise=False,
        number="F2026-0002",
        deductions=(Deduction("F2026-0001", date(2026, 11, 27), net=euros(400), vat=euros("70.13")),),
    ),
    "part-in-kind": invoice(
        STANDARD,
        SITE,
        parts=(
            part("goods", "4 paniers de légumes à 20,00 €", "80", RECEIVED),
            part("goods", "11 paniers de légumes à 20,00 €", "220", TO_RECEIVE),
            part("money", "Acompte reçu par virement le 27/11/2026", "360", RECEIVED),
            part("money", "À la livraison, par virement", "540", TO_PAY),
        ),
    ),
    "wholly-in-kind-to-come": invoice(
        STANDARD, SITE, due_on=None, parts=(part("goods", "60 paniers de légumes à 20,00 €", "1200", TO_RECEIVE),)
    ),
    "wholly-in-kind-received": invoice(
        STANDARD, SITE, due_on=None, parts=(part("goods", "60 paniers de légumes à 20,00 €", "1200", RECEIVED),)
    ),
    "local-currency": invoice(
        STANDARD,
        SITE,
        buyer=AMAP,
        parts=(
            part("money", "Virement à 30 jours", "700", TO_PAY),
            part("local_currency", "500 Stück (1 Stück = 1 €)", "500", TO_RECEIVE),
        ),
    ),
    "local-currency-only": invoice(
        STANDARD,
        SITE,
        buyer=AMAP,
        due_on=None,
        parts=(part("local_currency", "1 200 Stück (1 Stück = 1 €)", "1200", TO_RECEIVE),),
    ),
    "four-kinds": invoice(
        STANDARD,
        SITE,
        parts=(
            part("money", "Virement à 30 jours", "600", TO_PAY),
            part("goods", "15 paniers de légumes à 20,00 €", "300", TO_RECEIVE),
            part("time", "5 heures de taille d’arbres à 40,00 €", "200", TO_RECEIVE),
            part("local_currency", "100 Stück (1 Stück = 1 €)", "100", TO_RECEIVE),
        ),
    ),
    "credit-note": invoice(
        CREDIT_NOTE,
        SITE[2:],
        number="A2026-0001",
        corrects=Reference("F2026-0002", date(2026, 12, 4)),
        reason="Prise en main annulée d’un commun accord",
        due_on=None,
    ),
    "credit-note-of-deposit": invoice(
        DEPOSIT_CREDIT_NOTE,
        DEPOSIT_LINES,
        number="A2026-0002",
        corrects=Reference("F2026-0001", date(2026, 11, 27)),
        reason="Devis annulé d’un commun accord",
        due_on=None,
    ),
    "credit-note-vat": invoice(
        CREDIT_NOTE,
        SEVERAL_RATES,
        franchise=False,
        number="A2026-0003",
        corrects=Reference("F2026-0005", date(2026, 12, 4)),
        due_on=None,
    ),
    "described": invoice(STANDARD, (line(1, "Page d’accueil", "1", "700", description=TOLD), *SITE[1:])),
    "long": invoice(
        STANDARD, tuple(line(n, f"Atelier {n}", "1", "40", description="- un\n- deux") for n in range(1, 41))
    ),
    "english": invoice(STANDARD, SITE, language="en", title="Farm website and basket sales"),
}
