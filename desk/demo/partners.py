"""The farm invoices its vegetables, read from the file it sends, and the pair is set off; the orchard signs a slip."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

from billing import facts as f
from billing import issuing
from billing.models import Invoice
from billing.partners import papers as partner_papers
from billing.partners import receiving, setting_off, slips
from desk.demo.cast import Clients, Troupe
from desk.demo.stage import Stage
from lib import law
from lib.money import euros, line_net, total, vat_of
from people import letterhead, parties
from quotes.models import Offer

RATE = Decimal("5.5")  # vegetables (CGI 278-0 bis)
NUMBER = "FRV-2026-031"
VAT_NUMBER = "FR20999100035"
SOLD = (
    ("Paniers de légumes", Decimal(10), euros("18.957")),
    ("Pommes de terre de conservation, 8 kg", Decimal(1), euros("11.38")),
)


def the_pair(stage: Stage, troupe: Troupe, clients: Clients, offers: dict[str, Offer]) -> None:
    """Ten baskets came and were recorded; the farm invoices them, and 12 € of potatoes that pay as much in euros."""
    brought, recorded, pair = stage.identity(), stage.identity(), stage.identity()

    def receive(at: datetime) -> None:
        content = issuing.pdf_bytes(_invoice(troupe, clients, stage.day(4)), created=stage.moment(4))
        upload = receiving.bring(
            client=clients.farm,
            file=io.BytesIO(content),
            name=f"{NUMBER}.pdf",
            by=troupe.lou,
            at=at,
            request_id=brought,
        )
        said = receiving.proposal(upload)
        typed = receiving.Typed(
            number=said["number"],
            issued_on=date.fromisoformat(said["issued_on"]),
            due_on=date.fromisoformat(said["due_on"]),
            subject=said["subject"],
            net=euros(said["net"]),
            vat=euros(said["vat"]),
        )
        receiving.record(client=clients.farm, typed=typed, by=troupe.lou, at=at, request_id=recorded, upload=upload)

    def set_off(at: datetime) -> None:
        invoice = Invoice.objects.get(client=clients.farm, type=Invoice.Type.FINAL, issued_at__isnull=False)
        made = setting_off.set_off(
            invoice=invoice,
            received=clients.farm.received_invoices.get(),
            by=troupe.lou,
            at=at,
            settled_on=stage.day(3),
            request_id=pair,
            covers=[cover.receipt for cover in setting_off.covers_of(invoice)],
            rest=euros("12"),
        )
        contact = clients.farm.contacts.get()
        partner_papers.mail_paper(paper=made, by=troupe.lou, at=at, contacts=[contact])

    stage.then(3, receive, hour=9)
    stage.then(3, set_off, hour=10)


def the_slip(stage: Stage, troupe: Troupe, clients: Clients, offers: dict[str, Offer]) -> None:
    """Sixteen crates of apples, handed over in one go: the paper that both sign."""
    identity = stage.identity()

    def make(at: datetime) -> None:
        slips.make_slip(
            client=clients.orchard,
            receipts=list(slips.waiting(clients.orchard)),
            by=troupe.lou,
            at=at,
            request_id=identity,
            handed_over_by="Paul Meyer",
            received_by="Lou Marchal",
            place="Westhoffen",
        )

    stage.then(44, make, hour=17)


def _invoice(troupe: Troupe, clients: Clients, on: date) -> f.InvoiceFacts:
    """Return what the farm's own software writes in its invoice."""
    lines = tuple(
        f.Line(place, title, quantity, "PIECE", price, line_net(quantity, price, Decimal(0)), RATE, nature="GOODS")
        for place, (title, quantity, price) in enumerate(SOLD, start=1)
    )
    net = total(line.net for line in lines)
    vat = vat_of(net, RATE)
    farm = letterhead.party(parties.buyer(clients.farm) | {"vat_number": VAT_NUMBER})
    return f.InvoiceFacts(
        kind=f.STANDARD,
        number=NUMBER,
        issued_on=on,
        due_on=on + timedelta(days=30),
        delivered_on=on,
        seller=farm,
        buyer=letterhead.party(parties.seller(troupe.sites.business)),
        lines=lines,
        taxes=(f.Tax("S", RATE, net, vat),),
        net=net,
        vat=vat,
        total=net + vat,
        parts=(f.Part("money", "À payer", net + vat, f.TO_PAY),),
        notes=tuple(f.Note(code, law.fact(key, on).text("fr")) for code, key in NOTES),
        title="Paniers de l’automne",
        nature="B",
        accent="#2f6b3c",
        is_demonstration=True,
    )


NOTES = (
    ("PMD", "mention.late_penalty"),
    ("PMT", "mention.recovery_indemnity"),
    ("AAB", "mention.no_early_discount"),
)
