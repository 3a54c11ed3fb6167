"""A client across the Rhine: a company in business in Germany owes the VAT itself, and the invoice says so."""

from desk.demo.cast import Troupe, client
from desk.demo.stage import Deal, Stage, free_line, rest

KNOWN_FOR = 60  # days before today


def the_german(stage: Stage, troupe: Troupe) -> None:
    """A service to a cooperative of Kehl: no French VAT, « Autoliquidation », to be paid in thirty days."""
    cooperative = client(
        stage, troupe.workshop, "COMPANY", "Rheinhof Kehl eG",
        ("Jana Brandt", "jana@rheinhof.example", "Geschäftsführerin"), KNOWN_FOR,
        country="DE", vat_number="DE999100018",
        address="Hafenstraße 8", postal_code="77694", city="Kehl",
    )  # fmt: skip
    deal = Deal(stage, troupe.nour, cooperative)
    lines = [
        free_line("Adaptation de l’outil d’achats groupés", "1450", rate="20"),
        free_line("Traduction des écrans en allemand", "350", rate="20"),
    ]
    terms = [rest("AFTER_INVOICE", 30)]
    stage.then(48, deal.write("Achats groupés, version allemande", lines, terms, valid_until=stage.day(20)))
    stage.then(48, deal.send, hour=10)
    stage.then(45, deal.accept(), hour=16)
    stage.then(12, deal.draft_final())
    stage.then(12, deal.issue_closing, hour=11)
