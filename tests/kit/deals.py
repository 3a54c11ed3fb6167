"""Deals played by the real acts: a quote is sent, a yes is recorded, invoices are issued, receipts come, credit notes.

Each method is one act and returns the deal, so that a story reads on one line; `documents` are what was issued.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from billing import agreeing, crediting, depositing, drafting, issuing, months, progressing, replacing, settling
from billing.agreeing import PartValues
from billing.drafting import DraftLine
from billing.models import Invoice, Mandate, MandateLink, SelfBilledInvoice
from billing.selfbilled import crediting as selfbilled_crediting
from billing.selfbilled import drafting as selfbilled_drafting
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled import mandate_answering, mandating
from billing.selfbilled import posting as selfbilled_posting
from billing.selfbilled.mandating import Terms
from lib.money import euros
from people.models import Activity, Business, Client, LocalCurrency, Role, User
from quotes import answering, sending
from quotes.models import Kind, MoneyDue, RemunerationTerm
from records import errands, keeping
from records.models import Errand
from records.subjects import ref
from tests import make

NOW, TODAY = make.NOW, make.TODAY
WORK = (  # the quote of a story is neither printed nor mailed: others try that
    "draft_deposit",
    "render_invoice",
    "render_mandate",
    "mail_mandate_accepted",
    "render_self_billed",
)

ON_ACCEPTANCE, ON_DELIVERY, AFTER = MoneyDue.ACCEPTANCE, MoneyDue.DELIVERY, MoneyDue.AFTER_INVOICE
ON_A_DATE = MoneyDue.DATE
SITE = ({"unit_price": euros("1200")},)
RATES: tuple[dict[str, Any], ...] = (
    {"unit_price": euros("1000"), "vat_rate": Decimal("20"), "discount_percent": Decimal("7.5")},
    {"unit_price": euros("3.333333"), "vat_rate": Decimal("5.5"), "quantity": Decimal("37"), "title": "Livret imprimé"},
    {
        "unit_price": euros("149.99"),
        "vat_rate": Decimal("10"),
        "quantity": Decimal("2.5"),
        "title": "Atelier d’écriture",
    },
)
THIRDS = tuple({"title": f"Étape {n}", "unit_price": euros("33.335"), "vat_rate": Decimal("20")} for n in range(1, 4))


def money(due: str, value: str = "0", **fields: Any) -> dict[str, Any]:
    """Return the values of a term in euros; without an amount it takes what is left."""
    closes = value == "0" and "percent" not in fields
    days = {"due_days": 30} if due == AFTER else {}
    return {"kind": Kind.MONEY, "due": due, "value": euros(value), "closes": closes, "label": "", **days} | fields


def worth(price: str, rate: int = 0) -> tuple[dict[str, Any], ...]:
    """Return one line of that price."""
    return ({"unit_price": euros(price), "vat_rate": Decimal(rate)},)


def of(nature: str = "SERVICES", exemption: str = "", **fields: Any) -> dict[str, Any]:
    """Return a line of 99.99 € of that nature, exempt for that reason."""
    plain = {"unit_price": euros("99.99"), "vat_rate": Decimal(0 if exemption else 20), "title": "Ce qui est vendu"}
    return plain | {"nature": nature, "exemption": exemption} | fields


def hours(quantity: int = 5, **fields: Any) -> dict[str, Any]:
    return _once(Kind.TIME, "Taille d’arbres", "heure", quantity, "40") | fields


def stueck(quantity: int = 100, **fields: Any) -> dict[str, Any]:
    return _once(Kind.LOCAL_CURRENCY, "Stück", "Stück", quantity, "1") | {"if_missed": "DUE_IN_EUROS"} | fields


def _once(kind: str, label: str, unit: str, quantity: int, worth: str) -> dict[str, Any]:
    what = {"kind": kind, "label": label, "unit": unit, "quantity": quantity, "unit_value": euros(worth)}
    return what | {"if_missed": "CARRIED_OVER", "first_on": TODAY, "rhythm": "ONCE", "per_delivery": quantity}


ACCEPTS = {"accepts_goods": True, "accepts_time": True}
BUYERS: dict[str, dict[str, Any]] = {
    "farm": {},
    "company": {"kind": Client.Kind.COMPANY, "name": "Atelier Dubois", "siret": "55200844300012"},
    "association": {"kind": Client.Kind.ASSOCIATION, "name": "Les Amis du Ried", "siren": "", "rna": "W671002345"},
    "person": {"kind": Client.Kind.PERSON, "name": "Noé Weiß", "siren": ""},
    "german": {
        "kind": Client.Kind.COMPANY,
        "name": "Stadtgärtnerei Kehl GmbH",
        "siren": "",
        "vat_number": "DE136695976",
        "country": "DE",
        "postal_code": "77694",
        "city": "Kehl",
    },
    "swiss": {
        "kind": Client.Kind.COMPANY,
        "name": "Ferme du Jura SA",
        "siren": "",
        "country": "CH",
        "postal_code": "2800",
        "city": "Delémont",
    },
    "town": {"kind": Client.Kind.PUBLIC, "name": "Commune de Barr", "siren": "216700294", "service_code": "MAIRIE-2"},
}


FARM_TERMS: dict[str, Any] = {
    "legal_name": "Ferme des Trois Chênes EI",
    "siren": "552008443",
    "address": "Lieu-dit Les Chênes",
    "postal_code": "67120",
    "city": "Molsheim",
    "covers": "paniers de légumes livrés en paiement",
    "contest_days": 15,
    "starts_on": TODAY,
}


class Parties:
    """Who sells to whom, and what was issued between them."""

    def __init__(
        self,
        *,
        vat: bool = False,
        buyer: str = "farm",
        language: str = "fr",
        second_language: str = "",
        **business: Any,
    ) -> None:
        seller = make.vat_business if vat else make.business
        self.business: Business = seller(**ACCEPTS | business)
        LocalCurrency.objects.create(business=self.business, name="Stück")
        self.activity: Activity = make.activity(business=self.business)
        self.by: User = make.member(self.business, Role.OWNER)
        self.client: Client = make.client(
            activity=self.activity, language=language, second_language=second_language, **BUYERS[buyer]
        )
        self.contact = make.contact(client=self.client)
        self.language = language
        self.at: datetime = NOW
        self.documents: list[Invoice | SelfBilledInvoice] = []

    @property
    def today(self) -> date:
        return self.at.date()

    def later(self, days: int) -> Self:
        """Let days pass."""
        self.at += timedelta(days)
        return self

    def issue(self, draft: Invoice | SelfBilledInvoice) -> None:
        act: Any = issuing.issue if isinstance(draft, Invoice) else selfbilling.issue
        self.documents.append(act(invoice=draft, by=self.by, at=self.at))

    def credited(self, amount: str = "", lines: Mapping[int, str] | None = None, *, of: int = -1) -> Self:
        """Credit an issued document: all that is left of it, an amount, or quantities of its lines."""
        draft = crediting.draft_credit_note(
            invoice=self.documents[of],
            by=self.by,
            at=self.at,
            reason="Moins de pages que prévu",
            request_id=uuid.uuid4(),
            amount=euros(amount) if amount else None,
            quantities={position: Decimal(quantity) for position, quantity in lines.items()} if lines else None,
        )
        self.issue(draft)
        return self

    def replaced(self, *, of: int = -1, **client: str) -> Self:
        """Cancel and replace an issued document, after the client's file was put right."""
        Client.objects.filter(pk=self.client.pk).update(**client)
        draft = replacing.draft_replacement(invoice=self.documents[of], by=self.by, at=self.at, request_id=uuid.uuid4())
        self.issue(draft)
        return self

    def work(self) -> None:
        """Do what the worker does, mails left aside."""
        due = Errand.objects.filter(what__in=WORK, done_at=None).order_by("pk")
        for errand in list(due):
            assert errands.run(errand.pk, self.at), Errand.objects.get(pk=errand.pk).last_error


