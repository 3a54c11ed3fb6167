"""The pages of reminders and payment requests: what they propose, what they refuse, and what others may not do."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Visitor
from django.urls import reverse

from billing.dunning import reminding, requesting
from billing.models import Invoice, PaymentRequest, Reminder, ReminderHours
from desk import today
from lib import clock, freezing
from people.models import Activity, Business, Client, Membership, User
from quotes.models import MoneyDue
from records import verifying
from records.models import Mail
from tests import make
from tests.billing.conftest import accepted, deposit_of, final_of, money_came

pytestmark = pytest.mark.django_db
ISSUED = datetime(2026, 1, 5, 9, tzinfo=UTC)
OPEN = datetime(2026, 2, 4, 9, tzinfo=UTC)
EVENING = datetime(2026, 2, 7, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _paper(drawn: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding.pdf, "render", lambda html, **_: html.encode())
    monkeypatch.setattr(clock, "now", lambda: OPEN)


@pytest.fixture
def late(activity: Activity, freelancer: User) -> Invoice:
    """540 € overdue since 5 January; 300 € in baskets to come."""
    return invoice_of(activity, freelancer)


def invoice_of(activity: Activity, by: User, kind: str = Client.Kind.FARM) -> Invoice:
    buyer = make.contact(client=make.client(activity=activity, kind=kind)).client
    deal = accepted(client=buyer, by=by, at=ISSUED)
    deposit_of(deal, at=ISSUED)
    money_came(deal, "360", MoneyDue.ACCEPTANCE, at=ISSUED)
    return final_of(deal, at=ISSUED)


def address(business: Business, name: str, *args: int) -> str:
    return reverse(name, args=[business.slug, *args])


def read(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ")


def typed(invoice: Invoice, **said: Any) -> dict[str, Any]:
    contacts = [contact.pk for contact in invoice.client.contacts.all()]
    return {"request_id": uuid.uuid4(), "opening": "Un mot.", "closing": "Merci.", "contacts": contacts} | said


# Reminders -----------------------------------------------------------------------------------------------------------


def test_a_friendly_reminder_is_proposed_first_with_its_whole_text(
    as_freelancer: Visitor, business: Business, late: Invoice
) -> None:
    shown = read(as_freelancer.get(address(business, "invoice_remind", late.pk)))
    assert f"Facture {late.number} : petit rappel" in shown
    assert "540,00 €" in shown
    assert "FR76 3000 6000 0112 3456 7890 189" in shown
    assert "with_indemnity" not in shown
    assert "Ce qui est convenu autrement qu’en euros n’est pas concerné" in shown


def test_reading_the_text_again_sends_nothing(as_freelancer: Visitor, business: Business, late: Invoice) -> None:
    look = typed(late, look="1", opening="Bien le bonjour.")
    shown = read(as_freelancer.post(address(business, "invoice_remind", late.pk), look))
    assert "<p>Bien le bonjour.</p>" in shown
    assert not Reminder.objects.exists()


def test_sending_says_when_it_leaves_and_the_page_shows_it(
    as_freelancer: Visitor, business: Business, late: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    answer = as_freelancer.post(address(business, "invoice_remind", late.pk), typed(late), follow=True)
    shown = read(answer)
    assert "La relance partira lundi 9 février à 8 h" in shown
    assert "partira lundi 9 février" in shown
    assert "attend déjà" in read(as_freelancer.get(address(business, "invoice_remind", late.pk)))

    as_freelancer.post(address(business, "reminder_cancel", Reminder.objects.get().pk))
    assert "annulée" in read(as_freelancer.get(address(business, "invoice", late.pk)))


def test_what_a_professional_owes_is_offered_in_a_firm_reminder(
    as_freelancer: Visitor, business: Business, late: Invoice
) -> None:
    page = address(business, "invoice_remind", late.pk) + "?level=FIRM"
    assert "Demander les pénalités de retard : 3,49 €" in read(as_freelancer.get(page))
    as_freelancer.post(page, typed(late, pay_by="2026-02-20", with_interest="on"))
    assert str(Reminder.objects.get().interest.amount) == "3.49"
    assert str(Reminder.objects.get().indemnity.amount) == "0.00"


def test_a_private_person_is_never_asked_for_it_whatever_is_posted(
    as_freelancer: Visitor, business: Business, activity: Activity, freelancer: User
) -> None:
    invoice = invoice_of(activity, freelancer, Client.Kind.PERSON)
    page = address(business, "invoice_remind", invoice.pk) + "?level=FORMAL"
    assert "with_interest" not in read(as_freelancer.get(page))
    as_freelancer.post(page, typed(invoice, pay_by="2026-02-20", with_interest="on", with_indemnity="on"))
    assert "sans TVA" not in " ".join(Reminder.objects.get().notices)


def test_nothing_typed_is_lost_when_it_is_refused(as_freelancer: Visitor, business: Business, late: Invoice) -> None:
    page = address(business, "invoice_remind", late.pk) + "?level=FIRM"
    answer = as_freelancer.post(page, typed(late, opening="Mes mots à moi.", pay_by="2026-02-04"))
    assert answer.status_code == 422
    assert "Mes mots à moi." in read(answer)
    assert "Choisissez un jour après celui du départ" in read(answer)


def test_a_paid_invoice_is_not_reminded_of(as_freelancer: Visitor, business: Business, late: Invoice) -> None:
    assert late.acceptance is not None
    money_came(late.acceptance, "540", MoneyDue.DELIVERY, at=OPEN)
    shown = read(as_freelancer.get(address(business, "invoice_remind", late.pk)))
    assert "ce qui est dû en nature ne se relance jamais" in shown
    assert "textarea" not in shown


def test_the_list_of_what_is_late_shows_the_last_reminder(
    as_freelancer: Visitor, business: Business, late: Invoice
) -> None:
    as_freelancer.post(address(business, "invoice_remind", late.pk), typed(late))
    make.run_errands(OPEN)
    shown = read(as_freelancer.get(address(business, "invoices"), {"state": "overdue"}))
    assert "relance amicale, partie par courriel 4 février" in shown


def test_the_hours_are_the_owners_to_choose(as_freelancer: Visitor, as_teammate: Visitor, business: Business) -> None:
    page = address(business, "reminder_hours")
    assert as_teammate.get(page).status_code == 403
    refused = as_freelancer.post(page, {"quiet_since": "08:00", "quiet_until": "19:00"})
    assert "Laissez des heures ouvertes" in read(refused)
    as_freelancer.post(page, {"quiet_since": "20:00", "quiet_until": "07:30", "alsace_moselle": "on"})
    kept = ReminderHours.objects.get(business=business)
    assert (kept.quiet_sundays, kept.quiet_holidays, kept.alsace_moselle) == (False, True, True)


def test_others_may_not(
    as_accountant: Visitor, as_teammate: Visitor, as_stranger: Visitor, business: Business, late: Invoice
) -> None:
    page = address(business, "invoice_remind", late.pk)
    assert as_accountant.get(page).status_code == 403
    assert as_teammate.get(page).status_code == 404
    assert as_stranger.post(page, typed(late)).status_code == 404
    shown = read(as_accountant.get(address(business, "invoice", late.pk)))
    assert page not in shown
    assert not Reminder.objects.exists()


# Payment requests ----------------------------------------------------------------------------------------------------


def ask(visitor: Visitor, business: Business, invoice: Invoice, **said: str) -> Any:
    [item] = requesting.askable_of(invoice, OPEN.date())
    wish = {"key": item.key, "quantity": "2", "due_on": "2026-03-06", "reason": "Grêle."}
    form = {"request_id": str(uuid.uuid4())} | wish | said
    return visitor.post(address(business, "request_new", invoice.pk), form, follow=True)


def test_it_is_asked_for_shown_everywhere_and_undone(as_freelancer: Visitor, business: Business, late: Invoice) -> None:
    shown = read(ask(as_freelancer, business, late))
    made = PaymentRequest.objects.get()
    assert f"{late.number} DP1" in shown
    for page in (address(business, "invoice", late.pk), address(business, "client", late.client_id)):
        assert f"{late.number} DP1" in read(as_freelancer.get(page))
    contacts = [contact.pk for contact in late.client.contacts.all()]
    as_freelancer.post(address(business, "request_mail", made.pk), {"contacts": contacts})
    make.run_errands(OPEN)
    assert Mail.objects.filter(event=requesting.EVENT).count() == 1
    assert as_freelancer.get(address(business, "request_pdf", made.pk)).status_code == 200

    as_freelancer.post(address(business, "request_undo", made.pk))
    assert "annulée" in read(as_freelancer.get(made.get_absolute_url()))
    assert not PaymentRequest.objects.get(pk=made.pk).stands


def test_too_many_are_refused_next_to_the_field(as_freelancer: Visitor, business: Business, late: Invoice) -> None:
    answer = ask(as_freelancer, business, late, quantity="16")
    assert answer.status_code == 422
    assert "Au plus 15" in read(answer)
    assert "Grêle." in read(answer)


def test_an_accountant_reads_and_asks_for_nothing(
    as_freelancer: Visitor, as_accountant: Visitor, business: Business, late: Invoice
) -> None:
    ask(as_freelancer, business, late)
    made = PaymentRequest.objects.get()
    assert as_accountant.get(made.get_absolute_url()).status_code == 200
    assert as_accountant.get(address(business, "request_new", late.pk)).status_code == 403
    assert as_accountant.post(address(business, "request_undo", made.pk)).status_code == 403


# Today and proof -----------------------------------------------------------------------------------------------------


def test_today_names_each_late_payment_and_its_last_reminder(
    as_freelancer: Visitor, business: Business, activity: Activity, freelancer: User, late: Invoice
) -> None:
    membership = Membership.objects.get(user=freelancer)
    assert not any("2 règlements en retard" in todo.sentence for todo in today.todos(membership, OPEN.date()))
    invoice_of(activity, freelancer)
    as_freelancer.post(address(business, "invoice_remind", late.pk), typed(late))
    make.run_errands(OPEN)

    todos = today.todos(membership, OPEN.date())

    sentences = [todo.sentence.replace("\xa0", " ") for todo in todos]
    assert "2 règlements en retard : relancer." in sentences
    assert any("relance amicale du 4 février" in sentence for sentence in sentences)
    assert all(as_freelancer.get(todo.url).status_code == 200 for todo in todos)


def test_today_says_what_could_not_leave_in_time_and_proposes_it_again(
    as_freelancer: Visitor, business: Business, freelancer: User, late: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_freelancer.post(address(business, "invoice_remind", late.pk), typed(late))
    weeks_later = OPEN + timedelta(days=21)
    monkeypatch.setattr(clock, "now", lambda: weeks_later)
    make.run_errands(weeks_later)

    [todo] = today.todos(Membership.objects.get(user=freelancer), weeks_later.date())

    words = str(reminding.What.OUTDATED.label).replace("\xa0", " ")
    assert words in todo.sentence.replace("\xa0", " ")
    assert todo.url == address(business, "invoice_remind", late.pk)
    assert words in read(as_freelancer.get(late.get_absolute_url()))


def test_what_did_not_come_and_is_due_in_euros_is_to_be_asked_for_not_reminded_of(
    as_freelancer: Visitor, business: Business, late: Invoice, freelancer: User
) -> None:
    assert late.acceptance is not None
    money_came(late.acceptance, "540", MoneyDue.DELIVERY, at=ISSUED)
    ask(as_freelancer, business, late, due_on="2026-02-04")
    membership = Membership.objects.get(user=freelancer)
    assert not [todo for todo in today.todos(membership, OPEN.date()) if "DP1" in todo.sentence]

    tomorrow = OPEN.date() + timedelta(1)
    [todo] = [todo for todo in today.todos(membership, tomorrow) if "DP1" in todo.sentence]
    assert todo.url == address(business, "request_remind", PaymentRequest.objects.get().pk)


def test_an_altered_reminder_or_request_is_found(as_freelancer: Visitor, business: Business, late: Invoice) -> None:
    as_freelancer.post(address(business, "invoice_remind", late.pk), typed(late))
    ask(as_freelancer, business, late)
    as_freelancer.post(address(business, "request_undo", PaymentRequest.objects.get().pk))
    assert not [line for line in verifying.problems(business) if "Reminder" in line or "request" in line]

    with freezing.melted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_reminder SET opening = 'x'")
        cursor.execute("UPDATE billing_paymentrequest SET reason = 'x'")

    found = list(verifying.problems(business))
    assert "Reminder 1 is not what was sealed." in [line.replace(str(Reminder.objects.get().pk), "1") for line in found]
    assert len([line for line in found if "Payment request" in line]) == 2


# The law -------------------------------------------------------------------------------------------------------------


def test_an_invoice_leads_to_the_law_that_its_mentions_quote(
    as_freelancer: Visitor, business: Business, late: Invoice
) -> None:
    shown = read(as_freelancer.get(address(business, "invoice", late.pk)))
    assert 'href="/law/vat/#mention-vat-franchise' in shown or 'href="/law/invoices/#mention-vat-franchise' in shown
    assert "#mention-late-penalty-2020-01-01" in shown
    assert "Pénalités de retard" in shown


def test_the_text_is_read_in_the_clients_language(as_freelancer: Visitor, business: Business, late: Invoice) -> None:
    with freezing.melted(connection):
        Invoice.objects.filter(pk=late.pk).update(language="en")
    shown = read(as_freelancer.get(address(business, "invoice_remind", late.pk) + "?level=FORMAL"))
    assert "<p>Hello Camille Ferrand,</p>" in shown
    assert "This letter is a formal notice to pay" in shown
    assert "Mettre en demeure</button>" in shown
