"""What gunicorn serves. In production it refuses to start on unsafe settings."""

import gc
import os

from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
if settings.PRODUCTION:
    BaseCommand().check()

# Load every page before the workers are born, so that they share its memory with their parent.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
