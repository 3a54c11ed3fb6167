"""Which rows of this app never change."""

from lib.freezing import freeze

ISSUED = "{row}.issued_at IS NOT NULL"

freeze("billing_invoice", when=ISSUED)
freeze("billing_invoiceline", child_of=("invoice_id", "billing_invoice"))
freeze("billing_invoicetax", child_of=("invoice_id", "billing_invoice"))
freeze("billing_deduction", child_of=("invoice_id", "billing_invoice"))
freeze("billing_invoiceterm", child_of=("invoice_id", "billing_invoice"))
freeze("billing_agreedpart", child_of=("invoice_id", "billing_invoice"))
freeze("billing_receipt")
freeze("billing_allocation")
freeze("billing_misseddelivery")
freeze("billing_downloadlog")
freeze("billing_receivedinvoice")
freeze("billing_receivedwithdrawal")
freeze("billing_setoff")
freeze("billing_setoffcover")
freeze("billing_plannedsetoff", child_of=("invoice_id", "billing_invoice"))
freeze("billing_slip")
freeze("billing_slipline")
freeze("billing_mandate", when="{row}.proposed_at IS NOT NULL")
freeze("billing_mandateacceptance")
freeze("billing_mandateend")
freeze("billing_selfbilledinvoice", when=ISSUED)
freeze("billing_selfbilledline", child_of=("invoice_id", "billing_selfbilledinvoice"))
freeze("billing_selfbilledtax", child_of=("invoice_id", "billing_selfbilledinvoice"))
freeze("billing_selfbilledreceipt", child_of=("invoice_id", "billing_selfbilledinvoice"))
freeze("billing_selfbilledanswer")
freeze("billing_shortfall")
