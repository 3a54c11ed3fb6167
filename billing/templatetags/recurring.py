"""What an invoice's page says of coming back."""

from typing import Any

from django import template
from django.template.context import Context

from billing import recurring
from billing.models import Invoice, Recurrence
from people.models import Role

register = template.Library()


@register.inclusion_tag("billing/_repeats.html", takes_context=True)
def repeats_of(context: Context, invoice: Invoice) -> dict[str, Any]:
    """`{% repeats_of invoice %}`: what drafted it, what comes back like it, and whether it may."""
    membership, request = context.get("membership"), context.get("request")
    may_write = bool(membership and membership.role != Role.ACCOUNTANT)
    may_be_model = recurring.may_be_model(invoice)
    open_ones = Recurrence.objects.filter(client=invoice.client_id, ended_at=None).exclude(model=invoice)
    return {
        "business": getattr(request, "business", None) or context.get("business"),
        "invoice": invoice,
        "came_from": Recurrence.objects.filter(occurrences__invoice=invoice).select_related("business").first(),
        "repeated_by": Recurrence.objects.filter(model=invoice, ended_at=None).select_related("business"),
        "others": open_ones.select_related("business") if may_be_model and may_write else [],
        "may_repeat": may_be_model and may_write,
        "csrf_token": context.get("csrf_token"),
    }
