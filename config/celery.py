"""The Celery application. The database is the truth; the queue only says that there is something to do."""

import gc
import os
import warnings
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.core.management.base import BaseCommand, CommandError

from config.errands import ERRANDS
from config.filesystem_queue import register

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
register()
# The danger it warns of is that of pickled messages: ours are JSON.
warnings.filterwarnings("ignore", message="You're running the worker with superuser")

app: "Celery[Any]" = Celery("courgette")
app.config_from_object("config.settings:CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_unsafe_settings(**kwargs: Any) -> None:
    """Stop a worker that would run with settings unfit for production: see checks.py."""
    try:
        BaseCommand().check()
    except CommandError as error:
        raise SystemExit(str(error)) from error


@worker_init.connect
def share_memory_with_children(**kwargs: Any) -> None:
    """Load what errands need before the children are born, and keep the collector's hands off those pages."""
    for path in ERRANDS.values():
        import_module(path.rpartition(".")[0])
    gc.collect()
    gc.freeze()
