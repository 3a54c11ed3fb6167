"""What was issued or received never changes, past every Python guard. On both engines."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from billing import verifying
from billing.models import (
    Allocation,
    Deduction,
    DownloadLog,
    Export,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    InvoiceTerm,
    Receipt,
)
from lib import freezing
from lib.money import euros
from quotes.models import Acceptance, MoneyDue
from tests.billing.conftest import NOW, TODAY, deposit_of, final_of, money_came

pytestmark = [pytest.mark.engine, pytest.mark.django_db]
TABLES = (
    "billing_invoice",
    "billing_invoiceline",
    "billing_invoicetax",
    "billing_deduction",
    "billing_invoiceterm",
    "billing_receipt",
    "billing_allocation",
)
COLUMN = {"billing_receipt": "value", "billing_allocation": "value", "billing_deduction": "value"}
COLUMN |= {"billing_invoicetax": "base", "billing_invoiceterm": "value", "billing_invoiceline": "net"}


@pytest.fixture
def issued(acceptance: Acceptance) -> Invoice:
    deposit_of(acceptance)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE)
    return final_of(acceptance)


def refused(statement: str) -> None:
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", TABLES)
def test_raw_update_and_delete_are_refused(issued: Invoice, table: str) -> None:
    column = COLUMN.get(table, "total")

    refused(f"UPDATE {table} SET {column} = {column} + 1")
    refused(f"DELETE FROM {table}")


def test_update_past_save_is_refused(issued: Invoice) -> None:
    for rows in (Invoice.objects.all(), Receipt.objects.all(), Allocation.objects.all()):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            rows.update(currency="EUR")


def test_no_line_tax_term_or_deduction_joins_an_issued_invoice(issued: Invoice) -> None:
    deposit = Invoice.objects.get(type="DEPOSIT")
    late = (
        InvoiceLine(invoice=issued, position=9, title="En plus", unit_price=euros("1"), net=euros("1")),
        InvoiceTax(invoice=issued, category="S", rate=Decimal(20), base=euros("1"), amount=euros("0.20")),
        InvoiceTerm(invoice=issued, position=9, kind="money", value=euros("1"), received=euros(0)),
        Deduction(invoice=deposit, deposit=deposit, value=euros("1"), vat=euros(0)),
    )
    for row in late:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            row.save()


def test_replacing_a_sealed_row_is_refused(issued: Invoice) -> None:
    if connection.vendor == "sqlite":
        for table in ("billing_invoice", "billing_receipt", "billing_allocation"):
            refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.django_db(transaction=True)
def test_truncate_is_refused(issued: Invoice) -> None:
    if connection.vendor == "postgresql":
        for table in TABLES:
            refused(f"TRUNCATE {table} CASCADE")


def test_a_flipped_amount_is_found(issued: Invoice) -> None:
    business = issued.business
    with freezing.melted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_invoiceline SET title = 'Autre chose' WHERE invoice_id = %s", [issued.pk])
        cursor.execute("UPDATE billing_receipt SET reference = 'faux'")

    assert list(verifying.invoices_as_sealed(business)) == [f"Invoice {issued.number} is not what was sealed."]
    assert len(list(verifying.receipts_as_recorded(business))) == 1


def test_a_draft_may_change_and_go(acceptance: Acceptance) -> None:
    draft = final_of(acceptance, issued=False)
    Invoice.objects.filter(pk=draft.pk).update(title="Autre")

    draft.lines.all().delete()
    draft.delete()

    assert not Invoice.objects.exists()


def test_who_took_an_archive_stays_written(acceptance: Acceptance) -> None:
    business, person = acceptance.quote.business, acceptance.recorded_by
    assert person is not None
    export = Export.objects.create(business=business, asked_by=person, asked_at=NOW, since=TODAY, until=TODAY)
    DownloadLog.objects.create(export=export, user=person, at=NOW)

    refused("UPDATE billing_downloadlog SET at = NULL")
    refused("DELETE FROM billing_downloadlog")
