"""The addresses that a partner's link opens, below `/m/<token>/`: public, without a login."""

from django.urls import path

from billing.views import partner

urlpatterns = [
    path("", partner.partner_mandate, name="partner_mandate"),
    path("accept/", partner.partner_accept, name="partner_accept"),
    path("end/", partner.partner_end, name="partner_end"),
    path("pdf/", partner.partner_mandate_pdf, name="partner_mandate_pdf"),
    path("invoices/<row:pk>/", partner.partner_invoice, name="partner_invoice"),
    path("invoices/<row:pk>/approve/", partner.partner_approve, name="partner_approve"),
    path("invoices/<row:pk>/contest/", partner.partner_contest, name="partner_contest"),
    path("invoices/<row:pk>/pdf/", partner.partner_invoice_pdf, name="partner_invoice_pdf"),
]
