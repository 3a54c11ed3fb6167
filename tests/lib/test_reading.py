"""A stranger's invoice is read, or refused in words, in bounded time and memory."""

import io
import time
import zlib
from decimal import Decimal

import pikepdf
import pytest

from lib.reading.asking import Unreadable, read
from lib.reading.sums import disagreements
from tests import farm

DTD = b'<?xml version="1.0"?><!DOCTYPE i [%s]>'
BOMB = b'<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
)


def refusal_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert len(str(refused.value)) > 20
    return refused.value.reason


def test_the_numbers_of_a_facturx_pdf_are_read_back() -> None:
    said = read(farm.facturx_pdf(rate=farm.VEGETABLES))

    assert (said["number"], said["type"], said["currency"], said["file"]) == (
        "FC-2027-014",
        "380",
        "EUR",
        "factur-x.xml",
    )
    assert (said["issued_on"], said["due_on"]) == ("2027-01-29", "2027-02-28")
    assert (said["net"], said["vat"], said["total"]) == ("200.00", "11.00", "211.00")
    assert said["seller"]["siren"] == "552008443"
    assert said["buyer"]["siren"] == "732829320"
    [line] = said["lines"]
    assert (line["title"], line["quantity"], line["unit"]) == ("Paniers de légumes", "1", "C62")
    assert (line["unit_price"], line["net"], line["rate"]) == ("200.00", "200.00", "5.5")
    assert disagreements(said, "fr") == []


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"])
def test_the_data_is_found_under_each_of_its_names(name: str) -> None:
    assert read(farm.pdf({"notes.txt": b"bonjour", name: farm.xml()}))["number"] == "FC-2027-014"


def test_two_data_under_one_name_are_refused() -> None:
    one, other = farm.xml(), farm.xml("FC-2027-015")

    assert refusal_of(farm.pdf([("factur-x.xml", one), ("Factur-X.xml", other)])) == "two_data"
    assert refusal_of(farm.pdf([("zugferd-invoice.xml", one), ("ZUGFeRD-invoice.xml", other)])) == "two_data"
    assert read(farm.pdf([("factur-x.xml", one), ("factur-x.xml", one)]))["number"] == "FC-2027-014"


def test_two_data_hidden_in_one_attachment_are_refused() -> None:
    made, target = pikepdf.open(io.BytesIO(farm.facturx_pdf())), io.BytesIO()
    [specification] = list(made.attachments.values())
    specification.obj.EF.F = made.make_stream(farm.xml("FC-2027-015"))
    made.save(target)

    assert refusal_of(target.getvalue()) == "two_data"


def test_facturx_comes_before_the_other_names() -> None:
    files = [("xrechnung.xml", farm.xml("X-1")), ("zugferd-invoice.xml", farm.xml("Z-1")), ("factur-x.xml", farm.xml())]

    assert read(farm.pdf(files))["number"] == "FC-2027-014"
    assert read(farm.pdf(files[:2]))["number"] == "Z-1"


def test_an_attachment_that_only_the_catalogue_names_is_found() -> None:
    made, target = pikepdf.open(io.BytesIO(farm.facturx_pdf())), io.BytesIO()
    [specification] = list(made.attachments.values())
    made.Root.AF = pikepdf.Array([specification.obj])
    made.Root.Names.EmbeddedFiles = pikepdf.Dictionary(Names=pikepdf.Array())
    made.save(target)

    assert read(target.getvalue())["number"] == "FC-2027-014"


def test_a_bare_xml_is_read() -> None:
    assert read(farm.xml())["total"] == "200.00"