class Deal(Parties):
    """A quote that was sent and accepted."""

    def __init__(
        self,
        *,
        lines: Sequence[dict[str, Any]] = SITE,
        terms: Sequence[dict[str, Any]] = (),
        **parties: Any,
    ) -> None:
        super().__init__(**parties)
        version = make.quote(client=self.client, lines=lines, terms=terms or [money(AFTER)], language=self.language)
        self.quote = version.quote
        sending.send(quote=self.quote, by=self.by, at=self.at, contacts=[self.contact])
        self.acceptance = answering.accept_otherwise(
            quote=self.quote,
            by=self.by,
            at=self.at,
            on=self.today,
            name="Camille Ferrand",
            capacity="agricultrice",
            how_words="Bon pour accord, sur papier.",
            request_id=uuid.uuid4(),
        )
        self.work()

    def term(self, kind: str, due: str = "") -> RemunerationTerm:
        terms = self.acceptance.version.terms.filter(kind=kind)
        return terms.get(due=due) if due else terms.get()

    def deposit(self) -> Self:
        """Issue the deposit that the yes drafted."""
        self.issue(self.acceptance.invoices.get(type=Invoice.Type.DEPOSIT, issued_at=None))
        return self

    def final(self) -> Self:
        """Issue the invoice of all that was agreed."""
        draft = drafting.draft_final(acceptance=self.acceptance, by=self.by, at=self.at, request_id=uuid.uuid4())
        self.issue(draft)
        return self

    def asked(self, value: str) -> Self:
        """Issue a deposit that no term foresaw."""
        draft = depositing.ask_deposit(
            acceptance=self.acceptance, value=euros(value), by=self.by, at=self.at, request_id=uuid.uuid4()
        )
        self.issue(draft)
        return self

    def progress(self, percent: str, *others: str) -> Self:
        """Issue a progress invoice: so much of the whole is done, or of each line where several are said."""
        done: Any = Decimal(percent)
        if others:
            lines = self.acceptance.version.lines.order_by("position")
            done = {line.pk: Decimal(said) for line, said in zip(lines, (percent, *others), strict=True)}
        draft = progressing.draft_progress(
            acceptance=self.acceptance, done=done, by=self.by, at=self.at, request_id=uuid.uuid4()
        )
        self.issue(draft)
        return self

    def month(self, kind: str, month: date) -> Self:
        """Issue the deposit invoice of what came otherwise than in euros in a month."""
        draft = months.draft_month(
            term=self.term(kind), month=month, by=self.by, at=self.at, on=self.today, request_id=uuid.uuid4()
        )
        self.issue(draft)
        return self

    def paid(self, value: str, due: str = ON_ACCEPTANCE, **said: Any) -> Self:
        """Record euros."""
        return self._received(self.term(Kind.MONEY, due), value=euros(value), **said)

    def came(self, kind: str, quantity: str, **said: Any) -> Self:
        """Record what came otherwise than in euros."""
        extra = {"destination": "PERSONAL"} if kind == Kind.GOODS else {}
        return self._received(self.term(kind), quantity=Decimal(quantity), **extra | said)

    def _received(self, term: RemunerationTerm, **said: Any) -> Self:
        settling.record_receipt(
            by=self.by,
            at=self.at,
            client=self.client,
            term=term,
            received_on=self.today,
            request_id=uuid.uuid4(),
            **said,
        )
        return self


