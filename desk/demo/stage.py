"""Where the demonstration is played: days counted back from one given day, acts in the order of time."""

import itertools
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing import drafting as invoicing
from billing import issuing, mailing, settling
from billing.models import Invoice
from lib import clock
from lib.money import euros
from people.models import Activity, Business, Client, Contact, User
from quotes import answering, drafting, sending
from quotes.evidence import Traces
from quotes.models import Kind, MoneyDue, Offer, Quote, QuoteLink, QuoteVersion, RemunerationTerm
from records import errands

NAMESPACE = uuid.UUID("6f0f1a53-9d4c-5c53-9a3e-c0a26e77e000")
PARIS = ZoneInfo("Europe/Paris")
Step = Callable[[datetime], None]


class Stage:
    """Collects steps, each some days before `today`, and plays them in the order of time."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._steps: list[tuple[datetime, int, Step]] = []
        self._order = itertools.count()
        self._named = itertools.count()

    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    def moment(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        return datetime.combine(self.day(days_ago), time(hour, minute), PARIS).astimezone(UTC)

    def friday(self, weeks_ago: int) -> date:
        """Return a Friday: 0 is the last one before today."""
        last = self.today - timedelta(days=(self.today.weekday() - 4) % 7 or 7)
        return last - timedelta(weeks=weeks_ago)

    def ago(self, day: date) -> int:
        return (self.today - day).days

    def identity(self) -> uuid.UUID:
        """Return the next request id: the same ones at each performance."""
        return uuid.uuid5(NAMESPACE, f"{self.today}:{next(self._named)}")

    def then(self, days_ago: int, step: Step, *, hour: int = 9, minute: int = 0) -> None:
        """Plan a step. What it promises (PDFs, mails, drafts) is done before the next one."""
        self._steps.append((self.moment(days_ago, hour, minute), next(self._order), step))

    def play(self) -> int:
        """Play every step in the order of time and return how many there were."""
        for at, _order, step in sorted(self._steps, key=lambda planned: planned[:2]):
            step(at)
            errands.run_due(max(at, clock.now()))
        return len(self._steps)


def line(offer: Offer, **changes: Any) -> dict[str, Any]:
    """Return a quote's line made from an offer."""
    return drafting.line_of(offer) | changes


def free_line(title: str, price: str, *, rate: str = "0", **changes: Any) -> dict[str, Any]:
    return {
        "offer_id": None,
        "title": title,
        "description": "",
        "quantity": Decimal(1),
        "unit": "FLAT",
        "unit_price": euros(price),
        "discount_percent": Decimal(0),
        "vat_rate": Decimal(rate),
    } | changes


def deposit(value: str = "0", percent: str | None = None) -> dict[str, Any]:
    share = Decimal(percent) if percent else None
    return {"kind": Kind.MONEY, "due": MoneyDue.ACCEPTANCE, "value": euros(value), "percent": share}


def rest(due: str = MoneyDue.DELIVERY, days: int | None = None) -> dict[str, Any]:
    return {"kind": Kind.MONEY, "due": due, "due_days": days, "closes": True}


def in_kind(label: str, unit: str, quantity: int, price: str, first_on: date, **changes: Any) -> dict[str, Any]:
    return {
        "kind": Kind.GOODS,
        "label": label,
        "unit": unit,
        "quantity": Decimal(quantity),
        "per_delivery": Decimal(1),
        "unit_value": euros(price),
        "valuation": "prix public à la ferme, le même pour tout le monde",
        "first_on": first_on,
        "rhythm": "WEEKLY",
        "if_missed": "CARRIED_OVER",
    } | changes


