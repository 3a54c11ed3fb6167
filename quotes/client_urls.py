"""The addresses that a client's link opens, below `/d/<token>/`: public, without a login."""

from django.urls import path

from quotes.views import client

urlpatterns = [
    path("", client.client_page, name="client_page"),
    path("accept/", client.client_accept, name="client_accept"),
    path("refuse/", client.client_refuse, name="client_refuse"),
    path("ask/", client.client_ask, name="client_ask"),
    path("pdf/", client.client_pdf, name="client_pdf"),
]
