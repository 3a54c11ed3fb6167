"""The sealed ledger (registre scellé): one chain of facts per business, whose alteration shows.

Each entry's digest covers its text and the digest before it; the head row remembers the last, so that a cut tail shows.
Whoever holds an earlier certificate (position and digest) can tell whether the chain was written anew since: `holds()`.

Entries hold ids, numbers, amounts, dates and digests, never names or addresses: a digest of a personal thing is salted
(lib.seals.salted) and its salt sits in an erasable row, so that erasing it leaves the chain intact. `record()` refuses
any text that could be a sentence, a name with a space or an e-mail address.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from lib import seals
from people.models import Business
from records.models import Ledger, LedgerEntry

START = "0" * 64
CODE = re.compile(r"[A-Za-z0-9+\-_/.:]{0,200}")


class Head(NamedTuple):
    """What a certificate or an archive prints, and what it is checked against later."""

    position: int
    digest: str


def record(*, business: Business, event: str, subject: str, facts: Mapping[str, Any], at: datetime) -> LedgerEntry:
    """Add a fact to the chain, in the caller's transaction, and keep the head locked until it ends: lock it last.

    Raises ValueError when the facts hold words instead of ids, amounts, dates and digests.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A fact is recorded in the transaction that makes it true.")
    _refuse_words({"event": event, "subject": subject, "facts": facts})
    ledger = _locked(business)
    entry = LedgerEntry(
        ledger=ledger,
        position=ledger.position + 1,
        event=event,
        subject=subject,
        facts=seals.canonical(facts),
        at=at,
        seal_version=seals.LATEST,
        previous_digest=ledger.digest,
    )
    entry.digest = digest_of(entry, business.pk)
    entry.save(force_insert=True)
    ledger.position, ledger.digest = entry.position, entry.digest
    ledger.save(update_fields=["position", "digest"])
    return entry


def head(business: Business) -> Head:
    """Return where the chain stands; position 0 when nothing was recorded yet."""
    ledger = Ledger.objects.filter(business=business).first()
    return Head(ledger.position, ledger.digest) if ledger else Head(0, START)


def holds(business: Business, earlier: Head) -> bool:
    """Tell whether an earlier certificate still fits the chain: nothing up to it was rewritten."""
    if earlier.position == 0:
        return earlier.digest == START
    entries = LedgerEntry.objects.filter(ledger__business=business, position=earlier.position)
    return entries.filter(digest=earlier.digest).exists()


def facts_about(business: Business, event: str, subject: str) -> list[dict[str, Any]]:
    """Return what was recorded of a kind about a subject, oldest first: to compare rows with what was sealed."""
    entries = LedgerEntry.objects.filter(ledger__business=business, event=event, subject=subject)
    return [json.loads(facts) for facts in entries.order_by("position").values_list("facts", flat=True)]


def digest_of(entry: LedgerEntry, business_id: int) -> str:
    """Return the digest of an entry: SHA-256 of its canonical text, chained to the one before."""
    value = {
        "business": business_id,
        "position": entry.position,
        "event": entry.event,
        "subject": entry.subject,
        "facts": entry.facts,
        "at": entry.at,
        "previous": entry.previous_digest,
    }
    return seals.seal(value, entry.seal_version)


def verify(business: Business) -> list[str]:
    """Return what is wrong with the chain, in words; nothing when it is intact."""
    return list(_problems(business))


def _problems(business: Business) -> Iterator[str]:
    position, digest = 0, START
    entries = LedgerEntry.objects.filter(ledger__business=business).order_by("position")
    for entry in entries.iterator():
        yield from _problems_of(entry, business.pk, position, digest)
        position, digest = entry.position, entry.digest
    told = head(business)
    if told.position != position:
        yield f"Ledger: the head stands at {told.position} but the last entry is {position}: the tail was cut or added."
    elif told.digest != digest:
        yield f"Ledger: the head's digest is not that of the last entry, {position}."


def _problems_of(entry: LedgerEntry, business_id: int, position: int, digest: str) -> Iterator[str]:
    name = f"Ledger entry {entry.position} ({entry.event} {entry.subject})"
    if entry.position != position + 1:
        yield f"{name} follows entry {position}: what was between is missing."
    if entry.previous_digest != digest:
        yield f"{name} is not chained to the entry before it."
    try:
        intact = digest_of(entry, business_id) == entry.digest
    except ValueError:
        intact = False
    if not intact:
        yield f"{name} was altered: its text no longer matches its digest."


def _locked(business: Business) -> Ledger:
    rows = Ledger.objects.select_for_update().filter(business=business)
    if (ledger := rows.first()) is not None:
        return ledger
    Ledger.objects.bulk_create([Ledger(business=business)], ignore_conflicts=True)
    return rows.get()


def _refuse_words(value: object, name: str = "") -> None:
    if isinstance(value, str) and not CODE.fullmatch(value):
        raise ValueError(f"The ledger holds ids, amounts, dates and digests, not words: {name}={value!r}")
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_words(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_words(item, name)
