"""What a client's page shows of their mandate and of the invoices written in their name."""

from typing import Any

from django import template
from django.template import Context

from billing.models import Mandate, SelfBilledInvoice
from billing.selfbilled import approving
from billing.selfbilled.mandating import LISTED, NO_INVOICES_OF_THEIR_OWN, TONES, State, state_in_list
from lib import clock
from people.models import Client, Role

register = template.Library()
MOST = 5


@register.inclusion_tag("billing/_self_billing_client.html", takes_context=True)
def self_billing_of(context: Context, client: Client) -> dict[str, Any]:
    """`{% self_billing_of client %}`: the client's last mandate, what was written under it, what to do next."""
    membership, business = context.get("membership"), context["business"]
    today = clock.today(business.time_zone)
    last = Mandate.objects.filter(client=client).select_related(*LISTED).first()
    state = state_in_list(last, today) if last else None
    written = (
        SelfBilledInvoice.objects.filter(client=client)
        .select_related(*approving.LISTED)
        .prefetch_related(approving.NOTES)[:MOST]
    )
    rows = [(invoice, approving.state_in_list(invoice, today)) for invoice in written]
    return {
        "business": business,
        "client": client,
        "mandate": last,
        "badge": {"word": str(state.value), "tone": TONES.get(state, "off")} if state else None,
        "in_force": state == State.IN_FORCE,
        "rows": [
            {"invoice": invoice, "word": str(stands.value), "tone": approving.TONES.get(stands, "")}
            for invoice, stands in rows
        ],
        "may_write": membership is not None and membership.role != Role.ACCOUNTANT,
        "may_propose": client.kind not in NO_INVOICES_OF_THEIR_OWN
        and state in (None, State.ENDED, State.DECLINED, State.WITHDRAWN),
    }
