"""An invoice in a partner's name is drafted, by hand or from what was received in kind, changed and thrown away.

Every draft is under a mandate; a draft has no number. The whole of an issued one is credited by a draft too.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing.drafting import DraftLine, values_of_line
from billing.models import (
    CAME,
    Mandate,
    Receipt,
    SelfBilledInvoice,
    SelfBilledLine,
    SelfBilledReceipt,
    SelfBilledTax,
    SetOffCover,
)
from billing.partners.compensated import standing_rows
from billing.partners.coverable import given_back_whole
from billing.selfbilled.mandating import MandateError, day_of, holds, locked
from billing.splitting import base_of, credited, remaining
from lib.days import day_written
from lib.money import cents, euros, per_unit, split, summed, total, vat_of
from people.models import Client, User
from quotes.models import Kind, Nature, Unit
from quotes.pricing import Tax, priced

INVOICE, CREDIT_NOTE = SelfBilledInvoice.Type.INVOICE, SelfBilledInvoice.Type.CREDIT_NOTE
SET_OFF, EUROS = SelfBilledInvoice.Settlement.SET_OFF, SelfBilledInvoice.Settlement.EUROS
IN_KIND = (Kind.GOODS, Kind.TIME)
CENT = euros("0.01")


class SelfBillingError(Exception):
    """Why an invoice cannot be drafted, issued, credited or answered, in words; `reasons` are the same, one by one."""

    def __init__(self, *reasons: str, field: str = "") -> None:
        super().__init__(" ".join(reasons))
        self.reasons, self.field = reasons, field


@dataclass(frozen=True)
class Said:
    """What a person writes beside the lines."""

    title: str
    delivered_on: date
    settlement: str = SET_OFF
    due_on: date | None = None
    period: tuple[date, date] | None = None


# From what was received -------------------------------------------------------------------------------------------


def receipts_to_invoice(client: Client) -> QuerySet[Receipt]:
    """Return what a client delivered or did that no invoice of theirs is for yet, oldest first.

    A receipt is invoiced once: neither by a self-billed invoice (unless it was credited), nor by an invoice that the
    client wrote and that a set-off covers it with.
    """
    written = standing_rows(SelfBilledReceipt.objects.filter(receipt=OuterRef("pk")))
    came = Receipt.objects.filter(CAME, ~Exists(written), client=client, kind__in=IN_KIND)
    covers = SetOffCover.objects.filter(receipt__in=came).values_list("receipt").annotate(value=Sum("value"))
    covered = [pk for pk, value in covers.order_by() if summed(value).amount > 0]
    left = came.exclude(pk__in=[*covered, *given_back_whole(came)])
    return left.prefetch_related("given_back").order_by("received_on", "pk")


@transaction.atomic(durable=True)
def draft_from_receipts(
    *,
    mandate: Mandate,
    receipts: Sequence[int],
    by: User,
    at: datetime,
    request_id: uuid.UUID,
    settlement: str = SET_OFF,
    vat_rate: Decimal | None = None,
) -> SelfBilledInvoice:
    """Draft the invoice of what came in kind in one month (CGI 289, I-3), at the value agreed, VAT included: that is
    what it settled of our price.

    The same `request_id` again returns the first one. Raises SelfBillingError for a receipt that is invoiced already,
    for several months, and for a VAT rate that the mandate does not name.
    """
    row = _open(mandate, at)
    if (found := _again(row, request_id)) is not None:
        return found
    chosen = list(receipts_to_invoice(row.client).filter(pk__in=receipts))
    if not chosen or len(chosen) != len(set(receipts)):
        raise SelfBillingError(_("Choose what came and is not invoiced yet: some of this is."), field="receipts")
    if len({receipt.received_on.replace(day=1) for receipt in chosen}) > 1:
        raise SelfBillingError(_("One invoice is for what came in one month (CGI 289, I-3)."), field="receipts")
    with override(row.language):
        lines = lines_of(chosen, rate_of(row, vat_rate))
        days = sorted(receipt.received_on for receipt in chosen)
        period = (days[0], days[-1]) if days[0] != days[-1] else None
        said = Said(title_of(days[0]), days[-1], settlement, period=period)
    draft = written_draft(SelfBilledInvoice(**of_mandate(row, at, request_id), **columns_of(said)), lines)
    SelfBilledReceipt.objects.bulk_create(SelfBilledReceipt(invoice=draft, receipt=receipt) for receipt in chosen)
    return draft


def rate_of(mandate: Mandate, chosen: Decimal | None) -> Decimal:
    """Return the VAT rate of what came: the mandate's only one, or the one a person chose among them."""
    rates = rates_of(mandate)
    if len(rates) == 1:
        return rates[0]
    if chosen not in rates:
        raise SelfBillingError(_("Choose at which of their VAT rates this is sold."), field="vat_rate")
    return chosen


