"""What the partner says of an invoice written in their name, and that what was issued and said never changes."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import SelfBilledInvoice, SelfBilledLine, SelfBilledTax
from billing.selfbilled import approving
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled.approving import State, state_of
from billing.selfbilled.drafting import SelfBillingError, draft_from_receipts
from billing.selfbilled.verifying import self_billed_as_sealed
from lib import freezing
from lib.money import euros
from people import keeping_clients
from records.models import LedgerEntry, Mail
from tests.billing.mandated import (
    NOW,
    TODAY,
    baskets_came,
    by_hand,
    credited,
    issued,
    link_of,
    mandated,
    owner_of,
)

pytestmark = [pytest.mark.engine, pytest.mark.django_db, pytest.mark.usefixtures("papers_cost_nothing")]
FRIDAYS = (date(2026, 11, 6), date(2026, 11, 13), date(2026, 11, 20), date(2026, 11, 27))


def from_receipts(mandate: Any, receipts: Any, **changed: Any) -> SelfBilledInvoice:
    said = {"by": owner_of(mandate.client), "at": NOW, "request_id": uuid.uuid4()} | changed
    return draft_from_receipts(mandate=mandate, receipts=[receipt.pk for receipt in receipts], **said)


def issue(draft: SelfBilledInvoice, **changed: Any) -> SelfBilledInvoice:
    return selfbilling.issue(invoice=draft, **{"by": owner_of(draft.client), "at": NOW} | changed)


# The answer -------------------------------------------------------------------------------------------------------


def answered(invoice: SelfBilledInvoice, kind: str, days: int = 0, **changed: Any) -> Any:
    said = {"name": "Camille Ferrand", "reason": "Il y avait trois paniers.", "request_id": uuid.uuid4()} | changed
    link = said.pop("link", None) or link_of(invoice.mandate)
    return approving.answer(link=link, invoice=invoice, kind=kind, at=NOW + timedelta(days=days), **said)


def test_a_contact_removed_since_approves_nothing() -> None:
    invoice = issued()
    keeping_clients.remove_contact(link_of(invoice.mandate).contact, by=owner_of(invoice.client), at=NOW)

    with pytest.raises(SelfBillingError, match="retiré"):
        answered(invoice, "APPROVED")
    assert state_of(invoice, TODAY) == State.WAITING


def test_silence_past_the_last_day_is_acceptance_and_writes_nothing() -> None:
    invoice = issued()

    assert invoice.contest_until == TODAY + timedelta(days=15)
    assert state_of(invoice, TODAY + timedelta(days=15)) == State.WAITING
    assert state_of(invoice, TODAY + timedelta(days=16)) == State.SILENT
    with pytest.raises(SelfBillingError, match="16 décembre 2026"):
        answered(invoice, "CONTESTED", days=16)
    assert answered(invoice, "APPROVED", days=16).kind == "APPROVED"


def test_the_partner_contests_and_the_business_is_told(run_errands: Any) -> None:
    invoice = issued()
    answered(invoice, "CONTESTED")
    run_errands(NOW)

    assert state_of(invoice, TODAY) == State.CONTESTED
    mail = Mail.objects.get(event="billing/self_billed_answered")
    assert mail.to == owner_of(invoice.client).email
    assert "Il y avait trois paniers." in mail.body
    assert "Camille" not in LedgerEntry.objects.get(event="self_billed_answered").facts
    credited(invoice)
    assert state_of(invoice, TODAY) == State.CREDITED


@pytest.mark.parametrize(("kind", "missing"), [("CONTESTED", {"reason": " "}), ("APPROVED", {"name": ""}), ("X", {})])
def test_an_answer_says_who_and_what(kind: str, missing: dict[str, str]) -> None:
    with pytest.raises(SelfBillingError):
        answered(issued(), kind, **missing)


def test_an_answer_is_given_once() -> None:
    invoice, request_id = issued(), uuid.uuid4()
    assert answered(invoice, "APPROVED", request_id=request_id) == answered(invoice, "APPROVED", request_id=request_id)
    with pytest.raises(SelfBillingError, match="déjà approuvée"):
        answered(invoice, "CONTESTED")


def test_what_was_said_by_telephone_is_recorded() -> None:
    invoice = issued()
    given = approving.record_answer(
        invoice=invoice, kind="APPROVED", name="Camille", by=owner_of(invoice.client), at=NOW, request_id=uuid.uuid4()
    )
    assert (given.link, given.recorded_by) == (None, owner_of(invoice.client))
    assert state_of(invoice, TODAY) == State.APPROVED


# Frozen -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("billing_selfbilledinvoice", "total = total + 1"),
        ("billing_selfbilledline", "net = net + 1"),
        ("billing_selfbilledtax", "base = base + 1"),
        ("billing_selfbilledreceipt", "receipt_id = receipt_id"),
        ("billing_selfbilledanswer", "kind = 'APPROVED'"),
    ],
)
def test_what_was_issued_and_answered_never_changes(table: str, change: str) -> None:
    mandate = mandated()
    answered(issue(from_receipts(mandate, baskets_came(mandate.client, *FRIDAYS))), "CONTESTED")

    for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_no_line_nor_tax_joins_an_issued_one() -> None:
    invoice = issued()
    late = (
        SelfBilledLine(invoice=invoice, position=9, title="En plus", unit_price=euros("1"), net=euros("1")),
        SelfBilledTax(invoice=invoice, category="S", rate=Decimal(20), base=euros("1"), amount=euros("0.20")),
    )
    for row in late:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            row.save()


def test_the_database_refuses_a_number_given_twice_and_sums_that_do_not_add_up() -> None:
    invoice = issued()
    draft = by_hand(invoice.mandate)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_selfbilledinvoice SET number = %s, seal = 'x', issued_at = created_at WHERE id = %s",
            [invoice.number, draft.pk],
        )


def test_a_flipped_amount_is_found() -> None:
    invoice = issued()
    with freezing.melted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_selfbilledline SET title = 'Autre chose'")
    assert list(self_billed_as_sealed(invoice.business)) == [
        f"Self-billed invoice {invoice.number} is not what was sealed."
    ]
