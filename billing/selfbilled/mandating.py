"""A mandate is drafted, proposed by mail or to be signed on paper, and its links are renewed or revoked.

CGI 289 I-2: the customer may draw up the invoices when the seller has mandated it to. Only a written mandate, given
before the first invoice, is offered: never a tacit one. What the partner says to it is in mandate_answering.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from stdnum.fr import siren as siren_numbers

from billing.drafting import lock_client
from billing.models import Mandate, MandateAcceptance, MandateEnd, MandateLink
from billing.selfbilled.sealing import LATEST, seal_of_mandate
from lib import pdf
from lib.days import day_written
from lib.law import fact
from lib.money import percent_written
from people import parties
from people.models import Client, Contact, User
from records import errands, ledger
from records.subjects import ref

NO_INVOICES_OF_THEIR_OWN = (Client.Kind.PERSON, Client.Kind.PUBLIC)
CLAUSES = ("object", "vat", "series", "copy", "contest", "liability", "duration")
MOST_DAYS = 365
LISTED = ("business", "client__activity", "acceptance", "end")  # what a list of mandates reads at once


class MandateError(Exception):
    """Why a mandate cannot be drafted, proposed, accepted or ended, in words; `reasons` are the same, one by one."""

    def __init__(self, *reasons: str, field: str = "") -> None:
        super().__init__(" ".join(reasons))
        self.reasons, self.field = reasons, field


class State(Enum):
    """Where a mandate stands; its value is the word that pages show."""

    DRAFT = gettext_lazy("draft")
    PROPOSED = gettext_lazy("waiting for their agreement")
    DECLINED = gettext_lazy("declined")
    WITHDRAWN = gettext_lazy("withdrawn")
    TO_COME = gettext_lazy("accepted, takes effect later")
    IN_FORCE = gettext_lazy("in force")
    ENDED = gettext_lazy("ended")


TONES = {State.PROPOSED: "wait", State.TO_COME: "good", State.IN_FORCE: "good", State.DECLINED: "bad"}


@dataclass(frozen=True)
class Terms:
    """What a person writes in a draft. Rates are text, as the mandate keeps them: "5.5"."""

    legal_name: str
    siren: str
    address: str
    postal_code: str
    city: str
    covers: str
    contest_days: int
    starts_on: date
    siret: str = ""
    address_more: str = ""
    registration: str = ""
    vat_regime: str = Mandate.VatRegime.FRANCHISE
    vat_number: str = ""
    vat_rates: list[str] = field(default_factory=list)


# Where it stands --------------------------------------------------------------------------------------------------


def state_of(mandate: Mandate, on: date) -> State:
    """Return where a mandate stands on a day: computed from what was said, never stored."""
    return standing(mandate, said_yes(mandate), ended(mandate), on)


def state_in_list(mandate: Mandate, on: date) -> State:
    """Return the same without a query, for rows read with LISTED."""
    return standing(mandate, getattr(mandate, "acceptance", None), getattr(mandate, "end", None), on)


def standing(mandate: Mandate, acceptance: MandateAcceptance | None, end: MandateEnd | None, on: date) -> State:
    """Return where a mandate stands once this was said to it. Pure."""
    if mandate.proposed_at is None:
        return State.DRAFT
    if acceptance is None:
        if end is None:
            return State.PROPOSED
        return State.DECLINED if end.by_partner else State.WITHDRAWN
    if end is not None and on >= end.ends_on:
        return State.ENDED
    return State.IN_FORCE if on >= max(mandate.starts_on, acceptance.on) else State.TO_COME


def holds(mandate: Mandate, on: date) -> bool:
    """Say whether an invoice may be issued under this mandate on a day."""
    return state_of(mandate, on) == State.IN_FORCE


def said_yes(mandate: Mandate) -> MandateAcceptance | None:
    return MandateAcceptance.objects.filter(mandate=mandate).first()


def ended(mandate: Mandate) -> MandateEnd | None:
    return MandateEnd.objects.filter(mandate=mandate).first()


def in_force(client: Client, on: date) -> Mandate | None:
    """Return the mandate under which this client's invoices may be written on a day, or None."""
    given = Mandate.objects.filter(client=client, acceptance__isnull=False).select_related("business", "client")
    return next((mandate for mandate in given.order_by("-proposed_at") if holds(mandate, on)), None)