def rates_of(mandate: Mandate) -> list[Decimal]:
    """Return the rates at which the partner sells; 0 alone under franchise."""
    if mandate.vat_regime == Mandate.VatRegime.FRANCHISE:
        return [Decimal(0)]
    return [Decimal(rate) for rate in mandate.vat_rates]


def lines_of(receipts: Iterable[Receipt], rate: Decimal, *, base: Money | None = None) -> list[DraftLine]:
    """Return one line per sort of thing and value, whose totals, VAT included, are what the receipts are worth.

    Where no base makes that amount to the cent, the whole is a cent less. `base`: what they add up to before VAT, where
    that is known. Labels are in the active language.
    """
    groups: dict[tuple[str, str, str, Money], list[Receipt]] = {}
    for receipt in receipts:
        groups.setdefault((receipt.kind, receipt.label, receipt.unit, receipt.unit_value), []).append(receipt)
    worth = [total(receipt.kept for receipt in group) for group in groups.values()]
    bases = split(base or _base(total(worth), rate), [amount.amount for amount in worth])
    return [_line(key, group, part, rate) for (key, group), part in zip(groups.items(), bases, strict=True)]


def _base(gross: Money, rate: Decimal) -> Money:
    exact = base_of(gross, rate)
    if exact is not None:
        return exact
    near = cents(euros(gross.amount * 100 / (100 + rate)))
    return near if near + vat_of(near, rate) < gross else near - CENT


def _line(key: tuple[str, str, str, Money], group: Sequence[Receipt], base: Money, rate: Decimal) -> DraftLine:
    kind, label, unit, _value = key
    quantity = sum((receipt.kept_quantity for receipt in group), Decimal(0))
    return DraftLine(
        unit_price=per_unit(base, quantity),
        quantity=quantity,
        vat_rate=rate,
        title=label or unit or str(Kind(kind).label),
        unit=Unit.HOUR if kind == Kind.TIME else Unit.PIECE,
        description=", ".join(day_written(receipt.received_on) for receipt in group),
        nature=Nature.SERVICES if kind == Kind.TIME else Nature.GOODS,
    )


def title_of(day: date) -> str:
    """Return a title in the active language: « Livraisons en novembre 2026 »."""
    return _("Deliveries of %(month)s") % {"month": day_written(day, "F Y")}


# By hand ----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def draft_by_hand(
    *, mandate: Mandate, said: Said, lines: Sequence[DraftLine], by: User, at: datetime, request_id: uuid.UUID
) -> SelfBilledInvoice:
    """Draft an invoice of lines that a person wrote. The same `request_id` again returns the first one."""
    row = _open(mandate, at)
    if (found := _again(row, request_id)) is not None:
        return found
    if not lines:
        raise SelfBillingError(_("An invoice has at least one line."))
    return written_draft(SelfBilledInvoice(**of_mandate(row, at, request_id), **columns_of(said)), lines)


@transaction.atomic(durable=True)
def save_draft(
    *,
    invoice: SelfBilledInvoice,
    revision: int,
    said: Said,
    lines: Sequence[DraftLine] | None,
    by: User,
    at: datetime,
) -> SelfBilledInvoice:
    """Change a draft seen at `revision`; `lines` only where it does not come from receipts. Raises SelfBillingError."""
    draft = locked_draft(invoice)
    if draft.revision != revision:
        raise SelfBillingError(_("This draft was changed in another window since you opened it here: read it again."))
    if said.settlement == EUROS and draft.receipts.exists():
        words = _("What came settled your price already: this invoice is settled by set-off, not in euros.")
        raise SelfBillingError(words, field="settlement")
    for name, value in columns_of(said).items():
        setattr(draft, name, value)
    draft.revision += 1
    if lines is not None:
        if draft.corrects_id or draft.receipts.exists():
            raise SelfBillingError(_("The lines of this invoice are what came: they do not change here."))
        if not lines:
            raise SelfBillingError(_("An invoice has at least one line."))
        draft.lines.all().delete()
        _totalled(draft, lines)
        _write_lines(draft, lines)
    draft.save()
    return draft


@transaction.atomic(durable=True)
def delete_draft(*, invoice: SelfBilledInvoice, by: User) -> None:
    """Throw a draft away: it had no number, nothing is missing. Raises SelfBillingError once it is issued."""
    locked_draft(invoice).delete()


# Writing ----------------------------------------------------------------------------------------------------------


