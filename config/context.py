"""What every template knows about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site's facts; `business` and `membership` are there on pages that came through a business's door."""
    business = getattr(request, "business", None)
    return {
        "source_url": settings.SOURCE_URL,
        "site_url": settings.SITE_URL,
        "languages": settings.LANGUAGES,
        "signup_open": settings.SIGNUP_OPEN,
        "business": business,
        "membership": getattr(request, "membership", None),
        "is_demonstration": bool(business and business.is_demonstration),
    }
