"""The pages of invoices and receipts, as a freelancer uses them, and as others may not."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Visitor
from django.urls import reverse

from billing import drafting, issuing
from billing.models import Invoice, Receipt
from lib import clock
from lib.law import UnknownFact
from lib.money import euros
from people.models import Business, User
from quotes.models import Acceptance, Kind, MoneyDue
from tests import make
from tests.billing.conftest import NOW, accepted, basket_came, deposit_of, final_of, money_came, term_of

MARCH = NOW.replace(year=2027, month=3)


@pytest.fixture
def visitor(freelancer: User, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr(clock, "now", lambda: MARCH)
    visitor = Visitor()
    visitor.force_login(freelancer)
    return visitor


@pytest.fixture
def deal(freelancer: User, activity: Any) -> Acceptance:
    buyer = make.contact(client=make.client(activity=activity)).client
    return accepted(client=buyer, by=freelancer)


def page(visitor: Visitor, business: Business, name: str, *args: int, **data: str) -> str:
    answer = visitor.get(reverse(name, args=[business.slug, *args]), data)
    assert answer.status_code == 200, answer
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def post(visitor: Visitor, business: Business, name: str, *args: int, **data: Any) -> Any:
    return visitor.post(reverse(name, args=[business.slug, *args]), data)


def test_the_list_says_what_to_do_next(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    deposit_of(deal)
    money_came(deal, "360", MoneyDue.ACCEPTANCE)
    final_of(deal)

    shown = page(visitor, business, "invoices")

    assert "540,00 € en retard" in shown
    assert "Rien à faire" in shown
    assert "en retard" in page(visitor, business, "invoices", state="overdue")
    assert "Aucune facture" in page(visitor, business, "invoices", q="xyz")


@pytest.mark.parametrize("sort", ["number", "-client", "due", "-total", "left", "nonsense"])
def test_the_list_sorts(visitor: Visitor, business: Business, deal: Acceptance, sort: str) -> None:
    deposit_of(deal)

    assert "F2026-0001" in page(visitor, business, "invoices", sort=sort)


def test_the_list_costs_the_same_for_one_and_for_many(
    visitor: Visitor, business: Business, deal: Acceptance, django_assert_max_num_queries: Any
) -> None:
    deposit_of(deal)
    final_of(deal)

    with django_assert_max_num_queries(18):
        page(visitor, business, "invoices")


def test_a_quote_is_invoiced_reviewed_issued_and_mailed(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    assert "Site de la ferme" in page(visitor, business, "invoice_new")
    draft_url = post(visitor, business, "invoice_final", deal.quote_id, request_id=uuid.uuid4()).url
    draft = Invoice.objects.get()
    assert draft_url == draft.get_absolute_url()
    assert "1 200,00 €" in page(visitor, business, "invoice", draft.pk)
    assert visitor.get(reverse("invoice_preview", args=[business.slug, draft.pk])).content.startswith(b"%PDF")
    assert "change plus jamais" in page(visitor, business, "invoice_issue", draft.pk)

    post(visitor, business, "invoice_issue", draft.pk)

    draft.refresh_from_db()
    assert draft.number == "F2027-0001"
    assert "en cours de fabrication" in page(visitor, business, "invoice", draft.pk)
    make.run_errands(MARCH)
    assert (
        visitor.get(reverse("invoice_pdf", args=[business.slug, draft.pk])).headers["Content-Type"] == "application/pdf"
    )
    post(visitor, business, "invoice_mail", draft.pk, contacts=[draft.client.contacts.get().pk])
    make.run_errands(MARCH)
    assert "camille@example.org" in page(visitor, business, "invoice", draft.pk)


def test_a_draft_changed_in_another_window_shows_both_texts(
    visitor: Visitor, business: Business, deal: Acceptance
) -> None:
    draft = final_of(deal, issued=False)
    post(visitor, business, "invoice_edit", draft.pk, title="Le mien", revision=1)

    answer = post(visitor, business, "invoice_edit", draft.pk, title="Le vôtre", revision=1)

    assert answer.status_code == 422
    assert "Le mien" in answer.content.decode()
    assert "Le vôtre" in answer.content.decode()


def test_a_one_off_invoice_needs_no_quote_and_double_click_makes_one(
    visitor: Visitor, business: Business, deal: Acceptance
) -> None:
    data = {
        "client": deal.quote.client_id,
        "title": "Dépannage",
        "request_id": str(uuid.uuid4()),
        "line-TOTAL_FORMS": "2",
        "line-INITIAL_FORMS": "0",
        "line-0-title": "Deux heures",
        "line-0-quantity": "2",
        "line-0-unit": "HOUR",
        "line-0-unit_price": "45,50",
    }
    first, second = (post(visitor, business, "invoice_new", **data) for _ in range(2))

    assert first.url == second.url
    assert Invoice.objects.get().total == euros("91")


def test_a_receipt_of_a_term_asks_only_for_its_kind(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    term = term_of(deal, Kind.GOODS)

    shown = page(visitor, business, "receipt_new", term=str(term.pk))

    assert 'name="quantity"' in shown
    assert 'name="destination"' in shown
    assert 'name="means"' not in shown


def test_a_double_click_records_one_receipt(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    url = f"{reverse('receipt_new', args=[business.slug])}?term={term_of(deal, Kind.MONEY, due='ACCEPTANCE').pk}"
    data = {"value": "360,00", "means": "TRANSFER", "received_on": "2027-02-28", "request_id": str(uuid.uuid4())}

    for _click in range(2):
        assert visitor.post(url, data).status_code == 302

    assert Receipt.objects.get().value == euros("360")


def test_an_error_is_said_next_to_its_field_and_nothing_typed_is_lost(
    visitor: Visitor, business: Business, deal: Acceptance
) -> None:
    url = f"{reverse('receipt_new', args=[business.slug])}?term={term_of(deal, Kind.GOODS).pk}"
    data = {"quantity": "1,5", "unit_value": "20", "destination": "PERSONAL", "received_on": "2027-02-28"}

    answer = visitor.post(url, data | {"request_id": str(uuid.uuid4())})

    assert answer.status_code == 422
    assert "unités entières" in answer.content.decode()
    assert 'value="1,5"' in answer.content.decode()


def test_two_taps_confirm_several_days_at_once(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    term = term_of(deal, Kind.GOODS)
    assert "vendredi 8 janvier 2027" in page(visitor, business, "term_confirm", term.pk)

    data = {"day_20270108": "came", "day_20270115": "missed", "day_20270122": "came", "destination": "PERSONAL"}
    post(visitor, business, "term_confirm", term.pk, request_id=uuid.uuid4(), note="grêle", **data)

    assert list(term.receipts.values_list("received_on", flat=True)) == [date(2027, 1, 8), date(2027, 1, 22)]
    assert term.missed.get().note == "grêle"
    assert "grêle" in page(visitor, business, "term_confirm", term.pk)


def test_a_receipt_is_undone_with_a_reason(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    receipt = basket_came(deal, make.FIRST_FRIDAY)
    post(visitor, business, "receipt_reverse", receipt.pk, reason="")
    assert Receipt.objects.count() == 1

    post(visitor, business, "receipt_reverse", receipt.pk, reason="saisi deux fois")

    assert "saisi deux fois" in page(visitor, business, "receipt", receipt.pk)
    assert "annulé" in page(visitor, business, "receipts")


def test_a_credit_note_is_written_for_an_amount(visitor: Visitor, business: Business, deal: Acceptance) -> None:
    invoice = deposit_of(deal)
    assert "avoir" in page(visitor, business, "invoice_credit", invoice.pk)

    data = {"how": "amount", "amount": "60", "reason": "Trop", "request_id": uuid.uuid4()}
    answer = post(visitor, business, "invoice_credit", invoice.pk, **data)

    note = Invoice.objects.get(type="CREDIT_NOTE")
    assert answer.url == note.get_absolute_url()
    assert note.total == euros("60")
    assert "Trop" in page(visitor, business, "invoice", note.pk)


def test_lines_are_counted_in_the_plural(visitor: Visitor, business: Business, activity: Any, freelancer: User) -> None:
    lines = [
        drafting.DraftLine(unit_price=euros("40"), quantity=Decimal(quantity), unit=unit, title="Atelier")
        for quantity, unit in (("3", "HOUR"), ("16", "PIECE"), ("1.5", "DAY"))
    ]
    client = make.contact(client=make.client(activity=activity)).client
    draft = drafting.draft_standard(
        activity=activity, client=client, title="Ateliers", lines=lines, by=freelancer, at=MARCH,
        request_id=uuid.uuid4(),
    )  # fmt: skip

    shown = page(visitor, business, "invoice", draft.pk)

    for words in ("3 heures", "16 pièces", "1,5 jour<"):
        assert words in shown


@pytest.mark.parametrize("name", ["invoice", "invoice_issue", "invoice_preview"])
def test_a_legal_sentence_that_is_not_known_is_said_not_thrown(
    visitor: Visitor, business: Business, deal: Acceptance, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def unknown(*_args: Any) -> None:
        raise UnknownFact("invoice.late_interest")

    draft = deposit_of(deal, issued=False)
    monkeypatch.setattr(issuing, "chosen", unknown)

    answers = [visitor.get(reverse(name, args=[business.slug, draft.pk]), follow=True)]
    if name == "invoice_issue":
        answers.append(visitor.post(reverse(name, args=[business.slug, draft.pk]), follow=True))

    for answer in answers:
        assert answer.status_code == 200
        assert "mention légale" in answer.content.decode()


PAGES = {"invoices": 200, "invoice_new": 403, "receipts": 200, "receipt_new": 403}


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_finds_nothing_and_an_accountant_only_reads(
    name: str, stranger: User, accountant: User, business: Business
) -> None:
    for user, status in ((stranger, 404), (accountant, PAGES[name])):
        visitor = Visitor()
        visitor.force_login(user)
        assert visitor.get(reverse(name, args=[business.slug])).status_code == status


def test_an_accountant_changes_nothing_and_a_teammate_sees_nothing(
    accountant: User, teammate: User, business: Business, deal: Acceptance
) -> None:
    invoice = deposit_of(deal, issued=False)
    reader, other = Visitor(), Visitor()
    reader.force_login(accountant)
    other.force_login(teammate)

    assert post(reader, business, "invoice_issue", invoice.pk).status_code == 403
    assert reader.get(invoice.get_absolute_url()).status_code == 200
    assert other.get(invoice.get_absolute_url()).status_code == 404
    assert post(other, business, "invoice_issue", invoice.pk).status_code == 404
