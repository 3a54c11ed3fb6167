"""The addresses of offers and quotes, below `/b/<slug>/`."""

from django.urls import path

from quotes.views import editor, offers, quotes, sending

urlpatterns = [
    path("offers/", offers.offers, name="offers"),
    path("offers/new/", offers.offer_new, name="offer_new"),
    path("offers/<row:pk>/", offers.offer, name="offer"),
    path("offers/<row:pk>/edit/", offers.offer_edit, name="offer_edit"),
    path("offers/<row:pk>/duplicate/", offers.offer_duplicate, name="offer_duplicate"),
    path("offers/<row:pk>/archive/", offers.offer_archive, name="offer_archive"),
    path("quotes/", quotes.quotes, name="quotes"),
    path("quotes/new/", quotes.quote_new, name="quote_new"),
    path("quotes/<row:pk>/", quotes.quote, name="quote"),
    path("quotes/<row:pk>/edit/", editor.quote_edit, name="quote_edit"),
    path("quotes/<row:pk>/preview/", sending.quote_preview, name="quote_preview"),
    path("quotes/<row:pk>/pdf/", sending.quote_pdf, name="quote_pdf"),
    path("quotes/<row:pk>/send/", sending.quote_send, name="quote_send"),
    path("quotes/<row:pk>/new-version/", quotes.quote_new_version, name="quote_new_version"),
    path("quotes/<row:pk>/duplicate/", quotes.quote_duplicate, name="quote_duplicate"),
    path("quotes/<row:pk>/discard/", quotes.quote_discard, name="quote_discard"),
    path("quotes/<row:pk>/scan/", sending.quote_scan, name="quote_scan"),
    path("quotes/<row:pk>/withdraw/", quotes.quote_withdraw, name="quote_withdraw"),
    path("quotes/<row:pk>/answer/", quotes.quote_answer, name="quote_answer"),
    path("quotes/<row:pk>/accepted/", quotes.quote_accepted, name="quote_accepted"),
    path("quotes/<row:pk>/links/<row:link_pk>/", quotes.quote_link, name="quote_link"),
]
