"""The demonstration as a place to walk in, loaded once for the tests that need no browser."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from billing import drafting
from desk import exporting
from desk.demo.cast import COMPTA
from desk.demo.performance import perform
from desk.periods import year_of
from lib import clock, freezing
from people.inviting import invite
from people.models import Business, Role, User
from quotes.models import Acceptance
from tests import make
from tests.journeys.addresses import DEMO


def played(today: date | None = None) -> Business:
    """Load the demonstration, and what it leaves out: a finished archive, an invitation, a draft to issue."""
    on, now = today or clock.today("Europe/Paris"), clock.now()
    lou = perform(on).lou
    business = Business.objects.get(slug=DEMO)
    exporting.ask(
        business=business,
        by=User.objects.get(email=COMPTA),
        at=now,
        period=year_of(on),
        basis="ISSUE",
        language="fr",
        request_id=uuid.uuid4(),
    )
    with transaction.atomic():
        invite(business, email="x@example.org", role=Role.ACCOUNTANT, by=lou, at=now)
    joiners = Acceptance.objects.filter(quote__client__name__startswith="Menuiserie")
    joiner = joiners.exclude(invoices__type="PROGRESS").order_by("at")[0]
    drafting.draft_final(acceptance=joiner, by=lou, at=now, request_id=uuid.uuid4())
    make.run_errands(now)
    return business


@pytest.fixture(scope="module")
def demonstration(django_db_setup: None, django_db_blocker: Any) -> Iterator[Business]:
    """Load the demonstration for a module's tests; each of them leaves it as it was."""
    with django_db_blocker.unblock():
        business = played()
    yield business
    with django_db_blocker.unblock(), freezing.melted(connection):
        call_command("flush", interactive=False, verbosity=0)
