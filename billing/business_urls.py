"""The addresses of invoices and receipts, below `/b/<slug>/`."""

from django.urls import path

from billing.views import drafts, invoices, receipts, terms

urlpatterns = [
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/new/", drafts.invoice_new, name="invoice_new"),
    path("invoices/of-quote/<row:pk>/", drafts.invoice_final, name="invoice_final"),
    path("invoices/<row:pk>/", invoices.invoice, name="invoice"),
    path("invoices/<row:pk>/edit/", drafts.invoice_edit, name="invoice_edit"),
    path("invoices/<row:pk>/issue/", drafts.invoice_issue, name="invoice_issue"),
    path("invoices/<row:pk>/delete/", drafts.invoice_delete, name="invoice_delete"),
    path("invoices/<row:pk>/preview/", drafts.invoice_preview, name="invoice_preview"),
    path("invoices/<row:pk>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("invoices/<row:pk>/mail/", invoices.invoice_mail, name="invoice_mail"),
    path("invoices/<row:pk>/credit/", drafts.invoice_credit, name="invoice_credit"),
    path("receipts/", receipts.receipts, name="receipts"),
    path("receipts/new/", receipts.receipt_new, name="receipt_new"),
    path("receipts/<row:pk>/", receipts.receipt, name="receipt"),
    path("receipts/<row:pk>/reverse/", receipts.receipt_reverse, name="receipt_reverse"),
    path("receipts/<row:pk>/settle/", receipts.receipt_settle, name="receipt_settle"),
    path("receipts/<row:pk>/release/<row:invoice_pk>/", receipts.receipt_release, name="receipt_release"),
    path("terms/<row:pk>/", terms.term_confirm, name="term_confirm"),
    path("terms/<row:pk>/missed/<row:missed_pk>/reverse/", terms.missed_reverse, name="missed_reverse"),
]
