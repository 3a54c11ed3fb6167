"""What these pages share: the doors to rows, the kinds' totals, the person's day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404
from django.utils.translation import get_language

from billing.models import Invoice, Receipt
from lib import clock
from lib.bars import Segment
from lib.money import cents, euros
from people.access import BusinessRequest, visible_activities
from people.models import Role
from quotes.models import Kind


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
    related = ("business", "client", "term__version__quote", "reverses", "reversed_by")
    found = visible_receipts(request).select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def say(form: BaseForm, error: Any) -> None:
    """Show an act's refusal next to the field it is about, or on top."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def segments(sums: Iterable[tuple[str, Any]]) -> list[Segment]:
    """Return totals by kind, in the usual order, without those that are nothing."""
    found = {kind: euros(cents(value)) for kind, value in sums if value}
    return [Segment(kind, found[kind], "") for kind in Kind.values if kind in found and found[kind].amount]
