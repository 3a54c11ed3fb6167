"""Invoices are drafted: the final and the one-off invoice by a person, what other modules draft by `write`.

A draft has no number, may be changed and thrown away. Its totals are those of its lines, kept for lists.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances
from billing.models import Invoice, InvoiceLine
from billing.roles import CLOSING, DEPOSIT, FINAL, PROGRESS, STANDARD, role_is
from people.models import Activity, Client, User
from quotes import vat
from quotes.models import Acceptance, Nature, QuoteVersion
from quotes.paper import rate_in_words
from quotes.pricing import LineValues, Tax, priced

CHANGEABLE = frozenset(
    {
        "title",
        "introduction",
        "order_reference",
        "engagement",
        "buyer_accounting_reference",
        "period_since",
        "period_until",
        "delivered_on",
        "due_on",
    }
)


class DraftingError(Exception):
    """Why a draft could not be made or changed, in words for the person; `field` is the form's, where there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaleDraft(DraftingError):
    """The draft was changed elsewhere since the form was shown; `saved` is what it says now."""

    def __init__(self, saved: Invoice) -> None:
        super().__init__(_("This draft was changed in another window since you opened it here."))
        self.saved = saved


@dataclass(frozen=True)
class DraftLine(LineValues):
    """A line as it will be written; what a LineValues holds, and its description."""

    description: str = ""
    section: str = ""
    quote_line_id: int | None = None
    done_percent: Decimal | None = None
    corrects_line_id: int | None = None


# VAT per rate -----------------------------------------------------------------------------------------------------


def taxes_of(version: QuoteVersion) -> Sequence[Tax]:
    """Return the VAT of a version, per category and rate, as it was sent."""
    lines = (values_of_line(line) for line in version.lines.all())
    return priced(lines, situation=vat.of_parties(version.seller or {}, version.buyer or {})).taxes


def lines_of_taxes(
    taxes: Iterable[Tax], title: str, language: str, like: Mapping[str, vat.Treated] | None = None
) -> list[DraftLine]:
    """Return one line per VAT category and rate, that says its rate where there are several.

    `like`: a line of each category (quotes.vat.likeness), so that the new one falls under the same.
    """
    kept = list(taxes)
    several = len(kept) > 1
    return [
        DraftLine(
            unit_price=tax.base,
            vat_rate=tax.rate,
            title=_("%(title)s, part at %(rate)s")
            % {"title": title, "rate": rate_in_words(tax.category, tax.rate, language)}
            if several
            else title,
            unit="FLAT",
            nature=like[tax.category].nature if like and tax.category in like else Nature.SERVICES,
            exemption=like[tax.category].exemption if like and tax.category in like else "",
        )
        for tax in kept
    ]


def likeness_of(version: QuoteVersion) -> Mapping[str, vat.Treated]:
    """Return a line of each VAT category of a version, as it was sent."""
    return vat.likeness(list(version.lines.all()), vat.of_parties(version.seller or {}, version.buyer or {}))


# The final invoice ------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def draft_final(*, acceptance: Acceptance, by: User, at: datetime, request_id: uuid.UUID) -> Invoice:
    """Draft the invoice of all that a quote agreed; its deposits are deducted when it is issued.

    A draft that is already there is returned. Raises DraftingError when the quote has been invoiced, or is by progress
    invoices.
    """
    lock_quote(acceptance)
    invoices = Invoice.objects.filter(type__in=CLOSING, acceptance=acceptance)
    if (found := invoices.filter(issued_at=None).first()) is not None:
        return found
    if Invoice.objects.filter(request_id=request_id).exists():
        raise DraftingError(_("This form was already used."))
    refuse_invoiced_whole(acceptance)
    if (found := standing_or_drafted(acceptance, PROGRESS)) is not None:
        raise DraftingError(
            _("Progress invoices claim this quote already (%(number)s): the next one claims the rest.")
            % {"number": found.number or _("a draft")}
        )
    version = acceptance.version
    has_deposit = Invoice.objects.filter(acceptance=acceptance, type=DEPOSIT).exists()
    draft = of_quote(acceptance, FINAL if has_deposit else STANDARD, at, request_id)
    return write(draft, [values_of_line(line) for line in version.lines.order_by("position")])


