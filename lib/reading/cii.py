"""What a UN/CEFACT CII invoice says (Factur-X, ZUGFeRD, XRechnung), as plain values. Runs in the child process.

No DTD, no entity, no network, no huge tree. Amounts are plain strings such as "1200.00"; anything that is no amount
of a possible invoice is refused. Elements are found by their local name: versions differ in namespaces only.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from lib.reading.starts import xml_in
from lib.visible import visible

LARGEST_XML = 5 * 1024 * 1024
MOST_LINES = 5000
LINES_KEPT = 100
LONGEST = 300  # characters of a text
LARGEST_AMOUNT = Decimal(10) ** 9
MOST_DECIMALS = 12
HUNDRED = Decimal(100)
DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")  # XSD: Python alone reads 1_000, 1e3, other digits
CURRENCY = re.compile(r"[A-Za-z]{3}")  # ISO 4217
DAY = re.compile(r"[0-9]{8}")
DAY_FORMATS = ("102", "")  # UNTDID 2379

Element = Any


class Refused(Exception):
    """Why a file is not read; its only argument is one of asking.REASONS."""


def said_by(xml: bytes) -> dict[str, Any]:
    """Return what an invoice says. Raises Refused."""
    if len(xml) > LARGEST_XML:
        raise Refused("xml_too_large")
    root = _root(xml)
    if etree.QName(root).localname != "CrossIndustryInvoice":
        raise Refused("other_xml")
    document = _document(root)
    return document | _parties(root) | _sums(root, document["currency"]) | _lines(root)


def _root(xml: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml_in(xml), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused("broken_xml") from None
    about: Any = root.getroottree().docinfo
    if about.doctype or about.internalDTD is not None:
        raise Refused("xml_with_dtd")
    return root


def _document(root: Element) -> dict[str, Any]:
    document = _one(root, "ExchangedDocument")
    terms = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/SpecifiedTradePaymentTerms"
    agreement = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"
    number = _text(document, "ID")
    if not number:
        raise Refused("no_number")
    currency = _text(root, "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/InvoiceCurrencyCode")
    if not CURRENCY.fullmatch(currency):  # EN 16931 BR-05: no sum means anything without it
        raise Refused("no_currency")
    return {
        "guideline": _text(root, "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"),
        "type": _text(document, "TypeCode"),
        "number": number,
        "issued_on": _day(document, "IssueDateTime"),
        "due_on": _day(root, f"{terms}/DueDateDateTime"),
        "currency": currency.upper(),
        "order": _text(root, f"{agreement}/BuyerOrderReferencedDocument/IssuerAssignedID"),
    }


# Between whom -----------------------------------------------------------------------------------------------------


def _parties(root: Element) -> dict[str, Any]:
    agreement = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"
    return {
        "seller": _party(root, f"{agreement}/SellerTradeParty"),
        "buyer": _party(root, f"{agreement}/BuyerTradeParty"),
    }


def _party(root: Element, path: str) -> dict[str, str]:
    party = _one(root, path)
    legal = _only_digits(_text(party, "SpecifiedLegalOrganization/ID"))
    wide = [_only_digits(_string(found)) for found in _all(party, "GlobalID") if found.get("schemeID") == "0009"]
    siret = next((number for number in [*wide, legal] if len(number) == 14), "")
    taxes = [_one(found, "ID") for found in _all(party, "SpecifiedTaxRegistration")]
    vat = [_string(one) for one in taxes if one is not None and one.get("schemeID") == "VA"]
    return {
        "name": _text(party, "Name"),
        "siren": siret[:9] or (legal if len(legal) == 9 else ""),
        "siret": siret,
        "vat_number": vat[0].replace(" ", "").upper() if vat else "",
        "city": _text(party, "PostalTradeAddress/CityName"),
    }


def _only_digits(text: str) -> str:
    stripped = text.replace(" ", "")
    return stripped if stripped.isascii() and stripped.isdigit() else ""


# What is owed -----------------------------------------------------------------------------------------------------

AMOUNTS = {
    "lines_total": "LineTotalAmount",
    "charges": "ChargeTotalAmount",
    "allowances": "AllowanceTotalAmount",
    "net": "TaxBasisTotalAmount",
    "rounding": "RoundingAmount",
    "total": "GrandTotalAmount",
    "prepaid": "TotalPrepaidAmount",
    "payable": "DuePayableAmount",
}


def _sums(root: Element, currency: str) -> dict[str, Any]:
    settlement = _one(root, "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement")
    summed = _one(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    found = {name: _amount(_text(summed, tag)) for name, tag in AMOUNTS.items()}
    if not found["total"] or not found["net"]:
        raise Refused("no_total")
    taxes = [
        {
            "category": _text(tax, "CategoryCode"),
            "rate": _rate(tax) or "0",
            "base": _amount(_text(tax, "BasisAmount")),
            "amount": _amount(_text(tax, "CalculatedAmount")),
        }
        for tax in _all(settlement, "ApplicableTradeTax")[:LINES_KEPT]
    ]
    return found | {"vat": _vat(summed, currency) or "0", "taxes": taxes}


def _vat(summed: Element, currency: str) -> str:
    """Return the VAT in the invoice's own currency (EN 16931 BT-110), never in the one of the books (BT-111)."""
    named = [(one.get("currencyID") or "", one) for one in _all(summed, "TaxTotalAmount")]
    own = next((one for code, one in named if code.strip().upper() == currency), None)
    return _amount(_string(own if own is not None else next((one for code, one in named if not code), None)))


