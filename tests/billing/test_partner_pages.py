"""The pages of received invoices, set-offs and slips: from a file brought to a statement, and who may see them."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Visitor
from django.urls import reverse

from billing.models import ReceivedInvoice, ReceivedUpload, SetOff, Slip
from billing.partners import setting_off, slips
from lib.money import euros
from people.models import Role
from quotes.models import Acceptance
from records.models import Mail
from tests import farm, make
from tests.billing.conftest import recorder_of
from tests.billing.partners import farm_deal, received_of, set_off_of
from tests.conftest import logged_in

pytestmark = [pytest.mark.django_db]
HIDDEN = re.compile(r'name="(request_id)" value="([^"]+)"')


@pytest.fixture(autouse=True)
def _in_february(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    from lib import clock

    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 2, 1, 9, tzinfo=UTC))


def url(deal: Acceptance, name: str, *args: object) -> str:
    return reverse(name, args=[deal.quote.business.slug, *args])


def visitor_of(deal: Acceptance) -> Visitor:
    return logged_in(recorder_of(deal))


def request_id_of(page: Any) -> str:
    found = HIDDEN.search(page.content.decode())
    assert found is not None
    return found[2]


def upload(visitor: Visitor, deal: Acceptance, content: bytes, name: str = "facture.pdf") -> Any:
    address = url(deal, "received_new") + f"?client={deal.quote.client_id}"
    form = {"request_id": request_id_of(visitor.get(address)), "file": SimpleUploadedFile(name, content)}
    return visitor.post(address, form)


def test_from_a_file_to_a_statement(run_errands: Any) -> None:
    deal, final = farm_deal(3)
    visitor = visitor_of(deal)

    asked = visitor.get(url(deal, "received_new"))
    assert deal.quote.client.name in asked.content.decode()
    brought = upload(visitor, deal, farm.facturx_pdf(net="100"))
    proposed = visitor.get(brought["Location"]).content.decode()
    assert 'value="FC-2027-014"' in proposed
    assert 'value="2027-01-29"' in proposed
    assert 'name="net" value="100"' in proposed
    form = {
        "request_id": request_id_of(visitor.get(brought["Location"])),
        "number": "FC-2027-014",
        "issued_on": "2027-01-29",
        "net": "100,00",
        "vat": "0",
    }
    recorded = visitor.post(brought["Location"], form)
    again = visitor.post(brought["Location"], form)
    received = ReceivedInvoice.objects.get()
    assert recorded["Location"] == again["Location"] == received.get_absolute_url()
    page = visitor.get(received.get_absolute_url()).content.decode()
    address = url(deal, "set_off_new", received.pk, final.pk)
    assert address in page
    proposed = visitor.get(address).content.decode()
    assert proposed.count("checked") == 3
    assert all(number in proposed for number in (received.number, str(final.number), deal.quote.client.name))
    assert 'name="rest" value="40"' in proposed
    chosen: dict[str, Any] = {
        "request_id": request_id_of(visitor.get(address)),
        "settled_on": "2027-02-01",
        "covers": re.findall(r'name="covers" value="(\d+)"', proposed),
        "rest": "40",
    }
    made = visitor.post(address, chosen)
    row = SetOff.objects.get()
    assert made["Location"] == row.get_absolute_url()
    assert (row.covered, row.rest) == (euros("60"), euros("40"))
    assert row.number in visitor.get(final.get_absolute_url()).content.decode()
    run_errands()
    pdf = visitor.get(url(deal, "set_off_pdf", row.pk))
    assert pdf["Content-Type"] == "application/pdf"
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    contact = deal.quote.client.contacts.get()
    visitor.post(url(deal, "set_off_mail", row.pk), {"contacts": [contact.pk]})
    run_errands()
    mail = Mail.objects.get(event="billing/set_off")
    assert (mail.to, mail.documents.get().name) == (contact.email, f"{row.number}.pdf")
    assert "FC-2027-014" in mail.subject


def test_the_file_is_served_as_a_download_that_runs_nowhere() -> None:
    deal, _final = farm_deal(0)
    visitor = visitor_of(deal)
    brought = upload(visitor, deal, farm.xml(), "facture.xml")
    visitor.post(
        brought["Location"],
        {"request_id": make.client().request_id, "number": "1", "issued_on": "2027-01-29", "net": "200", "vat": "0"},
    )

    answer = visitor.get(url(deal, "received_file", ReceivedInvoice.objects.get().pk))

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content", [b"%PDF-1.4 rien", b"bonjour", b"<!DOCTYPE a><a/>"])
def test_a_file_that_cannot_be_read_says_why_beside_its_field(content: bytes) -> None:
    deal, _final = farm_deal(0)

    answer = upload(visitor_of(deal), deal, content)

    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode() or 'class="error' in answer.content.decode()
    assert not ReceivedUpload.objects.exists()


def test_a_hundred_megabytes_are_thrown_away_and_told() -> None:
    deal, _final = farm_deal(0)

    answer = upload(visitor_of(deal), deal, b"%PDF-" + bytes(100 * 1024 * 1024))

    assert answer.status_code == 422
    assert "10 Mo" in answer.content.decode().replace("\u00a0", " ")


def test_a_forged_upload_is_refused() -> None:
    deal, _final = farm_deal(0)
    visitor = Visitor(enforce_csrf_checks=True)
    visitor.force_login(recorder_of(deal))
    address = url(deal, "received_new") + f"?client={deal.quote.client_id}"

    assert visitor.post(address, {"file": SimpleUploadedFile("a.pdf", farm.pdf())}).status_code == 403


def test_wrong_words_stay_on_the_form() -> None:
    deal, _final = farm_deal(0)
    address = url(deal, "received_confirm") + f"?client={deal.quote.client_id}"
    visitor = visitor_of(deal)

    answer = visitor.post(
        address,
        {
            "request_id": request_id_of(visitor.get(address)),
            "number": "FC-9",
            "issued_on": "2027-03-01",
            "net": "12",
            "vat": "0",
        },
    )

    assert answer.status_code == 422
    assert 'value="FC-9"' in answer.content.decode()
    assert not ReceivedInvoice.objects.exists()


def test_too_many_euros_are_refused_beside_the_field() -> None:
    deal, final = farm_deal(0)
    received = received_of(deal, "900")
    address = url(deal, "set_off_new", received.pk, final.pk)
    visitor = visitor_of(deal)

    form = {"request_id": request_id_of(visitor.get(address)), "settled_on": "2027-01-30", "rest": "600"}
    answer = visitor.post(address, form)

    assert answer.status_code == 422
    assert "540,00" in answer.content.decode()


def test_withdrawing_and_undoing_ask_why() -> None:
    deal, final = farm_deal(1)
    received = received_of(deal, "20")
    made = set_off_of(deal, final, received)
    visitor = visitor_of(deal)

    visitor.post(url(deal, "set_off_undo", made.pk), {"reason": ""})
    visitor.post(url(deal, "received_withdraw", received.pk), {"reason": "Erreur"})
    assert SetOff.objects.count() == 1
    assert ReceivedInvoice.objects.get().stands
    visitor.post(url(deal, "set_off_undo", made.pk), {"reason": "Mauvaise facture"})
    visitor.post(url(deal, "received_withdraw", received.pk), {"reason": "Erreur"})

    assert SetOff.objects.count() == 2
    assert not ReceivedInvoice.objects.get().stands
    assert "Erreur" in visitor.get(received.get_absolute_url()).content.decode()
    for row in SetOff.objects.all():
        assert "Mauvaise facture" in visitor.get(row.get_absolute_url()).content.decode()


def test_a_slip_of_the_month(run_errands: Any) -> None:
    deal, _final = farm_deal(3)
    visitor = visitor_of(deal)
    address = url(deal, "slip_new") + f"?client={deal.quote.client_id}"
    page = visitor.get(address).content.decode()
    receipts = re.findall(r'name="receipts" value="(\d+)"', page)
    assert page.count("checked") == 3

    answer = visitor.post(
        address,
        {"request_id": request_id_of(visitor.get(address)), "receipts": receipts, "handed_over_by": "Camille"},
    )

    slip = Slip.objects.get()
    assert answer["Location"] == slip.get_absolute_url()
    run_errands()
    assert "BL2027-0001" in visitor.get(url(deal, "slips")).content.decode()
    assert visitor.get(url(deal, "slip_pdf", slip.pk))["Content-Type"] == "application/pdf"
    visitor.post(url(deal, "slip_mail", slip.pk), {"contacts": [deal.quote.client.contacts.get().pk]})
    run_errands()
    assert Mail.objects.filter(event="billing/slip").count() == 1
    line = slip.lines.first()
    assert line is not None
    assert slip.number in visitor.get(url(deal, "receipt", line.receipt_id)).content.decode()


def test_strangers_teammates_and_accountants() -> None:
    deal, final = farm_deal(2)
    received = received_of(deal, "20")
    made = set_off_of(deal, final, received, covers=[setting_off.covers_of(final)[0].receipt])
    business = deal.quote.business
    teammate = make.member(business, Role.FREELANCER, make.activity(business=business, name="Autre"))
    accountant, stranger = make.member(business, Role.ACCOUNTANT), make.member(make.activity().business)
    with_slip = slips.make_slip(
        client=deal.quote.client,
        receipts=list(slips.waiting(deal.quote.client)),
        by=recorder_of(deal),
        at=make.NOW,
        request_id=made.request_id,
    )
    pages = [
        url(deal, "received_invoice", received.pk),
        url(deal, "set_off", made.pk),
        url(deal, "slip", with_slip.pk),
    ]
    for page in pages:
        assert logged_in(accountant).get(page).status_code == 200
        assert logged_in(teammate).get(page).status_code == 404
        assert logged_in(stranger).get(page).status_code == 404
    for name in ("received_invoices", "slips"):
        assert logged_in(accountant).get(url(deal, name)).status_code == 200
        assert logged_in(stranger).get(url(deal, name)).status_code == 404
        assert received.number not in logged_in(teammate).get(url(deal, name)).content.decode()
    for name, args in (("set_off_undo", [made.pk]), ("received_withdraw", [received.pk])):
        assert logged_in(accountant).post(url(deal, name, *args), {"reason": "x"}).status_code == 403
    assert logged_in(accountant).get(url(deal, "received_new")).status_code == 403
    assert date(2027, 1, 15) == with_slip.lines.get().received_on
