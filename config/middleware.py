"""What happens around every request."""

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from config.logs import request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]
QUIET = ("/static/", "/healthz")

logger = logging.getLogger("courgette.requests")


class RequestLog:
    """Give each request an id, which its log lines and its answer carry, and log one line when it is answered."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        given = request_id.set(uuid.uuid4().hex[:12])
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            if not request.path.startswith(QUIET):
                spent = round((time.monotonic() - started) * 1000)
                logger.info("%s %s %s %s ms", request.method, request.path, response.status_code, spent)
            return response
        finally:
            request_id.reset(given)


class ContentSecurityPolicy:
    """Send the policy with every answer. It has no exception: a page that needs one is a page to rewrite."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Content-Security-Policy"] = settings.CONTENT_SECURITY_POLICY
        return response
