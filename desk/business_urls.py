"""Addresses below `/b/<slug>/` of the pages that look at everything."""

from django.urls import include, path

from desk import views

urlpatterns = [
    path("", include("desk.member_urls")),
    path("", views.today_page, name="today"),
    path("accounting/", views.accounting, name="accounting"),
    path("accounting/exports/<row:pk>/", views.export_page, name="export"),
    path("accounting/exports/<row:pk>/archive.zip", views.export_download, name="export_download"),
]
