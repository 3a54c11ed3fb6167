"""What pages of clients, invoices and receipts show of received invoices, set-offs and slips."""

from typing import Any

from django import template
from django.template import Context

from billing.models import Invoice, Receipt, ReceivedInvoice, SetOff, SetOffCover, Slip, SlipLine
from billing.partners import slips
from billing.partners.announcing import free_of
from billing.partners.forms import AnnounceForm
from billing.partners.received_left import still_open
from lib.money import euros, summed
from people.models import Client, Role

register = template.Library()
MOST = 5


def _page(context: Context) -> dict[str, Any]:
    membership: Any = context.get("membership")
    return {
        "business": context["business"],
        "may_write": bool(membership) and membership.role != Role.ACCOUNTANT,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("billing/_partner_client.html", takes_context=True)
def partner_papers(context: Context, client: Client) -> dict[str, Any]:
    """`{% partner_papers client %}`: a client's own invoices, set-offs and slips, and how to add one."""
    rows = ReceivedInvoice.objects.filter(client=client).select_related("business", "withdrawal")
    return _page(context) | {
        "client": client,
        "received": rows.order_by("-issued_on", "-pk")[:MOST],
        "set_offs": SetOff.objects.filter(client=client).select_related("business").order_by("-pk")[:MOST],
        "slips": Slip.objects.filter(client=client).select_related("business")[:MOST],
        "waiting": slips.waiting(client).count(),
    }


@register.inclusion_tag("billing/_partner_invoice.html", takes_context=True)
def set_offs_of(context: Context, invoice: Invoice) -> dict[str, Any]:
    """`{% set_offs_of invoice %}`: what an issued invoice was set off against, and what it may be."""
    candidates: list[Any] = []
    if invoice.issued_at is not None and not invoice.corrects_id:
        rows = still_open(ReceivedInvoice.objects.filter(client=invoice.client_id))
        candidates = list(rows.select_related("business").order_by("issued_on")[:MOST])
    for row in candidates:
        row.still = summed(row.left)
    made = SetOff.objects.filter(invoice=invoice).select_related("business", "received__business", "reversed_by")
    return _page(context) | {"invoice": invoice, "set_offs": made.order_by("pk"), "candidates": candidates}


@register.inclusion_tag("billing/_partner_draft.html", takes_context=True)
def announced_on(context: Context, draft: Invoice) -> dict[str, Any]:
    """`{% announced_on invoice %}`: on a draft, the client's own invoices that it may say it is set off against."""
    open_ones = ReceivedInvoice.objects.filter(client=draft.client_id)
    planned = {row.received_id: row.value for row in draft.planned_set_offs.all()}
    rows: list[Any] = [] if draft.corrects_id else list(still_open(open_ones).order_by("issued_on", "pk"))
    # What another invoice announced already is not offered again; what this one announces is always there.
    for row in rows:
        row.still, row.planned = max(free_of(row, draft), euros(0)), planned.get(row.pk)
        initial = {"received": row.pk, "value": row.planned or row.still}
        row.form = AnnounceForm(rows=open_ones, initial=initial, auto_id=f"id_{row.pk}_%s")
    rows = [row for row in rows if row.planned or row.still.amount]
    room = max(MOST - len(planned), 1)
    new = [row for row in rows if not row.planned][:room]
    rows = [row for row in rows if row.planned or row in new]
    return _page(context) | {"invoice": draft, "rows": rows}


@register.inclusion_tag("billing/_partner_receipt.html", takes_context=True)
def papers_of(context: Context, receipt: Receipt) -> dict[str, Any]:
    """`{% papers_of receipt %}`: the set-off that made or covers a receipt, its slip, or how to make one."""
    covers = SetOffCover.objects.filter(receipt=receipt, set_off__reverses=None, set_off__reversed_by=None)
    made = SetOff.objects.filter(receipt=receipt).select_related("business").first()
    line = SlipLine.objects.filter(receipt=receipt).select_related("slip__business").first()
    return _page(context) | {
        "receipt": receipt,
        "set_offs": [*([made] if made else []), *(row.set_off for row in covers.select_related("set_off__business"))],
        "slip": line.slip if line else None,
        "may_slip": line is None and slips.waiting(receipt.client).filter(pk=receipt.pk).exists(),
    }
