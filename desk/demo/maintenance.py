"""An invoice that comes back: maintenance every month, a basket and euros; the last one waits to be read."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from billing import agreeing, batching, drafting, issuing, recurring, rhythm, settling
from billing.models import Invoice, Occurrence, Receipt
from desk.demo.cast import Clients, Troupe
from desk.demo.stage import Stage, Step
from lib.money import euros
from people.models import Client, User
from quotes.models import Kind, Offer

BEGAN = 88  # days before today
LAST_DAY = 31  # of each month
TITLE = "Maintenance du site"
BASKET = agreeing.PartValues(
    kind=Kind.GOODS,
    label="Panier de légumes",
    quantity=Decimal(1),
    unit_value=euros("20"),
    unit="panier",
    valuation="prix public du panier",
)


def the_maintenance(stage: Stage, troupe: Troupe, clients: Clients, offers: dict[str, Offer]) -> None:
    """45 € a month for an association of gardens: one basket, and 25 € by transfer."""
    by, client = troupe.lou, clients.association
    first, again = stage.identity(), stage.identity()
    stage.then(BEGAN, lambda at: _first(client, by, at, first), hour=10)
    stage.then(BEGAN, lambda at: _comes_back(first, by, at, again), hour=11)
    _paid(stage, by, lambda: Invoice.objects.get(request_id=first), BEGAN - 8)
    *read, _to_be_read = _month_ends(stage)
    for on in read:
        stage.then(stage.ago(on), _issued(stage, by, again, on), hour=12)
        _paid(stage, by, _drafted(again, on), stage.ago(on) - 8)


def _first(client: Client, by: User, at: datetime, request_id: uuid.UUID) -> None:
    draft = drafting.draft_standard(
        activity=client.activity,
        client=client,
        title=TITLE,
        lines=[drafting.DraftLine(unit_price=euros("45"), title="Mises à jour, sauvegardes et une heure d’aide")],
        by=by,
        at=at,
        request_id=request_id,
    )
    agreeing.write_parts(draft, [BASKET])
    issuing.issue(invoice=draft, by=by, at=at)


def _comes_back(first: uuid.UUID, by: User, at: datetime, request_id: uuid.UUID) -> None:
    wanted = recurring.Rhythm(
        title=TITLE, every_months=1, day=LAST_DAY, covers=rhythm.ENDING, since=at.date() + timedelta(days=1)
    )
    model = Invoice.objects.get(request_id=first)
    recurring.repeat(invoice=model, wanted=wanted, by=by, at=at, request_id=request_id)


def _month_ends(stage: Stage) -> Iterator[date]:
    """Yield the last days of the months since it began, today left out."""
    on = rhythm.first_on(stage.day(BEGAN - 1), LAST_DAY)
    while on < stage.today:
        yield on
        on = rhythm.after(on, LAST_DAY, 1)


def _drafted(recurrence: uuid.UUID, on: date) -> Callable[[], Invoice]:
    def find() -> Invoice:
        rows = Occurrence.objects.select_related("invoice")
        found = rows.get(recurrence__request_id=recurrence, planned_on=on).invoice
        assert found is not None
        return found

    return find


def _issued(stage: Stage, by: User, recurrence: uuid.UUID, on: date) -> Step:
    """What came back is read, and issued in one press with whatever else is ready: here, alone."""
    identity = stage.identity()

    def step(at: datetime) -> None:
        draft = _drafted(recurrence, on)()
        batch = batching.issue_together(
            business=draft.business, invoices=[draft], by=by, at=at, request_id=identity, mails_too=True
        )
        batching.settle_next(batch=batch, at=at)

    return step


def _paid(stage: Stage, by: User, invoice: Callable[[], Invoice], days_ago: int) -> None:
    """The basket comes one day, the transfer the next."""
    basket, transfer = stage.identity(), stage.identity()

    def brought(at: datetime) -> None:
        settling.record_receipt(
            by=by,
            at=at,
            client=invoice().client,
            part=invoice().agreed_parts.get(),
            quantity=Decimal(1),
            received_on=stage.day(days_ago),
            destination=Receipt.Destination.PERSONAL,
            request_id=basket,
        )

    def transferred(at: datetime) -> None:
        settling.record_receipt(
            by=by,
            at=at,
            client=invoice().client,
            invoice=invoice(),
            kind=Kind.MONEY,
            value=euros("25"),
            means=Receipt.Means.TRANSFER,
            received_on=stage.day(days_ago - 1),
            request_id=transfer,
        )

    stage.then(days_ago, brought, hour=18)
    stage.then(days_ago - 1, transferred, hour=9)
