"""The client's own invoice: brought and read, or typed; confirmed by a person, kept, withdrawn by a row."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import ReceivedInvoice, ReceivedUpload
from billing.partners import received_left, receiving
from lib.money import euros
from quotes.models import Acceptance
from records import keeping, ledger
from tests import farm
from tests.billing.conftest import accepted, recorder_of
from tests.billing.partners import JANUARY, brought, problems, received_of

pytestmark = [pytest.mark.django_db]
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0c"
    b"IDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\r\xefF\xb8\x00\x00\x00\x00IEND\xaeB`\x82"
)


def confirmed(deal: Acceptance, upload: ReceivedUpload, **fields: object) -> ReceivedInvoice:
    proposed = receiving.proposal(upload)
    typed = {
        "number": proposed["number"],
        "issued_on": date.fromisoformat(proposed["issued_on"]),
        "net": euros(proposed["net"]),
        "vat": euros(proposed["vat"]),
    }
    return receiving.record(
        client=deal.quote.client,
        typed=receiving.Typed(**typed | fields),  # type: ignore[arg-type]
        by=recorder_of(deal),
        at=JANUARY,
        request_id=uuid.uuid4(),
        upload=upload,
    )


def test_what_a_file_says_is_proposed_then_recorded_with_its_file(acceptance: Acceptance) -> None:
    content = farm.facturx_pdf(rate=farm.VEGETABLES)

    upload = brought(acceptance, content, "C:\\Mes factures\\n° 14.PDF")
    received = confirmed(acceptance, upload)

    assert (received.number, received.net, received.vat, received.total) == (
        "FC-2027-014",
        euros("200"),
        euros("11"),
        euros("211"),
    )
    assert (received.source, received.wrong, received.read["lines"][0]["net"]) == ("FACTURX", [], "200.00")
    assert received.document is not None
    assert keeping.read(received.document) == content
    assert (received.document.name, received.document.media_type) == ("n- 14.pdf", "application/pdf")
    assert not ReceivedUpload.objects.exists()
    assert problems(acceptance) == []


def test_an_invoice_below_nothing_is_read_as_a_credit_note(acceptance: Acceptance) -> None:
    content = re.sub(rb">(\d+\.\d\d)</ram:(\w*)Amount>", rb">-\1</ram:\2Amount>", farm.xml())

    upload = brought(acceptance, content, "avoir.xml")
    proposed = receiving.proposal(upload)

    assert upload.read["type"] == "380"
    assert (upload.read["total"], proposed["net"], proposed["is_credit"]) == ("-200.00", euros("200").amount, True)
    assert [doubt for doubt in upload.wrong if "avoir" in doubt]


def test_a_typed_invoice_has_no_file(acceptance: Acceptance) -> None:
    received = received_of(acceptance, "60")

    assert (received.source, received.document, received.read) == ("TYPED", None, {})
    assert received_left.left_of(received) == euros("60")


def test_a_picture_is_kept_and_typed_by_hand(acceptance: Acceptance) -> None:
    upload = brought(acceptance, PNG, "photo.png")

    assert (upload.media_type, upload.read, receiving.proposal(upload)) == ("image/png", {}, {})


@pytest.mark.parametrize(("before", "name"), [(b"\n", "f.pdf"), (b"\xef\xbb\xbf", "f.pdf"), (b"\n", "f.xml")])
def test_what_stands_before_a_file_is_kept_and_stops_nothing(acceptance: Acceptance, before: bytes, name: str) -> None:
    content = before + (farm.xml() if name.endswith("xml") else farm.facturx_pdf())

    received = confirmed(acceptance, brought(acceptance, content))

    assert received.document is not None
    assert received.document.name.rpartition(".")[2] == name.rpartition(".")[2]
    assert keeping.read(received.document) == content


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"bonjour", "PDF"),
        (b"%PDF-1.4 rien", "PDF"),
        (b"%PDF-" + bytes(11 * 1024 * 1024), "10"),
        (b"<!DOCTYPE x><x/>", "refus"),
        (b"\x89PNG\r\n" + bytes(50), "image"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(acceptance: Acceptance, content: bytes, word: str) -> None:
    with pytest.raises(receiving.ReceivingError, match=word):
        brought(acceptance, content)
    assert not ReceivedUpload.objects.exists()


def test_another_currency_is_refused(acceptance: Acceptance) -> None:
    with pytest.raises(receiving.ReceivingError, match="CHF"):
        brought(acceptance, farm.xml().replace(b"CurrencyCode>EUR", b"CurrencyCode>CHF"))


def test_who_wrote_it_and_to_whom_is_compared(acceptance: Acceptance) -> None:
    other = farm.FREELANCER.__class__(name="Alix Ailleurs", siren="812345676")

    from_other = brought(acceptance, farm.facturx_pdf(seller=other))
    to_other = brought(acceptance, farm.facturx_pdf(buyer=other))

    assert "812345676" in from_other.wrong[0]
    assert "812345676" in to_other.wrong[0]


def test_what_was_typed_against_the_file_is_written_with_it(acceptance: Acceptance) -> None:
    received = confirmed(acceptance, brought(acceptance, farm.facturx_pdf()), number="FC-15", net=euros("190"))

    assert len(received.wrong) == 2
    assert "FC-15" in received.wrong[0]


def test_a_number_is_recorded_once_whatever_its_case(acceptance: Acceptance) -> None:
    received_of(acceptance, number="fc-014")

    with pytest.raises(receiving.ReceivingError, match="fc-014"):
        received_of(acceptance, number="FC-014")


@pytest.mark.parametrize("number", ["\u202eFC-É14", "FC\u200b-É14", "fc-é14\u2060", " FC-É14\u00a0"])
def test_what_shows_nothing_makes_no_other_number(acceptance: Acceptance, number: str) -> None:
    assert received_of(acceptance, number=number).number in ("FC-É14", "fc-é14")

    with pytest.raises(receiving.ReceivingError) as refused:
        received_of(acceptance, number="FC-É14")
    assert refused.value.field == "number"


def test_a_number_of_nothing_that_shows_is_none(acceptance: Acceptance) -> None:
    with pytest.raises(receiving.ReceivingError) as refused:
        received_of(acceptance, number="\u200b\u202e")
    assert refused.value.field == "number"


def test_a_file_hides_nothing_in_its_number(acceptance: Acceptance) -> None:
    upload = brought(acceptance, farm.xml().replace(b"FC-2027-014", "\u202eFC-2027\u200b-014".encode()))

    assert receiving.proposal(upload)["number"] == "FC-2027-014"


def test_a_number_kept_before_with_a_hidden_character_is_found(acceptance: Acceptance) -> None:
    row = received_of(acceptance, number="A-1")
    row.pk, row.request_id, row.number = None, uuid.uuid4(), "FC\u200b-014"  # type: ignore[assignment]
    row.save(force_insert=True)

    with pytest.raises(receiving.ReceivingError):
        received_of(acceptance, number="FC-014")


@pytest.mark.engine
def test_a_number_may_come_again_in_another_year(acceptance: Acceptance) -> None:
    received_of(acceptance, number="001", issued_on=date(2026, 1, 4))

    again = received_of(acceptance, number="001", issued_on=date(2027, 1, 4))

    assert "regardez l’année" in again.wrong[-1]  # the same total too: perhaps a slip
    assert ReceivedInvoice.objects.count() == 2
    for day in (date(2026, 12, 31), date(2027, 1, 1)):
        with pytest.raises(receiving.ReceivingError) as refused:
            received_of(acceptance, number="001", issued_on=day)
        assert refused.value.field == "number"


@pytest.mark.engine
def test_one_withdrawn_for_its_wrong_year_comes_back_in_the_right_one(acceptance: Acceptance) -> None:
    wrong = received_of(acceptance, number="001", issued_on=date(2026, 1, 4))
    receiving.withdraw(received=wrong, by=recorder_of(acceptance), at=JANUARY, reason="Mauvaise année")

    right = received_of(acceptance, number="001", issued_on=date(2027, 1, 4))
    again = received_of(acceptance, number="001", issued_on=date(2026, 1, 5))

    assert (right.follows, again.follows) == (None, wrong)
    assert problems(acceptance) == []


def test_another_client_may_have_the_same_number(acceptance: Acceptance) -> None:
    received_of(acceptance)
    received_of(accepted())

    assert ReceivedInvoice.objects.count() == 2


def test_the_same_form_gives_the_same_invoice(acceptance: Acceptance) -> None:
    typed = receiving.Typed(number="1", issued_on=date(2027, 1, 4), net=euros("10"), vat=euros(0))
    request_id = uuid.uuid4()
    made = {
        receiving.record(
            client=acceptance.quote.client,
            typed=typed,
            by=recorder_of(acceptance),
            at=JANUARY,
            request_id=request_id,
        ).pk
        for _ in range(2)
    }

    assert len(made) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issued_on", date(2027, 2, 1)),
        ("issued_on", date(2010, 1, 1)),
        ("due_on", date(2027, 1, 1)),
        ("number", "  "),
        ("net", euros("0")),
        ("net", euros("1.005")),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(acceptance: Acceptance, field: str, value: object) -> None:
    with pytest.raises(receiving.ReceivingError) as refused:
        received_of(acceptance, **{field: value})  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_withdrawn_invoice_counts_no_more_and_its_number_may_come_again(acceptance: Acceptance) -> None:
    first = received_of(acceptance, "600")

    receiving.withdraw(received=first, by=recorder_of(acceptance), at=JANUARY, reason="Montant mal lu")
    second = received_of(acceptance, "60")

    first = ReceivedInvoice.objects.get(pk=first.pk)
    assert (first.stands, received_left.left_of(first)) == (False, euros(0))
    assert (second.follows, received_left.left_of(second)) == (first, euros("60"))
    assert ledger.verify(first.business) == []


def test_a_withdrawal_says_why(acceptance: Acceptance) -> None:
    with pytest.raises(receiving.ReceivingError):
        receiving.withdraw(received=received_of(acceptance), by=recorder_of(acceptance), at=JANUARY, reason=" ")


def test_a_credit_note_takes_off_what_is_left(acceptance: Acceptance) -> None:
    received = received_of(acceptance, "60")

    note = received_of(acceptance, "25", number="AV-1", corrects=received)

    assert note.total == euros("-25")
    assert received_left.left_of(received) == euros("35")
    [row] = received_left.still_open(ReceivedInvoice.objects.all())
    assert (row, euros(row.left)) == (received, euros("35"))  # type: ignore[attr-defined]
    with pytest.raises(receiving.ReceivingError):
        received_of(acceptance, "36", number="AV-2", corrects=received)
    with pytest.raises(receiving.ReceivingError):
        receiving.withdraw(received=received, by=recorder_of(acceptance), at=JANUARY, reason="Erreur")


def test_files_that_nobody_confirmed_go_away(acceptance: Acceptance) -> None:
    old = brought(acceptance, PNG)
    ReceivedUpload.objects.filter(pk=old.pk).update(at=JANUARY - timedelta(days=8))

    new = brought(acceptance, PNG)

    assert list(ReceivedUpload.objects.all()) == [new]


@pytest.mark.engine
def test_the_database_refuses_to_change_what_was_received(acceptance: Acceptance) -> None:
    received = received_of(acceptance)
    receiving.withdraw(received=received, by=recorder_of(acceptance), at=JANUARY, reason="Erreur")
    statements = (
        "UPDATE billing_receivedinvoice SET total = total + 1",
        "DELETE FROM billing_receivedinvoice",
        "UPDATE billing_receivedwithdrawal SET reason = 'x'",
        "DELETE FROM billing_receivedwithdrawal",
    )
    for statement in statements:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({}, "recorded_once|client_id"),
        ({"number": ""}, "a_received_invoice_has_a_number"),
        ({"number": "B", "vat": euros("1")}, "a_received_invoice_adds_up"),
        ({"number": "C", "net": euros("-60"), "total": euros("-60")}, "only_a_received_credit_note_is_negative"),
    ],
)
def test_the_database_refuses_what_cannot_be(
    acceptance: Acceptance, changes: dict[str, object], constraint: str
) -> None:
    row = received_of(acceptance)
    row.pk, row.request_id, row.number = None, uuid.uuid4(), row.number.lower()  # type: ignore[assignment]
    for name, value in changes.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError, match=f"{constraint}|UNIQUE|index|never replaced"), transaction.atomic():
        row.save(force_insert=True)
