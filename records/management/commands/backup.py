"""Save the database, then the documents."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib import clock
from records.backing_up import BackupError, back_up


class Command(BaseCommand):
    help = "Save the database, then the documents, in a new folder below FOLDER. Work may go on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            made = back_up(folder, at=clock.now())
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Saved in {made}. Keep it safe: it holds people's data and, maybe, the key of their links.")
