"""Load the demonstration, and say how to enter it."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from desk.demo.cast import COMPTA, LOU, NOUR, PASSWORD
from desk.demo.performance import perform
from lib import clock, links
from people.models import Business, User
from quotes.models import QuoteLink


class Command(BaseCommand):
    help = "Load the demonstration into an empty database, relative to a day; print its logins and a client's link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", type=date.fromisoformat, help="the day it is played on (YYYY-MM-DD); today if not given"
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing when somebody is there already")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration never runs with production settings.")
        if not User.objects.exists():
            self.stderr.write("Loading the demonstration: half a year of quotes, baskets and invoices…")
            perform(options["on"] or clock.today(settings.TIME_ZONE))
        elif not options["if_empty"]:
            raise CommandError("The database is not empty: the demonstration was not loaded.")
        if Business.objects.filter(is_demonstration=True).exists():
            self._welcome()

    def _welcome(self) -> None:
        self.stdout.write(f"\n  {settings.SITE_URL}\n")
        for email, who in ((LOU, "freelancer"), (NOUR, "company with VAT"), (COMPTA, "accountant of both")):
            self.stdout.write(f"    {email:<20} {PASSWORD:<16} {who}")
        link = _open_link()
        if link:
            address = reverse("client_page", args=[links.make(link.pk, link.generation)])
            self.stdout.write(f"    a client's link      {settings.SITE_URL}{address}\n")


def _open_link() -> QuoteLink | None:
    """Return the link of a quote that can still be accepted by a click."""
    waiting = QuoteLink.objects.filter(quote__acceptance=None, revoked_at=None, quote__business__is_demonstration=True)
    return (
        waiting.filter(quote__versions__sent_at__isnull=False, quote__versions__refusal=None)
        .exclude(quote__client__kind="PERSON")
        .order_by("-quote__versions__valid_until")
        .first()
    )
