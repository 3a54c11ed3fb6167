"""The Celery application. The database is the truth; the queue only says that there is something to do."""

import os
from typing import Any

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["courgette"] = "config.filesystem_queue:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app: "Celery[Any]" = Celery("courgette")
app.config_from_object("config.settings:CELERY")
app.autodiscover_tasks()
