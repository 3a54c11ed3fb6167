"""Every address of the site. What stands above `/b/<slug>/` may be open to people without a login: see each view."""

from django.urls import include, path, register_converter

from config import source, views
from lib.addresses import RowConverter

register_converter(RowConverter, "row")  # before the addresses below are read

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("source/", source.archive, name="source"),
    path("accounts/", include("allauth.urls")),
    path("", include("people.urls")),
    path("b/<slug:slug>/", include("people.business_urls")),
    path("b/<slug:slug>/", include("records.business_urls")),
    path("b/<slug:slug>/", include("quotes.business_urls")),
    path("b/<slug:slug>/", include("billing.business_urls")),
    path("b/<slug:slug>/", include("desk.business_urls")),
    path("d/<str:token>/", include("quotes.client_urls")),
    path("m/<str:token>/", include("billing.partner_urls")),
]