@pytest.mark.parametrize("before", [b"\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_xml_is_read_after_a_mark_of_its_encoding_and_blank_lines(before: bytes) -> None:
    assert read(before + farm.xml())["total"] == "200.00"
    assert read(farm.pdf({"factur-x.xml": before + farm.xml()}))["total"] == "200.00"


def test_an_xml_in_utf_16_is_read() -> None:
    text = farm.xml().decode().replace("UTF-8", "UTF-16")

    assert read(text.encode("utf-16"))["total"] == "200.00"
    assert read(b"\xfe\xff" + text.encode("utf-16-be"))["total"] == "200.00"


@pytest.mark.parametrize("before", [b"\n", b"\xef\xbb\xbf", b"HTTP/1.1 200 OK\r\n\r\n", bytes(1024)])
def test_a_pdf_is_read_after_the_bytes_that_readers_skip(before: bytes) -> None:
    assert read(before + farm.facturx_pdf())["number"] == "FC-2027-014"


def test_a_pdf_that_begins_too_late_is_none() -> None:
    assert refusal_of(bytes(1025) + farm.facturx_pdf()) == "broken_xml"


def test_an_xml_that_speaks_of_a_pdf_is_an_xml() -> None:
    xml = farm.xml().replace(b"<rsm:Cross", b"<!-- %PDF-1.7 --><rsm:Cross", 1)
    assert 0 < xml.index(b"%PDF-") < 1024

    assert read(xml)["file"] == "xml"


def test_a_pdf_without_data_says_nothing() -> None:
    assert read(farm.pdf()) == {}
    assert read(farm.pdf({"photo.jpg": b"..."})) == {}


def test_a_broken_pdf_is_refused() -> None:
    whole = farm.facturx_pdf()

    assert refusal_of(b"%PDF-1.7\nrien") == "broken_pdf"
    assert refusal_of(whole[:300]) == "broken_pdf"


def test_a_locked_pdf_is_refused() -> None:
    locked = farm.pdf(encryption=pikepdf.Encryption(owner="a", user="b"))

    assert refusal_of(locked) == "locked_pdf"


@pytest.mark.parametrize(("revision", "aes"), [(3, False), (4, True), (6, True)])
def test_a_pdf_that_opens_without_a_password_is_read(revision: int, aes: bool) -> None:
    files = {"factur-x.xml": farm.xml()}
    limits = pikepdf.Encryption(owner="a", user="", R=revision, aes=aes, metadata=revision > 3)

    assert read(farm.pdf(files, encryption=limits))["number"] == "FC-2027-014"


def test_a_hundred_megabytes_are_refused_unread() -> None:
    assert refusal_of(b"%PDF-" + bytes(100 * 1024 * 1024)) == "too_large"


def test_a_thousand_attachments_are_refused() -> None:
    assert refusal_of(farm.pdf({f"{n}.txt": b"x" for n in range(1000)})) == "too_many_attachments"


def test_an_xml_bomb_is_refused() -> None:
    start = time.monotonic()

    assert refusal_of(DTD % BOMB + b"<i>&j;</i>") in ("xml_with_dtd", "broken_xml")
    assert refusal_of(farm.pdf({"factur-x.xml": DTD % BOMB + b"<i>&j;</i>"})) in ("xml_with_dtd", "broken_xml")
    assert time.monotonic() - start < 10


def test_an_external_entity_is_refused_unread(tmp_path: object) -> None:
    secret = b'<!ENTITY s SYSTEM "file:///etc/passwd">'

    assert refusal_of(DTD % secret + b"<i>&s;</i>") == "xml_with_dtd"
    assert refusal_of(DTD % b'<!ENTITY %% e SYSTEM "http://127.0.0.1/x"> %%e;' + b"<i/>") in (
        "xml_with_dtd",
        "broken_xml",
    )


def test_a_compressed_bomb_inside_a_pdf_is_refused() -> None:
    made, target = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.attachments["factur-x.xml"] = farm.attached(made, "factur-x.xml", b"x")
    stream = made.attachments["factur-x.xml"].get_file().obj
    stream.write(zlib.compress(bytes(300 * 1024 * 1024), 9), filter=pikepdf.Name.FlateDecode)
    made.save(target, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    start = time.monotonic()

    assert len(target.getvalue()) < 1024 * 1024
    assert refusal_of(target.getvalue()) in ("too_much", "xml_too_large", "broken_pdf")
    assert time.monotonic() - start < 16


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "1E+400", "1e2", "12,50", "2_0_0.00", "２００", "9999999999", "0." + "1" * 50, "0" * 300 + "7"],
)
def test_an_absurd_amount_is_refused(amount: str) -> None:
    xml = farm.xml().replace(b"GrandTotalAmount>200.00", f"GrandTotalAmount>{amount}".encode())

    assert refusal_of(xml) == "absurd_number"


@pytest.mark.parametrize(
    ("said", "vat"),
    [
        ('<ram:TaxTotalAmount currencyID="CHF">12.00</ram:TaxTotalAmount>{own}', "11.00"),
        ('{own}<ram:TaxTotalAmount currencyID="CHF">12.00</ram:TaxTotalAmount>', "11.00"),
        ("<ram:TaxTotalAmount>11.00</ram:TaxTotalAmount>", "11.00"),
        ('<ram:TaxTotalAmount currencyID="CHF">12.00</ram:TaxTotalAmount>', "0"),
    ],
)
def test_the_vat_is_the_one_in_the_invoices_currency(said: str, vat: str) -> None:
    own = b'<ram:TaxTotalAmount currencyID="EUR">11.00</ram:TaxTotalAmount>'
    xml = farm.xml(rate=farm.VEGETABLES)
    assert own in xml

    assert read(xml.replace(own, said.format(own=own.decode()).encode()))["vat"] == vat


@pytest.mark.parametrize("rate", ["-20", "100.01", "vingt"])
def test_an_absurd_rate_is_refused_on_the_breakdown_and_on_a_line(rate: str) -> None:
    xml = farm.xml(rate=farm.VEGETABLES)
    last, before = xml.rindex(b"RateApplicablePercent>5.5"), xml.index(b"RateApplicablePercent>5.5")
    assert before < last

    for place in (before, last):
        changed = xml[:place] + xml[place:].replace(b"Percent>5.5", f"Percent>{rate}".encode(), 1)
        assert refusal_of(changed) in ("absurd_rate", "absurd_number")


@pytest.mark.parametrize("day", ["20270230", "00010101", "99999999", "demain", "2027129", "２０２７０１２９"])
def test_an_absurd_day_is_refused(day: str) -> None:
    assert refusal_of(farm.xml().replace(b"20270129", day.encode())) == "absurd_date"


def test_what_is_no_invoice_is_refused() -> None:
    assert refusal_of(b"<Invoice xmlns='urn:oasis:names:specification:ubl'/>") == "other_xml"
    assert refusal_of(b"<a><b></a>") == "broken_xml"
    assert refusal_of(farm.xml().replace(b"FC-2027-014", b"")) == "no_number"
    for code in (b" ", b"euros", b"E"):
        assert refusal_of(farm.xml().replace(b"CurrencyCode>EUR", b"CurrencyCode>" + code)) == "no_currency"
    assert refusal_of(b"<a>" * 100_000) == "broken_xml"
    assert refusal_of(b"<!-- " + b"x" * (6 * 1024 * 1024) + b"--><a/>") == "xml_too_large"


def test_five_thousand_lines_are_added_up_and_more_are_refused() -> None:
    line = farm.xml().split(b"<ram:IncludedSupplyChainTradeLineItem>")[1].split(b"</ram:IncludedSupplyChain")[0]
    item = b"<ram:IncludedSupplyChainTradeLineItem>" + line + b"</ram:IncludedSupplyChainTradeLineItem>"

    said = read(farm.xml().replace(item, item * 4000))

    assert (said["line_count"], said["lines_net"], len(said["lines"])) == (4000, "800000.00", 100)
    assert refusal_of(farm.xml().replace(item, item * 5001)) == "too_many_lines"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (b"GrandTotalAmount>211.00", b"GrandTotalAmount>211.01", "211,00"),
        (b"CalculatedAmount>11.00", b"CalculatedAmount>11.01", "11,01"),
        (b"LineTotalAmount>200.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLine", b"", "190,00"),
        (b"DuePayableAmount>211.00", b"DuePayableAmount>210.00", "210,00"),
    ],
)
def test_a_sum_that_is_a_cent_off_is_told(before: bytes, after: bytes, says: str) -> None:
    xml = farm.xml(rate=farm.VEGETABLES)
    changed = xml.replace(before, after or before.replace(b"200.00", b"190.00"))
    assert changed != xml

    assert any(says in sentence for sentence in disagreements(read(changed), "fr"))


def test_what_was_paid_and_rounded_is_counted() -> None:
    said = {"net": "100", "vat": "0", "total": "100", "prepaid": "30.01", "rounding": "0.01", "payable": "70.00"}

    assert disagreements(said, "fr") == []
    assert len(disagreements(said | {"payable": "70.01"}, "fr")) == 1
    assert Decimal(said["payable"]) == 70
