"""What is owed and received: invoices, receipts, how receipts settle invoices, and what the accountant takes."""

from billing.models.batches import BatchedInvoice, IssueBatch
from billing.models.exports import DownloadLog, Export
from billing.models.invoices import AgreedPart, Deduction, Invoice, InvoiceLine, InvoiceTax, InvoiceTerm
from billing.models.mandates import Mandate, MandateAcceptance, MandateEnd, MandateLink
from billing.models.receipts import CAME, Allocation, MissedDelivery, Receipt
from billing.models.received import ReceivedInvoice, ReceivedUpload, ReceivedWithdrawal
from billing.models.recurrences import Occurrence, Recurrence
from billing.models.reminders import Reminder, ReminderHours, ReminderOutcome
from billing.models.requests import PaymentRequest
from billing.models.selfbilling import (
    SelfBilledAnswer,
    SelfBilledInvoice,
    SelfBilledLine,
    SelfBilledReceipt,
    SelfBilledTax,
)
from billing.models.setoffs import PlannedSetOff, SetOff, SetOffCover
from billing.models.shortfalls import Shortfall
from billing.models.slips import Slip, SlipLine

__all__ = [
    "CAME",
    "AgreedPart",
    "Allocation",
    "BatchedInvoice",
    "Deduction",
    "DownloadLog",
    "Export",
    "Invoice",
    "InvoiceLine",
    "InvoiceTax",
    "InvoiceTerm",
    "IssueBatch",
    "Mandate",
    "MandateAcceptance",
    "MandateEnd",
    "MandateLink",
    "MissedDelivery",
    "Occurrence",
    "PaymentRequest",
    "PlannedSetOff",
    "Receipt",
    "ReceivedInvoice",
    "ReceivedUpload",
    "ReceivedWithdrawal",
    "Recurrence",
    "Reminder",
    "ReminderHours",
    "ReminderOutcome",
    "SelfBilledAnswer",
    "SelfBilledInvoice",
    "SelfBilledLine",
    "SelfBilledReceipt",
    "SelfBilledTax",
    "SetOff",
    "SetOffCover",
    "Shortfall",
    "Slip",
    "SlipLine",
]
