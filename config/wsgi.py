"""What gunicorn serves. In production it refuses to start on unsafe settings."""

import os

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
if settings.PRODUCTION:
    call_command("check")
