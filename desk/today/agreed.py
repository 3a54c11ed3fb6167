"""What quotes ask for: answers, a final invoice, a reminder before they lapse, an end to the writing."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from billing.models import Invoice
from billing.roles import CLOSING, PROGRESS, role_is
from desk.today.todo import MANY, Todo, short_day
from people.access import activities_of
from people.models import Membership
from quotes.models import Acceptance, Question, QuoteVersion, Refusal, Visit

SOON = timedelta(days=5)


def questions(membership: Membership, on: date) -> Iterator[Todo]:
    asked = Question.objects.filter(link__quote__activity__in=activities_of(membership), answered_at=None)
    for question in asked.select_related("link__contact", "link__quote__business")[:MANY]:
        yield Todo(
            _("%(name)s asks about quote %(number)s: “%(text)s”")
            % {"name": question.link.contact.name, "number": question.link.quote.number, "text": question.text[:80]},
            question.link.quote.get_absolute_url(), _("Answer"), "bad",
        )  # fmt: skip


def to_finish(membership: Membership, on: date) -> Iterator[Todo]:
    final = Invoice.objects.filter(role_is(*CLOSING, PROGRESS), acceptance=OuterRef("pk"))
    accepted = Acceptance.objects.filter(~Exists(final), quote__activity__in=activities_of(membership))
    for acceptance in accepted.select_related("quote__client", "quote__business")[:MANY]:
        yield Todo(
            _("Quote %(number)s of %(client)s is accepted: once the work is done, prepare its final invoice.")
            % {"number": acceptance.quote.number, "client": acceptance.quote.client.name},
            acceptance.quote.get_absolute_url(), _("See the quote"), "good",
        )  # fmt: skip


def open_versions(membership: Membership, on: date) -> Any:
    """Return the sent versions that can still be answered on a day, each with whether a person has opened it."""
    later = QuoteVersion.objects.filter(quote=OuterRef("quote"), version__gt=OuterRef("version"), sent_at__isnull=False)
    return (
        QuoteVersion.objects.filter(
            ~Exists(later),
            ~Exists(Acceptance.objects.filter(quote=OuterRef("quote"))),
            ~Exists(Refusal.objects.filter(version=OuterRef("pk"))),
            sent_at__isnull=False,
            valid_until__gte=on,
            quote__withdrawn_at=None,
            quote__activity__in=activities_of(membership),
        )
        .annotate(is_opened=Exists(Visit.objects.filter(link__quote=OuterRef("quote"), probably_automatic=False)))
        .select_related("quote__client", "quote__business")
    )


def expiring(membership: Membership, on: date) -> Iterator[Todo]:
    for version in open_versions(membership, on).filter(valid_until__lte=on + SOON)[:MANY]:
        said = _("It was opened.") if version.is_opened else _("Nobody has opened it yet.")
        yield Todo(
            _("Quote %(number)s for %(client)s can be accepted until %(day)s. %(said)s")
            % {
                "number": version.number,
                "client": version.quote.client.name,
                "day": short_day(version.valid_until),
                "said": said,
            },
            version.quote.get_absolute_url(), _("See the quote"),
        )  # fmt: skip


def unsent(membership: Membership, on: date) -> Iterator[Todo]:
    drafts = QuoteVersion.objects.filter(
        sent_at=None, quote__withdrawn_at=None, quote__activity__in=activities_of(membership)
    )
    for version in drafts.select_related("quote__client", "quote__business").order_by("-saved_at")[:5]:
        yield Todo(
            _("The quote “%(title)s” for %(client)s is a draft.")
            % {"title": version.title, "client": version.quote.client.name},
            version.quote.get_absolute_url(), _("Go on writing"),
        )  # fmt: skip
