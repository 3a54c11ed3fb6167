"""What several tests of records do: take numbers, keep files, work at once, read without the lock."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from people.models import Business, Client
from records import keeping, numbering
from records.models import Document, NumberSeries
from records.numbering import take_number
from tests.make import NOW

INVOICE = NumberSeries.Kind.INVOICE
ON = date(2026, 12, 1)
ISSUERS = 8


def take(business: Business, kind: NumberSeries.Kind = INVOICE, on: date = ON, partner: Client | None = None) -> str:
    with transaction.atomic():
        return take_number(business=business, kind=kind, on=on, partner=partner)


def keep(business: Business, content: Any = b"%PDF-1.7", subject: str = "invoice:1", **fields: Any) -> Document:
    given: dict[str, Any] = {
        "what": "invoice_pdf",
        "name": "F2026-0001.pdf",
        "media_type": "application/pdf",
        "at": NOW,
    }
    return keeping.keep(business=business, subject=subject, content=content, **given | fields)


def at_once(count: int, work: Callable[[int], None]) -> list[Exception]:
    """Run `work` in threads that start together; return what they raised."""
    barrier, raised = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            work(number)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def read_without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both issuers read the series before either writes."""
    both_have_read = threading.Barrier(2)

    def unlocked(business: Business, kind: NumberSeries.Kind, partner: Client | None) -> NumberSeries:
        series = NumberSeries.objects.select_related("business").get(business=business, kind=kind)
        both_have_read.wait(30)
        return series

    monkeypatch.setattr(numbering, "locked", unlocked)
