"""What is done once before each start: see the Procfile."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config.translations import compile_all


class Command(BaseCommand):
    help = "Compile translations, migrate, make the cache's table, gather static files, and check that it may start."
    requires_system_checks = ()  # made at the end, when the tables are there

    def handle(self, *args: Any, **options: Any) -> None:
        compile_all(settings.LOCALE_PATHS[0])
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        call_command("createcachetable", verbosity=0)
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        self.check(databases=["default"])
