"""The clock: every so often it puts one message in the queue, which wakes the sweep. It knows nothing else.

It loads neither the apps nor the database, so that it weighs a third of a worker. All it has to say is a task's name.
"""

import logging.config
from typing import Any

from celery import Celery
from celery.signals import beat_init

from config import settings
from config.filesystem_queue import register

register()
logging.config.dictConfig(settings.LOGGING)

app: "Celery[Any]" = Celery("clock", fixups=[], set_as_current=False)
app.config_from_object("config.settings:CELERY")


@beat_init.connect
def tick_at_once(**_said: Any) -> None:
    """Sweep when the clock starts: what became due while everything was stopped does not wait for the first tick."""
    app.send_task("records.tasks.sweep")
