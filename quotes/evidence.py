"""Personal traces of a yes (address, device, when the link was sent and first opened), in a side row with an end date.

The acceptance and the ledger hold a salted digest of them. Erased, the traces and their salt are gone, the digest tells
nothing any more, and everything still verifies.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min

from lib import clock
from lib.law import fact
from lib.seals import canonical, salted
from quotes.models import Acceptance, Evidence, Sending, Visit
from records import errands
from records.models import Errand
from records.subjects import ref

YEARS_KEPT = "retention.acceptance_traces_years"


@dataclass(frozen=True)
class Traces:
    """Where a yes came from: network address and device (User-Agent), as the server saw them."""

    address: str = ""
    device: str = ""


NO_TRACES = Traces()


def keep_evidence(acceptance: Acceptance, traces: Traces) -> Evidence | None:
    """Set the digest on an acceptance about to be saved; return its evidence, to be saved after it."""
    if acceptance.link is None:
        return None
    evidence = Evidence(
        address=traces.address[:64],
        device=traces.device[:300],
        trail=_trail(acceptance),
        salt=secrets.token_hex(32),
        erase_after=erase_after(acceptance.on),
    )
    acceptance.traces_digest = digest_of(evidence)
    return evidence


def facts_of(acceptance: Acceptance) -> dict[str, Any]:
    """Return what the ledger is told of a yes: no name, but a digest of what was said, salted by the row's own UUID."""
    words = {name: getattr(acceptance, name) for name in ("name", "capacity", "consent", "power")}
    return {
        "number": acceptance.version.number,
        "version": acceptance.version.version,
        "version_seal": acceptance.version_seal,
        "document_sha256": acceptance.document_sha256,
        "words_digest": salted(canonical(words), str(acceptance.request_id)),
        "traces_digest": acceptance.traces_digest,
        "how": acceptance.how,
        "on": acceptance.on,
        "total": acceptance.version.total,
    }


def erase_after(accepted_on: date) -> date:
    """Return the last day on which the traces of a yes said on a day are kept."""
    years = int(fact(YEARS_KEPT, accepted_on).value)
    day = 28 if (accepted_on.month, accepted_on.day) == (2, 29) else accepted_on.day
    return accepted_on.replace(year=accepted_on.year + years, day=day)


def digest_of(evidence: Evidence) -> str:
    """Return the salted digest of the traces: that of the acceptance until they are erased."""
    value = {"address": evidence.address, "device": evidence.device, "trail": evidence.trail}
    return salted(canonical(value), evidence.salt)


def promise_erasure(evidence: Evidence) -> None:
    """Promise, in the transaction of the yes, that its traces will be erased the day after their last."""
    business = evidence.acceptance.quote.business
    end = datetime.combine(evidence.erase_after + timedelta(days=1), time(), ZoneInfo(business.time_zone))
    errands.promise(
        what="erase_evidence", subject=ref(evidence), at=evidence.acceptance.at, business=business, due_at=end
    )


def erase_due(errand: Errand) -> None:
    """Errand: erase the traces whose end has come, this errand's among them."""
    erase_evidence(at=clock.now())


@transaction.atomic(durable=True)
def erase_evidence(*, at: datetime) -> int:
    """Erase the traces whose end has come; return how many. A tombstone says when; nothing else changes."""
    due = Evidence.objects.select_for_update(of=("self",)).filter(erased_at=None, erase_after__lte=at.date())
    erased = 0
    for evidence in due.select_related("acceptance__quote__business"):
        if _today(evidence, at) > evidence.erase_after:
            _erase(evidence, at)
            erased += 1
    return erased


def problem_of(acceptance: Acceptance) -> str | None:
    """Return what is wrong with the evidence of a yes, in words; None when it is intact, or erased as it should be."""
    evidence = Evidence.objects.filter(acceptance=acceptance).first()
    if evidence is None:
        return "its evidence is missing." if acceptance.traces_digest else None
    if evidence.erased_at is not None:
        return None if not evidence.salt else "its evidence is said to be erased, and is not."
    intact = bool(evidence.salt) and digest_of(evidence) == acceptance.traces_digest
    return None if intact else "its evidence was altered."


def _trail(acceptance: Acceptance) -> list[dict[str, str]]:
    """Return what led to the yes: when the link was sent, first opened by a person as far as can be told, and used."""
    sent = Sending.objects.filter(version=acceptance.version, link=acceptance.link).values_list("at", flat=True).first()
    opened = Visit.objects.filter(link=acceptance.link, probably_automatic=False).aggregate(first=Min("at"))["first"]
    steps = [("sent", sent), ("first opened", opened), ("accepted", acceptance.at)]
    return [{"what": what, "at": at.isoformat()} for what, at in steps if at is not None]


def _today(evidence: Evidence, at: datetime) -> date:
    return at.astimezone(ZoneInfo(evidence.acceptance.quote.business.time_zone)).date()


def _erase(evidence: Evidence, at: datetime) -> None:
    evidence.address = evidence.device = evidence.salt = ""
    evidence.trail = []
    evidence.erased_at = at
    evidence.save()
