"""What a person should look at before issuing an invoice, in words: it stops nothing (billing.checking has what does).

Reads rows, writes nothing.
"""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing import issuing, mentions, taxing
from billing.claiming import Claim
from billing.models import Invoice
from billing.partners import announcing
from lib import law
from lib.days import day_written
from people.models import Client
from quotes import readiness


def doubts(draft: Invoice, claim: Claim, on: date) -> list[str]:
    """Return what to think about before issuing this draft on a day, its parties being filled (`issuing.fill`)."""
    return [
        *_engagement(draft),
        *_delay(draft, claim, on),
        *readiness.outdated(_facts(draft, claim, on)),
        *taxing.advice(draft, on),
    ]


def too_long(due_on: date | None, on: date) -> Iterator[str]:
    """Say that an invoice of that day leaves more time to pay than professionals may agree on (c. com. L441-10, I)."""
    known = law.fact("payment.longest_days", on)
    if due_on is None or (due_on - on).days <= known.value:
        return
    rule = known.text(get_language() or "fr", days=known.value)
    words = {"day": day_written(due_on), "count": (due_on - on).days, "rule": rule}
    yield _("This invoice would be due on %(day)s, %(count)d days after its date. %(rule)s") % words


def _engagement(draft: Invoice) -> Iterator[str]:
    if not draft.corrects_id and draft.client.kind == Client.Kind.PUBLIC and not draft.engagement:
        yield _("Most public bodies refuse an invoice without their engagement number: ask for it, or check.")


def _delay(draft: Invoice, claim: Claim, on: date) -> Iterator[str]:
    if draft.client.kind in Client.TRADERS and claim.payable.amount > 0:
        yield from too_long(claim.due_on, on)


def _facts(draft: Invoice, claim: Claim, on: date) -> list[law.Fact]:
    """Return the legal facts that the invoice would print."""
    keys = mentions.keys_of(issuing.circumstances_of(draft, claim, on))
    if rows := announcing.announced(draft):
        keys.append(announcing.key_of(rows))
    return [law.fact(key, on) for key in keys]