def charges_no_vat(invoice: SelfBilledInvoice) -> bool:
    return invoice.mandate.vat_regime == Mandate.VatRegime.FRANCHISE


def locked_invoice(invoice: SelfBilledInvoice) -> SelfBilledInvoice:
    """Lock the client, the mandate, then the invoice, and return it as it is now."""
    mandate = locked(invoice.mandate)
    rows = SelfBilledInvoice.objects.select_for_update(of=("self",)).select_related("business", "activity", "client")
    found = rows.filter(pk=invoice.pk).first()
    if found is None:
        raise SelfBillingError(_("This draft was thrown away."))
    found.mandate = mandate
    return found


def locked_draft(invoice: SelfBilledInvoice) -> SelfBilledInvoice:
    draft = locked_invoice(invoice)
    if draft.issued_at is not None:
        words = {"number": draft.number}
        raise SelfBillingError(_("Invoice %(number)s is issued: it never changes. A credit note corrects it.") % words)
    return draft


def _open(mandate: Mandate, at: datetime) -> Mandate:
    try:
        row = locked(mandate)
    except MandateError as refused:
        raise SelfBillingError(str(refused)) from None
    if not holds(row, day_of(row, at)):
        raise SelfBillingError(_("There is no mandate in force: nothing can be written in their name."))
    return row


def _again(mandate: Mandate, request_id: uuid.UUID) -> SelfBilledInvoice | None:
    found = SelfBilledInvoice.objects.filter(request_id=request_id).first()
    if found is not None and found.mandate_id != mandate.pk:
        raise SelfBillingError(_("This form was already used."))
    return found


def of_mandate(mandate: Mandate, at: datetime, request_id: uuid.UUID) -> dict[str, Any]:
    return {
        "business": mandate.business,
        "activity": mandate.activity,
        "client": mandate.client,
        "mandate": mandate,
        "language": mandate.language,
        "created_at": at,
        "request_id": request_id,
    }


def columns_of(said: Said) -> dict[str, Any]:
    since, until = said.period or (None, None)
    return {
        "title": said.title,
        "delivered_on": said.delivered_on,
        "settlement": said.settlement,
        "due_on": said.due_on if said.settlement == EUROS else None,
        "period_since": since,
        "period_until": until,
    }


def written_draft(draft: SelfBilledInvoice, lines: Sequence[DraftLine]) -> SelfBilledInvoice:
    _totalled(draft, lines)
    draft.save(force_insert=True)
    _write_lines(draft, lines)
    return draft


def _totalled(draft: SelfBilledInvoice, lines: Sequence[DraftLine]) -> None:
    draft.net = priced(lines, franchise=charges_no_vat(draft)).net
    draft.vat = total(tax.amount for tax in _taxes(draft, lines))
    draft.total = draft.net + draft.vat


def taxes_of(invoice: SelfBilledInvoice) -> list[SelfBilledTax]:
    """Return the VAT of a draft per rate, computed from its lines, not saved."""
    lines = [values_of_line(line) for line in invoice.lines.order_by("position")]
    return [
        SelfBilledTax(invoice=invoice, category=tax.category, rate=tax.rate, base=tax.base, amount=tax.amount)
        for tax in _taxes(invoice, lines)
    ]


def _taxes(draft: SelfBilledInvoice, lines: Sequence[DraftLine]) -> Sequence[Tax]:
    """Return the VAT of these lines; the last base of a rate that a credit note takes goes with all the VAT left."""
    taxes = priced(lines, franchise=charges_no_vat(draft)).taxes
    return credited(taxes, left_per_rate(draft.corrects)) if draft.corrects else taxes


def left_per_rate(invoice: SelfBilledInvoice) -> list[Tax]:
    """Return what of an issued invoice its issued credit notes have left, rate by rate."""
    notes = SelfBilledTax.objects.filter(invoice__corrects=invoice, invoice__issued_at__isnull=False)
    return remaining(*([_plain(tax) for tax in rows] for rows in (invoice.taxes.all(), notes)))


def _plain(tax: SelfBilledTax) -> Tax:
    return Tax(tax.category, tax.rate, tax.base, tax.amount)


def _write_lines(draft: SelfBilledInvoice, lines: Sequence[DraftLine]) -> None:
    without_vat = charges_no_vat(draft)
    SelfBilledLine.objects.bulk_create(
        SelfBilledLine(
            invoice=draft,
            position=position,
            section=line.section,
            title=line.title,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit or Unit.PIECE,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            vat_rate=Decimal(0) if without_vat else line.vat_rate,
            nature=line.nature,
            net=line.net,
        )
        for position, line in enumerate(lines, start=1)
    )
