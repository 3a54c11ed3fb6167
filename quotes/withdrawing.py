"""A quote is withdrawn: its last version can no longer be answered. What was sent stays readable."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import User
from quotes.models import Acceptance, Quote
from records import ledger
from records.subjects import ref


class WithdrawError(Exception):
    """Why a quote cannot be withdrawn, in words."""


@transaction.atomic(durable=True)
def withdraw(*, quote: Quote, by: User, at: datetime) -> Quote:
    """Withdraw a quote that nobody accepted; again: nothing more happens.

    An offer that names its last day binds until then (C. civ. 1116): the page says so before, the person decides.
    """
    locked = Quote.objects.select_for_update(of=("self",)).select_related("business").get(pk=quote.pk)
    if Acceptance.objects.filter(quote=locked).exists():
        raise WithdrawError(_("This quote is accepted: it can no longer be withdrawn."))
    if locked.number is None:
        raise WithdrawError(_("This quote was never sent: there is nothing to withdraw."))
    if locked.withdrawn_at is None:
        locked.withdrawn_at = at
        locked.save(update_fields=["withdrawn_at"])
        facts = {"number": locked.number}
        ledger.record(business=locked.business, event="quote_withdrawn", subject=ref(locked), facts=facts, at=at)
    return locked
