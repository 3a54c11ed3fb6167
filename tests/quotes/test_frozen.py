"""The database itself refuses: every Python guard is gone round."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from lib.money import euros
from quotes.models import Acceptance, Evidence, QuoteLine, QuoteVersion, RemunerationTerm, Visit
from tests import make
from tests.quotes.conftest import Sent

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@contextmanager
def refused(saying: str = "frozen") -> Iterator[None]:
    with pytest.raises(IntegrityError, match=saying), transaction.atomic():
        yield


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quotes_quoteversion SET title = 'x'",
        "UPDATE quotes_quoteversion SET sent_at = NULL",
        "UPDATE quotes_quoteversion SET total = 1",
        "DELETE FROM quotes_remunerationterm",
        "DELETE FROM quotes_quoteline",
        "UPDATE quotes_quoteline SET unit_price = 1",
        "UPDATE quotes_remunerationterm SET value = 1",
        "UPDATE quotes_remunerationterm SET label = 'x'",
        "UPDATE quotes_sending SET at = '2020-01-01'",
    ],
)
def test_nothing_of_a_sent_version_can_be_changed_in_sql(sent: Sent, statement: str):
    with refused():
        run(statement)


def test_a_sent_version_cannot_be_deleted(sent: Sent):
    with refused():
        QuoteVersion.objects.filter(pk=sent[0].pk)._raw_delete("default")


def test_a_sent_version_cannot_be_updated_past_its_model(sent: Sent):
    with refused():
        QuoteVersion.objects.update(valid_until=None)


def test_no_line_or_term_is_added_once_sent(sent: Sent):
    with refused():
        make.line(sent[0], 2)
    with refused():
        make.term(sent[0], 2, closes=False)


def test_no_line_or_term_moves_to_a_sent_version(sent: Sent):
    draft = make.quote()
    with refused():
        QuoteLine.objects.filter(version=draft).update(version=sent[0], position=9)
    with refused():
        RemunerationTerm.objects.filter(version=draft).update(version=sent[0], position=9, closes=False)


REPLACE = {
    "sqlite": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "postgresql": "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id",
}


@pytest.mark.parametrize("table", ["quotes_quoteversion", "quotes_quoteline", "quotes_remunerationterm"])
def test_a_sent_row_is_not_replaced(sent: Sent, table: str):
    with refused():
        run(REPLACE[connection.vendor].format(table=table))


def test_a_draft_is_changed_freely():
    version = make.quote()
    QuoteVersion.objects.update(title="Autre")
    version.lines.all().delete()
    make.line(version, 1)


# The yes -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quotes_acceptance SET name = 'Personne'",
        "UPDATE quotes_acceptance SET version_seal = ''",
        "DELETE FROM quotes_acceptance",
    ],
)
def test_a_yes_never_changes(accepted: Acceptance, statement: str):
    Evidence.objects.all().delete()
    with refused():
        run(statement)


def test_a_quote_has_one_yes(accepted: Acceptance):
    with refused("(?i)unique|frozen"):
        Acceptance.objects.create(
            quote=accepted.quote,
            version=accepted.version,
            link=accepted.link,
            name="B",
            capacity="b",
            at=make.NOW,
            on=make.TODAY,
            request_id=uuid.uuid4(),
        )


def test_an_erased_trace_never_comes_back(accepted: Acceptance):
    Evidence.objects.update(erased_at=make.NOW, address="", device="", salt="", trail=[])
    with refused():
        Evidence.objects.update(address="203.0.113.7")


def test_a_visit_is_never_rewritten(sent: Sent):
    Visit.objects.create(link=sent[1], at=make.NOW)
    with refused():
        Visit.objects.update(probably_automatic=True)


# What a row can never say -----------------------------------------------------------------------------------------
def test_a_sent_version_adds_up():
    version = make.quote()
    with refused("a_sent_version_(adds_up|is_complete)"):
        QuoteVersion.objects.filter(pk=version.pk).update(
            sent_at=make.NOW, number="D1", seal="x", seller={}, buyer={}, net=euros(1), vat=euros(0), total=euros(2)
        )


def test_only_one_term_closes_the_mix():
    with refused("(?i)unique|closes"):
        make.term(make.quote(), 2)


def test_a_term_in_kind_is_worth_its_units():
    with refused("a_term_in_kind_is_worth_its_units"):
        make.term(make.quote(), 2, **make.baskets(value=euros(299)))
