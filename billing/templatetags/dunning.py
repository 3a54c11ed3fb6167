"""What pages show of reminders and payment requests: on an invoice's page, and on a client's."""

from typing import Any

from django import template
from django.template.context import Context

from billing import overdue, reminding, requesting, turning
from billing.models import Invoice, PaymentRequest
from lib import clock
from people.models import Client

register = template.Library()


@register.inclusion_tag("billing/_reminders.html", takes_context=True)
def reminders_of(context: Context, invoice: Invoice) -> dict[str, Any]:
    """`{% reminders_of invoice %}`: those that left, the one that waits, and the next one if something is overdue."""
    on = clock.today(invoice.business.time_zone)
    claim = overdue.claim_on(invoice, on)
    return _shown(context) | {
        "invoice": invoice,
        "reminders": reminding.history(invoice),
        "may_remind": claim.is_overdue(on) and reminding.waiting_for(invoice) is None,
    }


@register.inclusion_tag("billing/_requests.html", takes_context=True)
def requests_of(context: Context, invoice: Invoice) -> dict[str, Any]:
    """`{% requests_of invoice %}`: its payment requests with what is left of them, and whether one may be made."""
    on = clock.today(invoice.business.time_zone)
    parts = turning.in_euros(invoice, overdue.balances.balance_of(invoice, on).in_euros)
    left = {request.pk: amount for request, amount in parts.requested}
    rows = PaymentRequest.objects.filter(invoice=invoice, reverses=None).select_related("reversed_by", "business")
    return _shown(context) | {
        "invoice": invoice,
        "requests": [(row, left.get(row.pk)) for row in rows.order_by("pk")],
        "unasked": parts.unasked,
        "askable": requesting.askable_of(invoice, on),
    }


@register.inclusion_tag("billing/_client_requests.html", takes_context=True)
def requests_to(context: Context, client: Client) -> dict[str, Any]:
    """`{% requests_to client %}`: the payment requests that stand, with what is left of each."""
    on = clock.today(client.activity.business.time_zone)
    rows = PaymentRequest.objects.filter(client=client, reverses=None, reversed_by=None)
    related = rows.select_related("invoice__business", "business").order_by("-pk")[:20]
    return _shown(context) | {"requests": [(row, requesting.left_of(row, on)) for row in related]}


def _shown(context: Context) -> dict[str, Any]:
    membership, request = context.get("membership"), context.get("request")
    business = getattr(request, "business", None) or context.get("business")
    return {
        "business": business,
        "may_write": bool(membership and membership.role != "ACCOUNTANT"),
        "csrf_token": context.get("csrf_token"),
    }
