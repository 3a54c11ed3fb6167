"""The builders make valid rows, on both engines, and the people of the fixtures see what they should."""

from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from lib import freezing
from lib.money import euros
from people.access import activities_of, businesses_of
from people.models import Business
from quotes.models import QuoteVersion, RemunerationTerm
from tests import make

pytestmark = pytest.mark.engine


def test_a_quote_has_lines_and_terms_that_add_up(db):
    version = make.quote(terms=[{"value": euros("900")}, make.baskets(15)])
    assert version.lines.get().net == euros("1200")
    assert sum(term.value.amount for term in RemunerationTerm.objects.all()) == Decimal("1200.00")


def test_the_people_see_what_is_theirs(freelancer, teammate, accountant, stranger, activity):
    assert activity in activities_of(freelancer.memberships.get())
    assert activity in activities_of(accountant.memberships.get())
    assert activity not in activities_of(teammate.memberships.get())
    assert activity.business not in businesses_of(stranger)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_transactional_test_starts_empty_and_guarded(transactional_db, turn):
    assert not Business.objects.exists()
    assert not freezing.missing(connection)
    version = make.quote()
    QuoteVersion.objects.filter(pk=version.pk).update(
        sent_at=make.NOW, number="D2026-0001", seal="x", seller={}, buyer={}, total=euros("0")
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteVersion.objects.filter(pk=version.pk).update(title="Other")
    assert not Session.objects.exists()
