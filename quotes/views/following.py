"""One quote as its freelancer follows it: versions, links and their visits, questions, the yes or the no."""

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from lib.bars import Segment
from people.models import new_request_id
from quotes import doors, mixes
from quotes.follow_ups import is_closed, said_of, steps_of
from quotes.models import (
    Acceptance,
    Kind,
    Question,
    Quote,
    QuoteLink,
    QuoteVersion,
    Refusal,
    RemunerationTerm,
    Sending,
    Visit,
)
from quotes.states import State, with_state
from quotes.views.common import segments_of
from quotes.views.next_steps import next_step, tone_of
from records import keeping
from records.subjects import ref

VISITS_SHOWN = 8


class Following:
    """All that the page of a quote shows, on a day."""

    def __init__(self, quote: Quote, today: date, slug: str) -> None:
        rows = with_state(Quote.objects.filter(pk=quote.pk), today).select_related("client", "activity", "business")
        self.quote: Any = rows.get()
        self.today, self.slug = today, slug
        self.versions = list(self.quote.versions.order_by("-version"))

    def context(self) -> dict[str, Any]:
        quote, version = self.quote, self._counting()
        state = State(quote.state)
        return {
            "quote": quote,
            "version": version,
            "draft": next((v for v in self.versions if v.sent_at is None), None),
            "sent_versions": [v for v in self.versions if v.sent_at],
            "state": state.value,
            "state_word": state.label,
            "tone": tone_of(state),
            "next": next_step(quote, self.slug, said_of([quote.pk]).get(quote.pk, "")),
            "segments": self._segments(version),
            "links": self._links(),
            "questions": self._questions(),
            "may_be_answered": state in {State.SENT, State.OPENED, State.EXPIRED},
            **self._onwards(state),
            "request_id": new_request_id(),
            **self._answers(),
        }

    def _counting(self) -> QuoteVersion:
        version: QuoteVersion = next(v for v in self.versions if v.pk == self.quote.version_id)
        version.quote = self.quote
        return version

    def _segments(self, version: QuoteVersion) -> list[Segment]:
        return segments_of(mixes.mix_of(version))

    def _links(self) -> list[dict[str, Any]]:
        rows = QuoteLink.objects.filter(quote=self.quote).select_related("contact").order_by("pk")
        visits: dict[int, list[Visit]] = {}
        for visit in Visit.objects.filter(link__quote=self.quote).order_by("-at")[:200]:
            visits.setdefault(visit.link_id, []).append(visit)
        return [
            {
                "link": link,
                "address": settings.SITE_URL + reverse("client_page", args=[doors.token_of(link)]),
                "visits": visits.get(link.pk, [])[:VISITS_SHOWN],
                "sending": sent.get(link.pk),
            }
            for sent in [self._sendings()]
            for link in rows
        ]

    def _sendings(self) -> dict[int, Sending]:
        """Return the last sending by each link, with its mail."""
        rows = Sending.objects.filter(link__quote=self.quote).select_related("mail").order_by("pk")
        return {sending.link_id: sending for sending in rows}

    def _questions(self) -> list[Question]:
        rows = Question.objects.filter(version__quote=self.quote)
        return list(rows.select_related("link__contact", "line", "version", "answered_by"))

    def _answers(self) -> dict[str, Any]:
        acceptance = (
            Acceptance.objects.filter(quote=self.quote).select_related("evidence", "version", "recorded_by").first()
        )
        refusals = Refusal.objects.filter(version__quote=self.quote).select_related("version", "link__contact")
        return {
            "acceptance": acceptance,
            "evidence": getattr(acceptance, "evidence", None),
            "scan": keeping.find("acceptance_scan", ref(acceptance)) if acceptance else None,
            "refusals": list(refusals.order_by("-at")),
        }

    def _onwards(self, state: State) -> dict[str, Any]:
        """Return the addresses, on the floors above, of what follows a yes: invoices, and what comes in kind."""
        if state != State.ACCEPTED:
            return {}
        invoices = _address("invoices", self.slug)
        terms = RemunerationTerm.objects.filter(version=self.quote.version_id).exclude(kind=Kind.MONEY)
        return {
            "invoices_url": f"{invoices}?client={self.quote.client_id}" if invoices else "",
            "final_url": "" if is_closed(self.quote.pk) else _address("invoice_final", self.slug, self.quote.pk),
            "steps": steps_of(self.quote.pk),
            "to_come": [(term, _address("term_confirm", self.slug, term.pk)) for term in terms],
        }


def _address(name: str, *args: Any) -> str:
    """Return the address of a page of a higher floor, which this one does not import; "" where there is none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
