"""An issued invoice is cancelled and replaced by another one (CGI 289 I-5), with a number of its own.

The draft is a copy that may be changed. When it is issued, the first one claims nothing any more, in the same
transaction: what had settled it settles the new one.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from billing.drafting import lock_quote, values_of_line, write
from billing.models import AgreedPart, Invoice
from billing.partners import announcing
from billing.replaceable import why_not_replaced
from billing.roles import REPLACEMENT, role_of
from lib.money import cents, euros
from people.models import User

KEPT = (
    "business",
    "activity",
    "client",
    "acceptance",
    "term",
    "deposit_month",
    "title",
    "introduction",
    "order_reference",
    "engagement",
    "buyer_accounting_reference",
    "period_since",
    "period_until",
    "delivered_on",
    "language",
    "second_language",
)
KEPT_OF_PARTS = ("position", "kind", "label", "unit", "quantity", "unit_value", "value", "valuation", "due_on")


class ReplacingError(Exception):
    """Why an invoice cannot be replaced, in words for the person."""


@transaction.atomic(durable=True)
def draft_replacement(*, invoice: Invoice, by: User, at: datetime, request_id: uuid.UUID) -> Invoice:
    """Draft the invoice that cancels and replaces an issued one; the draft that is there already is returned.

    It goes on as what it replaces: a deposit is deducted, a whole invoice closes its quote. Raises ReplacingError.
    """
    replaced = _locked(invoice)
    if (found := Invoice.objects.filter(replaces=replaced, issued_at=None).first()) is not None:
        return found
    if why := why_not_replaced(replaced):
        raise ReplacingError(why)
    if Invoice.objects.filter(request_id=request_id).exists():
        raise ReplacingError(_("This form was already used."))
    draft = Invoice(
        type=REPLACEMENT,
        stands_for=role_of(replaced),
        replaces=replaced,
        created_at=at,
        request_id=request_id,
        due_on=_still_to_come(replaced, at),
        **{name: getattr(replaced, name) for name in KEPT},
    )
    lines = [values_of_line(line) for line in replaced.lines.order_by("position")]
    made = write(draft, lines, vat=replaced.vat)
    AgreedPart.objects.bulk_create(_still_agreed(replaced, made))
    announcing.go_on(replaced, made)
    return made


def _still_agreed(replaced: Invoice, draft: Invoice) -> Iterator[AgreedPart]:
    """Yield the agreed parts for the draft, less the units that will not come: these stay due in euros."""
    for part in replaced.agreed_parts.order_by("position").prefetch_related("shortfalls"):
        copied = AgreedPart(invoice=draft, **{name: getattr(part, name) for name in KEPT_OF_PARTS})
        copied.quantity -= sum((row.quantity for row in part.shortfalls.all()), Decimal(0))
        if copied.quantity != part.quantity:
            copied.value = cents(euros(copied.quantity * copied.unit_value.amount))
        if copied.value.amount > 0:
            yield copied


def _still_to_come(replaced: Invoice, at: datetime) -> date | None:
    """Return the day to pay by that was given, unless it is past: an invoice is not due before it exists."""
    today = at.astimezone(ZoneInfo(replaced.business.time_zone)).date()
    return replaced.due_on if replaced.due_on and replaced.due_on >= today else None


def _locked(invoice: Invoice) -> Invoice:
    if invoice.acceptance:
        lock_quote(invoice.acceptance)
    related = ("business", "activity", "client", "acceptance__version", "acceptance__quote", "term")
    rows = Invoice.objects.select_for_update(of=("self",)).select_related(*related)
    return rows.get(pk=invoice.pk)
