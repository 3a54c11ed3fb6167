"""What is wrong with this installation, in words."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.health import symptoms
from records.health import complaints


class Command(BaseCommand):
    help = "Say what is wrong: settings, triggers, database, storage, the clock, late errands, mail."
    requires_system_checks = ()  # they are what this command is about

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(databases=["default"])
        wrong = symptoms() or list(complaints())
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write("All is well.")
