"""The whole demonstration, relative to one day: the same day gives the same rows."""

from datetime import date

from desk.demo import abroad, maintenance, mandates, partners, steps, stories
from desk.demo.cast import Troupe, clients, troupe
from desk.demo.catalogue import offers, workshop_offers
from desk.demo.stage import Stage

OPENING = 130  # days before today
DEALS = (
    stories.the_farm,
    stories.the_orchard,
    stories.the_amap,
    stories.the_joiner,
    stories.the_town,
    stories.open_quotes,
    partners.the_pair,
    partners.the_slip,
    mandates.the_mandate,
    mandates.the_others,
    maintenance.the_maintenance,
    steps.the_configurator,
    steps.the_apples,
    steps.the_repairs,
)


def perform(today: date) -> Troupe:
    """Load the demonstration into an empty database: people, offers, then every deal in the order of time."""
    stage = Stage(today)
    players = troupe(stage, OPENING)
    them = clients(stage, players, OPENING)
    sites, workshop = (
        offers(stage, players.sites, OPENING),
        workshop_offers(stage, players.workshop, OPENING),
    )
    for deal in DEALS:
        deal(stage, players, them, sites)
    stories.the_workshop(stage, players, them, workshop)
    abroad.the_german(stage, players)
    stage.play()
    return players
