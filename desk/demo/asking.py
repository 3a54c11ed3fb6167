"""What is asked for when it does not come: a friendly reminder of a late invoice, and one basket asked for in euros."""

from datetime import datetime, timedelta
from decimal import Decimal

from billing.dunning import overdue, reminder_words, reminding, requesting
from billing.dunning.reminder_words import FRIENDLY, Choice
from billing.dunning.requesting import Wish
from billing.issuing import day_of
from desk.demo.stage import Deal, Step


def a_friendly_reminder(deal: Deal) -> Step:
    """Remind the client of the closing invoice, in the words that are proposed."""
    identity = deal.stage.identity()

    def step(at: datetime) -> None:
        invoice = deal.closing()
        claim = overdue.claim_on(invoice, day_of(at, deal.business.time_zone))
        opening, closing = reminder_words.proposed(claim, FRIENDLY, None)
        reminding.remind(
            invoice=invoice,
            choice=Choice(FRIENDLY, opening, closing),
            contacts=[deal.contact],
            by=deal.by,
            at=at,
            request_id=identity,
        )

    return step


def asked_in_euros(deal: Deal, units: int, reason: str) -> Step:
    """Ask in euros for so many units that both agree will not come, and mail the request."""
    identity = deal.stage.identity()

    def step(at: datetime) -> None:
        invoice, on = deal.closing(), day_of(at, deal.business.time_zone)
        item = requesting.askable_of(invoice, on)[0]
        wish = Wish(item.key, Decimal(units), on + timedelta(days=30), reason)
        made = requesting.request_payment(invoice=invoice, wish=wish, by=deal.by, at=at, request_id=identity)
        requesting.mail_request(request=made, by=deal.by, at=at, contacts=[deal.contact])

    return step
