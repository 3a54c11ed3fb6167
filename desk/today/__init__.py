"""What to do next, in sentences: each comes from rows, says where to click, and goes away when it is done.

A finder takes a member and a day and yields what they have to do; adding one is a module beside these, named here.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from billing.models import Invoice, MissedDelivery, Receipt
from desk.today import agreed, deals, late, owed, partners, promised, repeated, selfbilling
from desk.today.agreed import open_versions
from desk.today.owed import unconfirmed
from desk.today.todo import Todo
from people.access import activities_of
from people.models import Membership
from quotes.models import QuoteVersion

__all__ = ["Todo", "is_new", "open_versions", "todos", "unconfirmed"]

FINDERS: Sequence[Callable[[Membership, date], Iterator[Todo]]] = (
    promised.failures,
    agreed.questions,
    selfbilling.contested,
    owed.drafts,
    selfbilling.drafts,
    repeated.came_back,
    repeated.refused_together,
    owed.to_confirm,
    late.late,
    owed.waived,
    selfbilling.to_write,
    selfbilling.answered,
    partners.to_set_off,
    deals.in_kind,
    agreed.to_finish,
    deals.to_go_on,
    agreed.expiring,
    agreed.unsent,
)


def todos(membership: Membership, on: date) -> list[Todo]:
    """Return what a member has to do today, the most pressing first."""
    found = [todo for find in FINDERS for todo in find(membership, on)]
    return sorted(found, key=lambda todo: todo.tone != "bad")


def is_new(membership: Membership) -> bool:
    """Say whether nothing was ever sent, issued or received: then the page teaches instead."""
    activities = activities_of(membership)
    return not (
        QuoteVersion.objects.filter(quote__activity__in=activities).exists()
        or Invoice.objects.filter(activity__in=activities).exists()
        or Receipt.objects.filter(activity__in=activities).exists()
        or MissedDelivery.objects.filter(term__version__quote__activity__in=activities).exists()
    )
