"""What billing tells the pages of quotes: which accepted ones are invoiced, under what number, and what may be done."""

from collections.abc import Collection, Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing import balances, depositing, months, progress
from billing.models import Invoice
from billing.roles import CLOSING, ISSUED, NOT_REPLACED, PROGRESS, issued_of, role_is, role_of
from lib import clock
from quotes import follow_ups
from quotes.follow_ups import Step
from quotes.models import Acceptance


@follow_ups.register
def invoiced(quote_ids: Collection[int]) -> dict[int, str]:
    """Return, in one query, the words for quotes whose final or progress invoice is issued or being prepared."""
    rows = Invoice.objects.filter(NOT_REPLACED, role_is(*CLOSING, PROGRESS), acceptance__quote__in=quote_ids)
    found = rows.filter(corrects=None).filter(Q(replaces=None) | ISSUED).order_by("pk")
    return {
        row.acceptance.quote_id: _words(row) for row in found.select_related("acceptance") if row.acceptance is not None
    }


def _words(row: Invoice) -> str:
    if row.number is None:
        return _("Read its invoice, and issue it")
    if role_of(row) == PROGRESS:
        return _("Invoiced as the work goes on: %(number)s") % {"number": row.number}
    return _("Invoiced: %(number)s") % {"number": row.number}


@follow_ups.register_closer
def is_invoiced(quote_id: int) -> bool:
    """Say whether an issued invoice of the whole quote, or a progress invoice, still claims something of it."""
    acceptance = Acceptance.objects.filter(quote=quote_id).first()
    return acceptance is not None and any(
        balances.stands(invoice) for invoice in issued_of(acceptance.pk, *CLOSING, PROGRESS)
    )


@follow_ups.register_guide
def steps(quote_id: int) -> list[Step]:
    """Return the other ways of invoicing an accepted quote, as far as each is possible."""
    rows = Acceptance.objects.select_related("version", "quote__business")
    acceptance = rows.filter(quote=quote_id).first()
    return list(_steps(acceptance)) if acceptance else []


def _steps(acceptance: Acceptance) -> Iterator[Step]:
    quote, business = acceptance.quote, acceptance.quote.business
    for one in months.months_to_invoice([acceptance], clock.today(business.time_zone)):
        url = reverse("month_in_kind", args=[business.slug, one.term.pk, one.month.year, one.month.month])
        words = {"what": one.words(get_language() or "fr")}
        yield Step(_("Deposit invoice in kind, %(what)s") % words, url, _("(to be confirmed by your accountant)"))
    closing = [row for row in issued_of(acceptance.pk, *CLOSING) if balances.stands(row)]
    if not closing and not progress.is_complete(acceptance):
        yield Step(_("Invoice the work done so far"), reverse("quote_progress", args=[business.slug, quote.pk]))
    if depositing.left_to_ask(acceptance).amount > 0:
        yield Step(_("Ask for a deposit"), reverse("quote_deposit", args=[business.slug, quote.pk]))