def refuse_invoiced_whole(acceptance: Acceptance) -> None:
    """Raise DraftingError if an issued invoice of the whole quote stands."""
    for invoice in Invoice.objects.filter(role_is(*CLOSING), acceptance=acceptance, issued_at__isnull=False):
        if invoice.corrects_id is None and balances.stands(invoice):
            raise DraftingError(_("This quote is already invoiced: %(number)s.") % {"number": invoice.number})


def standing_or_drafted(acceptance: Acceptance, *roles: str) -> Invoice | None:
    """Return an invoice of a quote, in one of these roles, that is being prepared or that still counts."""
    rows = Invoice.objects.filter(role_is(*roles), acceptance=acceptance, corrects=None).order_by("pk")
    return next((row for row in rows if row.issued_at is None or balances.stands(row)), None)


def of_quote(acceptance: Acceptance, kind: Invoice.Type, at: datetime, request_id: uuid.UUID) -> Invoice:
    """Return an invoice of an accepted quote, unsaved, without lines."""
    quote, version = acceptance.quote, acceptance.version
    return Invoice(
        business=quote.business,
        activity=quote.activity,
        client=quote.client,
        acceptance=acceptance,
        type=kind,
        title=version.title,
        language=version.language,
        second_language=second_language_of(quote.client, version.language),
        created_at=at,
        request_id=request_id,
    )


def second_language_of(client: Client, language: str) -> str:
    """Return the language in which a document of this client says its titles again; "" for its own."""
    return "" if client.second_language == language else client.second_language


def values_of_line(line: Any) -> DraftLine:
    """Return the values of a row, of a quote or of an invoice."""
    return DraftLine(
        unit_price=line.unit_price,
        quantity=line.quantity,
        discount_percent=line.discount_percent,
        vat_rate=line.vat_rate,
        title=line.title,
        unit=line.unit,
        description=line.description,
        section=line.section,
        nature=line.nature,
        exemption=line.exemption,
        quote_line_id=getattr(line, "quote_line_id", None),
        done_percent=getattr(line, "done_percent", None),
    )


def lock_quote(acceptance: Acceptance) -> None:
    """Lock an accepted quote's row: the first of the locks (quote → invoices → series → ledger head)."""
    type(acceptance.quote).objects.select_for_update().get(pk=acceptance.quote_id)


def lock_client(client: Client) -> None:
    """Lock a client's row: of two clicks at once, the second sees the first one's row.

    `no_key`, because a full lock would stop whoever, an invoice in hand, writes a row that points to this client, while
    we go on to lock that invoice: a deadlock on PostgreSQL.
    """
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)


# The one-off invoice ----------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def draft_standard(
    *,
    activity: Activity,
    client: Client,
    title: str,
    lines: Sequence[DraftLine],
    by: User,
    at: datetime,
    request_id: uuid.UUID,
) -> Invoice:
    """Draft an invoice without a quote. The same `request_id` again returns the first one."""
    if client.activity_id != activity.pk:
        raise DraftingError(_("This client belongs to another activity."), "client")
    lock_client(client)
    if (found := Invoice.objects.filter(request_id=request_id).first()) is not None:
        if found.client_id != client.pk:
            raise DraftingError(_("This form was already used."))
        return found
    if not lines:
        raise DraftingError(_("An invoice has at least one line."))
    draft = Invoice(
        business=activity.business,
        activity=activity,
        client=client,
        type=STANDARD,
        title=title,
        language=client.language,
        second_language=second_language_of(client, client.language),
        created_at=at,
        request_id=request_id,
    )
    return write(draft, lines)


# Writing, changing, throwing away ---------------------------------------------------------------------------------


def write(draft: Invoice, lines: Sequence[DraftLine], *, vat: Money | None = None) -> Invoice:
    """Save a new draft with its lines and the totals they make; `vat` where it takes all that is left of it.

    Needs a transaction.
    """
    _total(draft, lines)
    if vat is not None:
        draft.vat, draft.total = vat, draft.net + vat
    draft.save(force_insert=True)
    _write_lines(draft, lines)
    return draft


def charges_no_vat(draft: Invoice) -> bool:
    """Tell whether the seller of an invoice charges no VAT at all (franchise, exempt activity): see `regime_of`."""
    return regime_of(draft) in vat.WITHOUT_VAT


