"""An invoice without a quote, paid partly in baskets: the whole price is invoiced, each way of paying stays apart."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Visitor
from django.urls import reverse

from billing import agreeing, balances, drafting, facts, facturx, issuing, replacing, settling, stating
from billing.agreeing import PartValues
from billing.models import AgreedPart, Invoice, Receipt, Shortfall
from billing.verifying import invoices_as_sealed, receipts_as_recorded
from lib.money import euros
from people.models import Activity, Client, User
from tests import make
from tests.billing.conftest import NOW, TODAY, issued_by

pytestmark = pytest.mark.django_db
LATER = NOW.replace(hour=15)
BASKETS = PartValues(
    kind="goods",
    label="Panier de légumes",
    unit="panier",
    quantity=Decimal(5),
    unit_value=euros("20"),
    valuation="prix public à la ferme",
    due_on=date(2027, 2, 1),
)


@pytest.fixture
def draft(activity: Activity, freelancer: User) -> Invoice:
    """250 € of work, five baskets at 20 € of which are agreed."""
    buyer = make.contact(client=make.client(activity=activity)).client
    made = drafting.draft_standard(
        activity=activity,
        client=buyer,
        title="Dépannage",
        lines=[drafting.DraftLine(unit_price=euros("250"), title="Dépannage")],
        by=freelancer,
        at=NOW,
        request_id=uuid.uuid4(),
    )
    return agreed(made, BASKETS, by=freelancer)


def agreed(draft: Invoice, *parts: PartValues, by: User) -> Invoice:
    return agreeing.save_draft(invoice=draft, revision=draft.revision, parts=parts, by=by, at=NOW)


def came(invoice: Invoice, quantity: int, by: User) -> Receipt:
    return settling.record_receipt(
        by=by,
        at=LATER,
        client=invoice.client,
        part=invoice.agreed_parts.get(),
        received_on=TODAY,
        quantity=Decimal(quantity),
        destination="PERSONAL",
        request_id=uuid.uuid4(),
    )


def test_the_whole_price_is_invoiced_and_euros_close_the_mix(draft: Invoice) -> None:
    invoice = issued_by(draft)
    said = stating.facts_of(invoice)

    assert (invoice.total, invoice.agreed_otherwise, invoice.payable) == (euros("250"), euros("100"), euros("150"))
    labels = [(part.label.replace("\xa0", " "), part.state) for part in said.parts]
    assert labels == [("5 paniers de légumes à 20 € l’unité", facts.TO_RECEIVE), ("Solde en euros", facts.TO_PAY)]
    assert (said.prepaid, facturx.frame(said)) == (euros("100"), "S1")
    assert b"PAI" in facturx.xml(said)
    assert facts.problems(said) == []


def test_what_comes_settles_it_at_its_agreed_value(draft: Invoice, freelancer: User) -> None:
    invoice = issued_by(draft)
    receipt = came(invoice, 3, freelancer)

    assert (receipt.value, receipt.label, receipt.valuation) == (
        euros("60"),
        "Panier de légumes",
        "prix public à la ferme",
    )
    balance = balances.balance_of(invoice, TODAY)
    assert (balance.received, balance.in_kind, balance.in_euros) == (euros("60"), euros("40"), euros("150"))
    assert [row.words.replace("\xa0", " ") for row in agreeing.to_come(invoice)] == ["2 paniers"]
    assert list(invoices_as_sealed(invoice.business)) == []
    assert list(receipts_as_recorded(invoice.business)) == []


def test_no_more_comes_for_it_than_was_agreed(draft: Invoice, freelancer: User) -> None:
    invoice = issued_by(draft)

    with pytest.raises(settling.SettlingError, match="5"):
        came(invoice, 6, freelancer)


@pytest.mark.engine
def test_what_will_not_come_is_due_in_euros_when_a_person_says_so(draft: Invoice, freelancer: User) -> None:
    invoice = issued_by(draft)
    came(invoice, 3, freelancer)
    part = invoice.agreed_parts.get()
    decided: dict[str, Any] = {"part": part, "by": freelancer, "at": LATER, "request_id": uuid.uuid4()}
    with pytest.raises(agreeing.AgreeingError, match="2"):
        agreeing.due_in_euros(**decided, quantity=Decimal(3), reason="Gel")

    short = agreeing.due_in_euros(**decided, quantity=Decimal(2), reason="Gel")

    assert agreeing.due_in_euros(**decided, quantity=Decimal(2), reason="Gel") == short
    balance = balances.balance_of(invoice, TODAY)
    assert (balance.in_kind, balance.in_euros) == (euros(0), euros("190"))
    assert balances.left_of_all(Invoice.objects.all()).in_euros == euros("190")
    assert agreeing.to_come(invoice) == []

    agreeing.undo_due_in_euros(shortfall=short, by=freelancer, at=LATER, reason="Il viendra")
    assert balances.balance_of(invoice, TODAY).in_kind == euros("40")


@pytest.mark.engine
def test_a_shortfall_never_changes(draft: Invoice, freelancer: User) -> None:
    part = issued_by(draft).agreed_parts.get()
    short = agreeing.due_in_euros(
        part=part, quantity=Decimal(1), by=freelancer, at=LATER, reason="Gel", request_id=uuid.uuid4()
    )
    for statement in (
        f"UPDATE billing_shortfall SET value = 1 WHERE id = {short.pk}",
        f"DELETE FROM billing_shortfall WHERE id = {short.pk}",
        f"UPDATE billing_agreedpart SET value = 1 WHERE id = {part.pk}",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shortfall.objects.create(part=part, quantity=-1, value=euros("-20"), reason="x", recorded_at=NOW)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": Decimal("1.5")}, "unités entières"),
        ({"unit_value": euros(0)}, "ce que cela vaut"),
        ({"kind": "local_currency"}, "n’accepte pas"),
    ],
)
def test_a_part_that_cannot_be_is_refused(
    draft: Invoice, freelancer: User, changes: dict[str, Any], words: str
) -> None:
    wrong = PartValues(**{"kind": "goods", "label": "x", "quantity": Decimal(1), "unit_value": euros(1)} | changes)
    with pytest.raises(drafting.DraftingError, match=words):
        agreed(draft, wrong, by=freelancer)


def test_a_public_body_pays_in_money(draft: Invoice, freelancer: User) -> None:
    Client.objects.filter(pk=draft.client_id).update(kind="PUBLIC")

    with pytest.raises(drafting.DraftingError, match="organisme public"):
        agreed(Invoice.objects.get(pk=draft.pk), BASKETS, by=freelancer)


def test_parts_are_never_worth_more_than_the_price(draft: Invoice, freelancer: User) -> None:
    many = PartValues(kind="goods", label="Panier", unit="panier", quantity=Decimal(13), unit_value=euros("20"))
    agreed(draft, many, by=freelancer)

    with pytest.raises(issuing.IssuingError, match="260,00"):
        issued_by(draft)


def test_a_replacement_goes_on_with_what_came(draft: Invoice, freelancer: User) -> None:
    first = issued_by(draft)
    came(first, 3, freelancer)
    second = replacing.draft_replacement(invoice=first, by=freelancer, at=LATER, request_id=uuid.uuid4())
    issued_by(second, at=LATER)

    balance = balances.balance_of(second, TODAY)
    assert (balance.received, balance.in_kind, balance.in_euros) == (euros("60"), euros("40"), euros("150"))
    assert [row.left for row in agreeing.to_come(Invoice.objects.get(pk=second.pk))] == [2]
    assert agreeing.to_come(first) == []


# Pages ------------------------------------------------------------------------------------------------------------


def test_it_is_agreed_on_the_drafts_form(as_freelancer: Visitor, draft: Invoice) -> None:
    url = reverse("invoice_edit", args=[draft.business.slug, draft.pk])
    page = as_freelancer.get(url).content.decode()
    assert "Règlement autrement" in page
    sent = {
        "title": "Dépannage",
        "revision": draft.revision,
        "line-TOTAL_FORMS": 1,
        "line-INITIAL_FORMS": 1,
        "line-0-title": "Dépannage",
        "line-0-quantity": "1",
        "line-0-unit": "FLAT",
        "line-0-unit_price": "300",
        "part-TOTAL_FORMS": 2,
        "part-INITIAL_FORMS": 1,
        "part-0-kind": "goods",
        "part-0-label": "Cagette de pommes",
        "part-0-unit": "cagette",
        "part-0-quantity": "4",
        "part-0-unit_value": "15",
        "part-1-kind": "goods",
    }

    assert as_freelancer.post(url, sent).status_code == 302

    part = AgreedPart.objects.get()
    assert (part.label, part.value) == ("Cagette de pommes", euros("60"))
    refused = as_freelancer.post(url, sent | {"revision": draft.revision + 1, "part-0-unit_value": ""})
    assert "ce que vaut l’unité" in refused.content.decode()


def test_it_is_received_in_two_taps(
    as_freelancer: Visitor, draft: Invoice, freelancer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.clock.now", lambda: LATER)
    invoice = issued_by(draft, by=freelancer)
    part = invoice.agreed_parts.get()
    page = as_freelancer.get(invoice.get_absolute_url()).content.decode()
    url = reverse("part_received", args=[invoice.business.slug, part.pk])
    assert url in page

    sent = {"quantity": "2", "received_on": "2026-12-01", "destination": "PERSONAL", "request_id": uuid.uuid4()}
    assert as_freelancer.post(url, sent).url == invoice.get_absolute_url()
    assert balances.balance_of(invoice, TODAY).received == euros("40")

    too_many = as_freelancer.post(url, sent | {"quantity": "4", "request_id": uuid.uuid4()})
    assert "3\xa0paniers" in too_many.content.decode()
    reason = {"quantity": "3", "reason": "Gel", "request_id": uuid.uuid4()}
    as_freelancer.post(reverse("part_in_euros", args=[invoice.business.slug, part.pk]), reason)
    assert "Gel" in as_freelancer.get(invoice.get_absolute_url()).content.decode()


def test_strangers_receive_nothing(as_stranger: Visitor, draft: Invoice, freelancer: User) -> None:
    part = issued_by(draft, by=freelancer).agreed_parts.get()

    for name in ("part_received", "part_in_euros"):
        assert as_stranger.post(reverse(name, args=[draft.business.slug, part.pk])).status_code == 404


def test_a_public_body_is_asked_for_its_references(as_freelancer: Visitor, draft: Invoice) -> None:
    url = reverse("invoice_edit", args=[draft.business.slug, draft.pk])
    assert "engagement" not in as_freelancer.get(url).content.decode()

    Client.objects.filter(pk=draft.client_id).update(kind="PUBLIC")
    assert "Numéro d’engagement" in as_freelancer.get(url).content.decode()
    page = as_freelancer.get(draft.get_absolute_url()).content.decode()
    assert "refusent une facture" in page
