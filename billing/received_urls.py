"""The addresses of received invoices, set-offs and delivery slips, below `/b/<slug>/`."""

from django.urls import path

from billing.views import received, set_offs, slips

urlpatterns = [
    path("received-invoices/", received.received_invoices, name="received_invoices"),
    path("received-invoices/new/", received.received_new, name="received_new"),
    path("received-invoices/confirm/", received.received_confirm, name="received_confirm"),
    path("received-invoices/<row:pk>/", received.received_invoice, name="received_invoice"),
    path("received-invoices/<row:pk>/file/", received.received_file, name="received_file"),
    path("received-invoices/<row:pk>/withdraw/", received.received_withdraw, name="received_withdraw"),
    path("received-invoices/<row:pk>/set-off/<row:invoice_pk>/", set_offs.set_off_new, name="set_off_new"),
    path("invoices/<row:pk>/announce/", set_offs.set_off_announce, name="set_off_announce"),
    path("set-offs/<row:pk>/", set_offs.set_off, name="set_off"),
    path("set-offs/<row:pk>/pdf/", set_offs.set_off_pdf, name="set_off_pdf"),
    path("set-offs/<row:pk>/mail/", set_offs.set_off_mail, name="set_off_mail"),
    path("set-offs/<row:pk>/undo/", set_offs.set_off_undo, name="set_off_undo"),
    path("slips/", slips.slip_list, name="slips"),
    path("slips/new/", slips.slip_new, name="slip_new"),
    path("slips/<row:pk>/", slips.slip, name="slip"),
    path("slips/<row:pk>/pdf/", slips.slip_pdf, name="slip_pdf"),
    path("slips/<row:pk>/mail/", slips.slip_mail, name="slip_mail"),
]