def _lines(root: Element) -> dict[str, Any]:
    items = _all(_one(root, "SupplyChainTradeTransaction"), "IncludedSupplyChainTradeLineItem")
    if len(items) > MOST_LINES:
        raise Refused("too_many_lines")
    lines = [_line(item) for item in items]
    summed = sum((Decimal(line["net"]) for line in lines if line["net"]), Decimal(0))
    return {"lines": lines[:LINES_KEPT], "line_count": len(lines), "lines_net": str(summed) if lines else ""}


def _line(item: Element) -> dict[str, str]:
    settlement = _one(item, "SpecifiedLineTradeSettlement")
    quantity = _one(item, "SpecifiedLineTradeDelivery/BilledQuantity")
    return {
        "title": _text(item, "SpecifiedTradeProduct/Name"),
        "quantity": _amount(_string(quantity)),
        "unit": (quantity.get("unitCode") or "")[:10] if quantity is not None else "",
        "unit_price": _amount(_text(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount")),
        "net": _amount(_text(settlement, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount")),
        "rate": _rate(_one(settlement, "ApplicableTradeTax")),
    }


# Finding ----------------------------------------------------------------------------------------------------------


def _all(parent: Element, tag: str) -> list[Element]:
    return [] if parent is None else parent.findall(f"{{*}}{tag}")


def _one(parent: Element, path: str) -> Element:
    return None if parent is None else parent.find("/".join(f"{{*}}{tag}" for tag in path.split("/")))


def _text(parent: Element, path: str) -> str:
    return _string(_one(parent, path))


def _string(found: Element) -> str:
    return visible(found.text or "")[:LONGEST] if found is not None else ""


def _day(parent: Element, path: str) -> str:
    """Return a day as 2026-12-31; "" when there is none. Raises Refused for one that cannot be."""
    found = _one(parent, f"{path}/DateTimeString")
    if not (said := _string(found)):
        return ""
    if (found.get("format") or "") not in DAY_FORMATS or not DAY.fullmatch(said):
        raise Refused("absurd_date")
    try:
        day = datetime.strptime(said, "%Y%m%d")  # noqa: DTZ007  (a day, no hour)
    except ValueError:
        raise Refused("absurd_date") from None
    if not 1990 <= day.year <= 2200:
        raise Refused("absurd_date")
    return day.date().isoformat()


def _rate(tax: Element) -> str:
    """Return a VAT rate in percent; "" when there is none. Raises Refused for one that cannot be."""
    rate = _amount(_text(tax, "RateApplicablePercent"))
    if rate and not 0 <= Decimal(rate) <= HUNDRED:
        raise Refused("absurd_rate")
    return rate


def _amount(said: str) -> str:
    """Return an amount written plainly; "" when there is none. Raises Refused for what cannot be one."""
    if not said:
        return ""
    if not DECIMAL.fullmatch(said) or len(said) == LONGEST:  # that long, its end was cut off
        raise Refused("absurd_number")
    amount = Decimal(said)
    if abs(amount) >= LARGEST_AMOUNT or -int(amount.as_tuple().exponent) > MOST_DECIMALS:
        raise Refused("absurd_number")
    return f"{amount:f}"
