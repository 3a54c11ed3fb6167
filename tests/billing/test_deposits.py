"""Deposits on a date, drafted by the clock; deposits that no term foresaw; goods that came before any invoice."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client as Visitor

from billing import balances, crediting, depositing, drafting, facts, facturx, issuing, months, settling, stating
from billing.models import Invoice
from lib.money import euros
from people.models import Activity, User
from quotes import answering
from quotes.models import Acceptance, Kind, MoneyDue
from records.models import Errand
from tests import make
from tests.billing.conftest import (
    NOW,
    ON_DELIVERY,
    accepted,
    basket_came,
    deposit_of,
    final_of,
    issued_by,
    money_came,
    recorder_of,
    term_of,
)

pytestmark = pytest.mark.django_db
ON_A_DATE = {
    "kind": Kind.MONEY,
    "due": MoneyDue.DEPOSIT_DATE,
    "due_on": date(2027, 3, 1),
    "value": euros("400"),
    "closes": False,
}
FEBRUARY = datetime(2027, 2, 10, 9, tzinfo=NOW.tzinfo)


def asked(deal: Acceptance, value: str, *, request_id: uuid.UUID | None = None) -> Invoice:
    return depositing.ask_deposit(
        acceptance=deal, value=euros(value), by=recorder_of(deal), at=NOW, request_id=request_id or uuid.uuid4()
    )


# On a date --------------------------------------------------------------------------------------------------------


def test_the_clock_drafts_a_deposit_a_week_before_its_day() -> None:
    deal = accepted(terms=[ON_A_DATE, {**ON_DELIVERY, "value": euros("800")}])
    answering._promise_what_follows(deal)
    errand = Errand.objects.get(what="draft_dated_deposit")
    assert errand.due_at == datetime(2027, 2, 22, 5, tzinfo=NOW.tzinfo)  # six in the morning in Strasbourg

    depositing.draft_dated_deposit(errand)
    depositing.draft_dated_deposit(errand)  # an errand may run twice

    [draft] = Invoice.objects.all()
    assert (draft.type, draft.total, draft.term) == (
        Invoice.Type.DEPOSIT,
        euros("400"),
        term_of(deal, Kind.MONEY, due="DEPOSIT_DATE"),
    )
    issued = issued_by(draft, at=errand.due_at)
    assert (issued.due_on, stating.facts_of(issued).kind) == (date(2027, 3, 1), facts.DEPOSIT)
    assert final_of(deal, at=datetime(2027, 3, 5, 9, tzinfo=NOW.tzinfo)).deducted == euros("400")


def test_a_deposit_whose_day_is_near_is_drafted_at_once() -> None:
    deal = accepted(terms=[{**ON_A_DATE, "due_on": make.TODAY}, {**ON_DELIVERY, "value": euros("800")}])
    answering._promise_what_follows(deal)

    assert Errand.objects.get(what="draft_dated_deposit").due_at == deal.at


def test_no_deposit_is_drafted_once_the_whole_is_invoiced() -> None:
    deal = accepted(terms=[ON_A_DATE, {**ON_DELIVERY, "value": euros("800")}])
    final_of(deal)

    depositing.draft_dated_deposit(
        Errand(subject=f"remuneration_term:{deal.version.terms.get(due='DEPOSIT_DATE').pk}", made_at=NOW, due_at=NOW)
    )

    assert not Invoice.objects.filter(type=Invoice.Type.DEPOSIT).exists()


# Asked for --------------------------------------------------------------------------------------------------------


def test_a_deposit_asked_for_is_an_advance_on_what_is_agreed_in_euros(acceptance: Acceptance) -> None:
    deposit_of(acceptance)
    one = issued_by(asked(acceptance, "200"))
    money_came(acceptance, "200", MoneyDue.DELIVERY)
    assert balances.balance_of(one, make.TODAY).left == euros(0)

    final = final_of(acceptance)

    assert final.deducted == euros("560")
    assert (final.agreed_otherwise, final.payable) == (euros("300"), euros("340"))
    assert facts.problems(stating.facts_of(final)) == []


def test_no_more_is_asked_for_than_is_left_in_euros(acceptance: Acceptance) -> None:
    deposit_of(acceptance)
    asked(acceptance, "500")

    assert depositing.left_to_ask(acceptance) == euros("40")
    for value in ("40.01", "0", "-5"):
        with pytest.raises(drafting.DraftingError, match="40,00"):
            asked(acceptance, value)


def test_what_was_credited_may_be_asked_for_again(acceptance: Acceptance) -> None:
    one = issued_by(asked(acceptance, "500"))
    note = crediting.draft_credit_note(
        invoice=one, by=recorder_of(acceptance), at=NOW, reason="Erreur", request_id=uuid.uuid4()
    )
    issued_by(note)

    assert depositing.left_to_ask(acceptance) == euros("900")


def test_a_double_click_asks_once(acceptance: Acceptance) -> None:
    request_id = uuid.uuid4()

    assert asked(acceptance, "100", request_id=request_id) == asked(acceptance, "100", request_id=request_id)


def test_an_invoiced_quote_asks_for_nothing_more(acceptance: Acceptance) -> None:
    final_of(acceptance)

    with pytest.raises(drafting.DraftingError, match="reste rien"):
        asked(acceptance, "10")


# Months in kind ---------------------------------------------------------------------------------------------------


@pytest.fixture
def january(acceptance: Acceptance) -> months.Month:
    """Three Fridays of January brought a basket each, and one of February another."""
    for week in range(3):
        basket_came(acceptance, make.FIRST_FRIDAY + timedelta(weeks=week))
    basket_came(acceptance, date(2027, 2, 5))
    [found] = months.months_to_invoice([acceptance], FEBRUARY.date())
    return found


def drafted(january: months.Month) -> Invoice:
    return months.draft_month(
        term=january.term,
        month=january.month,
        by=recorder_of(january.term.version.acceptance),
        at=FEBRUARY,
        on=FEBRUARY.date(),
        request_id=uuid.uuid4(),
    )


def test_a_past_month_in_kind_is_proposed_with_what_came(january: months.Month) -> None:
    assert january.words("fr") == "janvier 2027\xa0: 3\xa0paniers, 60,00\xa0€"


@pytest.mark.engine
def test_it_becomes_a_deposit_that_is_wholly_settled_and_then_deducted(
    acceptance: Acceptance, january: months.Month
) -> None:
    issued = issued_by(drafted(january), at=FEBRUARY)
    said = stating.facts_of(issued)

    assert (said.kind, said.prepaid, said.payable) == (facts.DEPOSIT, issued.total, euros(0))
    assert facturx.frame(said) == "S2"
    assert b"DueDateDateTime" in facturx.xml(said)
    assert facts.problems(said) == []
    assert [part.label.replace("\xa0", " ") for part in said.parts] == ["3 paniers de légumes à 20 € l’unité"]
    assert months.months_to_invoice([acceptance], FEBRUARY.date()) == []

    final = final_of(acceptance, at=FEBRUARY)
    assert final.deducted == euros("60")
    assert (final.settled_at_issue, final.agreed_otherwise) == (euros("20"), euros("220"))  # one basket, then eleven
    assert facts.problems(stating.facts_of(final)) == []


@pytest.mark.engine
def test_a_month_is_invoiced_once(january: months.Month) -> None:
    draft = drafted(january)
    assert drafted(january) == draft

    issued_by(draft, at=FEBRUARY)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_invoice (term_id, deposit_month, type) VALUES (%s, %s, 'DEPOSIT')",
            [january.term.pk, january.month],
        )


def test_a_month_that_changed_since_its_draft_is_prepared_again(january: months.Month) -> None:
    draft = drafted(january)
    came, by = january.term.receipts.order_by("pk")[0], recorder_of(january.term.version.acceptance)
    settling.reverse_receipt(receipt=came, by=by, at=FEBRUARY, reason="Erreur")

    with pytest.raises(issuing.IssuingError, match="janvier 2027"):
        issued_by(draft, at=FEBRUARY)


def test_nothing_is_proposed_once_an_invoice_takes_it(acceptance: Acceptance, january: months.Month) -> None:
    final_of(acceptance, at=FEBRUARY, issued=False)

    assert months.months_to_invoice([acceptance], FEBRUARY.date()) == []


def test_the_month_that_goes_on_is_not_proposed(acceptance: Acceptance) -> None:
    basket_came(acceptance, make.FIRST_FRIDAY)

    assert months.months_to_invoice([acceptance], date(2027, 1, 31)) == []


# Pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def deal(freelancer: User, activity: Activity) -> Acceptance:
    return accepted(client=make.client(activity=activity), by=freelancer)


def test_a_deposit_is_asked_for_from_the_quotes_page(as_freelancer: Visitor, deal: Acceptance) -> None:
    page = as_freelancer.get(deal.quote.get_absolute_url()).content.decode()
    url = f"/b/{deal.quote.business.slug}/invoices/of-quote/{deal.quote_id}/deposit/"
    assert url in page

    refused = as_freelancer.post(url, {"amount": "95 %", "request_id": uuid.uuid4()})
    assert "900,00" in refused.content.decode()
    made = as_freelancer.post(url, {"amount": "10 %", "request_id": uuid.uuid4()})

    assert made.url == Invoice.objects.get().get_absolute_url()
    assert Invoice.objects.get().total == euros("120")


def test_a_progress_invoice_is_drafted_from_its_page(as_freelancer: Visitor, deal: Acceptance) -> None:
    url = f"/b/{deal.quote.business.slug}/invoices/of-quote/{deal.quote_id}/progress/"
    assert "Facture d’avancement" in as_freelancer.get(url).content.decode()
    [line] = deal.version.lines.all()

    by_line = {"how": "lines", f"line_{line.pk}": "25", "request_id": uuid.uuid4()}
    assert as_freelancer.post(url, by_line).status_code == 302

    assert Invoice.objects.get().total == euros("300")


def test_strangers_and_accountants_ask_for_nothing(
    as_stranger: Visitor, as_accountant: Visitor, deal: Acceptance
) -> None:
    for what in ("deposit", "progress"):
        url = f"/b/{deal.quote.business.slug}/invoices/of-quote/{deal.quote_id}/{what}/"
        assert as_stranger.get(url).status_code == 404
        assert as_accountant.get(url).status_code in (302, 403)


def test_a_month_in_kind_is_drafted_by_a_click(
    as_freelancer: Visitor, deal: Acceptance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.clock.now", lambda: FEBRUARY)
    for week in range(2):
        basket_came(deal, make.FIRST_FRIDAY + timedelta(weeks=week))
    term = term_of(deal, Kind.GOODS)
    url = f"/b/{deal.quote.business.slug}/terms/{term.pk}/months/2027-1/"
    assert url in as_freelancer.get(deal.quote.get_absolute_url()).content.decode()
    assert "confirmer par votre comptable" in as_freelancer.get(url).content.decode()

    as_freelancer.post(url, {"request_id": uuid.uuid4()})

    assert Invoice.objects.get().deposit_month == date(2027, 1, 1)


def test_a_deposit_on_a_date_is_said_and_chosen_in_the_editor(as_freelancer: Visitor, activity: Activity) -> None:
    draft = make.quote(client=make.client(activity=activity), terms=[ON_A_DATE, {**ON_DELIVERY, "value": euros("800")}])

    page = as_freelancer.get(f"{draft.quote.get_absolute_url()}edit/").content.decode()

    assert '<option value="DEPOSIT_DATE" selected>' in page
    assert "lundi 1er mars 2027 (acompte)" in page
