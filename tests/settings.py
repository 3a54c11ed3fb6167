"""The site's own settings, in a folder that is thrown away, with what makes a test quick."""

import atexit
import os
import shutil
from pathlib import Path

# Set before the site's settings are read: each test process has its own database, documents, queue and keys.
COMMON = Path(os.environ.get("COURGETTE_VAR") or Path(__file__).parent.parent / "var").resolve() / "tests"
for forgotten in COMMON.glob("[0-9]*"):
    if not Path("/proc", forgotten.name).exists():
        shutil.rmtree(forgotten, ignore_errors=True)  # of a run that was killed
VAR = COMMON / str(os.getpid())
VAR.mkdir(parents=True, exist_ok=True)
for name in ("secret-key", "link-key"):  # the same in every process of a run
    (VAR / name).write_text(f"the {name} of the tests, which is good for nothing else")
os.environ["COURGETTE_VAR"] = str(VAR)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"  # Playwright keeps an event loop in the thread of the test
for name in ("SITE_URL", "COURGETTE_PRODUCTION", "DEBUG", "EMAIL_URL", "SIGNUP_OPEN", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)

if (queue := os.environ.get("REDIS_URL")) and (worker := os.environ.get("PYTEST_XDIST_WORKER")):
    os.environ["REDIS_URL"] = f"{queue.removesuffix('/0')}/{worker.removeprefix('gw')}"  # a queue of its own

from config.settings import *  # noqa: E402, F403
from config.translations import compile_all  # noqa: E402

compile_all(LOCALE_PATHS[0])  # noqa: F405  (Django keeps the first catalogue that it reads: before it reads any)

atexit.register(shutil.rmtree, VAR, ignore_errors=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
