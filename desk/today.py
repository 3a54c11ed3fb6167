"""What to do next, in sentences: each comes from rows, says where to click, and goes away when it is done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing.balances import with_balances
from billing.expecting import unanswered
from billing.models import Invoice, MissedDelivery, Receipt
from lib.days import day_written
from lib.money import cents, euros, written
from people.access import activities_of
from people.models import Membership
from quotes.models import Acceptance, Kind, Question, QuoteVersion, Refusal, RemunerationTerm, Visit
from records import errands, mails
from records.models import Errand, Mail

SOON = timedelta(days=5)
MANY = 20  # of one sort; the rest is in the lists


@dataclass(frozen=True)
class Todo:
    """One thing to do: a sentence, where, the words of the button, and how pressing (bad, wait or good)."""

    sentence: str
    url: str
    action: str
    tone: str = "wait"


def todos(membership: Membership, on: date) -> list[Todo]:
    """Return what a member has to do today, the most pressing first."""
    finders: list[Callable[[Membership, date], Iterator[Todo]]] = [
        _failures, _questions, _drafts, _to_confirm, _overdue, _to_finish, _expiring, _unsent,
    ]  # fmt: skip
    found = [todo for find in finders for todo in find(membership, on)]
    return sorted(found, key=lambda todo: todo.tone != "bad")


def _failures(membership: Membership, on: date) -> Iterator[Todo]:
    slug = membership.business.slug
    for errand in errands.visible_to(membership, Errand.objects.filter(failed_at__isnull=False))[:MANY]:
        yield Todo(
            _("Something that was promised could not be done (%(what)s).") % {"what": errand.what},
            reverse("errands", args=[slug]), _("See why"), "bad",
        )  # fmt: skip
    stuck = Q(state=Mail.State.PERHAPS) | Q(state=Mail.State.FAILED)
    for mail in mails.visible_to(membership).filter(stuck)[:MANY]:
        said = _("was perhaps sent") if mail.state == Mail.State.PERHAPS else _("could not be sent")
        yield Todo(
            _("The mail to %(to)s %(said)s.") % {"to": mail.to, "said": said},
            reverse("mail", args=[slug, mail.pk]), _("Look and send again"), "bad",
        )  # fmt: skip


def _questions(membership: Membership, on: date) -> Iterator[Todo]:
    asked = Question.objects.filter(link__quote__activity__in=activities_of(membership), answered_at=None)
    for question in asked.select_related("link__contact", "link__quote__business")[:MANY]:
        yield Todo(
            _("%(name)s asks about quote %(number)s: “%(text)s”")
            % {"name": question.link.contact.name, "number": question.link.quote.number, "text": question.text[:80]},
            question.link.quote.get_absolute_url(), _("Answer"), "bad",
        )  # fmt: skip


def _drafts(membership: Membership, on: date) -> Iterator[Todo]:
    drafts = Invoice.objects.filter(activity__in=activities_of(membership), issued_at=None)
    for invoice in drafts.select_related("client", "business")[:MANY]:
        what = str(invoice.get_type_display())
        yield Todo(
            _("A %(what)s for %(client)s is ready to be read and issued.")
            % {"what": what, "client": invoice.client.name},
            invoice.get_absolute_url(), _("Read it"),
        )  # fmt: skip


def _to_confirm(membership: Membership, on: date) -> Iterator[Todo]:
    for term, days in unconfirmed(membership, on):
        quote = term.version.quote
        count = len(days)
        what = term.label or str(term.get_kind_display())
        yield Todo(
            ngettext(
                "%(client)s: one hand-over of “%(what)s” is to be confirmed.",
                "%(client)s: %(count)d hand-overs of “%(what)s” are to be confirmed.",
                count,
            )
            % {"client": quote.client.name, "count": count, "what": what},
            reverse("term_confirm", args=[quote.business.slug, term.pk]), _("Say what came"),
        )  # fmt: skip


def unconfirmed(membership: Membership, on: date) -> list[tuple[RemunerationTerm, list[date]]]:
    """Return the accepted terms in kind with planned days, up to today, on which nothing was said to come or miss."""
    terms = (
        RemunerationTerm.objects.filter(
            ~Q(kind=Kind.MONEY),
            version__acceptance__isnull=False,
            version__quote__activity__in=activities_of(membership),
            first_on__lte=on,
        )
        .select_related("version__quote__client", "version__quote__business")
        .prefetch_related("receipts__reversed_by", "missed__reversed_by")
    )
    found = [(term, unanswered(term, on)) for term in terms]
    return [(term, days) for term, days in found if days]


def _overdue(membership: Membership, on: date) -> Iterator[Todo]:
    invoices: Any = with_balances(Invoice.objects.filter(activity__in=activities_of(membership), due_on__lt=on), on)
    for invoice in invoices.filter(is_overdue=True).select_related("client", "business")[:MANY]:
        left = written(euros(cents(invoice.euros_left)), get_language() or "fr")
        yield Todo(
            _("Invoice %(number)s of %(client)s was due on %(day)s: %(left)s are left to pay.")
            % {"number": invoice.number, "client": invoice.client.name, "day": _day(invoice.due_on), "left": left},
            invoice.get_absolute_url(), _("See the invoice"), "bad",
        )  # fmt: skip


def _to_finish(membership: Membership, on: date) -> Iterator[Todo]:
    final = Invoice.objects.filter(acceptance=OuterRef("pk"), type__in=["FINAL", "STANDARD"])
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


def _expiring(membership: Membership, on: date) -> Iterator[Todo]:
    for version in open_versions(membership, on).filter(valid_until__lte=on + SOON)[:MANY]:
        said = _("It was opened.") if version.is_opened else _("Nobody has opened it yet.")
        yield Todo(
            _("Quote %(number)s for %(client)s can be accepted until %(day)s. %(said)s")
            % {
                "number": version.number,
                "client": version.quote.client.name,
                "day": _day(version.valid_until),
                "said": said,
            },
            version.quote.get_absolute_url(), _("See the quote"),
        )  # fmt: skip


def _unsent(membership: Membership, on: date) -> Iterator[Todo]:
    drafts = QuoteVersion.objects.filter(
        sent_at=None, quote__withdrawn_at=None, quote__activity__in=activities_of(membership)
    )
    for version in drafts.select_related("quote__client", "quote__business").order_by("-saved_at")[:5]:
        yield Todo(
            _("The quote “%(title)s” for %(client)s is a draft.")
            % {"title": version.title, "client": version.quote.client.name},
            version.quote.get_absolute_url(), _("Go on writing"),
        )  # fmt: skip


def is_new(membership: Membership) -> bool:
    """Say whether nothing was ever sent, issued or received: then the page teaches instead."""
    activities = activities_of(membership)
    return not (
        QuoteVersion.objects.filter(quote__activity__in=activities).exists()
        or Invoice.objects.filter(activity__in=activities).exists()
        or Receipt.objects.filter(activity__in=activities).exists()
        or MissedDelivery.objects.filter(term__version__quote__activity__in=activities).exists()
    )


def _day(day: date | None) -> str:
    return day_written(day, "j F") if day else ""
