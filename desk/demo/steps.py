"""Invoices on the way: work invoiced as it goes on, apples invoiced by the month, one replaced, one paid in baskets."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from billing import agreeing, depositing, drafting, issuing, months, progressing, replacing, settling
from billing.models import Invoice, Receipt
from desk.demo.cast import Clients, Troupe
from desk.demo.stage import Deal, Stage, Step, free_line, in_kind, rest
from lib.money import euros
from people.models import Client, User
from quotes.models import Kind, MoneyDue, Offer

Means = Receipt.Means
Offers = dict[str, Offer]
WEEKS_OF_APPLES = 9


def the_configurator(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """1 800 € of work invoiced as it goes on: 300 € asked for on a date, then 30 %, then 60 % of the whole."""
    deal = Deal(stage, troupe.lou, clients.joiner)
    lines = [
        free_line("Catalogue des portes, en ligne", "900"),
        free_line("Choix du bois et des mesures", "600"),
        free_line("Demande de devis par courriel", "300"),
    ]
    on_a_date = {"kind": Kind.MONEY, "due": MoneyDue.DEPOSIT_DATE, "due_on": stage.day(58), "value": euros("300")}
    stage.then(85, deal.write("Le configurateur de portes", lines, [on_a_date, rest()], valid_until=stage.day(60)))
    stage.then(85, deal.send, hour=11)
    stage.then(80, deal.accept(), hour=15)
    stage.then(64, _drafted_by_the_clock(deal), hour=8)
    stage.then(64, deal.issue_deposit, hour=9)
    paid = deal.receive(lambda: deal.term(Kind.MONEY, 0), stage.day(58), means=Means.TRANSFER)
    stage.then(58, paid, hour=10)
    for days_ago, done in ((40, 30), (11, 60)):
        stage.then(days_ago, _progress(deal, stage.identity(), done), hour=10)
    stage.then(34, deal.receive(lambda: deal.term(Kind.MONEY, 1), stage.day(34), value=euros("240")), hour=10)


def _drafted_by_the_clock(deal: Deal) -> Step:
    """What the errand of the yes does on its day; the sweep of the demonstration knows the present only."""

    def step(at: datetime) -> None:
        with transaction.atomic():
            depositing.deposit_for(deal.agreed.acceptance, deal.term(Kind.MONEY, 0), at=at)

    return step


def _progress(deal: Deal, request_id: uuid.UUID, done: int) -> Step:
    def step(at: datetime) -> None:
        draft = progressing.draft_progress(
            acceptance=deal.agreed.acceptance, done=Decimal(done), by=deal.by, at=at, request_id=request_id
        )
        issuing.issue(invoice=draft, by=deal.by, at=at)

    return step


def the_apples(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """960 €, twelve crates of which come before the work is done: the first month is invoiced as a deposit in kind."""
    deal = Deal(stage, troupe.lou, clients.orchard)
    first = stage.friday(WEEKS_OF_APPLES)
    start = stage.ago(first) + 14
    crates = in_kind("Cagette de pommes", "cagette", 12, "20", first, valuation="prix de vente au marché")
    lines = [free_line("Photographies du verger, quatre saisons", "960")]
    stage.then(start, deal.write("Le verger en images", lines, [crates, rest()], valid_until=stage.day(start - 30)))
    stage.then(start, deal.send, hour=10)
    stage.then(start - 3, deal.accept(), hour=18)
    for week in range(WEEKS_OF_APPLES + 1):
        day = stage.friday(WEEKS_OF_APPLES - week)
        came = deal.receive(
            lambda: deal.term(Kind.GOODS), day, planned_on=day, quantity=Decimal(1), means=Means.GOODS,
            destination=Receipt.Destination.PERSONAL,
        )  # fmt: skip
        stage.then(stage.ago(day), came, hour=18)
    month = first.replace(day=1)
    next_month = (month + timedelta(days=32)).replace(day=1)
    stage.then(stage.ago(next_month) - 2, _month(deal, stage.identity(), month), hour=10)


def _month(deal: Deal, request_id: uuid.UUID, month: Any) -> Step:
    def step(at: datetime) -> None:
        draft = months.draft_month(
            term=deal.term(Kind.GOODS), month=month, by=deal.by, at=at, on=at.date(), request_id=request_id
        )
        issuing.issue(invoice=draft, by=deal.by, at=at)

    return step


def the_repairs(stage: Stage, troupe: Troupe, clients: Clients, offers: Offers) -> None:
    """Two invoices without a quote: one that lacked the client's order number, one paid half in baskets."""
    first, second = stage.identity(), stage.identity()
    stage.then(26, _one_off(clients.joiner, troupe.lou, "Réparation du formulaire", "90", first), hour=10)
    stage.then(24, _paid(stage, troupe.lou, first, euros("90"), 24), hour=10)
    stage.then(22, _replaced(troupe.lou, first, second, "BC-2026-114"), hour=10)
    third = stage.identity()
    baskets = agreeing.PartValues(
        kind=Kind.GOODS,
        label="Panier de légumes",
        unit="panier",
        quantity=Decimal(4),
        unit_value=euros("20"),
        valuation="prix du panier à la ferme",
        due_on=stage.today + timedelta(days=21),
    )
    stage.then(17, _one_off(clients.farm, troupe.lou, "Sauvegarde retrouvée", "160", third, [baskets]), hour=10)
    stage.then(9, _brought(stage, troupe.lou, third, 9), hour=18)
    stage.then(4, _will_not_come(troupe.lou, third, stage.identity()), hour=18)


