"""Progress invoices: shares of an agreed price that add up to it, to the cent, whatever is deducted or credited."""

import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from billing import balances, crediting, depositing, drafting, facts, issuing, progress, progressing, stating
from billing.models import Deduction, Invoice
from billing.replaceable import why_not_replaced
from lib.money import euros, total
from quotes.models import Acceptance, MoneyDue
from quotes.pricing import LineValues, priced
from tests import make
from tests.billing.conftest import (
    DEPOSIT,
    NOW,
    ON_DELIVERY,
    accepted,
    basket_came,
    deposit_of,
    final_of,
    issued_by,
    money_came,
    recorder_of,
)

pytestmark = pytest.mark.django_db


def progress_of(deal: Acceptance, done: Any, *, issued: bool = True, at: Any = NOW) -> Invoice:
    draft = progressing.draft_progress(
        acceptance=deal,
        done=Decimal(done) if isinstance(done, int) else done,
        by=recorder_of(deal),
        at=at,
        request_id=uuid.uuid4(),
    )
    return issued_by(draft, at=at) if issued else draft


def credited(invoice: Invoice, **how: Any) -> Invoice:
    note = crediting.draft_credit_note(
        invoice=invoice,
        by=invoice.business.memberships.first().user,  # type: ignore[union-attr]
        at=NOW,
        reason="Erreur",
        request_id=uuid.uuid4(),
        **how,
    )
    return issued_by(note)


def vat_deal(**said: Any) -> Acceptance:
    """1 000 € at 20 % and 333,33 € at 5.5 %, by somebody who charges VAT; paid on delivery."""
    seller = make.vat_business()
    buyer = make.contact(client=make.client(activity=make.activity(business=seller))).client
    lines = (
        {"title": "Plateforme", "unit_price": euros("1000"), "vat_rate": Decimal(20)},
        {"title": "Guide", "unit_price": euros("333.33"), "vat_rate": Decimal("5.5")},
    )
    whole = priced([LineValues(line["unit_price"], vat_rate=line["vat_rate"]) for line in lines])  # type: ignore[arg-type]
    terms = said.pop("terms", [{"due": MoneyDue.DELIVERY, "value": whole.total, "closes": True}])
    return accepted(client=buyer, lines=lines, terms=terms, **said)


# To the cent ------------------------------------------------------------------------------------------------------


def test_thirty_percent_then_seventy_then_the_rest(acceptance: Acceptance) -> None:
    first, second, last = (progress_of(acceptance, done) for done in (30, 70, 100))

    assert [invoice.total for invoice in (first, second, last)] == [euros("360"), euros("480"), euros("360")]
    assert progress.is_complete(acceptance)


def test_the_nets_and_the_vat_add_up_to_those_of_the_quote() -> None:
    deal = vat_deal()
    issued = [progress_of(deal, done) for done in (33, 67, 100)]

    version = deal.version
    assert total(invoice.net for invoice in issued) == version.net
    assert total(invoice.vat for invoice in issued) == version.vat
    assert total(invoice.total for invoice in issued) == version.total
    for invoice in issued:
        assert facts.problems(stating.facts_of(invoice)) == []


def test_only_the_last_one_may_hold_vat_that_its_base_does_not_make() -> None:
    deal = vat_deal()
    said = stating.facts_of(progress_of(deal, 33))
    wrong = [facts.Tax("S", tax.rate, tax.base, tax.amount + euros("0.01")) for tax in said.taxes[:1]]

    assert facts.problems(replace(said, taxes=(*wrong, *said.taxes[1:])))


def test_line_by_line_each_rate_ends_with_all_its_vat() -> None:
    deal = vat_deal()
    platform, guide = deal.version.lines.order_by("position")

    first = progress_of(deal, {guide.pk: Decimal("33.33")})
    assert [line.title for line in first.lines.all()] == ["Guide"]
    second = progress_of(deal, {guide.pk: Decimal(100), platform.pk: Decimal(50)})
    third = progress_of(deal, {platform.pk: Decimal(100)})

    whole = drafting.taxes_of(deal.version)
    for tax in whole:
        rows = [row for invoice in (first, second, third) for row in invoice.taxes.filter(rate=tax.rate)]
        assert (total(row.base for row in rows), total(row.amount for row in rows)) == (tax.base, tax.amount)


