"""What is owed and received: invoices, receipts, how receipts settle invoices, and what the accountant takes."""

from billing.models.exports import DownloadLog, Export
from billing.models.invoices import AgreedPart, Deduction, Invoice, InvoiceLine, InvoiceTax, InvoiceTerm
from billing.models.receipts import Allocation, MissedDelivery, Receipt
from billing.models.received import ReceivedInvoice, ReceivedUpload, ReceivedWithdrawal
from billing.models.setoffs import PlannedSetOff, SetOff, SetOffCover
from billing.models.slips import Slip, SlipLine

__all__ = [
    "AgreedPart",
    "Allocation",
    "Deduction",
    "DownloadLog",
    "Export",
    "Invoice",
    "InvoiceLine",
    "InvoiceTax",
    "InvoiceTerm",
    "MissedDelivery",
    "PlannedSetOff",
    "Receipt",
    "ReceivedInvoice",
    "ReceivedUpload",
    "ReceivedWithdrawal",
    "SetOff",
    "SetOffCover",
    "Slip",
    "SlipLine",
]
