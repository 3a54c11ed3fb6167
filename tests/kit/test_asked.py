"""The letter of a formal notice and a payment request: valid PDF/A-3a and PDF/UA-1, in two languages, and the code that
a bank's program reads from their pixels asks for what is left, never for what is asked for beside it."""

import subprocess
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billing.dunning import reminding, requesting
from billing.dunning.reminder_words import LONGEST_OPENING, Choice
from billing.models import Invoice
from records import keeping
from records.models import Document
from tests import kit, make
from tests.billing.conftest import accepted, final_of, issued_by, recorder_of
from tests.kit import transfer

pytestmark = [pytest.mark.kit, pytest.mark.django_db]
ISSUED, OPEN = datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 2, 4, 9, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> {{ 7|add:7 }} file:///etc/passwd @import url(//x) — Œuvre, 1 € ½ « ” "


def late(language: str) -> Invoice:
    buyer = make.contact(client=make.client(name="Ferme <b>des</b> Trois & Chênes")).client
    draft = final_of(accepted(client=buyer, at=ISSUED), at=ISSUED, issued=False)
    Invoice.objects.filter(pk=draft.pk).update(language=language)
    return issued_by(draft, at=ISSUED)


def letter(invoice: Invoice, **said: Any) -> Document:
    choice = {"opening": "Un mot.", "closing": "Sans règlement, nous saisirons le tribunal."} | said
    reminder = reminding.remind(
        invoice=invoice, contacts=[], by=recorder_of(invoice.acceptance), at=OPEN, request_id=uuid.uuid4(),  # type: ignore[arg-type]
        choice=Choice("FORMAL", pay_by=date(2026, 2, 20), with_indemnity=True, with_interest=True, **choice),
    )  # fmt: skip
    return reminding.made_letter(reminder)


def request(invoice: Invoice) -> Document:
    item = requesting.askable_of(invoice, ISSUED.date())[0]
    wish = requesting.Wish(item.key, Decimal(3), date(2026, 3, 6), HOSTILE[:200])
    made = requesting.request_payment(
        invoice=invoice,
        wish=wish,
        by=recorder_of(invoice.acceptance),
        at=ISSUED,
        request_id=uuid.uuid4(),  # type: ignore[arg-type]
    )
    return requesting.made_pdf(made)


def printed(document: Document, folder: Path) -> Path:
    path = folder / f"{document.pk}.pdf"
    path.write_bytes(keeping.read(document))
    return path


def text_of(path: Path) -> str:
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return " ".join(run.stdout.split())


def test_they_are_valid_in_both_languages_and_whatever_is_typed(tmp_path: Path) -> None:
    paths = []
    for language in ("fr", "en"):
        invoice = late(language)
        paths += [printed(request(invoice), tmp_path), printed(letter(invoice), tmp_path)]
    long = (HOSTILE * 30)[:LONGEST_OPENING]
    paths.append(printed(letter(late("fr"), opening=long, closing="Ligne.\n\nAutre ligne."), tmp_path))
    assert kit.validate(paths, invoices=False) == []


def test_hostile_words_print_as_words(tmp_path: Path) -> None:
    said = text_of(printed(letter(late("fr"), opening=HOSTILE), tmp_path))
    assert "<script>alert(1)</script> {{ 7|add:7 }} file:///etc/passwd" in said
    assert "Ferme <b>des</b> Trois & Chênes" in said


def test_the_code_of_a_letter_asks_for_the_claim_alone(tmp_path: Path) -> None:
    invoice = late("fr")
    path = printed(letter(invoice), tmp_path)
    [symbol] = transfer.on_paper(path)
    asked = transfer.read(symbol)
    assert (asked.amount, asked.message) == (Decimal("900.00"), invoice.number)
    assert "40,00 €" in text_of(path)
    assert "5,81 €" in text_of(path)  # 900 € × 7.86 % × 30 / 365, beside the claim


def test_the_code_of_a_request_asks_for_it_and_the_paper_says_it_is_no_invoice(tmp_path: Path) -> None:
    invoice = late("fr")
    path = printed(request(invoice), tmp_path)
    [symbol] = transfer.on_paper(path)
    asked = transfer.read(symbol)
    assert (asked.amount, asked.message) == (Decimal("60.00"), f"{invoice.number} DP1")
    said = text_of(path)
    assert "Ceci est une demande de paiement, ce n’est pas une facture" in said
    assert "TVA n’est à ajouter" in said