class OneOff(Parties):
    """An invoice without a quote, paid in part otherwise than in euros where `parts` say so."""

    def __init__(
        self, *, lines: Sequence[dict[str, Any]] = SITE, parts: Sequence[PartValues] = (), **parties: Any
    ) -> None:
        super().__init__(**parties)
        draft = drafting.draft_standard(
            activity=self.activity,
            client=self.client,
            title="Ateliers de l’automne",
            lines=[DraftLine(**{"title": "Atelier"} | values) for values in lines],
            by=self.by,
            at=self.at,
            request_id=uuid.uuid4(),
        )
        if parts:
            said: dict[str, Any] = {"title": draft.title, "by": self.by, "at": self.at}
            draft = agreeing.save_draft(invoice=draft, revision=draft.revision, parts=parts, **said)
        self.issue(draft)


class SelfBilled(Parties):
    """Invoices that the business writes in the name of a farm that gave a mandate."""

    def __init__(self, *rates: str, **parties: Any) -> None:
        super().__init__(**parties)
        taxed = {"vat_regime": Mandate.VatRegime.NORMAL, "vat_number": "FR19552008443", "vat_rates": list(rates)}
        self.mandate = mandating.draft_mandate(
            client=self.client,
            terms=Terms(**(FARM_TERMS | taxed if rates else FARM_TERMS)),
            by=self.by,
            at=self.at,
            request_id=uuid.uuid4(),
        )
        mandating.propose(mandate=self.mandate, by=self.by, at=self.at, contacts=[self.contact])
        mandate_answering.accept(
            link=MandateLink.objects.get(mandate=self.mandate),
            seal=Mandate.objects.get(pk=self.mandate.pk).seal,
            name="Camille Ferrand",
            capacity="agricultrice",
            power=True,
            consent=True,
            request_id=uuid.uuid4(),
            at=self.at,
        )

    def invoiced(self, *lines: tuple[str, str, str], **said: Any) -> Self:
        """Issue an invoice of goods: quantity, price and rate of each line."""
        draft = selfbilled_drafting.draft_by_hand(
            mandate=self.mandate,
            said=selfbilled_drafting.Said(**{"title": "Légumes de novembre", "delivered_on": TODAY} | said),
            lines=[
                DraftLine(
                    unit_price=euros(price),
                    quantity=Decimal(quantity),
                    vat_rate=Decimal(rate),
                    title="Légumes de saison",
                    unit="KILOGRAM",
                    nature="GOODS",
                )
                for quantity, price, rate in lines
            ],
            by=self.by,
            at=self.at,
            request_id=uuid.uuid4(),
        )
        self.issue(draft)
        return self

    def taken_off(self) -> Self:
        """Credit the last one wholly."""
        last: Any = self.documents[-1]
        draft = selfbilled_crediting.draft_credit_note(
            invoice=last, reason="Deux paniers de trop", by=self.by, at=self.at, request_id=uuid.uuid4()
        )
        self.issue(draft)
        return self


def pdf_of(document: Invoice | SelfBilledInvoice) -> bytes:
    """Return the kept PDF."""
    what = issuing.PDF if isinstance(document, Invoice) else selfbilled_posting.PDF
    kept = keeping.find(what, ref(document))
    assert kept is not None
    return keeping.read(kept)
