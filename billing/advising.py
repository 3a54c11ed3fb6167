"""What a person should look at before issuing an invoice, in words: it stops nothing (billing.checking has what does).

Reads rows, writes nothing.
"""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from billing import issuing, mentions, taxing
from billing.claiming import Claim
from billing.models import Invoice
from billing.partners import announcing
from lib import law
from people.models import Client
from quotes import readiness


def doubts(draft: Invoice, claim: Claim, on: date) -> list[str]:
    """Return what to think about before issuing this draft on a day, its parties being filled (`issuing.fill`)."""
    return [*_engagement(draft), *readiness.outdated(_facts(draft, claim, on)), *taxing.advice(draft, on)]


def _engagement(draft: Invoice) -> Iterator[str]:
    if not draft.corrects_id and draft.client.kind == Client.Kind.PUBLIC and not draft.engagement:
        yield _("Most public bodies refuse an invoice without their engagement number: ask for it, or check.")


def _facts(draft: Invoice, claim: Claim, on: date) -> list[law.Fact]:
    """Return the legal facts that the invoice would print."""
    keys = mentions.keys_of(issuing.circumstances_of(draft, claim, on))
    if announcing.announced(draft):
        keys.append(announcing.SENTENCE)
    return [law.fact(key, on) for key in keys]
