"""The accountant's archive holds payment requests and formal notices, with a table of each, and counts neither."""

import csv
import io
import uuid
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from billing.dunning import reminding, requesting
from billing.dunning.reminder_words import Choice
from billing.models import Invoice
from desk import asked
from desk.archive import writing
from desk.periods import Period
from lib import clock
from tests import make
from tests.billing.conftest import accepted, drawn, final_of, recorder_of

pytestmark = pytest.mark.django_db
__all__ = ["drawn"]  # the fixture
ISSUED, OPEN = datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 2, 4, 9, tzinfo=UTC)
QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))


@pytest.fixture(autouse=True)
def _paper(drawn: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding.pdf, "render", lambda html, **_: html.encode())
    monkeypatch.setattr(clock, "now", lambda: OPEN)


@pytest.fixture
def invoice() -> Invoice:
    return final_of(accepted(at=ISSUED), at=ISSUED)


def ask(invoice: Invoice) -> None:
    person = recorder_of(invoice.acceptance)  # type: ignore[arg-type]
    item = requesting.askable_of(invoice, ISSUED.date())[0]
    wish = requesting.Wish(item.key, Decimal(2), date(2026, 3, 6), "Grêle.")
    requesting.request_payment(invoice=invoice, wish=wish, by=person, at=ISSUED, request_id=uuid.uuid4())
    reminding.remind(
        invoice=invoice, choice=Choice("FORMAL", "Un mot.", pay_by=date(2026, 2, 20)), by=person, at=OPEN,
        contacts=list(invoice.client.contacts.all()), request_id=uuid.uuid4(),
    )  # fmt: skip


def archived(invoice: Invoice, period: Period = QUARTER) -> zipfile.ZipFile:
    target = io.BytesIO()
    with writing(target, folder="a", made_at=OPEN) as archive:
        asked.add(archive, invoice.business, period)
    return zipfile.ZipFile(target)


def table(opened: zipfile.ZipFile, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(opened.read(name).decode("utf-8-sig")), delimiter=";"))


def test_they_are_there_with_their_tables(invoice: Invoice) -> None:
    ask(invoice)
    make.run_errands(OPEN)
    opened = archived(invoice)

    names = sorted(name.removeprefix("a/") for name in opened.namelist())
    number = invoice.number
    assert names[0] == "SHA256SUMS"
    assert names[1:3] == ["demandes-de-paiement.csv", f"demandes-de-paiement/{number}-DP1.pdf"]
    assert names[3].endswith(f"/mise-en-demeure-{number}-2026-02-04.pdf")
    [_header, row] = table(opened, "a/demandes-de-paiement.csv")
    assert (row[0], row[6]) == (f"{number} DP1", "40,00")
    [_header, row] = table(opened, "a/relances.csv")
    assert (row[1], row[5], row[8]) == ("mise en demeure", "900,00", "partie par courriel")


def test_a_pdf_that_is_not_made_yet_is_said(invoice: Invoice) -> None:
    ask(invoice)
    with pytest.raises(asked.NotReady, match="DP1"):
        archived(invoice)


def test_another_period_holds_nothing_of_them(invoice: Invoice) -> None:
    ask(invoice)
    assert archived(invoice, Period(date(2027, 1, 1), date(2027, 3, 31))).namelist() == ["a/SHA256SUMS"]
