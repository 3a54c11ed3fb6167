"""What is late in euros: to be reminded of, one line each; and what became due in euros and nobody has asked for."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing import balances
from billing.dunning import overdue, reminding
from billing.dunning.overdue import Claim, Late
from billing.models import Invoice, Reminder
from desk.today.todo import MANY, Todo, short_day
from lib.money import written
from people.access import activities_of
from people.models import Membership, Role


def late(membership: Membership, on: date) -> Iterator[Todo]:
    """Say how many payments are late when there are several, then each: what is left, and the last reminder."""
    rows: Any = balances.with_balances(Invoice.objects.filter(activity__in=activities_of(membership)), on)
    found = list(rows.filter(is_overdue=True).select_related("client", "business", "activity")[:MANY])
    late_ones = [overdue.late_of(invoice, on) for invoice in found]
    claims = [claim for late in late_ones for claim in late.claims]
    if len(claims) > 1:
        words = ngettext("%(count)d payment is late: remind.", "%(count)d payments are late: remind.", len(claims))
        url = reverse("invoices", args=[membership.business.slug]) + "?state=overdue"
        yield Todo(words % {"count": len(claims)}, url, _("See them"), "bad")
    last = reminding.last_of_each(invoice.pk for invoice in found)
    for claim in claims:
        yield _line(claim, last.get(claim.invoice.pk), may_remind=membership.role != Role.ACCOUNTANT)
    if membership.role != Role.ACCOUNTANT:
        yield from _unasked(late_ones)


def _line(claim: Claim, last: Reminder | None, *, may_remind: bool) -> Todo:
    """Return one late payment; another reminder is proposed unless one is waiting."""
    words = {
        "number": claim.reference,
        "client": claim.invoice.client.name,
        "day": short_day(claim.due_on),
        "left": written(claim.left, get_language() or "fr"),
    }
    sentence = _("%(number)s of %(client)s was due on %(day)s: %(left)s are left to pay.") % words
    if last is not None and last.payment_request_id == (claim.request.pk if claim.request else None):
        sentence = f"{sentence} {_last(last)}"
    if not may_remind or (last is not None and last.is_waiting):
        return Todo(sentence, claim.invoice.get_absolute_url(), _("See the invoice"), "bad")
    name, row = ("request_remind", claim.request) if claim.request else ("invoice_remind", claim.invoice)
    return Todo(sentence, reverse(name, args=[claim.invoice.business.slug, row.pk]), _("Remind"), "bad")


def _last(last: Reminder) -> str:
    words = {"level": last.get_level_display(), "day": short_day(last.dated)}
    if last.is_waiting:
        return _("A %(level)s leaves on %(day)s.") % words
    words["what"] = last.outcome.get_what_display()
    return _("Last: %(level)s of %(day)s, %(what)s.") % words


def _unasked(late_ones: list[Late]) -> Iterator[Todo]:
    for invoice, unasked in ((late.invoice, late.unasked) for late in late_ones if late.unasked.amount > 0):
        words = {
            "amount": written(unasked, get_language() or "fr"),
            "client": invoice.client.name,
            "number": invoice.number,
        }
        yield Todo(
            _("%(amount)s of invoice %(number)s of %(client)s did not come in kind and are due in euros.") % words,
            reverse("request_new", args=[invoice.business.slug, invoice.pk]), _("Ask for them"),
        )  # fmt: skip
