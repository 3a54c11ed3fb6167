"""One deal, whatever happens in whatever order: nothing is asked for twice, nothing is lost, every sum adds up.

A sequence is random and always the same for its number; what the domain refuses in words is part of the game.
"""

import contextlib
import os
import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from djmoney.money import Money

from billing import (
    balances,
    claiming,
    crediting,
    depositing,
    doubting,
    drafting,
    facts,
    giving_back,
    issuing,
    months,
    not_coming,
    progressing,
    replacing,
    settling,
    stating,
)
from billing.carrying import expected_days
from billing.dunning import requesting, turning
from billing.expecting import euro_term_of
from billing.models import CAME, Allocation, Invoice, MissedDelivery, PaymentRequest, Receipt
from lib.money import cents, euros, total
from quotes.models import IfMissed, Kind, RemunerationTerm
from records.models import Errand
from tests import make
from tests.billing.conftest import DEPOSIT, NOW, ON_DELIVERY, accepted, recorder_of, term_of

pytestmark = pytest.mark.django_db
REFUSALS = (
    crediting.CreditingError,
    drafting.DraftingError,
    issuing.IssuingError,
    replacing.ReplacingError,
    requesting.RequestingError,
    settling.SettlingError,
)
DAILY = [(2, IfMissed.DUE_IN_EUROS), (2, IfMissed.WAIVED), (1, IfMissed.CARRIED_OVER)]
DEEP = [(number, rule) for number in range(100) for _two, rule in DAILY]
GAMES = DEEP if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else DAILY
ACTS = 18
NOTHING = euros(0)