@given(
    net=st.decimals(min_value="0.01", max_value="99999", places=2),
    steps=st.lists(st.integers(min_value=0, max_value=100), max_size=6),
)
def test_shares_of_any_line_add_up_to_it(net: Decimal, steps: list[int]) -> None:
    taken = euros(0)
    for done in [*sorted(steps), 100]:
        taken += progress.due_now(euros(net), Decimal(done), taken)

    assert taken == euros(net)


# Refused ----------------------------------------------------------------------------------------------------------


def test_a_quote_is_invoiced_by_progress_or_as_a_whole_never_both(acceptance: Acceptance) -> None:
    progress_of(acceptance, 30)
    with pytest.raises(drafting.DraftingError, match="factures d’avancement"):
        final_of(acceptance, issued=False)

    other = accepted()
    final_of(other)
    with pytest.raises(drafting.DraftingError, match="déjà facturé"):
        progress_of(other, 30)


def test_a_whole_that_was_drafted_all_the_same_is_not_issued(acceptance: Acceptance) -> None:
    progress_of(acceptance, 30)
    with transaction.atomic():
        whole = drafting.of_quote(acceptance, Invoice.Type.STANDARD, NOW, uuid.uuid4())
        drafting.write(whole, [drafting.values_of_line(line) for line in acceptance.version.lines.all()])

    with pytest.raises(issuing.IssuingError, match="autrement"):
        issued_by(whole)


def test_one_progress_invoice_is_prepared_at_a_time(acceptance: Acceptance) -> None:
    progress_of(acceptance, 30, issued=False)

    with pytest.raises(drafting.DraftingError, match="déjà"):
        progress_of(acceptance, 70, issued=False)


@pytest.mark.parametrize("done", [0, 30])
def test_nothing_is_due_twice_at_the_same_point(acceptance: Acceptance, done: int) -> None:
    progress_of(acceptance, 30)

    with pytest.raises(drafting.DraftingError, match="Rien n’est dû"):
        progress_of(acceptance, done)


# Deposits and credit notes ----------------------------------------------------------------------------------------


@pytest.mark.engine
def test_a_deposit_is_taken_off_as_far_as_it_fits() -> None:
    half = {**DEPOSIT, "value": euros("600")}
    deal = accepted(terms=[half, {**ON_DELIVERY, "value": euros("600")}])
    deposit = deposit_of(deal)
    first, second, last = (progress_of(deal, done) for done in (30, 60, 100))

    assert [invoice.deducted for invoice in (first, second, last)] == [euros("360"), euros("240"), euros("0")]
    assert [invoice.payable for invoice in (first, second, last)] == [euros("0"), euros("120"), euros("480")]
    assert deposit.payable + second.payable + last.payable == euros("1200")


def test_what_is_taken_off_says_its_vat_by_rate() -> None:
    whole = vat_deal().version.total
    terms = [{**DEPOSIT, "value": euros("400")}, {**ON_DELIVERY, "value": whole - euros("400")}]
    deal = vat_deal(terms=terms)
    deposit_of(deal)
    issued = [progress_of(deal, done) for done in (10, 50, 100)]

    rows = Deduction.objects.filter(invoice__in=issued)
    assert total(row.value for row in rows) == euros("400")
    assert [facts.problems(stating.facts_of(invoice)) for invoice in issued] == [[], [], []]
    assert issued[0].payable == euros(0)


def test_what_is_credited_is_free_again(acceptance: Acceptance) -> None:
    first = progress_of(acceptance, 30)
    credited(first)
    assert not balances.stands(first)

    again = progress_of(acceptance, 40)
    assert again.total == euros("480")

    credited(again, amount=euros("80"))
    last = progress_of(acceptance, 100)
    assert last.total == euros("800")


def test_a_credited_progress_frees_the_deposit_it_deducted(acceptance: Acceptance) -> None:
    deposit_of(acceptance)
    first = progress_of(acceptance, 40)
    assert first.deducted == euros("360")
    credited(first)

    last = progress_of(acceptance, 100)
    assert (last.total, last.deducted) == (euros("1200"), euros("360"))


@pytest.fixture
def half_deducted() -> Invoice:
    """A deposit of 600 € of which a progress invoice of 360 € is wholly made."""
    half = {**DEPOSIT, "value": euros("600")}
    deal = accepted(terms=[half, {**ON_DELIVERY, "value": euros("600")}])
    deposit = deposit_of(deal)
    assert progress_of(deal, 30).payable == euros("0")
    return deposit


