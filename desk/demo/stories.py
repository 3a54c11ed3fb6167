"""What happens: one function per deal. The farm pays with baskets; the town sends a purchase order; one says no."""

from datetime import datetime, timedelta
from decimal import Decimal

from billing import crediting, issuing
from billing.models import Receipt
from desk.demo.asking import a_friendly_reminder, asked_in_euros
from desk.demo.cast import Clients, Troupe
from desk.demo.stage import Deal, Stage, deposit, free_line, in_kind, line, rest
from lib.money import euros
from quotes import answering
from quotes.models import Kind, Offer

Means = Receipt.Means
Offers = dict[str, Offer]
BASKETS_BY_NOW = 12


def the_farm(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """1 200 € for a farm: a deposit, a transfer, fifteen baskets of which twelve were due and one was missed."""
    deal = Deal(stage, troupe.lou, clients.farm)
    first = stage.friday(BASKETS_BY_NOW - 1)
    start = stage.ago(first) + 21
    stage.then(
        start,
        deal.write(
            "Le site de la ferme et ses commandes de paniers",
            [line(offers["landing"]), line(offers["orders"])],
            [
                deposit("360"),
                in_kind("Panier de légumes", "panier", 15, "20", first, valuation="prix du panier à la ferme"),
                rest(),
            ],
            valid_until=stage.day(start - 30),
            introduction="Bonjour Camille, voici ce dont nous avons parlé **au marché**.",
            conditions="Deux allers-retours sur les textes sont compris.",
        ),
    )
    stage.then(start, deal.send, hour=10)
    stage.then(start - 2, deal.accept(), hour=20, minute=14)
    stage.then(start - 3, deal.issue_deposit)
    stage.then(
        start - 6,
        deal.receive(
            lambda: deal.term(Kind.MONEY, 0), stage.day(start - 6), means=Means.TRANSFER,
            reference="VIR FERME DU RIED VERT",
        ),
        hour=18,
    )  # fmt: skip
    _the_baskets(stage, deal)
    delivered = stage.ago(stage.friday(4))
    stage.then(delivered, deal.draft_final(), hour=11)
    stage.then(delivered, deal.issue_closing, hour=14)
    stage.then(
        delivered - 9,
        deal.receive(
            lambda: deal.term(Kind.MONEY, 1), stage.day(delivered - 9), means=Means.TRANSFER,
            reference="VIR SITE SOLDE",
        ),
    )  # fmt: skip
    last_basket = "Serre en réfection : le dernier panier est réglé en euros, d’un commun accord."
    stage.then(5, asked_in_euros(deal, 1, last_basket), hour=11)


def _the_baskets(stage: Stage, deal: Deal) -> None:
    for week in range(BASKETS_BY_NOW):
        day = stage.friday(BASKETS_BY_NOW - 1 - week)
        if week == 6:
            missed = deal.miss(lambda: deal.term(Kind.GOODS), day, "grêle du mercredi, rien à cueillir")
            stage.then(stage.ago(day), missed, hour=19)
        elif week < BASKETS_BY_NOW - 1:  # the last one waits on Today to be confirmed
            stage.then(
                stage.ago(day),
                deal.receive(
                    lambda: deal.term(Kind.GOODS), day, planned_on=day, quantity=Decimal(1), means=Means.GOODS,
                    destination=Receipt.Destination.PERSONAL,
                ),
                hour=18, minute=30,
            )  # fmt: skip


def the_orchard(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """An audit paid wholly in apples, all received before the invoice."""
    deal = Deal(stage, troupe.lou, clients.orchard)
    day = stage.day(50)
    stage.then(
        70,
        deal.write(
            "Alléger le site du verger",
            [line(offers["audit"])],
            [in_kind("Cagette de pommes", "cagette", 16, "20", day, rhythm="ONCE", per_delivery=None)],
            valid_until=stage.day(40),
        ),
    )
    stage.then(70, deal.send, hour=10)
    stage.then(66, deal.accept(), hour=12)
    stage.then(
        50,
        deal.receive(
            lambda: deal.term(Kind.GOODS), day, planned_on=day, quantity=Decimal(16), means=Means.GOODS,
            destination=Receipt.Destination.BUSINESS, valuation="prix de vente au marché, relevé ce jour-là",
        ),
    )  # fmt: skip
    stage.then(45, deal.draft_final())
    stage.then(45, deal.issue_closing, hour=10)


def the_amap(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """An AMAP pays in euros and Stück: the vegetables are its farmers', not its own."""
    deal = Deal(stage, troupe.lou, clients.amap)
    stueck = {
        "kind": Kind.LOCAL_CURRENCY,
        "label": "Stück",
        "unit": "Stück",
        "quantity": Decimal(200),
        "unit_value": euros("1"),
        "first_on": stage.day(20),
        "rhythm": "ONCE",
        "if_missed": "DUE_IN_EUROS",
    }
    stage.then(
        60,
        deal.write(
            "Inscriptions aux paniers de l’AMAP",
            [line(offers["orders"]), line(offers["training"], discount_percent=Decimal("10"))],
            [stueck, rest("AFTER_INVOICE", 30)],
            valid_until=stage.day(30),
        ),
    )
    stage.then(60, deal.send, hour=11)
    stage.then(52, deal.accept(), hour=21)
    stage.then(24, deal.draft_final())
    stage.then(24, deal.issue_closing, hour=10)
    stage.then(
        19,
        deal.receive(
            lambda: deal.term(Kind.LOCAL_CURRENCY), stage.day(20), planned_on=stage.day(20), quantity=Decimal(200),
            means=Means.LOCAL_DIGITAL,
            reference="Stück numérique",
        ),
    )  # fmt: skip


def the_joiner(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """A joiner pays a part in hours of joinery, for which she invoices too."""
    deal = Deal(stage, troupe.lou, clients.joiner)
    hours = in_kind(
        "Pose d’étagères dans l’atelier",
        "heure",
        6,
        "45",
        stage.day(30),
        valuation="tarif horaire habituel de la menuiserie",
    ) | {"kind": Kind.TIME, "per_delivery": Decimal(3), "if_missed": "DUE_IN_EUROS"}
    stage.then(
        58,
        deal.write(
            "Le site de la menuiserie",
            [line(offers["landing"]), line(offers["care"], quantity=Decimal(6))],
            [deposit(percent="30"), hours, rest()],
            valid_until=stage.day(28),
        ),
    )
    stage.then(58, deal.send, hour=9, minute=30)
    stage.then(55, deal.accept(), hour=8)
    stage.then(54, deal.issue_deposit)
    stage.then(
        30,
        deal.receive(
            lambda: deal.term(Kind.TIME), stage.day(30), planned_on=stage.day(30), quantity=Decimal(3),
            means=Means.TIME,
        ),
    )  # fmt: skip


def the_town(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """A town says yes by a purchase order, pays in euros, and is late."""
    deal = Deal(stage, troupe.lou, clients.town)
    identity = stage.identity()

    def ordered(at: datetime) -> None:
        answering.accept_otherwise(
            quote=deal.agreed, by=troupe.lou, at=at, on=stage.day(75), name="Josiane Klein", capacity="maire",
            how_words="bon de commande n° 2026-118", request_id=identity,
        )  # fmt: skip

    stage.then(
        82,
        deal.write(
            "Atelier numérique pour les agents",
            [line(offers["training"], quantity=Decimal(2)), free_line("Déplacement", "38.40")],
            [rest("AFTER_INVOICE", 30)],
            valid_until=stage.day(52),
        ),
    )
    stage.then(82, deal.send, hour=14)
    stage.then(75, ordered, hour=16)
    stage.then(48, deal.draft_final())
    stage.then(48, deal.issue_closing, hour=10)
    stage.then(9, a_friendly_reminder(deal), hour=10)


def open_quotes(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """One opened with a question, one to a private person, one refused, one expired, one being written."""
    asked, person = Deal(stage, troupe.lou, clients.association), Deal(stage, troupe.lou, clients.person)
    question = stage.identity()
    in_two_weeks = stage.today + timedelta(days=14)
    baskets = in_kind("Panier de légumes", "panier", 10, "18", in_two_weeks + timedelta(days=14))
    stage.then(
        6,
        asked.write(
            "Un site pour le jardin partagé",
            [line(offers["landing"])],
            [deposit(percent="30"), baskets, rest()],
            valid_until=in_two_weeks,
        ),
    )
    stage.then(6, asked.send, hour=10)

    def ask(at: datetime) -> None:
        answering.ask(
            link=asked.link, version_id=asked.version.pk, text="Peut-on commencer les paniers en avril ?", at=at,
            request_id=question,
        )  # fmt: skip

    stage.then(2, ask, hour=20)
    stage.then(
        4, person.write("Un site pour mes aquarelles", [line(offers["landing"])], [rest()], valid_until=in_two_weeks)
    )
    stage.then(4, person.send, hour=15)
    _refused_and_expired(stage, troupe, clients, offers)
    draft = Deal(stage, troupe.lou, clients.orchard)
    stage.then(
        1,
        draft.write(
            "La boutique du verger",
            [line(offers["landing"]), line(offers["care"], quantity=Decimal(12))],
            [in_kind("Cagette de pommes", "cagette", 20, "20", in_two_weeks), rest()],
            valid_until=in_two_weeks,
        ),
    )


def _refused_and_expired(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    refused, expired = Deal(stage, troupe.lou, clients.association), Deal(stage, troupe.lou, clients.joiner)
    identity = stage.identity()
    stage.then(90, refused.write("Refonte complète", [line(offers["audit"])], [rest()], valid_until=stage.day(60)))
    stage.then(90, refused.send, hour=10)

    def refuse(at: datetime) -> None:
        answering.refuse(
            link=refused.link, version_id=refused.version.pk, reason="Pas de budget cette année.", at=at,
            request_id=identity,
        )  # fmt: skip

    stage.then(80, refuse, hour=12)
    stage.then(
        64, expired.write("Photos de l’atelier", [free_line("Reportage", "280")], [rest()], valid_until=stage.day(34))
    )
    stage.then(64, expired.send, hour=10)


def the_workshop(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """A company that charges VAT at two rates: deposit, final invoice, and a credit note for unused guides."""
    deal = Deal(stage, troupe.nour, clients.grocery)
    credit = stage.identity()
    stage.then(
        65,
        deal.write(
            "Plateforme d’achats groupés",
            [line(offers["platform"]), line(offers["guide"], quantity=Decimal(40))],
            [deposit(percent="30"), rest("AFTER_INVOICE", 30)],
            valid_until=stage.day(35),
        ),
    )
    stage.then(65, deal.send, hour=10)
    stage.then(63, deal.accept(), hour=17)
    stage.then(62, deal.issue_deposit)
    stage.then(
        55,
        deal.receive(
            lambda: deal.term(Kind.MONEY, 0), stage.day(55), means=Means.TRANSFER,
            reference="VIR RUCHE COOP",
        ),
    )  # fmt: skip
    stage.then(25, deal.draft_final())
    stage.then(25, deal.issue_closing, hour=10)

    def give_back(at: datetime) -> None:
        note = crediting.draft_credit_note(
            invoice=deal.closing(),
            by=troupe.nour,
            at=at,
            reason="Dix guides non imprimés",
            quantities={2: Decimal(10)},
            request_id=credit,
        )
        issuing.issue(invoice=note, by=troupe.nour, at=at)

    stage.then(12, give_back)
