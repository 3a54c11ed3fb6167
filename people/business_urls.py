"""Pages below /b/<slug>/: clients, contacts, settings."""

from django.urls import path

from people import views_business, views_clients

urlpatterns = [
    path("clients/", views_clients.clients, name="clients"),
    path("clients/new/", views_clients.new_client, name="new_client"),
    path("clients/<row:pk>/", views_clients.client, name="client"),
    path("clients/<row:pk>/change/", views_clients.change_of_client, name="change_client"),
    path("clients/<row:pk>/put-away/", views_clients.put_client_away, name="put_client_away"),
    path("clients/<row:pk>/contacts/new/", views_clients.contact, name="new_contact"),
    path("clients/<row:pk>/contacts/<row:contact_pk>/", views_clients.contact, name="contact"),
    path("clients/<row:pk>/contacts/<row:contact_pk>/remove/", views_clients.contact_removed, name="remove_contact"),
    path("settings/", views_business.settings, name="settings"),
    path("settings/<slug:section>/", views_business.settings, name="settings_section"),
    path("logo.png", views_business.logo, name="logo"),
]