# The draft --------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def draft_mandate(*, client: Client, terms: Terms, by: User, at: datetime, request_id: uuid.UUID) -> Mandate:
    """Draft a mandate for a client to give; the same `request_id` again returns the first one. Raises MandateError."""
    lock_client(client)
    if (found := Mandate.objects.filter(request_id=request_id).first()) is not None:
        if found.client_id != client.pk:
            raise MandateError(_("This form was already used."))
        return found
    if client.kind in NO_INVOICES_OF_THEIR_OWN:
        raise MandateError(_("A private person or a public body gives no such mandate: it is for those who sell."))
    mandate = Mandate(
        business=client.activity.business,
        activity=client.activity,
        client=client,
        language=client.language,
        created_at=at,
        request_id=request_id,
    )
    _write(mandate, terms)
    mandate.save(force_insert=True)
    return mandate


@transaction.atomic(durable=True)
def save_mandate(*, mandate: Mandate, revision: int, terms: Terms, by: User, at: datetime) -> Mandate:
    """Change a draft seen at `revision`. Raises MandateError when it was changed or proposed meanwhile."""
    draft = locked(mandate)
    _refuse_proposed(draft)
    if draft.revision != revision:
        raise MandateError(_("This draft was changed in another window since you opened it here: read it again."))
    _write(draft, terms)
    draft.revision += 1
    draft.save()
    return draft


@transaction.atomic(durable=True)
def delete_mandate(*, mandate: Mandate, by: User) -> None:
    """Throw a draft away. Raises MandateError once it is proposed."""
    draft = locked(mandate)
    _refuse_proposed(draft)
    draft.delete()


def initial_terms(client: Client, on: date) -> dict[str, Any]:
    """Return what is known of a client when a mandate is begun."""
    names = ("siren", "siret", "vat_number", "address", "address_more", "postal_code", "city")
    known = {name: getattr(client, name) for name in names}
    days = int(fact("mandate.contest_days", on).value)
    return known | {"legal_name": client.name, "contest_days": days, "starts_on": on}


def _write(mandate: Mandate, terms: Terms) -> None:
    if not 1 <= terms.contest_days <= MOST_DAYS:
        raise MandateError(_("Leave between 1 and 365 days to contest an invoice."), field="contest_days")
    if terms.vat_regime == Mandate.VatRegime.NORMAL and not terms.vat_number:
        raise MandateError(_("Write their VAT number: their invoices carry it."), field="vat_number")
    for name, value in vars(terms).items():
        if why := pdf.why_unprintable(value):
            raise MandateError(why, field=name)
        setattr(mandate, name, value)
    if terms.vat_regime == Mandate.VatRegime.FRANCHISE:
        mandate.vat_rates = []


def _refuse_proposed(mandate: Mandate) -> None:
    if mandate.proposed_at is not None:
        raise MandateError(_("This mandate was proposed: it no longer changes. End it, and propose another one."))


def locked(mandate: Mandate) -> Mandate:
    """Lock the client, then the mandate, and return it as it is now. Raises MandateError when it is gone."""
    lock_client(mandate.client)
    rows = Mandate.objects.select_for_update(of=("self",)).select_related("business", "activity", "client__activity")
    found = rows.filter(pk=mandate.pk).first()
    if found is None:
        raise MandateError(_("This draft was thrown away."))
    return found


# The proposal -----------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def propose(*, mandate: Mandate, by: User, at: datetime, contacts: Sequence[Contact]) -> Mandate:
    """Freeze and seal a draft, then mail it with a link to each contact; without any, it is to be signed on paper.

    Proposed meanwhile, it is returned as it is. Raises MandateError with every reason not to.
    """
    draft = locked(mandate)
    if draft.proposed_at is not None:
        return draft
    if any(contact.client_id != draft.client_id for contact in contacts):
        raise MandateError(_("This person is not a contact of this client."))
    on = day_of(draft, at)
    fill(draft, on)
    if reasons := list(obstacles(draft, on)):
        raise MandateError(*reasons)
    draft.proposed_at, draft.proposed_on, draft.proposed_by = at, on, by
    draft.seal_version = LATEST
    draft.seal = seal_of_mandate(draft)
    draft.save()
    for contact in contacts:
        link_for(draft, contact, at)
    told = {"seal": draft.seal, "seal_version": draft.seal_version, "starts_on": draft.starts_on}
    ledger.record(business=draft.business, event="mandate_proposed", subject=ref(draft), facts=told, at=at)
    errands.promise(what="render_mandate", subject=ref(draft), at=at, business=draft.business)
    return draft