def _one_off(
    client: Client, by: User, title: str, price: str, request_id: uuid.UUID, parts: Sequence[agreeing.PartValues] = ()
) -> Step:
    def step(at: datetime) -> None:
        draft = drafting.draft_standard(
            activity=client.activity,
            client=client,
            title=title,
            lines=[drafting.DraftLine(unit_price=euros(price), title=title)],
            by=by,
            at=at,
            request_id=request_id,
        )
        if parts:
            agreeing.save_draft(invoice=draft, revision=draft.revision, parts=parts, by=by, at=at)
        issuing.issue(invoice=draft, by=by, at=at)

    return step


def _paid(stage: Stage, by: User, invoice_id: uuid.UUID, value: Any, days_ago: int) -> Step:
    identity = stage.identity()

    def step(at: datetime) -> None:
        invoice = Invoice.objects.get(request_id=invoice_id)
        settling.record_receipt(
            by=by,
            at=at,
            client=invoice.client,
            invoice=invoice,
            value=value,
            means=Means.TRANSFER,
            received_on=stage.day(days_ago),
            request_id=identity,
        )

    return step


def _replaced(by: User, invoice_id: uuid.UUID, request_id: uuid.UUID, order: str) -> Step:
    def step(at: datetime) -> None:
        draft = replacing.draft_replacement(
            invoice=Invoice.objects.get(request_id=invoice_id), by=by, at=at, request_id=request_id
        )
        drafting.save_draft(invoice=draft, revision=draft.revision, by=by, at=at, order_reference=order)
        issuing.issue(invoice=draft, by=by, at=at)

    return step


def _brought(stage: Stage, by: User, invoice_id: uuid.UUID, days_ago: int) -> Step:
    identity = stage.identity()

    def step(at: datetime) -> None:
        invoice = Invoice.objects.get(request_id=invoice_id)
        settling.record_receipt(
            by=by,
            at=at,
            client=invoice.client,
            part=invoice.agreed_parts.get(),
            quantity=Decimal(2),
            received_on=stage.day(days_ago),
            destination=Receipt.Destination.PERSONAL,
            request_id=identity,
        )

    return step


def _will_not_come(by: User, invoice_id: uuid.UUID, request_id: uuid.UUID) -> Step:
    """One of the baskets: both agree that it is due in euros."""

    def step(at: datetime) -> None:
        agreeing.due_in_euros(
            part=Invoice.objects.get(request_id=invoice_id).agreed_parts.get(),
            quantity=Decimal(1),
            by=by,
            at=at,
            reason="Semaine sans récolte",
            request_id=request_id,
        )

    return step
