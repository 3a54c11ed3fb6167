"""What was sold: one item per line, its price, its VAT, its discount (BG-25 to BG-31)."""

from django.utils.translation import gettext as _
from lxml import etree

from billing.facts import InvoiceFacts, Line
from billing.facturx.writing import add, add_if, number_written
from lib.money import cents, plain

DISCOUNT = "95"  # UNTDID 5189
UNITS = {"HOUR": "HUR", "DAY": "DAY", "MONTH": "MON", "YEAR": "ANN", "KILOGRAM": "KGM"}  # else C62, one (BT-130)


def add_line(trade: etree._Element, line: Line, facts: InvoiceFacts) -> None:
    item = add(trade, "ram:IncludedSupplyChainTradeLineItem")
    add(add(item, "ram:AssociatedDocumentLineDocument"), "ram:LineID", str(line.position))
    product = add(item, "ram:SpecifiedTradeProduct")
    add(product, "ram:Name", line.title)
    add_if(product, "ram:Description", line.description.strip())
    price = add(add(item, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
    add(price, "ram:ChargeAmount", plain(line.unit_price))
    billed = add(add(item, "ram:SpecifiedLineTradeDelivery"), "ram:BilledQuantity", number_written(line.quantity))
    billed.set("unitCode", UNITS.get(line.unit, "C62"))
    settlement = add(item, "ram:SpecifiedLineTradeSettlement")
    tax = add(settlement, "ram:ApplicableTradeTax")
    add(tax, "ram:TypeCode", "VAT")
    add(tax, "ram:CategoryCode", _category(line, facts))
    add(tax, "ram:RateApplicablePercent", number_written(line.vat_rate))
    _line_discount(settlement, line)
    summed = add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    add(summed, "ram:LineTotalAmount", plain(line.net))


def _line_discount(settlement: etree._Element, line: Line) -> None:
    """Say a discount as BG-27, exact to the cent; folded into the unit price it could need ten decimals."""
    gross = cents(line.unit_price * line.quantity)
    if not line.discount_percent or gross == line.net:
        return
    allowance = add(settlement, "ram:SpecifiedTradeAllowanceCharge")
    add(add(allowance, "ram:ChargeIndicator"), "udt:Indicator", "false")
    add(allowance, "ram:CalculationPercent", number_written(line.discount_percent))
    add(allowance, "ram:BasisAmount", plain(gross))
    add(allowance, "ram:ActualAmount", plain(gross - line.net))
    add(allowance, "ram:ReasonCode", DISCOUNT)
    add(allowance, "ram:Reason", _("Discount"))


def _category(line: Line, facts: InvoiceFacts) -> str:
    return line.category or next((tax.category for tax in facts.taxes if tax.rate == line.vat_rate), "S")