class Deal:
    """One quote's life: written, sent, answered, invoiced, paid."""

    def __init__(self, stage: Stage, by: User, client: Client) -> None:
        self.stage, self.by, self.client = stage, by, client
        self.quote: Quote | None = None

    @property
    def activity(self) -> Activity:
        return self.client.activity

    @property
    def business(self) -> Business:
        return self.activity.business

    @property
    def contact(self) -> Contact:
        contact = self.client.contacts.first()
        assert contact is not None
        return contact

    def write(
        self,
        title: str,
        lines: Sequence[dict[str, Any]],
        terms: Sequence[dict[str, Any]],
        *,
        valid_until: date,
        introduction: str = "",
        conditions: str = "",
    ) -> Step:
        identity = self.stage.identity()

        def step(at: datetime) -> None:
            self.quote = drafting.create_quote(
                by=self.by, at=at, activity=self.activity, client=self.client, title=title, request_id=identity
            )
            draft = self.quote.versions.get()
            words = {"introduction": introduction, "conditions": conditions, "valid_until": valid_until}
            drafting.save_draft(
                version=draft, revision=draft.revision, fields=words, lines=lines, terms=terms, by=self.by, at=at
            )

        return step

    def send(self, at: datetime) -> None:
        assert self.quote is not None
        sending.send(quote=self.quote, by=self.by, at=at, contacts=list(self.client.contacts.all()))

    @property
    def agreed(self) -> Quote:
        assert self.quote is not None
        return self.quote

    @property
    def version(self) -> QuoteVersion:
        return self.agreed.versions.filter(sent_at__isnull=False).order_by("-version")[0]

    @property
    def link(self) -> QuoteLink:
        assert self.quote is not None
        return self.quote.links.get(contact=self.contact)

    def term(self, kind: str, number: int = 0) -> RemunerationTerm:
        return list(self.version.terms.filter(kind=kind).order_by("position"))[number]

    def accept(self) -> Step:
        identity = self.stage.identity()

        def step(at: datetime) -> None:
            answering.accept(
                link=self.link,
                version_id=self.version.pk,
                seal=self.version.seal,
                name=self.contact.name,
                capacity=self.contact.capacity,
                power=True,
                consent=True,
                request_id=identity,
                at=at,
                traces=Traces(address="192.0.2.24", device="Firefox, Android"),
            )

        return step

    def draft_final(self) -> Step:
        identity = self.stage.identity()

        def step(at: datetime) -> None:
            assert self.quote is not None
            invoicing.draft_final(acceptance=self.quote.acceptance, by=self.by, at=at, request_id=identity)

        return step

    def invoice(self, *kinds: str) -> Invoice:
        return Invoice.objects.filter(acceptance__quote=self.agreed, type__in=kinds).order_by("-pk")[0]

    def closing(self) -> Invoice:
        """Return the invoice of the whole: final after a deposit, else standard."""
        return self.invoice(Invoice.Type.FINAL, Invoice.Type.STANDARD)

    def issue_deposit(self, at: datetime) -> None:
        self._issue(self.invoice(Invoice.Type.DEPOSIT), at)

    def issue_closing(self, at: datetime) -> None:
        self._issue(self.closing(), at)

    def _issue(self, draft: Invoice, at: datetime) -> None:
        invoice = issuing.issue(invoice=draft, by=self.by, at=at)
        mailing.mail_invoice(invoice=invoice, by=self.by, at=at, contacts=[self.contact])

    def receive(self, term: Callable[[], RemunerationTerm], on: date, **values: Any) -> Step:
        identity = self.stage.identity()

        def step(at: datetime) -> None:
            agreed = term()
            worth = {"value": agreed.value} if agreed.kind == Kind.MONEY else {}
            settling.record_receipt(
                term=agreed,
                client=self.client,
                received_on=on,
                by=self.by,
                at=at,
                request_id=identity,
                **worth | values,
            )

        return step

    def miss(self, term: Callable[[], RemunerationTerm], on: date, note: str) -> Step:
        identity = self.stage.identity()

        def step(at: datetime) -> None:
            settling.record_missed(term=term(), planned_on=on, note=note, by=self.by, at=at, request_id=identity)

        return step
