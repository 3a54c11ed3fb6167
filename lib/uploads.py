"""A file from outside is measured while it comes: what is too large is kept neither in memory nor on disk."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponseBase


class Measured(FileUploadHandler):
    """Stops a file that grows past `most` bytes; the rest of the form that came before it stays readable."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most = most

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start + len(raw_data) > self.most:
            assert self.request is not None
            self.request.META[TOO_LARGE] = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


TOO_LARGE = "courgette.upload_too_large"


def at_most(size: int) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Measure the files of a view's form. Nothing may have read the form before: the view is `csrf_exempt` outside and
    `csrf_protect` inside this decorator."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def measured(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.upload_handlers.insert(0, Measured(request, size))
            return view(request, *args, **kwargs)

        return measured

    return decorate


def was_too_large(request: HttpRequest) -> bool:
    return bool(request.META.get(TOO_LARGE))
