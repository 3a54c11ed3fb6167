"""A term that came in part reads as what came and what is to come, never twice as the whole."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import facts, issuing, stating
from billing.models import Invoice
from lib.money import euros
from quotes.models import Acceptance
from tests import make
from tests.billing.conftest import basket_came, final_of

LATER = make.NOW.replace(year=2027, month=2)


def in_kind(said: facts.InvoiceFacts) -> list[tuple[str, str]]:
    return [(part.label.replace("\xa0", " "), part.state) for part in said.parts if part.kind == "goods"]


def test_two_baskets_of_fifteen_read_as_two_and_thirteen(acceptance: Acceptance) -> None:
    basket_came(acceptance, make.FIRST_FRIDAY, quantity=2)
    draft = final_of(acceptance, at=LATER, issued=False)
    counts = [
        ("2 paniers de légumes à 20 € l’unité", facts.RECEIVED),
        ("13 paniers de légumes à 20 € l’unité", facts.TO_RECEIVE),
    ]

    _claim, preview = issuing.fill(draft, LATER.date())
    assert in_kind(preview) == counts

    final = final_of(acceptance, at=LATER)
    assert in_kind(stating.facts_of(final)) == counts
    assert facts.problems(stating.facts_of(final)) == []

    basket_came(acceptance, LATER.date(), at=LATER.replace(hour=20), unit_value=euros("25"))
    assert in_kind(stating.facts_of(final)) == counts  # what comes later changes no word of it


def test_the_words_are_in_the_language_of_the_document(acceptance: Acceptance) -> None:
    basket_came(acceptance, make.FIRST_FRIDAY)
    draft = final_of(acceptance, at=LATER, issued=False)
    Invoice.objects.filter(pk=draft.pk).update(language="en")

    _claim, said = issuing.fill(Invoice.objects.get(pk=draft.pk), LATER.date())

    assert "1 panier de légumes at €20 each" in [label for label, _state in in_kind(said)]


def test_what_is_wholly_to_come_keeps_the_agreed_words(acceptance: Acceptance) -> None:
    assert in_kind(stating.facts_of(final_of(acceptance))) == [
        ("15 paniers de légumes à 20 € l’unité", facts.TO_RECEIVE)
    ]


def test_units_are_not_counted_from_euros_when_some_came_at_another_value(acceptance: Acceptance) -> None:
    basket_came(acceptance, make.FIRST_FRIDAY, unit_value=euros("40"))

    said = stating.facts_of(final_of(acceptance, at=LATER))

    assert {label for label, _state in in_kind(said)} == {"15 paniers de légumes à 20 € l’unité"}


def test_parts_are_read_with_their_terms_at_once(acceptance: Acceptance) -> None:
    final = Invoice.objects.get(pk=final_of(acceptance).pk)
    with CaptureQueriesContext(connection) as seen:
        stating.facts_of(final)

    assert not [query for query in seen if "remunerationterm" in query["sql"].lower() and "JOIN" not in query["sql"]]
