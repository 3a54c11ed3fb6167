"""Where a quote stands: told by its rows and the day, never stored. Annotations, so that a list stays one query."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from quotes.models import Acceptance, Question, Quote, QuoteVersion, Refusal, Visit

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class State(TextChoices):
    DRAFT = "draft", _("draft")
    SENT = "sent", _("sent")
    OPENED = "opened", _("opened")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    EXPIRED = "expired", _("expired")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REPLACED = "replaced", _("replaced")  # of one version, when a later one was sent


class Shown(TypedDict):
    """What `with_state` adds to a quote. `total` is a bare number of euros."""

    version_id: int
    title: str
    total: Decimal
    valid_until: date | None
    sent_at: datetime | None
    sent_on: date | None
    has_draft: bool
    waiting_questions: bool
    state: str


AWAITED = (State.SENT, State.OPENED)  # the client may still answer


def with_state(quotes: QuerySet[Quote], on: date) -> "QuerySet[WithAnnotations[Quote, Shown]]":
    """Return quotes with what lists show: `state`, and of the version that counts `title`, `total`, `valid_until`,
    `sent_on`, `version_id`; `has_draft` when another version is being written; `waiting_questions`.

    The version that counts is the last sent one, else the draft. `on` is today, where the business is.
    """
    versions = QuoteVersion.objects.filter(quote=OuterRef("pk"))
    counting = versions.order_by(F("sent_at").desc(nulls_last=True), "-version")
    return quotes.annotate(
        version_id=Subquery(counting.values("pk")[:1]),
        title=Subquery(counting.values("title")[:1]),
        total=Subquery(counting.values("total")[:1]),
        valid_until=Subquery(counting.values("valid_until")[:1]),
        sent_at=Subquery(counting.values("sent_at")[:1]),
        sent_on=Subquery(counting.values("sent_on")[:1]),
        has_draft=Exists(versions.filter(sent_at=None)),
        waiting_questions=Exists(Question.objects.filter(version__quote=OuterRef("pk"), answered_at=None)),
    ).annotate(state=_state(on))


def _state(on: date) -> Case:
    return Case(
        When(Exists(Acceptance.objects.filter(quote=OuterRef("pk"))), then=Value(State.ACCEPTED.value)),
        When(withdrawn_at__isnull=False, then=Value(State.WITHDRAWN.value)),
        When(sent_at=None, then=Value(State.DRAFT.value)),
        When(Exists(Refusal.objects.filter(version=OuterRef("version_id"))), then=Value(State.REFUSED.value)),
        When(valid_until__lt=on, then=Value(State.EXPIRED.value)),
        When(Exists(_opened(OuterRef("pk"), OuterRef("sent_at"))), then=Value(State.OPENED.value)),
        default=Value(State.SENT.value),
        output_field=CharField(),
    )


def _opened(quote: OuterRef, since: OuterRef | datetime | None) -> QuerySet[Visit]:
    """Return the visits by people, as far as can be told, since a moment."""
    return Visit.objects.filter(link__quote=quote, at__gte=since, probably_automatic=False)


def state_of(quote: Quote, on: date) -> State:
    """Return where one quote stands on a day."""
    return State(with_state(Quote.objects.filter(pk=quote.pk), on).values_list("state", flat=True).get())


def state_of_version(version: QuoteVersion, on: date) -> State:
    """Return where one version stands: replaced as soon as a later one was sent."""
    if version.sent_at is None:
        return State.DRAFT
    accepted = Acceptance.objects.filter(quote=version.quote_id).values_list("version", flat=True).first()
    if accepted == version.pk:
        return State.ACCEPTED
    if accepted is not None or latest_sent(version.quote) != version:
        return State.REPLACED
    return state_of(version.quote, on)


def latest_sent(quote: Quote) -> QuoteVersion | None:
    """Return the version that can be answered: the last one sent."""
    return quote.versions.filter(sent_at__isnull=False).order_by("-version").first()


def awaiting_answer(quotes: QuerySet[Quote], on: date) -> "QuerySet[WithAnnotations[Quote, Shown]]":
    """Return the quotes, annotated, whose client may still answer."""
    return with_state(quotes, on).filter(state__in=[state.value for state in AWAITED])


def with_reading(versions: QuerySet[QuoteVersion]) -> QuerySet[QuoteVersion]:
    """Return versions with `opened_by_people` and `opened_by_robots`: was the quote opened since each was sent?"""
    visits = Visit.objects.filter(link__quote=OuterRef("quote"), at__gte=OuterRef("sent_at"))
    return versions.annotate(
        opened_by_people=Exists(visits.filter(Q(probably_automatic=False)), output_field=BooleanField()),
        opened_by_robots=Exists(visits.filter(Q(probably_automatic=True)), output_field=BooleanField()),
    )
