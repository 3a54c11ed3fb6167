"""The orchard has no tool to invoice: it gives a mandate, its apples are invoiced in its name and set off.

A later month waits to be issued; the joiner has not answered yet; the association's mandate lacks a SIREN.
"""

from dataclasses import replace
from datetime import datetime

from billing.models import Invoice, Mandate, MandateLink, SelfBilledAnswer, SelfBilledInvoice
from billing.partners import setting_off
from billing.selfbilled import approving, mandate_answering, mandating
from billing.selfbilled import drafting as selfbilled_drafting
from billing.selfbilled import issuing as selfbilling
from desk.demo.cast import Clients, Troupe
from desk.demo.stage import Stage
from people.models import Client
from quotes.models import Offer


def the_mandate(stage: Stage, troupe: Troupe, clients: Clients, offers: dict[str, Offer]) -> None:
    """A mandate for the apples, accepted by the link; one invoice approved the next day, another one in draft."""
    orchard = clients.orchard
    drafted, given, invoiced, approved, pair, next_month = (stage.identity() for _ in range(6))

    def propose(at: datetime) -> None:
        terms = _terms(stage, orchard, "Paul Meyer EI, Verger des Hautes Haies", "pommes livrées", 49)
        mandate = mandating.draft_mandate(client=orchard, terms=terms, by=troupe.lou, at=at, request_id=drafted)
        mandating.propose(mandate=mandate, by=troupe.lou, at=at, contacts=list(orchard.contacts.all()))

    def accept(at: datetime) -> None:
        mandate = Mandate.objects.get(client=orchard)
        mandate_answering.accept(
            link=_link(mandate),
            seal=mandate.seal,
            name="Paul Meyer",
            capacity="arboriculteur",
            power=True,
            consent=True,
            request_id=given,
            at=at,
        )

    def invoice(at: datetime) -> None:
        mandate = Mandate.objects.select_related("client").get(client=orchard)
        came = selfbilled_drafting.receipts_to_invoice(mandate.client).filter(received_on=stage.day(50))
        draft = selfbilled_drafting.draft_from_receipts(
            mandate=mandate, receipts=[one.pk for one in came], by=troupe.lou, at=at, request_id=invoiced
        )
        selfbilling.issue(invoice=draft, by=troupe.lou, at=at)

    def approve(at: datetime) -> None:
        row = SelfBilledInvoice.objects.select_related("mandate__client").get(client=orchard)
        kind = SelfBilledAnswer.Kind.APPROVED
        approving.answer(link=_link(row.mandate), invoice=row, kind=kind, name="Paul Meyer", request_id=approved, at=at)

    def set_off(at: datetime) -> None:
        theirs = SelfBilledInvoice.objects.get(client=orchard)
        settled = Invoice.objects.filter(allocations__receipt__self_billed__invoice=theirs, issued_at__isnull=False)
        ours = settled.latest("settled_at_issue")
        assert theirs.received is not None
        setting_off.set_off(
            invoice=ours,
            received=theirs.received,
            by=troupe.lou,
            at=at,
            settled_on=stage.day(41),
            request_id=pair,
            covers=[cover.receipt for cover in setting_off.covers_of(ours, theirs.received)],
        )

    def draft_the_next(at: datetime) -> None:
        mandate = Mandate.objects.select_related("client").get(client=orchard)
        came = list(selfbilled_drafting.receipts_to_invoice(mandate.client))
        month = [one.pk for one in came if one.received_on.replace(day=1) == came[0].received_on.replace(day=1)]
        selfbilled_drafting.draft_from_receipts(
            mandate=mandate, receipts=month, by=troupe.lou, at=at, request_id=next_month
        )

    stage.then(49, propose, hour=9)
    stage.then(48, accept, hour=19)
    stage.then(43, invoice, hour=9)
    stage.then(42, approve, hour=7)
    stage.then(41, set_off, hour=9)
    stage.then(1, draft_the_next, hour=8)


def the_others(stage: Stage, troupe: Troupe, clients: Clients, offers: dict[str, Offer]) -> None:
    """A mandate that waits for its answer, and one that is being written."""
    asked, written = stage.identity(), stage.identity()

    def ask(at: datetime) -> None:
        terms = replace(
            _terms(stage, clients.joiner, clients.joiner.name, "pose et petite menuiserie", 2),
            vat_regime=Mandate.VatRegime.NORMAL,
            vat_number=clients.joiner.vat_number,
            vat_rates=["20", "10"],
        )
        mandate = mandating.draft_mandate(client=clients.joiner, terms=terms, by=troupe.lou, at=at, request_id=asked)
        contacts = list(clients.joiner.contacts.all())
        mandating.propose(mandate=mandate, by=troupe.lou, at=at, contacts=contacts)

    def write(at: datetime) -> None:
        terms = _terms(stage, clients.association, clients.association.name, "paniers du jardin partagé", 1)
        mandating.draft_mandate(client=clients.association, terms=terms, by=troupe.lou, at=at, request_id=written)

    stage.then(2, ask, hour=11)
    stage.then(1, write, hour=11)


def _terms(stage: Stage, client: Client, legal_name: str, what: str, days_ago: int) -> mandating.Terms:
    return mandating.Terms(
        legal_name=legal_name,
        siren=client.siren,
        address=client.address,
        postal_code=client.postal_code,
        city=client.city,
        covers=f"{what} en règlement de nos factures",
        contest_days=15,
        starts_on=stage.day(days_ago),
    )


def _link(mandate: Mandate) -> MandateLink:
    return MandateLink.objects.select_related("mandate__client", "contact").get(mandate=mandate)
