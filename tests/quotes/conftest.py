"""A quote as it goes through its life: drafted, sent, answered. Moments are fixed: see tests/make.py."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from people.models import User
from quotes import answering, sending
from quotes.evidence import Traces
from quotes.models import Acceptance, QuoteLink, QuoteVersion
from tests import make

TRACES = Traces(address="203.0.113.7", device="Mozilla/5.0 (Android)")
Sent = tuple[QuoteVersion, QuoteLink]


def send(version: QuoteVersion, at: datetime = make.NOW) -> Sent:
    """Send a draft to all the contacts of its client; return the version and the first contact's link."""
    quote = version.quote
    contacts = list(quote.client.contacts.all())
    sent = sending.send(quote=quote, by=make.user(), at=at, contacts=contacts)
    return sent, QuoteLink.objects.get(quote=quote, contact=contacts[0])


def accept(sent: Sent, at: datetime = make.NOW, **changed: Any) -> Acceptance:
    version, link = sent
    said: dict[str, Any] = {
        "link": link,
        "version_id": version.pk,
        "seal": version.seal,
        "name": "Camille Ferrand",
        "capacity": "agricultrice",
        "power": True,
        "consent": True,
        "request_id": uuid.uuid4(),
        "traces": TRACES,
    }
    return answering.accept(at=at, **said | changed)


@pytest.fixture
def sent(db: None) -> Sent:
    """A quote of 1 200 € to a farm, sent today to one contact, open until 31 December."""
    return send(make.quote())


@pytest.fixture
def someone(db: None) -> User:
    return make.user()


@pytest.fixture
def accepted(sent: Sent) -> Acceptance:
    return accept(sent)


@pytest.fixture
def mails_of() -> Callable[[str], list[Any]]:
    from records.models import Mail

    return lambda event: list(Mail.objects.filter(event=event).order_by("pk"))
