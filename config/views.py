"""The few pages that belong to no app."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from config.health import symptoms


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503 with what is wrong in words."""
    wrong = symptoms()
    return JsonResponse({"well": not wrong, "wrong": wrong}, status=503 if wrong else 200)
