"""The XML inside an invoice: UN/CEFACT CII D22B, Factur-X 1.09 profile EN 16931, with the French rules (BR-FR).

Pure: facts in, bytes out, the same bytes for the same facts. Elements follow the order of the schema.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money
from lxml import etree

from billing.facts import FINAL, TYPE_CODES, InvoiceFacts, Line, Note, Tax
from lib.money import cents, euros, plain
from people.letterhead import Party

FILE_NAME = "factur-x.xml"
GUIDELINE = "urn:cen.eu:en16931:2017"
NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
SIREN_SCHEME, SIRET_SCHEME, FRENCH_ADDRESS_SCHEME, MAIL_SCHEME = "0002", "0009", "0225", "EM"
SEPA_TRANSFER, CLEARING, MUTUALLY_DEFINED, NOT_DEFINED = "58", "97", "ZZZ", "1"  # UNTDID 4461 (BT-81)
DISCOUNT = "95"  # UNTDID 5189
ON_DEBITS, ON_RECEIPTS = "5", "72"  # BT-8, in CII
UNITS = {"HOUR": "HUR", "DAY": "DAY", "MONTH": "MON", "YEAR": "ANN", "KILOGRAM": "KGM"}  # else C62, one (BT-130)


@dataclass(frozen=True)
class Means:
    """BG-16: how the euros that are left will be paid. One code per invoice (CII-SR-467)."""

    code: str
    text: str = ""
    iban: str = ""
    bic: str = ""


def payment_means(facts: InvoiceFacts) -> Means:
    """Choose BT-81 (house rules on french-rules §4.8): a SEPA transfer where euros are left and an account is known,
    clearing when no euro is left, "mutually defined" when what is left is in local currency."""
    if facts.is_credit:
        return Means(CLEARING, _("Set off against the invoice"))
    if facts.payable.amount > 0:
        if facts.iban:
            return Means(SEPA_TRANSFER, _("Bank transfer"), facts.iban.replace(" ", ""), facts.bic)
        return Means(NOT_DEFINED)
    local = [part.label for part in facts.parts if part.kind == "local_currency"]
    if local and all(part.kind == "local_currency" for part in facts.parts):
        return Means(MUTUALLY_DEFINED, _("Local currency: %(name)s") % {"name": ", ".join(local)})
    return Means(CLEARING, _("Set-off / payment in kind"))


def frame(facts: InvoiceFacts) -> str:
    """Return BT-23: what is sold (B goods, S services, M both) and 4 after deposits, 2 all received, 1 otherwise."""
    if facts.kind == FINAL and facts.deductions:
        return f"{facts.nature}4"
    return f"{facts.nature}{2 if facts.all_received else 1}"


def treatment(buyer: Party) -> str:
    """Return the value of the BAR note (BR-FR-20): how the sale is reported. Who has no SIREN is reported as B2C."""
    if buyer.country != "FR":
        return "B2CINT" if buyer.is_consumer else "B2BINT"
    return "B2B" if buyer.siren else "B2C"


def electronic_address(party: Party) -> tuple[str, str]:
    """Return scheme and address (BT-34, BT-49): the SIREN where there is one, an e-mail otherwise."""
    return (FRENCH_ADDRESS_SCHEME, party.siren) if party.siren else (MAIL_SCHEME, party.email)


def notes(facts: InvoiceFacts) -> list[Note]:
    """Return BG-1: the notes of the facts, how a mixed payment is made (PAI, AFNOR case 41), and the treatment."""
    kept = [note for note in facts.notes if note.text.strip()]
    if _is_mixed(facts) and not any(note.code == "PAI" for note in kept):
        kept.append(Note("PAI", _payment_in_words(facts)))
    return [*kept, Note("BAR", treatment(facts.buyer))]


def xml(facts: InvoiceFacts) -> bytes:
    """Return `factur-x.xml` for an invoice, in the language of its document."""
    with override(facts.language):
        root = etree.Element(_name("rsm:CrossIndustryInvoice"), nsmap=NAMESPACES)
        _context(root, facts)
        _document(root, facts)
        trade = _add(root, "rsm:SupplyChainTradeTransaction")
        for line in facts.lines:
            _line(trade, line, facts)
        _agreement(trade, facts)
        _delivery(trade, facts.delivered_on)
        _settlement(trade, facts)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


# What the document is ---------------------------------------------------------------------------------------------


def _context(root: etree._Element, facts: InvoiceFacts) -> None:
    context = _add(root, "rsm:ExchangedDocumentContext")
    _add(_add(context, "ram:BusinessProcessSpecifiedDocumentContextParameter"), "ram:ID", frame(facts))
    _add(_add(context, "ram:GuidelineSpecifiedDocumentContextParameter"), "ram:ID", GUIDELINE)


def _document(root: etree._Element, facts: InvoiceFacts) -> None:
    document = _add(root, "rsm:ExchangedDocument")
    _add(document, "ram:ID", facts.number)
    _add(document, "ram:TypeCode", TYPE_CODES[facts.kind])
    _date(document, "ram:IssueDateTime", facts.issued_on)
    for note in notes(facts):
        included = _add(document, "ram:IncludedNote")
        _add(included, "ram:Content", note.text)
        if note.code:
            _add(included, "ram:SubjectCode", note.code)


def _is_mixed(facts: InvoiceFacts) -> bool:
    return not facts.is_credit and any(part.kind != "money" for part in facts.parts)


def _payment_in_words(facts: InvoiceFacts) -> str:
    words = {
        "received": _("already received"),
        "to_receive": _("to be received"),
        "to_pay": _("to be paid in euros"),
    }
    said = "; ".join(f"{part.label}: {plain(part.value)} EUR ({words[part.state]})" for part in facts.parts)
    return _("How this price is paid: %(parts)s.") % {"parts": said}


# What was sold ----------------------------------------------------------------------------------------------------


def _line(trade: etree._Element, line: Line, facts: InvoiceFacts) -> None:
    item = _add(trade, "ram:IncludedSupplyChainTradeLineItem")
    _add(_add(item, "ram:AssociatedDocumentLineDocument"), "ram:LineID", str(line.position))
    product = _add(item, "ram:SpecifiedTradeProduct")
    _add(product, "ram:Name", line.title)
    _add_if(product, "ram:Description", line.description.strip())
    price = _add(_add(item, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
    _add(price, "ram:ChargeAmount", plain(line.unit_price))
    billed = _add(_add(item, "ram:SpecifiedLineTradeDelivery"), "ram:BilledQuantity", _number(line.quantity))
    billed.set("unitCode", UNITS.get(line.unit, "C62"))
    settlement = _add(item, "ram:SpecifiedLineTradeSettlement")
    tax = _add(settlement, "ram:ApplicableTradeTax")
    _add(tax, "ram:TypeCode", "VAT")
    _add(tax, "ram:CategoryCode", _category(line, facts))
    _add(tax, "ram:RateApplicablePercent", _number(line.vat_rate))
    _line_discount(settlement, line)
    summed = _add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    _add(summed, "ram:LineTotalAmount", plain(line.net))


def _line_discount(settlement: etree._Element, line: Line) -> None:
    """Say a discount as BG-27, exact to the cent; folded into the unit price it could need ten decimals."""
    gross = cents(line.unit_price * line.quantity)
    if not line.discount_percent or gross == line.net:
        return
    allowance = _add(settlement, "ram:SpecifiedTradeAllowanceCharge")
    _add(_add(allowance, "ram:ChargeIndicator"), "udt:Indicator", "false")
    _add(allowance, "ram:CalculationPercent", _number(line.discount_percent))
    _add(allowance, "ram:BasisAmount", plain(gross))
    _add(allowance, "ram:ActualAmount", plain(gross - line.net))
    _add(allowance, "ram:ReasonCode", DISCOUNT)
    _add(allowance, "ram:Reason", _("Discount"))


def _category(line: Line, facts: InvoiceFacts) -> str:
    return next((tax.category for tax in facts.taxes if tax.rate == line.vat_rate), "S")


# Between whom -----------------------------------------------------------------------------------------------------


def _agreement(trade: etree._Element, facts: InvoiceFacts) -> None:
    agreement = _add(trade, "ram:ApplicableHeaderTradeAgreement")
    _add_if(agreement, "ram:BuyerReference", facts.buyer.service_code)
    _party(agreement, "ram:SellerTradeParty", facts.seller, fiscal=facts.franchise)
    _party(agreement, "ram:BuyerTradeParty", facts.buyer)
    for tag, number in (("Buyer", facts.order_reference), ("", facts.quote_number)):
        if number:
            kind = "ram:BuyerOrderReferencedDocument" if tag else "ram:ContractReferencedDocument"
            _add(_add(agreement, kind), "ram:IssuerAssignedID", number)


def _party(agreement: etree._Element, tag: str, party: Party, *, fiscal: bool = False) -> None:
    element = _add(agreement, tag)
    if party.siret:
        _add(element, "ram:GlobalID", party.siret).set("schemeID", SIRET_SCHEME)
    _add(element, "ram:Name", party.name)
    if party.siren or party.trade_name:
        organisation = _add(element, "ram:SpecifiedLegalOrganization")
        if party.siren:
            _add(organisation, "ram:ID", party.siren).set("schemeID", SIREN_SCHEME)
        _add_if(organisation, "ram:TradingBusinessName", party.trade_name)
    _contact(element, party)
    _address(element, party)
    scheme, address = electronic_address(party)
    _add(_add(element, "ram:URIUniversalCommunication"), "ram:URIID", address).set("schemeID", scheme)
    _registration(element, "VA", party.vat_number)
    if fiscal and not party.vat_number:  # BR-E-02: BT-32 stands for the VAT number that franchise does not give
        _registration(element, "FC", party.siren)


def _contact(element: etree._Element, party: Party) -> None:
    if not (party.contact or party.phone):
        return
    contact = _add(element, "ram:DefinedTradeContact")
    _add_if(contact, "ram:PersonName", party.contact or party.name)
    if party.phone:
        _add(_add(contact, "ram:TelephoneUniversalCommunication"), "ram:CompleteNumber", party.phone)
    if party.email:
        _add(_add(contact, "ram:EmailURIUniversalCommunication"), "ram:URIID", party.email)


def _address(element: etree._Element, party: Party) -> None:
    address = _add(element, "ram:PostalTradeAddress")
    _add_if(address, "ram:PostcodeCode", party.postal_code)
    _add_if(address, "ram:LineOne", party.address)
    _add_if(address, "ram:LineTwo", party.address_more)
    _add_if(address, "ram:CityName", party.city)
    _add(address, "ram:CountryID", party.country)


def _registration(element: etree._Element, scheme: str, number: str) -> None:
    if number:
        _add(_add(element, "ram:SpecifiedTaxRegistration"), "ram:ID", number).set("schemeID", scheme)


def _delivery(trade: etree._Element, day: date) -> None:
    """Say BT-72, always: an empty delivery is an error to strict readers."""
    event = _add(_add(trade, "ram:ApplicableHeaderTradeDelivery"), "ram:ActualDeliverySupplyChainEvent")
    _date(event, "ram:OccurrenceDateTime", day)


# What is owed -----------------------------------------------------------------------------------------------------


def _settlement(trade: etree._Element, facts: InvoiceFacts) -> None:
    settlement = _add(trade, "ram:ApplicableHeaderTradeSettlement")
    _add(settlement, "ram:PaymentReference", facts.number)
    _add(settlement, "ram:InvoiceCurrencyCode", "EUR")
    _means(settlement, payment_means(facts))
    for tax in facts.taxes:
        _tax(settlement, tax, facts)
    if facts.period:
        period = _add(settlement, "ram:BillingSpecifiedPeriod")
        _date(period, "ram:StartDateTime", facts.period[0])
        _date(period, "ram:EndDateTime", facts.period[1])
    _terms(settlement, facts)
    _totals(settlement, facts)
    for reference in facts.references:
        preceding = _add(settlement, "ram:InvoiceReferencedDocument")
        _add(preceding, "ram:IssuerAssignedID", reference.number)
        _date(preceding, "ram:FormattedIssueDateTime", reference.issued_on, kind="qdt")


def _means(settlement: etree._Element, means: Means) -> None:
    element = _add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
    _add(element, "ram:TypeCode", means.code)
    _add_if(element, "ram:Information", means.text)
    if means.iban:
        _add(_add(element, "ram:PayeePartyCreditorFinancialAccount"), "ram:IBANID", means.iban)
        if means.bic:
            _add(_add(element, "ram:PayeeSpecifiedCreditorFinancialInstitution"), "ram:BICID", means.bic)


def _tax(settlement: etree._Element, tax: Tax, facts: InvoiceFacts) -> None:
    element = _add(settlement, "ram:ApplicableTradeTax")
    _add(element, "ram:CalculatedAmount", plain(tax.amount))
    _add(element, "ram:TypeCode", "VAT")
    _add_if(element, "ram:ExemptionReason", tax.reason)
    _add(element, "ram:BasisAmount", plain(tax.base))
    _add(element, "ram:CategoryCode", tax.category)
    _add_if(element, "ram:ExemptionReasonCode", tax.reason_code)
    if tax.category == "S":
        _add(element, "ram:DueDateTypeCode", ON_DEBITS if facts.vat_on_debits else ON_RECEIPTS)
    _add(element, "ram:RateApplicablePercent", _number(tax.rate))


def _terms(settlement: etree._Element, facts: InvoiceFacts) -> None:
    paid_on = facts.delivered_on if frame(facts).endswith("2") else None  # BR-FR-CO-09: S2 needs BT-9, of any day
    due_on = facts.due_on or paid_on
    if facts.is_credit:
        due_on = None
    if not (facts.terms or due_on):
        return
    terms = _add(settlement, "ram:SpecifiedTradePaymentTerms")
    _add_if(terms, "ram:Description", facts.terms)
    if due_on:
        _date(terms, "ram:DueDateDateTime", due_on)


def _totals(settlement: etree._Element, facts: InvoiceFacts) -> None:
    summed = _add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    amounts: Iterable[tuple[str, Money]] = (
        ("LineTotalAmount", facts.net),
        ("TaxBasisTotalAmount", facts.net),
        ("TaxTotalAmount", facts.vat),
        ("GrandTotalAmount", facts.total),
        ("TotalPrepaidAmount", facts.prepaid),
        ("DuePayableAmount", facts.payable),
    )
    for name, amount in amounts:
        if name == "TotalPrepaidAmount" and amount == euros(0):
            continue
        element = _add(summed, f"ram:{name}", plain(amount))
        if name == "TaxTotalAmount":
            element.set("currencyID", "EUR")


# Writing ----------------------------------------------------------------------------------------------------------


def _name(tag: str) -> str:
    prefix, name = tag.split(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"


def _add(parent: etree._Element, tag: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, _name(tag))
    if text:
        element.text = _clean(text)
    return element


def _add_if(parent: etree._Element, tag: str, text: str) -> None:
    if text:
        _add(parent, tag, text)


def _date(parent: etree._Element, tag: str, day: date, *, kind: str = "udt") -> None:
    _add(_add(parent, tag), f"{kind}:DateTimeString", f"{day:%Y%m%d}").set("format", "102")


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _clean(text: str) -> str:
    """Drop the characters that XML 1.0 cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or (char >= " " and not _forbidden(char)))


def _forbidden(char: str) -> bool:
    return "\ud800" <= char <= "\udfff" or char in "\ufffe\uffff"
