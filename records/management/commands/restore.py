"""Put back a backup, then verify everything."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from records.backing_up import BackupError, bring_back


class Command(BaseCommand):
    help = "Put back the backup in FOLDER, such as backups/20261122T170000Z, then verify it. Stop the site first."
    requires_system_checks = ()  # the database may be empty, broken or gone

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument("--replace", action="store_true", help="lose what is in this database now")

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        try:
            problems = bring_back(folder, replace=replace)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"Restored, but {len(problems)} problem(s) found.")
        self.stdout.write("Restored. All is as it was kept.")
