"""Invoices are drafted: the deposit by itself after a yes, the final and the one-off invoice by a person.

A draft has no number, may be changed and thrown away. Its totals are those of its lines, kept for lists.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import balances
from billing.models import Invoice, InvoiceLine
from billing.splitting import shared
from lib.money import percent_written
from people.models import Activity, Business, Client, User
from quotes.models import Acceptance, Kind, MoneyDue, QuoteVersion, RemunerationTerm
from quotes.pricing import LineValues, Tax, priced
from records.models import Errand
from records.subjects import id_of

DEPOSIT, STANDARD, FINAL, CREDIT_NOTE = (
    Invoice.Type.DEPOSIT,
    Invoice.Type.STANDARD,
    Invoice.Type.FINAL,
    Invoice.Type.CREDIT_NOTE,
)
CLOSING = (FINAL, STANDARD)  # what invoices an accepted quote as a whole


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
    nature: str = "SERVICES"
    exemption: str = ""
    quote_line_id: int | None = None
    done_percent: Decimal | None = None


# The deposit ------------------------------------------------------------------------------------------------------


def draft_deposit(errand: Errand) -> None:
    """Draft the deposit invoices that a yes calls for (CGI 289 I-1-c); none when the quote asks for no deposit."""
    acceptance = Acceptance.objects.select_related("version", "quote__business", "quote__client").get(
        pk=id_of(errand.subject, "acceptance")
    )
    with transaction.atomic(durable=True):
        lock_quote(acceptance)
        deposits_for(acceptance, at=errand.made_at)


def deposits_for(acceptance: Acceptance, *, at: datetime) -> list[Invoice]:
    """Return the deposit invoices of an accepted quote, drafting those that are missing. Needs a transaction."""
    terms = acceptance.version.terms.filter(kind=Kind.MONEY, due=MoneyDue.ACCEPTANCE, value__gt=0).order_by("position")
    return [_deposit(acceptance, term, at) for term in terms]


def _deposit(acceptance: Acceptance, term: RemunerationTerm, at: datetime) -> Invoice:
    if (found := Invoice.objects.filter(term=term, type=DEPOSIT).first()) is not None:
        return found
    version = acceptance.version
    draft = _of_quote(acceptance, DEPOSIT, at, uuid.uuid5(uuid.NAMESPACE_URL, f"courgette:deposit:{term.pk}"))
    draft.term = term
    with override(version.language):
        words = {"number": version.number, "title": version.title}
        draft.title = _("Deposit on quote %(number)s: %(title)s") % words
        lines = lines_of_taxes(
            shared(term.value, taxes_of(version)),
            _("Deposit on quote %(number)s") % {"number": version.number},
            version.language,
        )
    _deducted_in_what_is_drafted_already(acceptance)
    return write(draft, lines)


def _deducted_in_what_is_drafted_already(acceptance: Acceptance) -> None:
    """Whoever was quicker than the worker has drafted the whole as if there were no deposit: it deducts this one."""
    Invoice.objects.filter(acceptance=acceptance, type=STANDARD, issued_at=None).update(type=FINAL)


def taxes_of(version: QuoteVersion) -> Sequence[Tax]:
    """Return the VAT of a version, per rate, under the regime it was sent with."""
    lines = (values_of_line(line) for line in version.lines.all())
    return priced(lines, franchise=(version.seller or {}).get("vat_regime") == Business.VatRegime.FRANCHISE).taxes


def lines_of_taxes(taxes: Iterable[Tax], title: str, language: str) -> list[DraftLine]:
    """Return one line per VAT rate, that says its rate where there are several."""
    kept = list(taxes)
    several = len(kept) > 1
    return [
        DraftLine(
            unit_price=tax.base,
            vat_rate=tax.rate,
            title=_("%(title)s, part at %(rate)s") % {"title": title, "rate": percent_written(tax.rate, language)}
            if several
            else title,
            unit="FLAT",
        )
        for tax in kept
    ]


# The final invoice ------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def draft_final(*, acceptance: Acceptance, by: User, at: datetime, request_id: uuid.UUID) -> Invoice:
    """Draft the invoice of all that a quote agreed; its deposits are deducted when it is issued.

    A draft that is already there is returned. Raises DraftingError when the quote has been invoiced.
    """
    lock_quote(acceptance)
    invoices = Invoice.objects.filter(acceptance=acceptance, type__in=CLOSING)
    if (found := invoices.filter(issued_at=None).first()) is not None:
        return found
    if Invoice.objects.filter(request_id=request_id).exists():
        raise DraftingError(_("This form was already used."))
    for invoice in invoices:
        if balances.creditable_of(invoice).amount > 0:
            raise DraftingError(_("This quote is already invoiced: %(number)s.") % {"number": invoice.number})
    version = acceptance.version
    has_deposit = Invoice.objects.filter(acceptance=acceptance, type=DEPOSIT).exists()
    draft = _of_quote(acceptance, FINAL if has_deposit else STANDARD, at, request_id)
    return write(draft, [values_of_line(line) for line in version.lines.order_by("position")])


def _of_quote(acceptance: Acceptance, kind: Invoice.Type, at: datetime, request_id: uuid.UUID) -> Invoice:
    quote, version = acceptance.quote, acceptance.version
    return Invoice(
        business=quote.business,
        activity=quote.activity,
        client=quote.client,
        acceptance=acceptance,
        type=kind,
        title=version.title,
        language=version.language,
        created_at=at,
        request_id=request_id,
    )


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
        created_at=at,
        request_id=request_id,
    )
    return write(draft, lines)


# Writing, changing, throwing away ---------------------------------------------------------------------------------


def write(draft: Invoice, lines: Sequence[DraftLine], *, vat: Money | None = None) -> Invoice:
    """Save a new draft with its lines and the totals they make; `vat` where a credit note takes off what is left of it.

    Needs a transaction.
    """
    _total(draft, lines)
    if vat is not None:
        draft.vat, draft.total = vat, draft.net + vat
    draft.save(force_insert=True)
    _write_lines(draft, lines)
    return draft


def charges_no_vat(draft: Invoice) -> bool:
    """Tell whether an invoice is under franchise: see `regime_of`."""
    return regime_of(draft) == Business.VatRegime.FRANCHISE


def regime_of(draft: Invoice) -> str:
    """Return the VAT regime that makes the amounts of an invoice: for a credit note that of what it corrects, for an
    accepted quote that of the price agreed (issuing refuses another one than today's), else that of the business."""
    if draft.corrects:
        said = draft.corrects.seller
    else:
        said = draft.acceptance.version.seller if draft.acceptance else None
    return str((said or {}).get("vat_regime", draft.business.vat_regime))


def _total(draft: Invoice, lines: Iterable[LineValues]) -> None:
    sums = priced(lines, franchise=charges_no_vat(draft))
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
    title: str,
    introduction: str = "",
    order_reference: str = "",
    delivered_on: date | None = None,
    due_on: date | None = None,
    lines: Sequence[DraftLine] | None = None,
) -> Invoice:
    """Change a draft seen at `revision`; StaleDraft if it has changed since. Lines only where there is no quote."""
    draft = locked_draft(invoice)
    if draft.revision != revision:
        raise StaleDraft(draft)
    draft.title, draft.introduction, draft.order_reference = title, introduction, order_reference
    draft.delivered_on, draft.due_on = delivered_on, due_on
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
