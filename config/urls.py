"""Every address of the site. What stands above `/b/<slug>/` may be open to people without a login: see each view."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from config import source, views

APPS = ["people", "records", "quotes", "billing", "desk"]


def pages(name: str) -> list[URLPattern | URLResolver]:
    """Return the pages of one `urls` module, if it is there yet."""
    try:
        return [path("", include(name))] if find_spec(name) else []
    except ImportError:
        return []


urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("source/", source.archive, name="source"),
    path("accounts/", include("allauth.urls")),
    path("", include("people.urls")),
    path("b/<slug:slug>/", include([page for app in APPS for page in pages(f"{app}.business_urls")])),
    path("d/<str:token>/", include(pages("quotes.client_urls"))),
]
