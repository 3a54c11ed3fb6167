"""What an issued invoice says by its regime and its buyer, and what is missing before; tests/kit proves the files."""

import pytest

from billing import issuing, stating
from billing.models import Invoice
from lib.money import euros
from people.models import Business, Client
from quotes.models import Acceptance
from tests import make
from tests.billing.conftest import (
    accepted,
    deposit_of,
)

pytestmark = pytest.mark.django_db


def client_of(business: Business, **fields: object) -> Client:
    activity = make.activity(business=business)
    return make.contact(client=make.client(activity=activity, **fields)).client


def test_franchise_shows_no_vat_anywhere(acceptance: Acceptance) -> None:
    said = stating.facts_of(deposit_of(acceptance))

    assert said.franchise
    assert (said.vat, [tax.reason for tax in said.taxes]) == (euros(0), ["TVA non applicable, art. 293 B du CGI"])


@pytest.mark.parametrize(("kind", "on_paper"), [("FARM", True), ("PERSON", False), ("ASSOCIATION", False)])
def test_late_penalties_are_never_aimed_at_who_does_not_trade(db: None, kind: str, on_paper: bool) -> None:
    said = stating.facts_of(deposit_of(accepted(client=client_of(make.business(), kind=kind))))

    penalty = next(note for note in said.notes if note.code == "PMD")
    assert penalty.on_paper is on_paper
    assert penalty.text.startswith("Entre professionnels") is not on_paper


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"address": ""}, "adresse de Ferme"),
        ({"siren": ""}, "SIREN de Ferme"),
        ({"kind": "ASSOCIATION", "siren": ""}, "contact"),
        ({"name": "Ferme 🥒"}, "🥒"),
    ],
)
def test_what_is_missing_is_said_before_issue(db: None, change: dict[str, str], words: str) -> None:
    acceptance = accepted()
    client = acceptance.quote.client
    client.contacts.all().delete()
    Client.objects.filter(pk=client.pk).update(**change)

    with pytest.raises(issuing.IssuingError, match=words):
        deposit_of(acceptance)

    assert not Invoice.objects.filter(number__isnull=False).exists()
