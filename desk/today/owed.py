"""What invoices and deliveries ask for: to be issued, confirmed, paid."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing.dunning.turning import counting
from billing.expecting import unanswered
from billing.models import Invoice, InvoiceTerm
from billing.waiving import with_something_waived
from desk.today.todo import MANY, Todo
from lib.money import written
from people.access import activities_of
from people.models import Membership
from quotes.models import IfMissed, Kind, RemunerationTerm


def waived(membership: Membership, on: date) -> Iterator[Todo]:
    """What was missed and is waived is taken off by a credit note, never silently."""
    terms = InvoiceTerm.objects.filter(term__if_missed=IfMissed.WAIVED, term__missed__isnull=False)
    concerned = Invoice.objects.filter(
        Exists(terms.filter(invoice=OuterRef("pk"))),
        activity__in=activities_of(membership),
        issued_at__isnull=False,
        corrects=None,
    ).select_related("client", "business")
    for invoice, value in with_something_waived(concerned)[:MANY]:
        words = {"amount": written(value, get_language() or "fr"), "number": invoice.number}
        yield Todo(
            _("%(amount)s of invoice %(number)s are waived: a credit note takes them off.") % words,
            reverse("invoice_credit", args=[invoice.business.slug, invoice.pk]) + "?waived=1",
            _("Prepare it"),
        )


def drafts(membership: Membership, on: date) -> Iterator[Todo]:
    mine = Invoice.objects.filter(activity__in=activities_of(membership), issued_at=None)
    drafts = mine.filter(occurrence=None)  # those that come back have one sentence together
    for invoice in drafts.select_related("client", "business")[:MANY]:
        what = str(invoice.get_type_display())
        yield Todo(
            _("A %(what)s for %(client)s is ready to be read and issued.")
            % {"what": what, "client": invoice.client.name},
            invoice.get_absolute_url(), _("Read it"),
        )  # fmt: skip


def to_confirm(membership: Membership, on: date) -> Iterator[Todo]:
    for term, days in unconfirmed(membership, on):
        quote = term.version.quote
        count = len(days)
        what = term.label or str(term.get_kind_display())
        yield Todo(
            ngettext(
                "%(client)s: one hand-over of “%(what)s” is to be confirmed.",
                "%(client)s: %(count)d hand-overs of “%(what)s” are to be confirmed.",
                count,
            )
            % {"client": quote.client.name, "count": count, "what": what},
            reverse("term_confirm", args=[quote.business.slug, term.pk]), _("Say what came"),
        )  # fmt: skip


def unconfirmed(membership: Membership, on: date) -> list[tuple[RemunerationTerm, list[date]]]:
    """Return the accepted terms in kind with planned days, up to today, on which nothing was said to come or miss."""
    terms = (
        RemunerationTerm.objects.filter(
            ~Q(kind=Kind.MONEY),
            version__acceptance__isnull=False,
            version__quote__activity__in=activities_of(membership),
            first_on__lte=on,
        )
        .select_related("version__quote__client", "version__quote__business")
        .prefetch_related("receipts__reversed_by", "missed__reversed_by", Prefetch("payment_requests", counting()))
    )
    found = [(term, unanswered(term, on)) for term in terms]
    return [(term, days) for term, days in found if days]
