"""What to do next with a quote, in words: for the list, and at the top of its page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lib.days import day_written
from quotes.states import State

TONES = {
    State.ACCEPTED: "good",
    State.SENT: "wait",
    State.OPENED: "wait",
    State.EXPIRED: "bad",
    State.REFUSED: "bad",
    State.WITHDRAWN: "off",
}


def tone_of(state: str) -> str:
    """Return the tone of a state's badge."""
    return TONES.get(State(state), "")


def next_step(quote: Any, slug: str, followed: str = "") -> dict[str, str]:
    """Return {words, url} for a quote annotated by `with_state`; no url where there is only to wait.

    `followed`: what a higher floor knows of it once accepted (see quotes.follow_ups).
    """
    page = reverse("quote", args=[slug, quote.pk])
    if quote.waiting_questions:
        return {"words": _("Answer a question"), "url": f"{page}#questions"}
    if quote.has_draft and quote.state != State.WITHDRAWN:
        return {"words": _("Finish writing it, and send it"), "url": reverse("quote_edit", args=[slug, quote.pk])}
    words = followed or _words(quote)
    return {"words": words, "url": "" if quote.state in {State.SENT, State.OPENED, State.WITHDRAWN} else page}


def _words(quote: Any) -> str:
    day = {"day": day_written(quote.valid_until) if quote.valid_until else ""}
    return {
        State.SENT: _("Not opened yet; valid until %(day)s") % day,
        State.OPENED: _("Opened; the answer is awaited until %(day)s") % day,
        State.ACCEPTED: _("Do the work, and invoice it"),
        State.REFUSED: _("Write another version, or let it rest"),
        State.EXPIRED: _("Send a new version with a later day"),
        State.WITHDRAWN: _("Nothing more"),
    }.get(State(quote.state), "")