def test_what_a_covered_invoice_took_of_a_deposit_is_not_credited_in_part(half_deducted: Invoice) -> None:
    with pytest.raises(crediting.CreditingError, match="240,00"):
        credited(half_deducted, amount=euros("400"))

    credited(half_deducted, amount=euros("240"))
    assert half_deducted.acceptance is not None
    last = progress_of(half_deducted.acceptance, 100)
    assert (last.total, last.deducted, last.payable) == (euros("840"), euros("0"), euros("840"))


def test_the_whole_of_it_is_credited_and_the_covered_invoice_counts_no_more(half_deducted: Invoice) -> None:
    credited(half_deducted)

    assert half_deducted.acceptance is not None
    assert progress_of(half_deducted.acceptance, 100).payable == euros("1200")


def test_a_deposit_that_covers_an_invoice_is_not_replaced(half_deducted: Invoice) -> None:
    assert "déduit" in why_not_replaced(half_deducted)


# The mix ----------------------------------------------------------------------------------------------------------


def test_what_came_in_kind_is_taken_first_and_the_rest_shared_in_whole_units(acceptance: Acceptance) -> None:
    """360 € deposit, 540 € on delivery, 15 baskets at 20 €."""
    deposit_of(acceptance)
    basket_came(acceptance, make.TODAY, quantity=4, at=make.NOW)
    first = progress_of(acceptance, 50)

    assert (first.total, first.deducted) == (euros("600"), euros("360"))
    assert first.settled_at_issue == euros("80")  # four baskets came
    assert first.agreed_otherwise == euros("100")  # half of the eleven to come, in whole ones
    assert first.payable == euros("60")

    last = progress_of(acceptance, 100)
    assert (last.agreed_otherwise, last.payable) == (euros("120"), euros("480"))
    assert facts.problems(stating.facts_of(last)) == []


@pytest.mark.engine
def test_a_basket_settles_no_euros_of_a_progress_invoice(acceptance: Acceptance) -> None:
    first = progress_of(acceptance, 30)
    in_kind = first.agreed_otherwise
    for _week in range(15):
        basket_came(acceptance, make.TODAY, at=make.NOW.replace(hour=18))

    balance = balances.balance_of(first, NOW.date())
    assert (balance.in_kind, balance.received) == (euros(0), in_kind)
    last = progress_of(acceptance, 100, at=make.NOW.replace(hour=19))
    assert last.settled_at_issue == euros("300") - in_kind
    assert last.payable == last.total - last.settled_at_issue


def test_euros_settle_progress_invoices_in_their_order(acceptance: Acceptance) -> None:
    first, second = progress_of(acceptance, 30), progress_of(acceptance, 60)

    money_came(acceptance, "300", MoneyDue.DELIVERY)

    left = [balances.balance_of(invoice, NOW.date()).in_euros for invoice in (first, second)]
    assert left == [euros(0), first.payable + second.payable - euros("300")]


def test_it_reads_how_far_it_is_in_the_language_of_the_client(acceptance: Acceptance) -> None:
    with translation.override("en"):
        progress_of(acceptance, 30)
        second = progress_of(acceptance, 70)

    [line] = second.lines.all()
    assert line.description == "Réalisé à 70\xa0%, dont 30\xa0% déjà facturés."
    assert "avancement" in second.title


def test_a_deposit_asked_for_after_progress_is_deducted_by_the_next(acceptance: Acceptance) -> None:
    progress_of(acceptance, 30)
    asked = depositing.ask_deposit(
        acceptance=acceptance, value=euros("100"), by=recorder_of(acceptance), at=NOW, request_id=uuid.uuid4()
    )
    issued_by(asked)

    assert progress_of(acceptance, 100).deducted == euros("100")


def test_what_an_invoice_took_off_of_a_deposit_stays_whatever_becomes_of_the_deposit(acceptance: Acceptance) -> None:
    """360 € of deposit cover 30 % of 1 200 €; the deposit is credited wholly since."""
    deposit = deposit_of(acceptance)
    covered = progress_of(acceptance, 30)
    assert (covered.deducted, covered.payable) == (euros("360"), euros("0"))
    credited(deposit)

    assert crediting.creditable(covered) == euros(0)
    assert not balances.stands(covered)