def situation_of(draft: Invoice) -> vat.Situation:
    """Return who sells to whom, for VAT: as in what it corrects, as in the quote that was agreed, else as today; the
    regime as `regime_of` says."""
    agreed = draft.corrects or (draft.acceptance.version if draft.acceptance else None)
    if agreed is None:
        today = vat.between(draft.business, draft.client)
        before = (draft.replaces.seller if draft.replaces else None) or {}
        return replace(today, regime=regime_of(draft), exemption=before.get("vat_exemption", today.exemption))
    situation = vat.of_parties(agreed.seller or {}, agreed.buyer or {})
    return replace(situation, regime=regime_of(draft))


def regime_of(draft: Invoice) -> str:
    """Return the VAT regime that makes the amounts of an invoice: for a credit note or a replacement that of what it
    corrects or replaces, for an accepted quote that of the price agreed (issuing refuses another one than today's),
    else that of the business."""
    if earlier := draft.corrects or draft.replaces:
        said = earlier.seller
    else:
        said = draft.acceptance.version.seller if draft.acceptance else None
    return str((said or {}).get("vat_regime", draft.business.vat_regime))


def _total(draft: Invoice, lines: Iterable[LineValues]) -> None:
    sums = priced(lines, situation=situation_of(draft))
    draft.net, draft.vat, draft.total = sums.net, sums.vat, sums.total


def _write_lines(draft: Invoice, lines: Sequence[DraftLine]) -> None:
    franchise = charges_no_vat(draft)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=draft,
            position=position,
            title=line.title,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit or "FLAT",
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            vat_rate=Decimal(0) if franchise else line.vat_rate,
            section=line.section,
            nature=line.nature,
            exemption=line.exemption,
            quote_line_id=line.quote_line_id,
            done_percent=line.done_percent,
            corrects_line_id=line.corrects_line_id,
            net=line.net,
        )
        for position, line in enumerate(lines, start=1)
    )


@transaction.atomic(durable=True)
def save_draft(
    *,
    invoice: Invoice,
    revision: int,
    by: User,
    at: datetime,
    lines: Sequence[DraftLine] | None = None,
    **said: Any,
) -> Invoice:
    """Change a draft seen at `revision`; StaleDraft if it has changed since. `said`: what of CHANGEABLE is to be said
    from now on. Lines only where there is no quote."""
    return save_now(invoice=invoice, revision=revision, lines=lines, **said)


def save_now(*, invoice: Invoice, revision: int, lines: Sequence[DraftLine] | None = None, **said: Any) -> Invoice:
    """Do what `save_draft` does, within the caller's transaction."""
    draft = locked_draft(invoice)
    if draft.revision != revision:
        raise StaleDraft(draft)
    for name, value in said.items():
        if name not in CHANGEABLE:
            raise TypeError(f"{name} of a draft is not changed.")
        setattr(draft, name, value)
    draft.revision += 1
    if lines is not None:
        _replace_lines(draft, lines)
    draft.save()
    return draft


def _replace_lines(draft: Invoice, lines: Sequence[DraftLine]) -> None:
    if draft.acceptance_id or draft.corrects_id:
        raise DraftingError(_("The lines of this invoice are those that were agreed."))
    if not lines:
        raise DraftingError(_("An invoice has at least one line."))
    _total(draft, lines)
    draft.lines.all().delete()
    _write_lines(draft, lines)


@transaction.atomic(durable=True)
def delete_draft(*, invoice: Invoice, by: User) -> None:
    """Throw a draft away: it had no number, nothing is missing. Raises DraftingError once it is issued."""
    locked_draft(invoice).delete()


def locked_draft(invoice: Invoice) -> Invoice:
    """Return a draft, its row locked; raises DraftingError if it was issued or thrown away meanwhile."""
    draft = Invoice.objects.select_for_update(of=("self",)).select_related("business").filter(pk=invoice.pk).first()
    if draft is None:
        raise DraftingError(_("This draft was thrown away."))
    if draft.issued_at is not None:
        words = {"number": draft.number}
        raise DraftingError(_("Invoice %(number)s is issued: it never changes. A credit note corrects it.") % words)
    return draft
