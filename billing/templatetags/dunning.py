"""What pages show of reminders and payment requests: on an invoice's page, and on a client's."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.translation import get_language

from billing import balances
from billing.dunning import overdue, reminding, requesting, turning
from billing.models import Invoice, PaymentRequest
from lib import clock
from people import law_places
from people.models import Client

register = template.Library()
MANY = 20


@register.inclusion_tag("billing/_asked.html", takes_context=True)
def asked_of(context: Context, invoice: Invoice) -> dict[str, Any]:
    """`{% asked_of invoice %}`: the reminders that left, the one that waits, the next one if something is overdue; the
    payment requests with what is left of them, and whether one may be made. Reads the page's `balance` if it has one.
    """
    on = clock.today(invoice.business.time_zone)
    balance = context.get("balance") or balances.balance_of(invoice, on)
    parts = turning.in_euros(invoice, balance.in_euros)
    reminders = reminding.history(invoice)
    claim = overdue.claim_from(invoice, parts, balance.in_kind, on)
    waits = any(reminder.is_waiting and reminder.payment_request_id is None for reminder in reminders)
    left = {request.pk: amount for request, amount in parts.requested}
    rows = PaymentRequest.objects.filter(invoice=invoice, reverses=None).select_related("reversed_by", "business")
    for row in (related := list(rows.order_by("pk"))):
        row.invoice = invoice
    return _shown(context) | {
        "invoice": invoice,
        "reminders": reminders,
        "may_remind": claim.is_overdue(on) and not waits,
        "requests": [(row, left.get(row.pk)) for row in related],
        "unasked": parts.unasked,
        "askable": turning.askable(invoice, parts.unasked, balance.in_kind),
    }


@register.inclusion_tag("billing/_client_requests.html", takes_context=True)
def requests_to(context: Context, client: Client) -> dict[str, Any]:
    """`{% requests_to client %}`: the payment requests that stand, with what is left of each."""
    on = clock.today(client.activity.business.time_zone)
    rows = PaymentRequest.objects.filter(client=client, reverses=None, reversed_by=None)
    related = rows.select_related("invoice__business", "business").order_by("-pk")[:MANY]
    return _shown(context) | {"requests": [(row, requesting.left_of(row, on)) for row in related]}


def _shown(context: Context) -> dict[str, Any]:
    membership, request = context.get("membership"), context.get("request")
    business = getattr(request, "business", None) or context.get("business")
    return {
        "business": business,
        "may_write": bool(membership and membership.role != "ACCOUNTANT"),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("billing/_law.html")
def law_of(invoice: Invoice) -> dict[str, Any]:
    """`{% law_of invoice %}`: the legal facts whose sentences an issued invoice holds, each with its address."""
    mentions = invoice.mentions or {}
    texts = [note.get("text", "") for note in mentions.get("notes", ())]
    texts += [why.get("text", "") for why in (mentions.get("exemptions") or {}).values()]
    facts = law_places.said_in(texts, invoice.language)
    language = (get_language() or "fr").split("-")[0]
    return {"facts": [(fact.title.get(language, fact.title["fr"]), law_places.address_of(fact)) for fact in facts]}
