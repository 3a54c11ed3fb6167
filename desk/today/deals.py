"""What accepted quotes ask for on their way to the last invoice: the next progress invoice, a month in kind."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing import months, progressing
from billing.models import Invoice
from billing.roles import CLOSING, ISSUED, NOT_REPLACED, PROGRESS, role_is
from desk.today.todo import MANY, Todo
from lib.money import written
from people.access import activities_of
from people.models import Membership
from quotes.models import Acceptance


def in_kind(membership: Membership, on: date) -> Iterator[Todo]:
    """Propose the deposit invoice of each past month in which goods or hours came that no invoice takes."""
    language = get_language() or "fr"
    for one in months.months_of(activities_of(membership), on)[:MANY]:
        quote = one.term.version.quote
        yield Todo(
            _("%(client)s: deposit invoice in kind, %(what)s (to be confirmed by your accountant).")
            % {"client": quote.client.name, "what": one.words(language)},
            reverse("month_in_kind", args=[membership.business.slug, one.term.pk, one.month.year, one.month.month]),
            _("Look at it"),
        )


def to_go_on(membership: Membership, on: date) -> Iterator[Todo]:
    """Say what is left to invoice of quotes that are invoiced as the work goes on."""
    invoices = Invoice.objects.filter(role_is(PROGRESS), acceptance=OuterRef("pk"), corrects=None)
    whole = Invoice.objects.filter(type__in=CLOSING, acceptance=OuterRef("pk"))
    deals = Acceptance.objects.filter(
        Exists(invoices.filter(ISSUED, NOT_REPLACED)),
        ~Exists(invoices.filter(issued_at=None)),
        ~Exists(whole),
        quote__activity__in=activities_of(membership),
    )
    for deal in deals.select_related("version", "quote__client", "quote__business")[:MANY]:
        left = progressing.left_to_invoice(deal)
        if left.amount > 0:
            yield Todo(
                _("Quote %(number)s of %(client)s is invoiced as the work goes on: %(left)s to go.")
                % {
                    "number": deal.quote.number,
                    "client": deal.quote.client.name,
                    "left": written(left, get_language() or "fr"),
                },
                reverse("quote_progress", args=[deal.quote.business.slug, deal.quote_id]),
                _("The next invoice"),
                "good",
            )
