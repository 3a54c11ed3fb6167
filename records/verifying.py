"""Is everything kept still as it was? The chain of facts, the bytes of documents, and what each app knows how to check.

An app that freezes rows registers, from its AppConfig.ready(), a function that compares them with their seals:

    verifying.register(invoices_that_were_altered)      # (business) -> an iterable of sentences, one per problem
"""

import json
from collections.abc import Callable, Iterable, Iterator

from people.models import Business
from records import keeping, ledger, patterns, subjects
from records.models import Document, LedgerEntry, NumberSeries

Check = Callable[[Business], Iterable[str]]
CHECKS: list[Check] = []


def register(check: Check) -> Check:
    """Add a check to those of `problems()`; the same one twice counts once."""
    if check not in CHECKS:
        CHECKS.append(check)
    return check


def problems(business: Business) -> Iterator[str]:
    """Yield one sentence per thing that is not as it was kept; nothing when all is intact."""
    for check in [*OURS, *CHECKS]:
        yield from check(business)


def documents_as_kept(business: Business) -> Iterator[str]:
    """Compare the rows of documents with what the ledger was told, and their bytes with their SHA-256."""
    told = _documents_told(business)
    for document in Document.objects.filter(business=business).order_by("pk").iterator():
        facts = told.pop(subjects.ref(document), None)
        if facts != keeping.facts_of(document):
            yield f"Document {document.pk} ({document.what} {document.subject}): the ledger was told something else."
        if (problem := keeping.problem_of(document)) is not None:
            yield problem
    for subject in told:
        yield f"{subject}: the ledger tells of this document, which is gone."


def series_as_counted(business: Business) -> Iterator[str]:
    """A series that never begins again gave no more numbers than it counts: else it was tampered with."""
    for series in NumberSeries.objects.filter(business=business).order_by("pk"):
        restarts = patterns.kept(series.pattern).restarts
        if restarts == patterns.NEVER and series.given > series.last_number:
            yield f"Series {series} gave {series.given} numbers and counts {series.last_number}."


def _documents_told(business: Business) -> dict[str, object]:
    entries = LedgerEntry.objects.filter(ledger__business=business, event=keeping.EVENT)
    return {entry.subject: json.loads(entry.facts) for entry in entries.order_by("position").iterator()}


OURS: list[Check] = [ledger.verify, documents_as_kept, series_as_counted]
