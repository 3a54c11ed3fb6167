"""Between whom: seller, buyer, what refers to their papers, where goods are delivered (BG-4, BG-7, BG-13)."""

from lxml import etree

from billing.facts import InvoiceFacts
from billing.facturx.writing import add, add_date, add_if
from people.letterhead import Party

SIREN_SCHEME, SIRET_SCHEME, FRENCH_ADDRESS_SCHEME, MAIL_SCHEME = "0002", "0009", "0225", "EM"


def treatment(buyer: Party) -> str:
    """Return the value of the BAR note (BR-FR-20): how the sale is reported. Who has no SIREN is reported as B2C, so is
    an association outside of VAT (AFNOR XP Z12-014, case 35)."""
    if buyer.country != "FR":
        return "B2CINT" if buyer.is_consumer else "B2BINT"
    return "B2B" if buyer.siren and not buyer.is_outside_vat else "B2C"


def electronic_address(party: Party) -> tuple[str, str]:
    """Return scheme and address (BT-34, BT-49): the SIREN where there is one, an e-mail otherwise."""
    return (FRENCH_ADDRESS_SCHEME, party.siren) if party.siren else (MAIL_SCHEME, party.email)


def add_agreement(trade: etree._Element, facts: InvoiceFacts) -> None:
    agreement = add(trade, "ram:ApplicableHeaderTradeAgreement")
    add_if(agreement, "ram:BuyerReference", facts.buyer.service_code)
    _party(agreement, "ram:SellerTradeParty", facts.seller, is_seller=True)
    _party(agreement, "ram:BuyerTradeParty", facts.buyer)
    ordered = facts.engagement or facts.order_reference  # BT-13: Chorus Pro looks for the engagement there
    for tag, number in (("Buyer", ordered), ("", facts.quote_number)):
        if number:
            kind = "ram:BuyerOrderReferencedDocument" if tag else "ram:ContractReferencedDocument"
            add(add(agreement, kind), "ram:IssuerAssignedID", number)


def _party(agreement: etree._Element, tag: str, party: Party, *, is_seller: bool = False) -> None:
    element = add(agreement, tag)
    if party.siret:
        add(element, "ram:GlobalID", party.siret).set("schemeID", SIRET_SCHEME)
    add(element, "ram:Name", party.name)
    if party.siren or party.trade_name:
        organisation = add(element, "ram:SpecifiedLegalOrganization")
        if party.siren:
            add(organisation, "ram:ID", party.siren).set("schemeID", SIREN_SCHEME)
        add_if(organisation, "ram:TradingBusinessName", party.trade_name)
    _contact(element, party)
    _address(element, party)
    scheme, address = electronic_address(party)
    add(add(element, "ram:URIUniversalCommunication"), "ram:URIID", address).set("schemeID", scheme)
    if party.has_vat_number:
        _registration(element, "VA", party.vat_number)
    if is_seller and not party.vat_number:  # BR-E-02: BT-32 stands for the VAT number that whoever charges none lacks
        _registration(element, "FC", party.siren)


def _contact(element: etree._Element, party: Party) -> None:
    if not (party.contact or party.phone):
        return
    contact = add(element, "ram:DefinedTradeContact")
    add_if(contact, "ram:PersonName", party.contact or party.name)
    if party.phone:
        add(add(contact, "ram:TelephoneUniversalCommunication"), "ram:CompleteNumber", party.phone)
    if party.email:
        add(add(contact, "ram:EmailURIUniversalCommunication"), "ram:URIID", party.email)


def _address(element: etree._Element, party: Party) -> None:
    address = add(element, "ram:PostalTradeAddress")
    add_if(address, "ram:PostcodeCode", party.postal_code)
    add_if(address, "ram:LineOne", party.address)
    add_if(address, "ram:LineTwo", party.address_more)
    add_if(address, "ram:CityName", party.city)
    add(address, "ram:CountryID", party.country)


def _registration(element: etree._Element, scheme: str, number: str) -> None:
    if number:
        add(add(element, "ram:SpecifiedTaxRegistration"), "ram:ID", number).set("schemeID", scheme)


def add_delivery(trade: etree._Element, facts: InvoiceFacts) -> None:
    """Say BT-72, always: an empty delivery is an error to strict readers; and where goods went, if it is to be said."""
    delivery = add(trade, "ram:ApplicableHeaderTradeDelivery")
    if (place := delivered_to(facts)) is not None:
        there = add(delivery, "ram:ShipToTradeParty")
        add(there, "ram:Name", place.name)
        _address(there, place)
    event = add(delivery, "ram:ActualDeliverySupplyChainEvent")
    add_date(event, "ram:OccurrenceDateTime", facts.delivered_on)


def delivered_to(facts: InvoiceFacts) -> Party | None:
    """Return where goods were delivered (BG-13, BG-15): elsewhere than at the client's (242 nonies A, I 7° bis), or in
    another member state (BR-IC-12); None otherwise."""
    buyer = facts.buyer
    if facts.nature == "S":
        return None
    if buyer.delivery_address:
        return Party(
            name=buyer.name,
            address=buyer.delivery_address,
            postal_code=buyer.delivery_postal_code,
            city=buyer.delivery_city,
            country=buyer.delivery_country or buyer.country,
        )
    return buyer if any(tax.category == "K" for tax in facts.taxes) else None
