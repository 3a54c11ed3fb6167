"""What was missed and is waived by the quote's rule: a credit note is proposed, with its amount and its reason."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from billing import balances, crediting, depositing, issuing, settling, waiving
from billing.models import Invoice, MissedDelivery
from desk.today import todos
from lib.money import euros, total
from people.models import Membership
from quotes.models import Acceptance, IfMissed, Kind
from tests import make
from tests.billing.conftest import (
    NOW,
    TODAY,
    accepted,
    basket_came,
    final_of,
    issued_by,
    money_came,
    recorder_of,
    term_of,
)
from tests.billing.test_progress import progress_of
from tests.conftest import logged_in

AFTER = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
IN_EUROS = {"kind": Kind.MONEY, "due": "DELIVERY", "value": euros(900), "closes": True}


def missed(deal: Acceptance, on: date) -> None:
    term, at = term_of(deal, Kind.GOODS), max(AFTER, datetime(on.year, on.month, on.day, 20, tzinfo=UTC))
    settling.record_missed(by=recorder_of(deal), at=at, term=term, planned_on=on, request_id=uuid.uuid4())


@pytest.fixture
def invoice(db: None) -> Invoice:
    """Return the invoice of a whole quote of which two baskets out of fifteen never came."""
    deal = accepted(terms=(IN_EUROS, make.baskets(if_missed=IfMissed.WAIVED)))
    issued = final_of(deal)
    for week in range(2):
        missed(deal, make.FIRST_FRIDAY + timedelta(weeks=week))
    return issued


def waived(invoice: Invoice) -> Invoice:
    user = invoice.business.memberships.get().user
    return crediting.draft_credit_note(
        invoice=invoice, by=user, at=NOW, reason="Paniers jamais venus", request_id=uuid.uuid4(), waives=True
    )


def credited(invoice: Invoice, amount: str) -> Invoice:
    user = invoice.business.memberships.get().user
    return crediting.draft_credit_note(
        invoice=invoice, by=user, at=NOW, reason="Geste", request_id=uuid.uuid4(), amount=euros(amount)
    )


def test_two_missed_baskets_are_proposed_for_a_credit_note(invoice: Invoice) -> None:
    assert waiving.proposal(invoice) == {
        "how": "waived",
        "reason": "Livraisons non reçues, abandonnées comme le prévoit le devis",
    }


def test_a_draft_credit_note_waives_nothing_yet_an_issued_one_does(invoice: Invoice) -> None:
    note = waived(invoice)
    assert (note.total, note.is_waiver, note.in_kind) == (euros(40), True, euros(40))
    assert waiving.waived_of(invoice) == euros(40)
    issued_by(note, at=AFTER + timedelta(hours=1))
    assert waiving.proposal(invoice) == {}


def test_a_credit_note_for_another_reason_waives_nothing(invoice: Invoice) -> None:
    issued_by(credited(invoice, "40"), at=AFTER + timedelta(hours=1))
    assert waiving.waived_of(invoice) == euros(40)
    balance = balances.balance_of(invoice, AFTER.date())
    assert (balance.in_euros, balance.in_kind, balance.waived) == (euros(860), euros(260), euros(40))


def test_what_is_not_waived_any_more_is_not_issued(invoice: Invoice) -> None:
    first, second = waived(invoice), waived(invoice)
    issued_by(first, at=AFTER + timedelta(hours=1))
    with pytest.raises(issuing.IssuingError, match="jetez ce brouillon"):
        issued_by(second, at=AFTER + timedelta(hours=2))
    with pytest.raises(crediting.CreditingError):
        waived(invoice)


def test_of_several_progress_invoices_the_oldest_answers_and_nothing_is_waived_twice(db: None) -> None:
    """Ten baskets out of fifteen never came: 80, 80 and 40 € of the three invoices."""
    deal = accepted(terms=(IN_EUROS, make.baskets(if_missed=IfMissed.WAIVED)))
    three = [progress_of(deal, done, at=NOW + timedelta(minutes=done)) for done in (30, 60, 100)]
    for week in range(10):
        missed(deal, make.FIRST_FRIDAY + timedelta(weeks=week))
    assert [waiving.waived_of(invoice) for invoice in three] == [euros(80), euros(80), euros(40)]

    issued_by(waived(three[0]), at=AFTER + timedelta(hours=1))
    issued_by(credited(three[0], "100"), at=AFTER + timedelta(hours=2))
    assert [waiving.waived_of(invoice) for invoice in three] == [euros(0), euros(80), euros(40)]


def test_what_is_waived_is_not_claimed_again_by_the_next_invoice(db: None) -> None:
    """900 € were agreed in euros: the three baskets that nobody owes stay off the price."""
    deal = accepted(terms=(IN_EUROS, make.baskets(if_missed=IfMissed.WAIVED)))
    first = progress_of(deal, 50)
    for week in range(3):
        missed(deal, make.FIRST_FRIDAY + timedelta(weeks=week))
    issued_by(waived(first), at=AFTER + timedelta(hours=1))
    assert depositing.left_to_ask(deal) == euros(900) - first.payable

    last = progress_of(deal, 100, at=AFTER + timedelta(hours=2))
    assert (last.total, first.payable + last.payable) == (euros(600), euros(900))
    found = [balances.balance_of(invoice, AFTER.date()) for invoice in (first, last)]
    assert total(balance.in_kind for balance in found) == euros(240)
    assert total(balance.in_euros for balance in found) == euros(900)


def test_a_miss_undone_after_its_waiver_waives_no_other(invoice: Invoice) -> None:
    deal: Any = invoice.acceptance
    issued_by(waived(invoice), at=AFTER + timedelta(hours=1))
    missed(deal, make.FIRST_FRIDAY + timedelta(weeks=2))
    for row in MissedDelivery.objects.order_by("planned_on")[:2]:
        settling.reverse_missed(missed=row, by=recorder_of(deal), at=AFTER, reason="erreur")
    assert waiving.waived_of(invoice) == euros(0)


def test_no_more_is_proposed_than_is_left(invoice: Invoice) -> None:
    issued_by(credited(invoice, "1190"))
    assert waiving.waived_of(invoice) == euros(10)


def test_nothing_is_proposed_where_the_rule_is_another(db: None) -> None:
    deal = accepted(terms=(IN_EUROS, make.baskets()))
    invoice = final_of(deal)
    missed(deal, make.FIRST_FRIDAY)
    assert waiving.waived_of(invoice) == euros(0)


def test_today_leads_to_the_form_filled_in(invoice: Invoice) -> None:
    membership: Any = Membership.objects.get(business=invoice.business)
    [todo] = [todo for todo in todos(membership, TODAY) if "waived=1" in todo.url]
    assert f"{invoice.number} sont abandonnés" in todo.sentence
    page = logged_in(membership.user).get(todo.url).content.decode()
    assert re.search(r'value="waived"[^>]* checked', page)
    assert "40,00\xa0€" in page
    assert "abandonnées comme le prévoit le devis" in page


def test_the_invoice_says_that_nobody_owes_it_and_leads_to_the_form(invoice: Invoice) -> None:
    visitor = logged_in(invoice.business.memberships.get().user)
    page = visitor.get(invoice.get_absolute_url()).content.decode()
    assert "40,00\xa0€ n’ont pas été reçus et sont abandonnés" in page
    assert "?waived=1" in page


def test_once_all_else_came_the_list_leads_to_the_credit_note(invoice: Invoice) -> None:
    deal: Any = invoice.acceptance
    money_came(deal, "900", "DELIVERY", at=AFTER)
    basket_came(deal, AFTER.date(), quantity=13)
    page = logged_in(invoice.business.memberships.get().user).get(reverse("invoices", args=[invoice.business.slug]))
    assert "40,00\xa0€ abandonnés" in page.content.decode()


def test_what_was_waived_before_the_issue_raises_no_euros(db: None) -> None:
    deal = accepted(terms=(IN_EUROS, make.baskets(if_missed=IfMissed.WAIVED)))
    missed(deal, make.FIRST_FRIDAY)
    issued = final_of(deal, at=AFTER + timedelta(hours=1))
    balance = balances.balance_of(issued, AFTER.date())
    assert (issued.payable, issued.agreed_otherwise) == (euros(900), euros(300))
    assert (balance.in_euros, balance.in_kind, balance.waived) == (euros(900), euros(280), euros(20))

    issued_by(waived(issued), at=AFTER + timedelta(hours=2))
    balance = balances.balance_of(issued, AFTER.date())
    assert (balance.in_euros, balance.in_kind, balance.waived) == (euros(900), euros(280), euros(0))


def test_with_vat_the_cent_that_no_base_makes_stays_waived_and_is_owed_by_nobody(db: None) -> None:
    """20 % of VAT: no base makes 9.75 €. The note takes off 9.74 €."""
    seller = make.vat_business()
    buyer = make.contact(client=make.client(activity=make.activity(business=seller))).client
    basket = make.baskets(2, unit_value=euros("9.75"), value=euros("19.50"), if_missed=IfMissed.WAIVED)
    in_euros = IN_EUROS | {"value": euros("1180.50")}
    lines = ({"title": "Site", "unit_price": euros("1000"), "vat_rate": Decimal(20)},)
    deal = accepted(client=buyer, lines=lines, terms=(in_euros, basket))
    issued = final_of(deal)
    missed(deal, make.FIRST_FRIDAY)
    before = balances.balance_of(issued, AFTER.date())
    assert (before.in_euros, before.waived) == (euros("1180.50"), euros("9.75"))

    note = issued_by(waived(issued), at=AFTER + timedelta(hours=1))

    after = balances.balance_of(issued, AFTER.date())
    assert (note.total, note.in_kind) == (euros("9.74"), euros("9.74"))
    assert (after.in_euros, after.in_kind, after.waived) == (before.in_euros, before.in_kind, euros("0.01"))
    assert waiving.proposal(issued) == {}
