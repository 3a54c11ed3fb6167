"""A client is reminded of what is overdue in euros: by a person, in open hours, never once paid, never for baskets."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing.dunning import overdue, reminding, requesting
from billing.dunning.reminder_words import Choice, next_level
from billing.dunning.reminding import ReminderError
from billing.models import Invoice, Reminder, ReminderHours, ReminderOutcome
from lib import clock, law
from lib.law import Fact
from lib.money import euros
from people.models import Client
from quotes.models import Acceptance, Kind, MoneyDue
from records.models import Errand, LedgerEntry, Mail
from tests import make
from tests.billing.conftest import accepted, deposit_of, final_of, issued_by, money_came, recorder_of

pytestmark = pytest.mark.django_db
ISSUED = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday; due that same day: the site was delivered
OPEN = datetime(2026, 2, 4, 9, tzinfo=UTC)  # a Wednesday at ten, thirty days later
EVENING = datetime(2026, 2, 7, 20, tzinfo=UTC)  # a Saturday evening
MONDAY = datetime(2026, 2, 9, 7, tzinfo=UTC)  # eight o'clock in Paris


@pytest.fixture(autouse=True)
def _paper(drawn: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding.pdf, "render", lambda html, **_: html.encode())


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], datetime]:
    """Return a function that sets the clock."""

    def set_to(moment: datetime) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    set_to(OPEN)
    return set_to


def late(kind: str = Client.Kind.FARM, language: str = "fr") -> Invoice:
    """540 € due on 5 January and not paid; 300 € in baskets still to come."""
    buyer = make.contact(client=make.client(kind=kind, language=language)).client
    acceptance = accepted(client=buyer, at=ISSUED)
    deposit_of(acceptance, at=ISSUED)
    money_came(acceptance, "360", MoneyDue.ACCEPTANCE, at=ISSUED)
    draft = final_of(acceptance, at=ISSUED, issued=False)
    Invoice.objects.filter(pk=draft.pk).update(language=language)
    return issued_by(draft, at=ISSUED)


def deal_of(invoice: Invoice) -> Acceptance:
    assert invoice.acceptance is not None
    return invoice.acceptance


def remind(invoice: Invoice, level: str = "FRIENDLY", *, on: datetime = OPEN, **said: Any) -> Reminder:
    pay_by = None if level == "FRIENDLY" else on.date() + timedelta(days=12)
    contacts = said.pop("contacts", list(invoice.client.contacts.all()))
    choice = Choice(**{"level": level, "opening": "Petit rappel.", "pay_by": pay_by} | said)
    return reminding.remind(
        invoice=invoice, choice=choice, contacts=contacts, by=recorder_of(deal_of(invoice)), at=on,
        request_id=uuid.uuid4(),
    )  # fmt: skip


def text_of(reminder: Reminder) -> str:
    rows = " ".join(f"{label} {value}" for label, value in reminder.rows)
    return f"{reminder.opening} {rows} {' '.join(reminder.notices)}".replace("\xa0", " ").replace("\u202f", " ")


def outcome(reminder: Reminder) -> str:
    return ReminderOutcome.objects.get(reminder=reminder).what


# What is reminded of -------------------------------------------------------------------------------------------------


def test_euros_are_reminded_of_and_baskets_never() -> None:
    invoice = late()
    claim = overdue.claim_on(invoice, OPEN.date())
    assert (claim.left, claim.in_kind, claim.days_late(OPEN.date())) == (euros(540), euros(300), 30)

    money_came(deal_of(invoice), "540", MoneyDue.DELIVERY, at=OPEN)

    assert not overdue.claim_on(invoice, OPEN.date()).is_overdue(OPEN.date())
    with pytest.raises(ReminderError, match="ce qui est dû en nature"):
        remind(invoice)


def test_what_is_due_today_is_not_late() -> None:
    invoice = late()
    assert invoice.due_on == ISSUED.date()
    assert not overdue.claim_on(invoice, ISSUED.date()).is_overdue(ISSUED.date())
    assert overdue.claim_on(invoice, ISSUED.date() + timedelta(1)).is_overdue(ISSUED.date() + timedelta(1))


def test_levels_follow_one_another() -> None:
    assert [next_level(level) for level in (None, "FRIENDLY", "FIRM", "FORMAL")] == [
        "FRIENDLY", "FIRM", "FORMAL", "FORMAL",
    ]  # fmt: skip


def test_the_text_is_in_the_clients_language(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(language="en"), "FORMAL")
    assert reminder.subject == f"Invoice {reminder.invoice.number}: formal notice to pay"
    assert "This letter is a formal notice to pay" in text_of(reminder)
    assert "€540.00" in text_of(reminder)


# When it leaves ------------------------------------------------------------------------------------------------------


def test_in_an_open_hour_it_leaves_at_once_with_the_invoice(at: Callable[[datetime], datetime]) -> None:
    invoice = late()
    reminder = remind(invoice)
    make.run_errands(OPEN)

    mail = Mail.objects.get(event=reminding.EVENT)
    assert outcome(reminder) == "MAILED"
    assert mail.subject == f"Facture {invoice.number} : petit rappel"
    assert "- Reste à payer en euros\xa0: 540,00\xa0€" in mail.body
    assert [document.what for document in mail.documents.all()] == ["invoice_pdf"]


def test_in_a_quiet_hour_it_waits_for_monday_morning(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(), on=at(EVENING))
    assert reminder.due_at == MONDAY
    assert reminder.dated == MONDAY.date()

    make.run_errands(EVENING)
    assert reminder.is_waiting

    make.run_errands(at(MONDAY))
    assert outcome(reminder) == "MAILED"


def test_a_worker_that_comes_too_late_in_the_evening_waits_again(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(), on=at(EVENING))
    night = MONDAY.replace(hour=21)

    make.run_errands(at(night))

    errand = Errand.objects.get(what=reminding.SEND_ERRAND)
    assert reminder.is_waiting
    assert (errand.due_at, errand.attempts, errand.done_at) == (MONDAY + timedelta(days=1), 0, None)
    make.run_errands(at(MONDAY + timedelta(days=1)))
    assert outcome(reminder) == "MAILED"


def test_a_business_chooses_its_hours(at: Callable[[datetime], datetime]) -> None:
    invoice = late()
    ReminderHours.objects.create(
        business=invoice.business, quiet_since="22:00", quiet_until="06:00", quiet_sundays=False
    )
    assert remind(invoice, on=at(EVENING)).due_at == EVENING


def test_until_then_it_may_be_cancelled(at: Callable[[datetime], datetime]) -> None:
    invoice = late()
    reminder = remind(invoice, on=at(EVENING))
    person = recorder_of(deal_of(invoice))

    ended = reminding.cancel(reminder=reminder, by=person, at=EVENING)
    assert reminding.cancel(reminder=reminder, by=person, at=EVENING) == ended
    make.run_errands(at(MONDAY))

    assert not Mail.objects.filter(event=reminding.EVENT).exists()
    assert Errand.objects.get(what=reminding.SEND_ERRAND).done_at is not None


def test_once_it_has_left_it_is_not_cancelled(at: Callable[[datetime], datetime]) -> None:
    invoice = late()
    reminder = remind(invoice)
    make.run_errands(OPEN)
    with pytest.raises(ReminderError, match="déjà partie"):
        reminding.cancel(reminder=reminder, by=recorder_of(deal_of(invoice)), at=OPEN)


@pytest.mark.parametrize(("paid", "became"), [("540", "PAID"), ("100", "CHANGED")])
def test_it_does_not_leave_when_something_was_paid_meanwhile(
    at: Callable[[datetime], datetime], paid: str, became: str
) -> None:
    invoice = late()
    reminder = remind(invoice, on=at(EVENING))
    money_came(deal_of(invoice), paid, MoneyDue.DELIVERY, at=EVENING)

    make.run_errands(at(MONDAY))

    assert outcome(reminder) == became
    assert not Mail.objects.filter(event=reminding.EVENT).exists()


def test_run_twice_it_leaves_once(at: Callable[[datetime], datetime]) -> None:
    remind(late())
    make.run_errands(OPEN)
    errand = Errand.objects.get(what=reminding.SEND_ERRAND)
    reminding.send_reminder(errand)
    assert Mail.objects.filter(event=reminding.EVENT).count() == 1


# Between professionals -----------------------------------------------------------------------------------------------


def test_a_professional_is_asked_for_the_forty_euros_and_the_days_interest(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(), "FORMAL", with_indemnity=True, with_interest=True)
    assert reminder.indemnity == euros(40)
    assert reminder.interest == euros("3.49")  # 540 € × 7.86 % × 30 / 365
    assert reminder.left == euros(540)
    assert "40,00 € (art. L441-10, II et D441-5" in text_of(reminder)
    assert "3,49 € au 4 février 2026 (trois fois le taux d’intérêt légal en vigueur" in text_of(reminder)


def test_interest_follows_what_was_paid_late(at: Callable[[datetime], datetime]) -> None:
    invoice = late()
    money_came(deal_of(invoice), "240", MoneyDue.DELIVERY, at=ISSUED + timedelta(days=10))
    charges = overdue.charges_of(overdue.claim_on(invoice, OPEN.date()), OPEN.date())
    assert charges.interest is not None
    assert [(span.owed, span.days) for span in charges.interest.spans] == [(euros(540), 10), (euros(300), 20)]


def test_when_a_rate_is_not_sure_the_rule_is_said_and_no_amount(at: Callable[[datetime], datetime]) -> None:
    july = at(datetime(2026, 7, 8, 9, tzinfo=UTC))  # the rate of the second half-year is not known
    reminder = remind(late(), "FIRM", on=july, with_interest=True)
    assert reminder.interest == euros(0)
    assert "calculées à trois fois le taux d’intérêt légal en vigueur" in text_of(reminder)


def test_a_friendly_reminder_mentions_neither(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(), "FRIENDLY", with_indemnity=True, with_interest=True)
    assert (reminder.indemnity, reminder.interest) == (euros(0), euros(0))
    assert "indemnité" not in text_of(reminder)
    assert "pénalités" not in text_of(reminder)


@pytest.mark.parametrize("kind", [Client.Kind.PERSON, Client.Kind.ASSOCIATION, Client.Kind.AMAP, Client.Kind.PUBLIC])
def test_who_is_no_professional_is_asked_for_neither(at: Callable[[datetime], datetime], kind: str) -> None:
    """Nor is a public body, as long as its own rules are still to check."""
    reminder = remind(late(kind), "FORMAL", with_indemnity=True, with_interest=True)
    assert (reminder.indemnity, reminder.interest) == (euros(0), euros(0))
    assert "sans TVA" not in text_of(reminder)


def test_a_public_body_is_asked_by_its_own_rules_once_they_are_sure(
    at: Callable[[datetime], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = law.fact

    def sure(key: str, on: date) -> Fact:
        return Fact(**{**known(key, on).__dict__, "certainty": "certain"})

    monkeypatch.setattr(law, "fact", sure)
    reminder = remind(late(Client.Kind.PUBLIC), "FIRM", with_indemnity=True, with_interest=True)
    assert "D2192-35" in text_of(reminder)
    assert reminder.interest == euros("4.50")  # 540 € × (2.15 + 8) % × 30 / 365


# The letter ----------------------------------------------------------------------------------------------------------


def test_a_formal_notice_is_a_letter_too(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(), "FORMAL")
    make.run_errands(OPEN)
    letter = reminding.letter_of(reminder)
    assert letter is not None
    assert letter.name == f"mise-en-demeure-{reminder.invoice.number}-2026-02-04.pdf"
    documents = Mail.objects.get(event=reminding.EVENT).documents.values_list("what", flat=True)
    assert sorted(documents) == ["invoice_pdf", "reminder_letter"]


def test_it_may_be_a_letter_alone(at: Callable[[datetime], datetime]) -> None:
    reminder = remind(late(), "FORMAL", contacts=[])
    assert outcome(reminder) == "LETTER"
    with pytest.raises(ReminderError, match="au moins une personne"):
        remind(late(), "FIRM", contacts=[])


def test_what_no_font_can_print_is_refused(at: Callable[[datetime], datetime]) -> None:
    with pytest.raises(ReminderError, match="🥕"):
        remind(late(), "FORMAL", opening="Payez vos 🥕")


# Refusals ------------------------------------------------------------------------------------------------------------


def test_one_waits_at_a_time_and_the_same_form_is_one_reminder(at: Callable[[datetime], datetime]) -> None:
    invoice = late()
    form, person = uuid.uuid4(), recorder_of(deal_of(invoice))
    choice, contacts = Choice("FRIENDLY", "Petit rappel."), list(invoice.client.contacts.all())
    made = [
        reminding.remind(invoice=invoice, choice=choice, contacts=contacts, by=person, at=EVENING, request_id=form)
        for _click in range(2)
    ]
    assert made[0] == made[1]
    with pytest.raises(ReminderError, match="attend de partir"):
        remind(invoice, on=EVENING)


def test_a_stranger_is_not_written_to_and_a_past_day_is_refused(at: Callable[[datetime], datetime]) -> None:
    invoice = late()
    with pytest.raises(ReminderError, match="n’est pas un contact"):
        remind(invoice, contacts=[make.contact(client=make.client())])
    with pytest.raises(ReminderError) as refusal:
        remind(invoice, "FIRM", pay_by=OPEN.date())
    assert refusal.value.field == "pay_by"
    with pytest.raises(ReminderError) as refusal:
        remind(invoice, opening="  ")
    assert refusal.value.field == "opening"


def test_the_ledger_knows_and_names_nobody(at: Callable[[datetime], datetime]) -> None:
    remind(late())
    make.run_errands(OPEN)
    told = LedgerEntry.objects.filter(event__startswith="reminder_").order_by("position")
    assert [entry.event for entry in told] == ["reminder_written", "reminder_mailed"]
    assert not any("camille" in entry.facts for entry in told)


@pytest.mark.engine
def test_the_database_refuses_what_never_changes(at: Callable[[datetime], datetime]) -> None:
    remind(late(), "FIRM")
    make.run_errands(OPEN)
    for statement in (
        "UPDATE billing_reminder SET subject = 'x'",
        "DELETE FROM billing_reminder",
        "UPDATE billing_reminderoutcome SET what = 'CANCELLED'",
        "DELETE FROM billing_reminderoutcome",
    ):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    columns = [field.column for field in Reminder._meta.concrete_fields if field.column != "id"]
    identity = {"request_id": f"'{uuid.uuid4().hex}'"}
    for column, value in (
        ("level", "'FRIENDLY'"),  # presses nobody, yet has a day to pay
        ('"left"', "0"),
        ("interest", "-1"),
        ("pay_by", "NULL"),
        ("was_due_on", "dated"),
    ):
        chosen = ", ".join(value if name == column.strip('"') else identity.get(name, f'"{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        statement = f"INSERT INTO billing_reminder ({names}) SELECT {chosen} FROM billing_reminder"
        with (
            pytest.raises(IntegrityError, match=r"CHECK|violates"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.engine
def test_the_database_refuses_hours_that_never_open(business: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderHours.objects.create(business=business, quiet_since="08:00", quiet_until="19:00")


# Payment requests ----------------------------------------------------------------------------------------------------


def test_a_payment_request_is_reminded_of_on_its_own_day(at: Callable[[datetime], datetime]) -> None:
    invoice = late()
    person = recorder_of(deal_of(invoice))
    money_came(deal_of(invoice), "540", MoneyDue.DELIVERY, at=ISSUED + timedelta(days=1))
    item = requesting.askable_of(invoice, ISSUED.date())[0]
    wish = requesting.Wish(item.key, item.quantity - 10, date(2026, 2, 3), "Cinq paniers en euros.")
    asked = requesting.request_payment(invoice=invoice, wish=wish, by=person, at=ISSUED, request_id=uuid.uuid4())
    assert (item.kind, asked.value) == (Kind.GOODS, euros(100))
    assert not overdue.claim_on(invoice, OPEN.date()).is_overdue(OPEN.date())

    reminder = reminding.remind(
        invoice=invoice, request=asked, choice=Choice("FRIENDLY", "Petit rappel."), by=person, at=OPEN,
        contacts=list(invoice.client.contacts.all()), request_id=uuid.uuid4(),
    )  # fmt: skip
    make.run_errands(OPEN)

    mail = Mail.objects.get(event=reminding.EVENT)
    assert reminder.left == euros(100)
    assert mail.subject == f"Demande de paiement {asked.reference} : petit rappel"
    assert sorted(mail.documents.values_list("what", flat=True)) == ["invoice_pdf", "payment_request_pdf"]
    assert not overdue.charges_of(overdue.claim_on(invoice, OPEN.date(), asked), OPEN.date()).offers_something
