"""An issued invoice is cancelled and replaced: one of the two claims, never both, and what came follows."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Visitor

from billing import balances, crediting, drafting, facts, facturx, issuing, replacing, settling, stating
from billing.models import Allocation, Invoice
from billing.verifying import invoices_as_sealed, invoices_settled_once, receipts_as_recorded
from desk.controls import controls
from desk.periods import Period
from desk.tables import invoice_rows
from lib.money import euros, total
from people.models import Activity, User
from quotes.models import Acceptance, MoneyDue
from tests import make
from tests.billing.conftest import NOW, TODAY, accepted, deposit_of, final_of, issued_by, money_came, recorder_of

pytestmark = pytest.mark.django_db
LATER = NOW.replace(hour=15)


def replacement_of(invoice: Invoice, *, issued: bool = True, at: Any = LATER) -> Invoice:
    owner = invoice.business.memberships.first().user  # type: ignore[union-attr]
    draft = replacing.draft_replacement(invoice=invoice, by=owner, at=at, request_id=uuid.uuid4())
    return issued_by(draft, at=at) if issued else draft


def one_off(activity: Activity, by: User, price: str = "250") -> Invoice:
    buyer = make.contact(client=make.client(activity=activity)).client
    lines = [drafting.DraftLine(unit_price=euros(price), title="Dépannage")]
    draft = drafting.draft_standard(
        activity=activity, client=buyer, title="Dépannage", lines=lines, by=by, at=NOW, request_id=uuid.uuid4()
    )
    return issued_by(draft, by=by)


def paid(invoice: Invoice, value: str, by: User) -> Any:
    return settling.record_receipt(
        by=by,
        at=NOW,
        client=invoice.client,
        invoice=invoice,
        received_on=TODAY,
        value=euros(value),
        request_id=uuid.uuid4(),
    )


@pytest.mark.engine
def test_the_first_claims_nothing_and_what_came_settles_the_second(activity: Activity, freelancer: User) -> None:
    first = one_off(activity, freelancer)
    came = paid(first, "100", freelancer)

    second = replacement_of(first)

    assert balances.balance_of(first, TODAY).left == euros(0)
    assert balances.balance_of(second, TODAY).left == euros("150")
    assert second.settled_at_issue == euros("100")
    assert total(row.value for row in Allocation.objects.filter(invoice=first)) == euros(0)
    assert total(row.value for row in Allocation.objects.filter(receipt=came)) == euros("100")
    for check in (invoices_as_sealed, invoices_settled_once, receipts_as_recorded):
        assert list(check(first.business)) == []


def test_its_xml_is_a_384_that_names_one_earlier_document(activity: Activity, freelancer: User) -> None:
    first = one_off(activity, freelancer)
    said = stating.facts_of(replacement_of(first))
    written = facturx.xml(said).decode()

    assert (said.kind, [row.number for row in said.references]) == (facts.REPLACEMENT, [first.number])
    assert "<ram:TypeCode>384</ram:TypeCode>" in written
    assert written.count("<ram:InvoiceReferencedDocument>") == 1
    assert facts.problems(said) == []


def test_its_lines_may_change_and_never_more_settles_it_than_it_claims(activity: Activity, freelancer: User) -> None:
    first = one_off(activity, freelancer)
    paid(first, "250", freelancer)
    draft = replacement_of(first, issued=False)
    lines = [drafting.DraftLine(unit_price=euros("200"), title="Dépannage")]
    drafting.save_draft(invoice=draft, revision=1, by=freelancer, at=LATER, title="Dépannage", lines=lines)

    second = issued_by(draft, at=LATER)

    assert (second.total, second.settled_at_issue, second.payable) == (euros("200"), euros("200"), euros(0))


@pytest.mark.engine
def test_lists_totals_and_controls_never_count_both(activity: Activity, freelancer: User) -> None:
    first = one_off(activity, freelancer)
    second = replacement_of(first)
    period = Period(TODAY.replace(day=1), TODAY.replace(day=31))

    assert balances.left_of_all(Invoice.objects.all()).in_euros == second.total
    assert controls(first.business, period, verify=False).total == second.total
    rows = list(invoice_rows(Invoice.objects.order_by("pk")))
    assert total(row[14] for row in rows if row[14] is not None) == second.total  # type: ignore[misc]


def test_a_replaced_whole_leaves_its_quote_invoiced(acceptance: Acceptance) -> None:
    second = replacement_of(final_of(acceptance))

    assert (second.type, second.stands_for) == (Invoice.Type.REPLACEMENT, Invoice.Type.STANDARD)
    with pytest.raises(drafting.DraftingError, match=second.number):
        final_of(acceptance, issued=False)
    money_came(acceptance, "540", MoneyDue.DELIVERY, at=LATER.replace(hour=17))
    assert balances.balance_of(second, TODAY).received == euros("540")


def test_a_replaced_deposit_is_the_one_that_is_deducted(acceptance: Acceptance) -> None:
    second = replacement_of(deposit_of(acceptance))
    final = final_of(acceptance, at=LATER.replace(hour=16))

    assert [row.deposit for row in final.deductions.all()] == [second]
    assert final.deducted == euros("360")


@pytest.mark.parametrize("why", ["deducts", "credited", "draft", "twice"])
def test_what_cannot_be_replaced_is_refused_in_words(acceptance: Acceptance, why: str) -> None:
    words = {
        "deducts": "avoir de la totalité",
        "credited": "avoir pour le reste",
        "draft": "brouillon",
        "twice": "déjà",
    }
    if why == "deducts":
        deposit_of(acceptance)
    invoice = final_of(acceptance, issued=why != "draft")
    if why == "credited":
        note = crediting.draft_credit_note(
            invoice=invoice,
            by=recorder_of(acceptance),
            at=NOW,
            reason="Erreur",
            amount=euros("10"),
            request_id=uuid.uuid4(),
        )
        issued_by(note)
    if why == "twice":
        replacement_of(invoice)

    with pytest.raises(replacing.ReplacingError, match=words[why]):
        replacement_of(invoice)


@pytest.mark.engine
def test_one_draft_replaces_an_invoice(activity: Activity, freelancer: User) -> None:
    first = one_off(activity, freelancer)
    draft = replacement_of(first, issued=False)

    assert replacement_of(first, issued=False) == draft
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_invoice SET stands_for = '' WHERE id = %s", [draft.pk]
        )  # a replacement goes on as what it replaces


def test_an_invoice_credited_while_its_replacement_was_written_is_not_replaced(
    activity: Activity, freelancer: User
) -> None:
    first = one_off(activity, freelancer)
    draft = replacement_of(first, issued=False)
    note = crediting.draft_credit_note(invoice=first, by=freelancer, at=NOW, reason="Erreur", request_id=uuid.uuid4())
    issued_by(note)

    with pytest.raises(issuing.IssuingError, match="avoir"):
        issued_by(draft, at=LATER)


def test_a_replaced_invoice_is_neither_credited_nor_settled(activity: Activity, freelancer: User) -> None:
    first = one_off(activity, freelancer)
    replacement_of(first)

    with pytest.raises(crediting.CreditingError, match="remplacée"):
        crediting.draft_credit_note(invoice=first, by=freelancer, at=NOW, reason="Erreur", request_id=uuid.uuid4())
    assert list(paid(first, "10", freelancer).allocations.all()) == []


def test_it_is_replaced_from_its_page(as_freelancer: Visitor, activity: Activity, freelancer: User) -> None:
    first = one_off(activity, freelancer)
    url = f"{first.get_absolute_url()}replace/"
    assert url in as_freelancer.get(first.get_absolute_url()).content.decode()

    made = as_freelancer.post(url, {"request_id": uuid.uuid4()})
    draft = Invoice.objects.get(replaces=first)
    assert made.url == draft.get_absolute_url()
    issued_by(draft, at=NOW)

    page = as_freelancer.get(first.get_absolute_url()).content.decode()
    assert "annulée et remplacée" in page
    assert "Annule et remplace la facture n°" in as_freelancer.get(draft.get_absolute_url()).content.decode().replace(
        "&nbsp;", " "
    )
    listed = as_freelancer.get(f"/b/{first.business.slug}/invoices/?state=replaced").content.decode()
    assert str(first.number) in listed


def test_a_progress_invoice_keeps_its_share(acceptance: Acceptance) -> None:
    from tests.billing.test_progress import progress_of

    first = progress_of(acceptance, 30)
    second = replacement_of(first)
    assert second.total == first.total

    assert progress_of(acceptance, 100, at=LATER.replace(hour=16)).total == euros("840")


def test_the_day_to_pay_by_is_kept_until_it_is_past(activity: Activity, freelancer: User) -> None:
    first = one_off(activity, freelancer)
    assert first.due_on is not None
    soon, late = NOW + timedelta(days=3), NOW + timedelta(days=60)

    draft = replacement_of(first, issued=False, at=soon)
    assert draft.due_on == first.due_on
    drafting.delete_draft(invoice=draft, by=freelancer)
    assert replacement_of(first, issued=False, at=late).due_on is None


def test_vat_is_kept_to_the_cent(db: None) -> None:
    seller = make.vat_business()
    buyer = make.contact(client=make.client(activity=make.activity(business=seller))).client
    deal = accepted(
        client=buyer,
        lines=[{"unit_price": euros("33.33"), "vat_rate": Decimal(20)}],
        terms=[{"due": MoneyDue.DELIVERY, "value": euros("40"), "closes": True}],
    )
    first = final_of(deal)

    assert (replacement_of(first).vat, first.vat) == (euros("6.67"), euros("6.67"))
