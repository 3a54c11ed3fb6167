"""The Celery application. The database is the truth; the queue only says that there is something to do."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.core.management import CommandError, call_command
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["courgette"] = "config.filesystem_queue:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app: "Celery[Any]" = Celery("courgette")
app.config_from_object("config.settings:CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_unsafe_settings(**kwargs: Any) -> None:
    """Stop a worker that would run with settings unfit for production: see checks.py."""
    try:
        call_command("check")
    except CommandError as error:
        raise SystemExit(str(error)) from error