class Deal:
    """An accepted quote of 1 200 €: 360 € deposit, 540 € on delivery, 15 baskets at 20 €; and what befalls it."""

    def __init__(self, seed: int, rule: str) -> None:
        self.chance = random.Random(seed)
        self.at = NOW
        self.agreed = accepted(terms=(DEPOSIT, ON_DELIVERY, make.baskets(if_missed=rule)))
        self.by = recorder_of(self.agreed)
        self.term = term_of(self.agreed, Kind.GOODS)
        self.said: list[str] = []
        self.pays_ahead = seed % 4 == 3

    def go_on(self) -> None:
        act = self.chance.choice(self.acts())
        self.at += timedelta(days=self.chance.choice((0, 0, 3, 9)), minutes=1)
        try:
            act()
            self.said.append(act.__name__)
        except REFUSALS as refusal:
            self.said.append(f"{act.__name__} refused: {refusal}")

    def acts(self) -> list[Callable[[], object]]:
        often = [self.baskets_come, self.days_are_missed, self.an_invoice_is_paid, self.the_work_goes_on]
        rarely = [
            self.a_deposit_is_drafted,
            self.a_deposit_is_asked_for,
            self.the_whole_is_invoiced,
            self.a_month_is_invoiced,
            self.something_is_credited,
            self.what_is_waived_is_credited,
            self.something_is_replaced,
            self.a_miss_is_undone,
            self.a_receipt_is_reversed,
            self.a_part_is_given_back,
            self.a_receipt_is_released,
            *([self.euros_come] if self.pays_ahead else []),
            self.euros_are_asked_for,
            self.a_request_is_withdrawn,
        ]
        return [*often, *often, *rarely]

    # What befalls it

    def baskets_come(self) -> None:
        self.receive(self.term, quantity=Decimal(self.chance.randint(1, 3)), destination="PERSONAL")

    def an_invoice_is_paid(self) -> None:
        for invoice in self.one_of(Invoice.objects.filter(issued_at__isnull=False, corrects=None)):
            left = balances.balance_of(invoice, self.at.date()).in_euros
            if left > NOTHING:
                value = self.chance.choice((left, cents(left / 2)))
                self.receive(euro_term_of(invoice), value=value, invoice=invoice)

    def euros_come(self) -> None:
        term = self.chance.choice(list(self.agreed.version.terms.filter(kind=Kind.MONEY)))
        self.receive(term, value=euros(self.chance.choice((10, 55, 120, 360))))

    def receive(self, term: RemunerationTerm | None, **said: Any) -> None:
        settling.record_receipt(
            by=self.by,
            at=self.at,
            client=self.agreed.quote.client,
            term=term,
            received_on=self.at.date(),
            request_id=uuid.uuid4(),
            **{"surplus_is_sure": self.chance.random() < 0.1} | said,
        )

    def days_are_missed(self) -> None:
        for _one in range(self.chance.choice((1, 1, 3))):
            known = settling.recorded_days(self.term)
            days = [day for day, _units in expected_days(self.term) if day not in known]
            if not days:
                return
            self.at = max(self.at, NOW.replace(year=days[0].year, month=days[0].month, day=days[0].day, hour=20))
            settling.record_missed(by=self.by, at=self.at, term=self.term, planned_on=days[0], request_id=uuid.uuid4())

    def a_miss_is_undone(self) -> None:
        rows = MissedDelivery.objects.filter(reverses=None, reversed_by=None)
        for row in self.one_of(rows):
            settling.reverse_missed(missed=row, by=self.by, at=self.at, reason="erreur")

    def a_receipt_is_reversed(self) -> None:
        for row in self.one_of(Receipt.objects.filter(CAME)):
            settling.reverse_receipt(receipt=row, by=self.by, at=self.at, reason="erreur")

    def a_part_is_given_back(self) -> None:
        for row in self.one_of(Receipt.objects.filter(CAME)):
            part = {"value": euros(10)} if row.kind == Kind.MONEY else {"quantity": Decimal(1)}
            said = self.sent() | {"given_on": self.at.date()}
            giving_back.give_back(receipt=row, reason="trop reçu", **part, **said)

    def a_receipt_is_released(self) -> None:
        for row in self.one_of(Allocation.objects.filter(value__gt=0)):
            settling.release(receipt=row.receipt, invoice=row.invoice, by=self.by, at=self.at)

    def a_deposit_is_drafted(self) -> None:
        depositing.draft_deposit(Errand(subject=f"acceptance:{self.agreed.pk}", made_at=self.at))
        self.issue(*Invoice.objects.filter(type="DEPOSIT", issued_at=None))

    def a_deposit_is_asked_for(self) -> None:
        value = euros(self.chance.choice((50, 200, 333)))
        said = self.sent()
        self.issue(depositing.ask_deposit(acceptance=self.agreed, value=value, **said))

    def all_is_done(self) -> None:
        self.the_work_goes_on(Decimal(100))

    def the_work_goes_on(self, done: Decimal | None = None) -> None:
        done = done or Decimal(self.chance.choice((20, 35, 50, 80, 100)))
        said = self.sent()
        self.issue(progressing.draft_progress(acceptance=self.agreed, done=done, **said))

    def the_whole_is_invoiced(self) -> None:
        said = self.sent()
        self.issue(drafting.draft_final(acceptance=self.agreed, **said))

    def a_month_is_invoiced(self) -> None:
        on = (self.at + timedelta(days=31)).date()
        for month in months.months_to_invoice([self.agreed], on)[:1]:
            said = self.sent() | {"on": on}
            self.issue(months.draft_month(term=month.term, month=month.month, **said))

    def something_is_credited(self) -> None:
        for invoice in self.one_of(Invoice.objects.filter(issued_at__isnull=False, corrects=None)):
            left = crediting.creditable(invoice)
            amount = self.chance.choice((None, euros(50), cents(left / 3), max(left - euros(40), euros(20))))
            said = self.sent() | {"reason": "geste"}
            self.issue(crediting.draft_credit_note(invoice=invoice, amount=amount, **said))

    def what_is_waived_is_credited(self) -> None:
        for invoice in self.one_of(Invoice.objects.filter(issued_at__isnull=False, corrects=None)):
            said = self.sent() | {"reason": "jamais venus"}
            self.issue(crediting.draft_credit_note(invoice=invoice, waives=True, **said))

    def something_is_replaced(self) -> None:
        for invoice in self.one_of(Invoice.objects.filter(issued_at__isnull=False, corrects=None)):
            said = self.sent()
            self.issue(replacing.draft_replacement(invoice=invoice, **said))

    def euros_are_asked_for(self) -> None:
        for invoice in self.one_of(Invoice.objects.filter(issued_at__isnull=False, corrects=None)):
            for item in requesting.askable_of(invoice, self.at.date())[:1]:
                wish = requesting.Wish(item.key, item.quantity, self.at.date() + timedelta(days=30), "jamais venus")
                said = self.sent()
                requesting.request_payment(invoice=invoice, wish=wish, **said)

    def a_request_is_withdrawn(self) -> None:
        for request in self.one_of(PaymentRequest.objects.filter(reverses=None, reversed_by=None)):
            requesting.withdraw(request=request, by=self.by, at=self.at)

    def sent(self) -> dict[str, Any]:
        """Return what goes with every act: who does it, when, and the form's own number."""
        return {"by": self.by, "at": self.at, "request_id": uuid.uuid4()}

    def one_of(self, rows: Any) -> list[Any]:
        found = list(rows)
        return [self.chance.choice(found)] if found else []

    def issue(self, *drafts: Invoice) -> None:
        """Issue a draft, or throw it away when that is refused: the next one is prepared anew."""
        for draft in drafts:
            try:
                issuing.issue(invoice=draft, by=self.by, at=self.at)
            except issuing.IssuingError:
                drafting.delete_draft(invoice=draft, by=self.by)
                raise

    # What must hold

    def check(self) -> None:
        on = self.at.date()
        issued = list(Invoice.objects.filter(issued_at__isnull=False, corrects=None).order_by("pk"))
        found = {invoice.pk: balances.balance_of(invoice, on) for invoice in issued}
        for invoice in issued:
            self.check_one(invoice, found[invoice.pk])
        standing = [invoice for invoice in issued if balances.stands(invoice)]
        awaited = total(found[invoice.pk].in_kind for invoice in standing)
        assert awaited <= self.may_still_come(standing)
        if not self.pays_ahead:  # what is paid without being asked takes the place of what was to come in kind
            assert self.in_euros(standing, found) <= self.most_in_euros(standing)
        claimed = total(balances.creditable_of(invoice) for invoice in issued)
        assert claimed <= self.agreed.version.total
        left = balances.left_of_all(Invoice.objects.all())
        assert left.in_kind == total(balance.in_kind for balance in found.values())
        assert left.in_euros == total(max(balance.in_euros, NOTHING) for balance in found.values())
        rows = balances.with_balances(Invoice.objects.filter(corrects=None), on)
        assert {row.pk for row in rows.filter(balances.euros_are_left())} == {
            pk for pk, balance in found.items() if balance.in_euros > NOTHING
        }

    def check_one(self, invoice: Invoice, balance: balances.Balance) -> None:
        assert facts.problems(stating.facts_of(invoice)) == []
        if Invoice.objects.filter(replaces=invoice, issued_at__isnull=False).exists():
            assert (balance.in_kind, balance.in_euros) == (NOTHING, NOTHING)
            return
        said = balance.deducted + balance.credited + balance.received + balance.in_kind + balance.in_euros
        assert said + balance.waived == balance.total
        assert min(balance.in_kind, balance.waived) >= NOTHING
        parts = turning.in_euros(invoice, balance.in_euros)
        shares = [parts.own, parts.unasked, *(left for _request, left in parts.requested)]
        assert min(shares) >= NOTHING
        assert total(shares) == max(balance.in_euros, NOTHING)
        for item in turning.askable(invoice, parts.unasked, balance.in_kind):
            assert item.quantity > 0
            assert NOTHING < item.value <= (parts.unasked if item.basis == turning.DUE else balance.in_kind)

    def may_still_come(self, standing: list[Invoice]) -> Money:
        """Return what of the baskets may still settle these invoices: agreed, and neither came for them nor is gone."""
        settled = Allocation.objects.filter(invoice__in=standing, receipt__term=self.term)
        gone = NOTHING
        if self.term.if_missed in not_coming.NOT_COMING:
            gone = claiming.missed_value(self.term)
        asked = total(row.value for row in PaymentRequest.objects.filter(basis=turning.AGREED, invoice__in=standing))
        left: Money = max(self.term.value - balances.total_of(settled, "value") - gone - asked, NOTHING)
        return left

    def in_euros(self, standing: list[Invoice], found: dict[int, balances.Balance]) -> Money:
        """Return the euros that these invoices got or still ask for."""
        came = Allocation.objects.filter(invoice__in=standing, receipt__kind=Kind.MONEY)
        return total(found[invoice.pk].in_euros for invoice in standing) + balances.total_of(came, "value")

    def most_in_euros(self, standing: list[Invoice]) -> Money:
        """Return what may be asked for in euros: what was agreed so, by the quote or since, and what was missed and is
        due so; what is waived never is."""
        agreed = total(term.value for term in self.agreed.version.terms.filter(kind=Kind.MONEY))
        asked = PaymentRequest.objects.filter(basis=turning.AGREED, invoice__in=standing)
        due = claiming.missed_value(self.term) if self.term.if_missed == IfMissed.DUE_IN_EUROS else NOTHING
        most: Money = agreed + balances.total_of(asked, "value") + max(due, NOTHING)
        return most

    def end(self) -> None:
        """The rest is invoiced, and all that is still to come comes: no invoice awaits anything in kind, but for what a
        person took back and left free."""
        for act in (self.all_is_done, self.the_whole_is_invoiced):
            with contextlib.suppress(*REFUSALS):
                act()
        self.check()
        self.at += timedelta(days=400)
        if (left := doubting.left_to_come(self.term)) > 0:
            self.receive(self.term, quantity=left, destination="PERSONAL")
        self.check()
        awaited = balances.left_of_all(Invoice.objects.all()).in_kind
        assert awaited <= total(claiming.free_of(row) for row in Receipt.objects.filter(term=self.term))


@pytest.mark.parametrize(("number", "rule"), GAMES)
def test_whatever_the_order(number: int, rule: str) -> None:
    deal = Deal(number, rule)
    try:
        for _act in range(ACTS):
            deal.go_on()
            deal.check()
        deal.end()
    except AssertionError as broken:
        raise AssertionError("\n".join([str(broken), *deal.said])) from broken
