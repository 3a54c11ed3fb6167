"""An invoice leaves by mail when a person asks; nobody is told that it leaves when it does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from billing import mailing
from billing.models import Invoice
from people.models import Contact, User
from quotes.models import Acceptance
from records.models import Mail
from tests import make
from tests.billing.conftest import NOW, deposit_of


@pytest.fixture
def invoice(acceptance: Acceptance, drawn: Callable[[], None]) -> Invoice:
    return deposit_of(acceptance)


@pytest.fixture
def contact(acceptance: Acceptance) -> Contact:
    return acceptance.quote.client.contacts.get()


def asked(invoice: Invoice, contact: Contact, days: int = 0) -> list[str]:
    """Ask for the mail on a day, let the worker work, and return every address written to so far."""
    person = invoice.issued_by
    assert isinstance(person, User)
    at = NOW + timedelta(days=days)
    mailing.mail_invoice(invoice=invoice, by=person, at=at, contacts=[contact])
    make.run_errands(at)
    return list(Mail.objects.filter(event="billing/invoice").order_by("pk").values_list("to", flat=True))


def test_who_has_had_it_is_not_written_to_again_and_that_is_said(invoice: Invoice, contact: Contact) -> None:
    assert asked(invoice, contact) == ["camille@example.org"]

    with pytest.raises(mailing.MailingError, match=r"déjà été envoyé à camille@example.org"):
        asked(invoice, contact, days=1)


def test_an_address_that_was_wrong_is_corrected_and_written_to(invoice: Invoice, contact: Contact) -> None:
    asked(invoice, contact)
    contact.email = "camille@ferme.example"
    contact.save()

    assert asked(invoice, contact, days=1) == ["camille@example.org", "camille@ferme.example"]
