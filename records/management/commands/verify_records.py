"""Check that everything kept is as it was."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.models import Business
from records import ledger, verifying


class Command(BaseCommand):
    help = "Check the sealed ledgers, the bytes of kept documents and the seals of frozen rows. Exits 1 on a problem."
    requires_system_checks = ()  # it must answer even when something else is broken

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--business", metavar="SLUG", help="only this one")
        parser.add_argument(
            "--certificate",
            metavar="POSITION:DIGEST",
            help="what an earlier certificate or archive says of the ledger of --business",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        businesses = Business.objects.order_by("slug")
        if options["business"]:
            businesses = businesses.filter(slug=options["business"])
            if not businesses.exists():
                raise CommandError(f"There is no business {options['business']}.")
        if options["certificate"] and not options["business"]:
            raise CommandError("A certificate is that of one business: name it with --business.")
        wrong = sum(self._tell(business, options["certificate"]) for business in businesses)
        if wrong:
            raise CommandError(f"{wrong} problem(s) found.", returncode=1)
        self.stdout.write("All is as it was kept.")

    def _tell(self, business: Business, certificate: str | None) -> int:
        """Print what is wrong with a business and where its ledger stands; return how many problems there are."""
        found = list(verifying.problems(business))
        if certificate and not ledger.holds(business, _head(certificate)):
            found.append(f"Ledger: it does not contain the certificate {certificate}: it was rewritten since.")
        for problem in found:
            self.stdout.write(f"{business.slug}: {problem}")
        head = ledger.head(business)
        self.stdout.write(f"{business.slug}: ledger at {head.position}:{head.digest}")
        return len(found)


def _head(certificate: str) -> ledger.Head:
    position, _, digest = certificate.partition(":")
    if not position.isdigit():
        raise CommandError("A certificate is written POSITION:DIGEST.")
    return ledger.Head(int(position), digest)
