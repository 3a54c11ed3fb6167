"""The orchard has no tool to invoice: it gives a mandate, its apples are invoiced in its name, and it approves."""

from datetime import datetime

from billing import approving, mandate_answering, mandating, selfbilled_drafting, selfbilling
from billing.models import Mandate, MandateLink, SelfBilledAnswer, SelfBilledInvoice
from desk.demo.cast import Clients, Troupe
from desk.demo.stage import Stage
from quotes.models import Offer


def the_mandate(stage: Stage, troupe: Troupe, clients: Clients, offers: dict[str, Offer]) -> None:
    """A mandate for the apples, accepted by the link; one invoice, approved the next day."""
    orchard = clients.orchard
    drafted, given, invoiced, approved = (stage.identity() for _ in range(4))

    def propose(at: datetime) -> None:
        terms = mandating.Terms(
            legal_name="Paul Meyer EI, Verger des Hautes Haies",
            siren=orchard.siren,
            address=orchard.address,
            postal_code=orchard.postal_code,
            city=orchard.city,
            covers="pommes livrées en règlement de nos factures",
            contest_days=15,
            starts_on=stage.day(49),
        )
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

    stage.then(49, propose, hour=9)
    stage.then(48, accept, hour=19)
    stage.then(43, invoice, hour=9)
    stage.then(42, approve, hour=7)


def _link(mandate: Mandate) -> MandateLink:
    return MandateLink.objects.select_related("mandate__client", "contact").get(mandate=mandate)
