"""What the clock drafted and waits to be read; what a batch could not issue."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import Invoice, IssueBatch
from desk.today.todo import MANY, Todo
from people.access import activities_of
from people.models import Membership


def came_back(membership: Membership, on: date) -> Iterator[Todo]:
    """One sentence for all the drafts that came back: they are read, and issued together."""
    drafts = Invoice.objects.filter(
        activity__in=activities_of(membership), issued_at=None, occurrence__isnull=False
    ).select_related("business", "client")
    count = drafts.count()
    if count == 1:
        draft = drafts.get()
        yield Todo(
            _("“%(title)s” for %(client)s came back: it is ready to be read and issued.")
            % {"title": draft.title, "client": draft.client.name},
            draft.get_absolute_url(), _("Read it"),
        )  # fmt: skip
    elif count:
        yield Todo(
            ngettext("%(count)d invoice came back, to be read.", "%(count)d invoices came back, to be read.", count)
            % {"count": count},
            reverse("invoices", args=[membership.business.slug]) + "?state=came_back", _("Read them"),
        )  # fmt: skip


def refused_together(membership: Membership, on: date) -> Iterator[Todo]:
    """What could not be issued with the others stays here until it is issued or thrown away."""
    left = Q(items__invoice__issued_at=None, items__invoice__activity__in=activities_of(membership))
    batches = IssueBatch.objects.filter(business=membership.business_id)
    refused = batches.annotate(left=Count("items", filter=left & ~Q(items__refusal=""))).filter(left__gt=0)
    for batch in refused.select_related("business")[:MANY]:
        yield Todo(
            ngettext(
                "%(count)d draft could not be issued with the others.",
                "%(count)d drafts could not be issued with the others.",
                batch.left,
            )
            % {"count": batch.left},
            batch.get_absolute_url(), _("See why"), "bad",
        )  # fmt: skip
