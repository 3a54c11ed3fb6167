"""Is what was sent and agreed still as it was? Rows are compared with their seals, and the seals with the ledger."""

import json
from collections.abc import Iterator
from typing import Any

from lib.seals import canonical
from people.models import Business
from quotes import evidence, posting, sealing
from quotes.evidence import facts_of
from quotes.models import Acceptance, QuoteVersion, Refusal
from records.models import LedgerEntry
from records.subjects import ref


def versions_as_sealed(business: Business) -> Iterator[str]:
    """Seal each sent version again and compare: a changed word, line or term shows, and so does a missing version."""
    told = _told(business, "quote_sent")
    sent = QuoteVersion.objects.filter(quote__business=business, sent_at__isnull=False).order_by("pk")
    for version in sent.select_related("quote").iterator():
        name = f"Quote {version.number} version {version.version}"
        if not sealing.is_intact(version):
            yield f"{name}: it no longer says what was sealed."
        if told.pop(ref(version), {}).get("seal") != version.seal:
            yield f"{name}: the ledger was told another seal."
    yield from _gone(told)


def answers_as_given(business: Business) -> Iterator[str]:
    """Compare each yes with its version's seal, the PDF that was shown, its evidence and the ledger; find each no."""
    told = _told(business, "quote_accepted")
    found = Acceptance.objects.filter(quote__business=business).order_by("pk").select_related("version", "quote")
    for acceptance in found.iterator():
        facts = told.pop(ref(acceptance), {})
        yield from (f"Acceptance of quote {acceptance.quote}: {fault}" for fault in _faults(acceptance, facts))
    yield from _gone(told)
    refused = _told(business, "quote_refused")
    for refusal in Refusal.objects.filter(version__quote__business=business).order_by("pk").iterator():
        if refused.pop(ref(refusal), None) is None:
            yield f"{ref(refusal)}: the ledger was not told of this refusal."
    yield from _gone(refused)


def _faults(acceptance: Acceptance, facts: dict[str, Any]) -> Iterator[str]:
    if acceptance.version_seal != acceptance.version.seal:
        yield "its seal is not that of the version."
    document = posting.pdf_of(acceptance.version)
    if document is None or document.sha256 != acceptance.document_sha256:
        yield "the PDF that is kept is not the one that was agreed to."
    if facts != json.loads(canonical(facts_of(acceptance))):
        yield "the ledger was told something else."
    if (problem := evidence.problem_of(acceptance)) is not None:
        yield problem


def _told(business: Business, event: str) -> dict[str, dict[str, Any]]:
    entries = LedgerEntry.objects.filter(ledger__business=business, event=event).order_by("position")
    return {entry.subject: json.loads(entry.facts) for entry in entries.iterator()}


def _gone(told: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield from (f"{subject}: the ledger tells of it, and it is gone." for subject in told)
