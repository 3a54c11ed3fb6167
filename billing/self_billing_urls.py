"""The addresses of mandates and of invoices in a partner's name, below `/b/<slug>/self-billing/`."""

from django.urls import path

from billing.views import mandates, selfbilling

urlpatterns = [
    path("", mandates.self_billing, name="self_billing"),
    path("clients/<row:pk>/mandate/", mandates.mandate_new, name="mandate_new"),
    path("mandates/<row:pk>/", mandates.mandate, name="mandate"),
    path("mandates/<row:pk>/edit/", mandates.mandate_edit, name="mandate_edit"),
    path("mandates/<row:pk>/delete/", mandates.mandate_delete, name="mandate_delete"),
    path("mandates/<row:pk>/propose/", mandates.mandate_propose, name="mandate_propose"),
    path("mandates/<row:pk>/pdf/", mandates.mandate_pdf, name="mandate_pdf"),
    path("mandates/<row:pk>/on-paper/", mandates.mandate_on_paper, name="mandate_on_paper"),
    path("mandates/<row:pk>/end/", mandates.mandate_end, name="mandate_end"),
    path("mandates/<row:pk>/links/<row:link_pk>/", mandates.mandate_link, name="mandate_link"),
    path("mandates/<row:pk>/write/", selfbilling.self_billed_new, name="self_billed_new"),
    path("invoices/<row:pk>/", selfbilling.self_billed, name="self_billed"),
    path("invoices/<row:pk>/edit/", selfbilling.self_billed_edit, name="self_billed_edit"),
    path("invoices/<row:pk>/delete/", selfbilling.self_billed_delete, name="self_billed_delete"),
    path("invoices/<row:pk>/issue/", selfbilling.self_billed_issue, name="self_billed_issue"),
    path("invoices/<row:pk>/pdf/", selfbilling.self_billed_pdf, name="self_billed_pdf"),
    path("invoices/<row:pk>/credit/", selfbilling.self_billed_credit, name="self_billed_credit"),
    path("invoices/<row:pk>/answer/", selfbilling.self_billed_answer, name="self_billed_answer"),
]
