"""The addresses of invoices and receipts, below `/b/<slug>/`."""

from django.urls import path

from billing.views import drafts, invoices, receipts, terms

urlpatterns = [
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/new/", drafts.invoice_new, name="invoice_new"),
    path("invoices/of-quote/<int:pk>/", drafts.invoice_final, name="invoice_final"),
    path("invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path("invoices/<int:pk>/edit/", drafts.invoice_edit, name="invoice_edit"),
    path("invoices/<int:pk>/issue/", drafts.invoice_issue, name="invoice_issue"),
    path("invoices/<int:pk>/delete/", drafts.invoice_delete, name="invoice_delete"),
    path("invoices/<int:pk>/preview/", drafts.invoice_preview, name="invoice_preview"),
    path("invoices/<int:pk>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("invoices/<int:pk>/mail/", invoices.invoice_mail, name="invoice_mail"),
    path("invoices/<int:pk>/credit/", drafts.invoice_credit, name="invoice_credit"),
    path("receipts/", receipts.receipts, name="receipts"),
    path("receipts/new/", receipts.receipt_new, name="receipt_new"),
    path("receipts/<int:pk>/", receipts.receipt, name="receipt"),
    path("receipts/<int:pk>/reverse/", receipts.receipt_reverse, name="receipt_reverse"),
    path("receipts/<int:pk>/settle/", receipts.receipt_settle, name="receipt_settle"),
    path("receipts/<int:pk>/release/<int:invoice_pk>/", receipts.receipt_release, name="receipt_release"),
    path("terms/<int:pk>/", terms.term_confirm, name="term_confirm"),
]
