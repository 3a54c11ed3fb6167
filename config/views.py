"""The few pages that belong to no app."""

import logging

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from config.health import findings

logger = logging.getLogger(__name__)


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503 with the parts that are unwell; why is in the log, and told by doctor."""
    found = findings()
    for part, sentence in found:
        logger.warning("%s is unwell: %s", part, sentence)
    wrong = list(dict.fromkeys(part for part, _sentence in found))
    return JsonResponse({"well": not wrong, "wrong": wrong}, status=503 if wrong else 200)
