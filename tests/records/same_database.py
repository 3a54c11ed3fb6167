"""Settings of a real worker that a test starts: the test's own database, folder, keys and queue."""

import os

from config.settings import *  # noqa: F403
from config.settings import CELERY, DATABASES

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
ERRANDS = "tests.records.same_database.TABLE"
ERRAND_LEASE_SECONDS = int(os.environ.get("TEST_LEASE", "180"))
CELERY["worker_prefetch_multiplier"] = 1

TABLE = {
    "send_mail": "records.mails.send_mail",
    "make_document": "tests.records.slow_work.make_document",
}