def fill(mandate: Mandate, on: date) -> None:
    """Copy onto a draft, in memory, the business and the text of that day: the preview and the act both come here."""
    mandate.agent = parties.seller(mandate.business)
    with override(mandate.language):
        mandate.clauses = dict(_clauses(mandate, on))


def obstacles(mandate: Mandate, on: date) -> Iterator[str]:
    """Yield every reason not to propose a mandate, in words."""
    if not siren_numbers.is_valid(mandate.siren):
        yield _("The SIREN of %(client)s is missing or wrong: the seller's invoices carry it.") % {
            "client": mandate.legal_name
        }
    if not (mandate.address and mandate.postal_code and mandate.city):
        yield _("Their address is incomplete: their invoices carry it.")
    if mandate.vat_regime == Mandate.VatRegime.NORMAL and not mandate.vat_rates:
        yield _("Say at which VAT rates they sell.")
    agent = mandate.agent or {}
    if not (agent.get("siren") and agent.get("address") and agent.get("city")):
        yield _("Your own SIREN and address are needed: complete them in the settings.")
    if why := pdf.why_unprintable(mandate.identity(), mandate.covers, agent):
        yield why


def _clauses(mandate: Mandate, on: date) -> Iterator[tuple[str, str]]:
    """Yield the text, sentence by sentence, then what a yes will say."""
    names = {"principal": mandate.legal_name, "agent": (mandate.agent or {})["name"]}
    details: Mapping[str, Mapping[str, object]] = {
        "object": names | {"covers": mandate.covers.rstrip(". ")},
        "contest": {"days": mandate.contest_days},
        "duration": {"day": day_written(mandate.starts_on)},
    }
    for name in CLAUSES:
        key = f"mandate.{name}" if name != "vat" else f"mandate.vat_{mandate.vat_regime.lower()}"
        said = _vat(mandate) if name == "vat" else details.get(name, {})
        yield name, fact(key, on).text(mandate.language, **said)
    yield "consent", fact("mandate.consent", on).text(mandate.language, **names)
    yield "power", fact("acceptance.power", on).text(mandate.language, client=mandate.legal_name)


def _vat(mandate: Mandate) -> dict[str, str]:
    rates = ", ".join(percent_written(Decimal(rate), mandate.language) for rate in mandate.vat_rates)
    return {"number": mandate.vat_number, "rates": rates}


# Links ------------------------------------------------------------------------------------------------------------


def link_for(mandate: Mandate, contact: Contact, at: datetime) -> MandateLink:
    """Return the contact's one link to a mandate, made if there is none; a revoked one stays revoked."""
    found, _new = MandateLink.objects.get_or_create(mandate=mandate, contact=contact, defaults={"created_at": at})
    return found


@transaction.atomic(durable=True)
def revoke_link(*, link: MandateLink, by: User, at: datetime) -> MandateLink:
    """Withdraw a contact's link: it opens nothing any more. Again: nothing more happens."""
    row = _locked_link(link)
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        _record_link(row, "mandate_link_revoked", at)
    return row


@transaction.atomic(durable=True)
def renew_link(*, link: MandateLink, by: User, at: datetime, generation: int) -> MandateLink:
    """Give a contact a new link and mail it; the old ones open nothing. Renewed meanwhile: nothing more happens."""
    from billing.selfbilled.mandate_posting import post_link

    row = _locked_link(link)
    if row.generation != generation:
        return row
    row.generation += 1
    row.revoked_at = None
    row.save(update_fields=["generation", "revoked_at"])
    _record_link(row, "mandate_link_renewed", at)
    post_link(row, at)
    return row


def _locked_link(link: MandateLink) -> MandateLink:
    mandate = locked(link.mandate)
    row = MandateLink.objects.select_for_update(of=("self",)).select_related("contact").get(pk=link.pk)
    row.mandate = mandate
    return row


def _record_link(link: MandateLink, event: str, at: datetime) -> None:
    told = {"generation": link.generation}
    ledger.record(business=link.mandate.business, event=event, subject=ref(link), facts=told, at=at)


def day_of(mandate: Mandate, at: datetime) -> date:
    """Return the day it is where the business is."""
    return at.astimezone(ZoneInfo(mandate.business.time_zone)).date()
