"""The demonstration's offers."""

from decimal import Decimal
from typing import Any

from desk.demo.stage import Stage
from lib.money import euros
from people.models import Activity
from quotes.models import Offer


def offers(stage: Stage, activity: Activity, days: int) -> dict[str, Offer]:
    """Make a catalogue and return it by short names."""
    return {name: _offer(stage, activity, days, **fields) for name, fields in CATALOGUE.items()}


def workshop_offers(stage: Stage, activity: Activity, days: int) -> dict[str, Offer]:
    return {name: _offer(stage, activity, days, **fields) for name, fields in WORKSHOP.items()}


def _offer(stage: Stage, activity: Activity, days: int, *, price: str, hours: str, **fields: Any) -> Offer:
    return Offer.objects.create(
        activity=activity,
        unit_price=euros(price),
        hours=Decimal(hours),
        created_at=stage.moment(days),
        request_id=stage.identity(),
        **fields,
    )


CATALOGUE: dict[str, dict[str, Any]] = {
    "landing": {
        "title": "Page d’accueil frugale",
        "summary": "Une page qui dit qui vous êtes, ce que vous vendez, où et quand.",
        "included": "- une page, lisible sur un vieux téléphone\n- textes relus avec vous\n"
        "- mise en ligne chez un hébergeur associatif",
        "left_out": "Pas de pistage, pas de bandeau, pas de carrousel : ils coûtent et ne servent à personne.",
        "reused": "- [Eleventy](https://www.11ty.dev/) (MIT)\n- un thème déjà fait pour une autre ferme",
        "licence": "AGPL-3.0-or-later",
        "published_at_url": "https://forge.example.org/lou/page-frugale",
        "hours": "14",
        "price": "700",
        "tags": "site, ferme",
    },
    "orders": {
        "title": "Commandes de paniers",
        "summary": "Un formulaire simple, et la liste des paniers à préparer chaque vendredi.",
        "included": "- formulaire de commande\n- liste imprimable\n- une heure de prise en main",
        "left_out": "Pas de paiement en ligne : les paniers se règlent à la ferme.",
        "reused": "- code d’une AMAP voisine, amélioré et rendu à tout le monde",
        "licence": "AGPL-3.0-or-later",
        "published_at_url": "https://forge.example.org/lou/paniers",
        "hours": "10",
        "price": "500",
        "tags": "outil, ferme",
    },
    "care": {
        "title": "Entretien du site",
        "summary": "Mises à jour, sauvegardes, et une réponse dans la semaine.",
        "included": "- mises à jour\n- sauvegarde mensuelle\n- deux petites modifications",
        "hours": "1",
        "unit": "MONTH",
        "price": "45",
        "tags": "entretien",
    },
    "training": {
        "title": "Atelier : tenir son site soi-même",
        "summary": "Une demi-journée, pour ne plus dépendre de personne.",
        "included": "- quatre personnes au plus\n- un aide-mémoire de deux pages",
        "left_out": "Pas de matériel fourni : on travaille sur le vôtre.",
        "hours": "5",
        "unit": "HALF_DAY",
        "price": "240",
        "tags": "atelier",
    },
    "audit": {
        "title": "Alléger un site existant",
        "summary": "Mesurer, puis retirer ce qui pèse.",
        "included": "- mesure du poids de dix pages\n- une liste d’actions, de la plus utile à la moins utile",
        "hours": "6",
        "price": "320",
        "tags": "site",
    },
}

WORKSHOP: dict[str, dict[str, Any]] = {
    "platform": {
        "title": "Installation d’une plateforme d’achats groupés",
        "summary": "Logiciel libre, installé et réglé pour votre coopérative.",
        "included": "- installation\n- reprise de vos produits\n- deux mois de suivi",
        "licence": "AGPL-3.0-or-later",
        "hours": "40",
        "price": "2400",
        "vat_rate": Decimal("20"),
    },
    "guide": {
        "title": "Guide imprimé pour vos bénévoles",
        "summary": "Un livret de seize pages.",
        "hours": "3",
        "unit": "PIECE",
        "price": "4.90",
        "vat_rate": Decimal("5.5"),
    },
}
