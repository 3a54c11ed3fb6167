"""What these pages share: the doors to rows, the kinds' totals, the person's day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.facts import RECEIVED, TO_RECEIVE, InvoiceFacts
from billing.models import Invoice, Receipt
from lib import clock
from lib.bars import Segment
from lib.money import MINUS, NO_BREAK_SPACE, cents, euros, number_written
from people.access import BusinessRequest, visible_activities
from people.models import Role
from quotes.models import Kind
from quotes.wording import counted


def today_of(request: BusinessRequest) -> date:
    return clock.today(request.business.time_zone)


def language() -> str:
    return get_language() or "fr"


def may_write(request: BusinessRequest) -> bool:
    return request.membership.role != Role.ACCOUNTANT


def visible_invoices(request: BusinessRequest) -> QuerySet[Invoice]:
    return Invoice.objects.filter(visible_activities(request.membership), business=request.business)


def visible_receipts(request: BusinessRequest) -> QuerySet[Receipt]:
    return Receipt.objects.filter(visible_activities(request.membership), business=request.business)


def invoice_or_404(request: BusinessRequest, pk: int) -> Invoice:
    related = ("business", "client", "activity", "corrects", "acceptance__version", "acceptance__quote", "term")
    found = visible_invoices(request).select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def receipt_or_404(request: BusinessRequest, pk: int) -> Receipt:
    related = ("business", "client", "term__version__quote", "reverses", "reversed_by", "gives_back")
    found = visible_receipts(request).select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def say(form: BaseForm, error: Any) -> None:
    """Show an act's refusal next to the field it is about, or on top."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def count_of(receipt: Receipt) -> str:
    """Return how many came, with the unit: « 2 paniers », « −1 panier »; nothing for euros."""
    if receipt.quantity is None:
        return ""
    sign, unit = MINUS if receipt.quantity < 0 else "", receipt.unit or receipt.label
    if receipt.kind == Kind.LOCAL_CURRENCY:  # the name of a currency has no plural
        return f"{sign}{number_written(abs(receipt.quantity), language())}{NO_BREAK_SPACE}{unit}"
    return sign + counted(abs(receipt.quantity), unit, language())


def bar_of(facts: InvoiceFacts) -> list[Segment]:
    """Return the mix of an invoice, saying of each part whether it came."""
    words = {RECEIVED: _("received"), TO_RECEIVE: _("to be received")}
    return [
        Segment(part.kind, part.value, f"{part.label}, {words[part.state]}" if part.state in words else part.label)
        for part in facts.parts
    ]


def segments(sums: Iterable[tuple[str, Any]]) -> list[Segment]:
    """Return totals by kind, in the usual order, without those that are nothing."""
    found = {kind: euros(cents(value)) for kind, value in sums if value}
    return [Segment(kind, found[kind], "") for kind in Kind.values if kind in found and found[kind].amount]
