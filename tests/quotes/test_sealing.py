from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from lib import freezing
from lib.money import euros
from quotes import sealing
from quotes.models import QuoteVersion
from quotes.verifying import answers_as_given, versions_as_sealed
from records.models import Document
from records.verifying import problems
from tests import make
from tests.quotes.conftest import Sent, accept

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def tamper(statement: str) -> None:
    """Change what is frozen, as whoever holds the database file could."""
    with freezing.melted(connection), connection.cursor() as cursor:
        cursor.execute(statement)


def known_version() -> QuoteVersion:
    """Every sealed field said here, so that only the seal itself can change the digest."""
    version = make.quote(
        title="Site de la ferme",
        introduction="Bonjour",
        conditions="Aucune",
        language="fr",
        lines=({"title": "Site", "quantity": Decimal("1.5"), "unit_price": euros("800"), "vat_rate": Decimal("5.5")},),
        terms=(
            make.baskets() | {"quantity": Decimal(15)},
            {"value": euros(966), "due": "DATE", "due_on": date(2027, 1, 15)},
        ),
        net=euros(1200),
        vat=euros(66),
        total=euros(1266),
    )
    version.number, version.sent_at, version.sent_on = "D2026-0001", make.NOW, make.TODAY
    version.seller, version.buyer, version.logo = {"name": "Lise"}, {"name": "Ferme"}, b"logo"
    version.mentions = [{"key": "k", "text": "t", "source": "s", "certainty": "certain"}]
    return version


def test_the_seal_of_a_known_quote_never_changes():
    """Pinned: if this fails, what was sealed before no longer verifies. Make a new version of the seal instead."""
    assert sealing.seal_of(known_version()) == PINNED


PINNED = "cb469c97c76b9e819f948124245f7604c2b9d5d303101b436941c269c689ca0c"


def test_a_version_reads_back_as_it_was_sealed(sent: Sent):
    assert sealing.seal_of(QuoteVersion.objects.get(pk=sent[0].pk)) == sent[0].seal


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quotes_quoteversion SET title = 'Autre'",
        "UPDATE quotes_quoteversion SET valid_until = '2027-12-31'",
        "UPDATE quotes_quoteline SET unit_price = 1199",
        "UPDATE quotes_remunerationterm SET label = 'x'",
        "DELETE FROM quotes_remunerationterm",
        "UPDATE quotes_quoteversion SET seal = 'x'",
    ],
)
def test_verification_finds_what_was_altered(sent: Sent, statement: str):
    business = sent[0].quote.business
    assert list(problems(business)) == []
    tamper(statement)
    assert any("Quote D2026-0001 version 1" in problem for problem in versions_as_sealed(business))


def test_a_version_that_is_gone_shows(sent: Sent):
    for table in ("remunerationterm", "quoteline", "sending", "quoteversion"):
        tamper(f"DELETE FROM quotes_{table}")
    assert any("it is gone" in problem for problem in versions_as_sealed(sent[0].quote.business))


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE quotes_acceptance SET name = 'Personne'", "told something else"),
        ("UPDATE quotes_acceptance SET version_seal = 'x'", "not that of the version"),
        ("UPDATE quotes_acceptance SET document_sha256 = 'x'", "not the one that was agreed to"),
        ("UPDATE quotes_evidence SET address = '198.51.100.9'", "evidence was altered"),
        ("DELETE FROM quotes_evidence", "evidence is missing"),
    ],
)
def test_verification_finds_an_altered_yes(sent: Sent, statement: str, found: str):
    accept(sent)
    assert list(problems(sent[0].quote.business)) == []
    tamper(statement)
    assert any(found in problem for problem in answers_as_given(sent[0].quote.business))


def test_a_yes_whose_pdf_is_gone_shows(sent: Sent):
    accept(sent)
    with freezing.melted(connection):
        Document.objects.all().delete()
    assert any("not the one that was agreed to" in problem for problem in answers_as_given(sent[0].quote.business))


def test_the_seal_names_its_fields(sent: Sent):
    fields: Any = sealing.sealed_fields(sent[0])
    assert fields["valid_until"] == date(2026, 12, 31)
    assert {"lines", "terms", "seller", "buyer", "mentions", "total"} <= set(fields)
