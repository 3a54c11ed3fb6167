"""What the clients' own invoices ask for: to be set off, once there is something to set them off against."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.models import Invoice, ReceivedInvoice
from billing.partners.received_left import still_open
from desk.today.todo import MANY, Todo, short_day
from lib.money import summed, written
from people.access import activities_of
from people.models import Membership


def to_set_off(membership: Membership, on: date) -> Iterator[Todo]:
    """A client's invoice of which nothing is set off, while that client has invoices of ours."""
    ours = Invoice.objects.filter(client=OuterRef("client"), issued_at__isnull=False, corrects=None)
    mine = ReceivedInvoice.objects.filter(Exists(ours), activity__in=activities_of(membership))
    rows: Any = still_open(mine).filter(compensated=0).select_related("client", "business").order_by("issued_on", "pk")
    for received in rows[:MANY]:
        words = {
            "number": received.number,
            "client": received.client.name,
            "day": short_day(received.issued_on),
            "left": written(summed(received.left), get_language() or "fr"),
        }
        yield Todo(
            _("Invoice %(number)s that %(client)s wrote on %(day)s, %(left)s, is not set off.") % words,
            received.get_absolute_url(),
            _("Set it off"),
        )
