"""The addresses of what follows an accepted quote besides its final invoice, of replacements, and of agreed parts."""

from django.urls import path

from billing.views import deals, parts

urlpatterns = [
    path("invoices/of-quote/<row:pk>/deposit/", deals.quote_deposit, name="quote_deposit"),
    path("invoices/of-quote/<row:pk>/progress/", deals.quote_progress, name="quote_progress"),
    path("invoices/<row:pk>/replace/", deals.invoice_replace, name="invoice_replace"),
    path("terms/<row:pk>/months/<int:year>-<int:month>/", deals.month_in_kind, name="month_in_kind"),
    path("parts/<row:pk>/received/", parts.part_received, name="part_received"),
    path("parts/<row:pk>/in-euros/", parts.part_in_euros, name="part_in_euros"),
    path("parts/<row:pk>/in-euros/<row:shortfall_pk>/undo/", parts.part_in_euros_undo, name="part_in_euros_undo"),
]
