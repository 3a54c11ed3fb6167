"""Open a business and change what it says of itself.

What is on documents already sent or issued was copied there: a change here never reaches them.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from people.models import Activity, Business, LocalCurrency, Membership, Role, User

SOLE_TRADERS = {Business.Status.MICRO, Business.Status.REEL}
SAYS_EI = re.compile(r"\bEI\b|\bentrepreneure? individuel(le)?\b", re.IGNORECASE)
LONGEST_SLUG = 50
RESERVED = {"new"}


def with_ei(legal_name: str, status: str) -> str:
    """Return the legal name, followed by « EI » where a sole trader's lacks it (c. com. R526-27)."""
    name = " ".join(legal_name.split())
    if status in SOLE_TRADERS and not SAYS_EI.search(name):
        return f"{name} EI"
    return name


def open_business(
    *, by: User, at: datetime, request_id: uuid.UUID, facts: Mapping[str, Any], local_currencies: Sequence[str] = ()
) -> Business:
    """Return a business with its one activity, owned by `by`; the same request twice returns the first one."""
    with transaction.atomic(durable=True):
        return _open_business(by=by, at=at, request_id=request_id, facts=facts, local_currencies=local_currencies)


def _open_business(
    *, by: User, at: datetime, request_id: uuid.UUID, facts: Mapping[str, Any], local_currencies: Sequence[str]
) -> Business:
    already = Business.objects.filter(request_id=request_id, memberships__user=by).first()
    if already is not None:
        return already
    business = Business(**facts, request_id=request_id, created_at=at)
    business.legal_name = with_ei(business.legal_name, business.status)
    business.slug = free_slug(business.trade_name or business.legal_name)
    business.save()
    _list_currencies(business, local_currencies)
    activity = Activity.objects.create(business=business, name=(business.trade_name or business.legal_name)[:120])
    membership = Membership.objects.create(user=by, business=business, role=Role.OWNER, joined_at=at)
    membership.activities.add(activity)
    return business


def change_business(
    business: Business,
    *,
    by: User,
    at: datetime,
    facts: Mapping[str, Any],
    local_currencies: Sequence[str] | None = None,
) -> Business:
    """Change some of what a business says of itself; its address on the site (slug) stays."""
    with transaction.atomic(durable=True):
        row = Business.objects.select_for_update().get(pk=business.pk)
        for name, value in facts.items():
            setattr(row, name, value)
        row.legal_name = with_ei(row.legal_name, row.status)
        row.save()
        if local_currencies is not None:
            _list_currencies(row, local_currencies)
        return row


def free_slug(name: str) -> str:
    """Return an address for a business that no other has: "atelier-capucine", then "atelier-capucine-2"."""
    wanted = slugify(name)[:LONGEST_SLUG].strip("-") or "entreprise"
    taken = set(Business.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)) | RESERVED
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def _list_currencies(business: Business, names: Sequence[str]) -> None:
    """Make the list of local currencies the one given; those that stay keep their row."""
    wanted = {name.lower(): name for name in names}
    for currency in business.local_currencies.all():
        if wanted.pop(currency.name.lower(), None) is None:
            currency.delete()
    LocalCurrency.objects.bulk_create(LocalCurrency(business=business, name=name) for name in wanted.values())
