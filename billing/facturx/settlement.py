"""What is owed: how it is paid, VAT by category and rate, terms, totals, earlier documents (BG-16 to BG-23, BG-3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from djmoney.money import Money
from lxml import etree

from billing.facts import DEPOSIT, DEPOSIT_CREDIT_NOTE, InvoiceFacts, Tax
from billing.facturx.document import frame
from billing.facturx.writing import add, add_date, add_if, number_written
from lib.money import euros, plain

SEPA_TRANSFER, CLEARING, MUTUALLY_DEFINED, NOT_DEFINED = "58", "97", "ZZZ", "1"  # UNTDID 4461 (BT-81)
ON_DEBITS, ON_DELIVERY, ON_RECEIPTS = "5", "29", "72"  # BT-8, in CII


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
    if facts.payable.amount > 0 and facts.to_transfer.amount <= 0:
        return Means(CLEARING, _("Set-off"))
    if facts.payable.amount > 0:
        if facts.iban:
            return Means(SEPA_TRANSFER, _("Bank transfer"), facts.iban.replace(" ", ""), facts.bic)
        return Means(NOT_DEFINED)
    local = [part.label for part in facts.parts if part.kind == "local_currency"]
    if local and all(part.kind == "local_currency" for part in facts.parts):
        return Means(MUTUALLY_DEFINED, _("Local currency: %(name)s") % {"name": ", ".join(local)})
    if all(part.kind == "money" for part in facts.parts):
        return Means(CLEARING, _("Already paid"))
    return Means(CLEARING, _("Set-off / payment in kind"))


def add_settlement(trade: etree._Element, facts: InvoiceFacts) -> None:
    settlement = add(trade, "ram:ApplicableHeaderTradeSettlement")
    add(settlement, "ram:PaymentReference", facts.number)
    add(settlement, "ram:InvoiceCurrencyCode", "EUR")
    _means(settlement, payment_means(facts))
    for tax in facts.taxes:
        _tax(settlement, tax, facts)
    if facts.period:
        period = add(settlement, "ram:BillingSpecifiedPeriod")
        add_date(period, "ram:StartDateTime", facts.period[0])
        add_date(period, "ram:EndDateTime", facts.period[1])
    _terms(settlement, facts)
    _totals(settlement, facts)
    for reference in facts.references:
        preceding = add(settlement, "ram:InvoiceReferencedDocument")
        add(preceding, "ram:IssuerAssignedID", reference.number)
        add_date(preceding, "ram:FormattedIssueDateTime", reference.issued_on, kind="qdt")
    if facts.buyer_accounting_reference:  # BT-19
        account = add(settlement, "ram:ReceivableSpecifiedTradeAccountingAccount")
        add(account, "ram:ID", facts.buyer_accounting_reference)


def _means(settlement: etree._Element, means: Means) -> None:
    element = add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
    add(element, "ram:TypeCode", means.code)
    add_if(element, "ram:Information", means.text)
    if means.iban:
        add(add(element, "ram:PayeePartyCreditorFinancialAccount"), "ram:IBANID", means.iban)
        if means.bic:
            add(add(element, "ram:PayeeSpecifiedCreditorFinancialInstitution"), "ram:BICID", means.bic)


def _tax(settlement: etree._Element, tax: Tax, facts: InvoiceFacts) -> None:
    element = add(settlement, "ram:ApplicableTradeTax")
    add(element, "ram:CalculatedAmount", plain(tax.amount))
    add(element, "ram:TypeCode", "VAT")
    add_if(element, "ram:ExemptionReason", tax.reason)
    add(element, "ram:BasisAmount", plain(tax.base))
    add(element, "ram:CategoryCode", tax.category)
    add_if(element, "ram:ExemptionReasonCode", tax.reason_code)
    if tax.category == "S" and (code := vat_point(facts)):
        add(element, "ram:DueDateTypeCode", code)
    add(element, "ram:RateApplicablePercent", number_written(tax.rate))


def vat_point(facts: InvoiceFacts) -> str:
    """Return BT-8, when VAT falls due (CGI 269, 2): one code per invoice, so none where goods and services differ.

    Goods: on delivery, but a deposit when it is received. Services: when they are paid, or on debits where chosen.
    """
    if facts.nature == "M":
        return ""
    if facts.nature == "B" and facts.kind not in (DEPOSIT, DEPOSIT_CREDIT_NOTE):
        return ON_DELIVERY
    return ON_DEBITS if facts.vat_on_debits and facts.nature == "S" else ON_RECEIPTS


def _terms(settlement: etree._Element, facts: InvoiceFacts) -> None:
    paid_on = facts.paid_on or facts.delivered_on if frame(facts).endswith("2") else None  # BR-FR-CO-09: BT-9 is there
    due_on = facts.due_on or paid_on
    if facts.is_credit:
        due_on = None
    said = " ".join(filter(None, (facts.terms, _schedule(facts))))
    if not (said or due_on):
        return
    terms = add(settlement, "ram:SpecifiedTradePaymentTerms")
    add_if(terms, "ram:Description", said)
    if due_on:
        add_date(terms, "ram:DueDateDateTime", due_on)


def _schedule(facts: InvoiceFacts) -> str:
    """Say what is due when (BT-20): BT-9 holds one day, the last one."""
    parts = (f"{plain(part.value)} EUR {part.due_on:%d/%m/%Y}" for part in facts.instalments)
    return _("Schedule: %(parts)s.") % {"parts": ", ".join(parts)} if facts.instalments else ""


def _totals(settlement: etree._Element, facts: InvoiceFacts) -> None:
    summed = add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
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
        element = add(summed, f"ram:{name}", plain(amount))
        if name == "TaxTotalAmount":
            element.set("currencyID", "EUR")
