"""Invoices come back: a person says how, the clock drafts each in its time, a person reads and issues it.

One occurrence of a recurrence is to come, with its errand; drafting it plans the next. What was missed while the
machine was off is thus drafted too, one after the other, once each. Locks: the recurrence first.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing import drafting, rhythm
from billing.models import AgreedPart, Invoice, Occurrence, Recurrence
from billing.roles import STANDARD, is_replaced, role_of
from lib import clock
from lib.money import cents, euros
from people.models import User
from records import errands
from records.models import Errand
from records.subjects import id_of, ref

ERRAND = "draft_occurrence"
DRAFTED_FROM = time(5)  # in the time zone of the business: there before anybody looks
COPIED = ("introduction", "order_reference", "engagement", "buyer_accounting_reference", "second_language")


class RecurringError(Exception):
    """Why an invoice cannot come back so, in words for the person; `field` is the form's, where there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Rhythm:
    """What a person says of how an invoice comes back; `since`: nothing comes before that day."""

    title: str
    every_months: int
    day: int
    covers: str
    since: date
    until: date | None = None


# A person says how ------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def repeat(*, invoice: Invoice, wanted: Rhythm, by: User, at: datetime, request_id: uuid.UUID) -> Recurrence:
    """Let an issued invoice come back, or raise RecurringError. The same `request_id` again returns the first one."""
    drafting.lock_client(invoice.client)
    if (found := Recurrence.objects.filter(request_id=request_id).first()) is not None:
        return found
    _refuse_model(invoice)
    recurrence = Recurrence(
        business=invoice.business,
        activity=invoice.activity,
        client=invoice.client,
        model=invoice,
        created_at=at,
        created_by=by,
        request_id=request_id,
    )
    _set(recurrence, wanted)
    recurrence.save(force_insert=True)
    _plan(recurrence, rhythm.first_on(wanted.since, wanted.day), at)
    return recurrence


@transaction.atomic(durable=True)
def change(*, recurrence: Recurrence, wanted: Rhythm, by: User, at: datetime) -> Recurrence:
    """Change title, rhythm, day or end; what was drafted stays as it is."""
    found = _open(recurrence)
    _set(found, wanted)
    found.save()
    _drop_next(found)
    past = found.occurrences.order_by("-planned_on").first()
    since = max(wanted.since, past.planned_on + timedelta(days=1)) if past else wanted.since
    _plan(found, rhythm.first_on(since, wanted.day), at)
    return found


@transaction.atomic(durable=True)
def take_as_model(*, recurrence: Recurrence, invoice: Invoice, by: User, at: datetime) -> Recurrence:
    """Let the next drafts be made like another issued invoice of the same client: a new price, other parts."""
    found = _open(recurrence)
    _refuse_model(invoice)
    if (invoice.client_id, invoice.activity_id) != (found.client_id, found.activity_id):
        raise RecurringError(_("This invoice is for another client."))
    found.model = invoice
    found.save(update_fields=["model"])
    return found


@transaction.atomic(durable=True)
def pause(*, recurrence: Recurrence, by: User, at: datetime) -> Recurrence:
    """Draft nothing until it is resumed; the days in between are left out."""
    found = _open(recurrence)
    if found.paused_at is None:
        found.paused_at = at
        found.save(update_fields=["paused_at"])
    return found


@transaction.atomic(durable=True)
def resume(*, recurrence: Recurrence, by: User, at: datetime) -> Recurrence:
    """Draft again, from the first day to come on; the days of the pause are not made up for."""
    found = _open(recurrence)
    if found.paused_at is None:
        return found
    paused_on, today = _day(found.paused_at, found), _day(at, found)
    found.paused_at = None
    found.save(update_fields=["paused_at"])
    coming = next_of(found)
    if coming is not None and paused_on <= coming.planned_on < today:
        _leave_out(found, coming, at, before=today)
    elif coming is not None:
        _promise(coming, at)
    return found


@transaction.atomic(durable=True)
def skip(*, recurrence: Recurrence, planned_on: date, by: User, at: datetime) -> Recurrence:
    """Leave out the next day, once; `planned_on` is the day the person saw, so that a double click skips one."""
    found = _open(recurrence)
    coming = next_of(found)
    if coming is not None and coming.planned_on == planned_on:
        _leave_out(found, coming, at)
    return found


@transaction.atomic(durable=True)
def end(*, recurrence: Recurrence, by: User, at: datetime) -> Recurrence:
    """Stop for good; what was drafted stays."""
    found = _locked(recurrence)
    if found.ended_at is None:
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        _drop_next(found)
    return found


def next_of(recurrence: Recurrence) -> Occurrence | None:
    """Return the day to come, or None when the recurrence is over."""
    return recurrence.occurrences.filter(drafted_at=None, skipped_at=None).first()


def next_days(recurrence: Recurrence, count: int = 3) -> list[tuple[date, str]]:
    """Return the next days of a recurrence, with the title that each draft would have."""
    coming = next_of(recurrence)
    found: list[tuple[date, str]] = []
    on = coming.planned_on if coming else None
    while on is not None and len(found) < count and not (recurrence.until and on > recurrence.until):
        since, until = rhythm.period(on, recurrence.every_months, recurrence.covers)
        found.append((on, titled(recurrence.title, since, until, recurrence.client.language)))
        on = rhythm.after(on, recurrence.day, recurrence.every_months)
    return found


def may_be_model(invoice: Invoice) -> bool:
    """Tell whether an invoice can come back: issued, without a quote, correcting nothing, not replaced."""
    is_alone = role_of(invoice) == STANDARD and not invoice.acceptance_id
    return bool(invoice.issued_at) and is_alone and not is_replaced(invoice)


def _refuse_model(invoice: Invoice) -> None:
    if not may_be_model(invoice):
        raise RecurringError(_("Only an issued invoice without a quote can come back: issue this one first."))


def _set(recurrence: Recurrence, wanted: Rhythm) -> None:
    if not 1 <= wanted.day <= 31:
        raise RecurringError(_("A month has days from 1 to 31."), "day")
    first = rhythm.first_on(wanted.since, wanted.day)
    if wanted.until and wanted.until < first:
        raise RecurringError(_("It would end before it comes back for the first time."), "until")
    for name in ("title", "every_months", "day", "covers", "until"):
        setattr(recurrence, name, getattr(wanted, name))


def _locked(recurrence: Recurrence) -> Recurrence:
    rows = Recurrence.objects.select_for_update(of=("self",)).select_related("business", "client", "model")
    return rows.get(pk=recurrence.pk)


def _open(recurrence: Recurrence) -> Recurrence:
    found = _locked(recurrence)
    if found.ended_at is not None:
        raise RecurringError(_("This recurrence is over."))
    return found


# The day to come --------------------------------------------------------------------------------------------------


def _plan(recurrence: Recurrence, on: date, at: datetime) -> None:
    """Write the day to come and its errand; past the end there is none."""
    if recurrence.until and on > recurrence.until:
        recurrence.ended_at = at
        recurrence.save(update_fields=["ended_at"])
        return
    _promise(Occurrence.objects.create(recurrence=recurrence, planned_on=on), at)


def _promise(coming: Occurrence, at: datetime) -> None:
    business = coming.recurrence.business
    due = datetime.combine(coming.planned_on, DRAFTED_FROM, ZoneInfo(business.time_zone))
    errands.promise(what=ERRAND, subject=ref(coming), at=at, business=business, due_at=due)
    errands.reopen(_errand_of(coming), at)  # it came while the recurrence was paused


def _errand_of(coming: Occurrence) -> Any:
    return Errand.objects.filter(what=ERRAND, subject=ref(coming))


def _leave_out(recurrence: Recurrence, coming: Occurrence, at: datetime, *, before: date | None = None) -> None:
    """Skip a day, and all those before another day; plan the one after."""
    coming.skipped_at = at
    coming.save(update_fields=["skipped_at"])
    _forget(coming)
    on = rhythm.after(coming.planned_on, recurrence.day, recurrence.every_months)
    while before and on < before:
        on = rhythm.after(on, recurrence.day, recurrence.every_months)
    _plan(recurrence, on, at)


def _drop_next(recurrence: Recurrence) -> None:
    if (coming := next_of(recurrence)) is not None:
        _forget(coming)
        coming.delete()


def _forget(coming: Occurrence) -> None:
    """Nobody waits for its errand any more."""
    _errand_of(coming).filter(done_at=None).delete()


def _day(at: datetime, recurrence: Recurrence) -> date:
    return at.astimezone(ZoneInfo(recurrence.business.time_zone)).date()


# The clock drafts it ----------------------------------------------------------------------------------------------


def draft_occurrence(errand: Errand) -> None:
    """Draft the invoice of a day that has come, and plan the next; nothing while it is paused or once it is over. The
    days on which the client is put away are left out."""
    with transaction.atomic(durable=True):
        found = Occurrence.objects.filter(pk=id_of(errand.subject, "occurrence")).first()
        if found is None:
            return
        recurrence = _locked(found.recurrence)
        coming = next_of(recurrence)
        if coming is None or coming.pk != found.pk or recurrence.paused_at or recurrence.ended_at:
            return
        at = errand.due_at
        coming.recurrence = recurrence
        if recurrence.client.archived_at is not None:
            _leave_out(recurrence, coming, at)
            return
        coming.invoice, coming.drafted_at = _drafted(coming, at), at
        coming.save(update_fields=["invoice", "drafted_at"])
        _plan(recurrence, rhythm.after(coming.planned_on, recurrence.day, recurrence.every_months), at)


def _drafted(coming: Occurrence, at: datetime) -> Invoice:
    recurrence, model = coming.recurrence, _standing(coming.recurrence.model)
    since, until = rhythm.period(coming.planned_on, recurrence.every_months, recurrence.covers)
    language = recurrence.client.language
    draft = Invoice(
        business=recurrence.business,
        activity=recurrence.activity,
        client=recurrence.client,
        type=Invoice.Type.STANDARD,
        title=titled(recurrence.title, since, until, language),
        language=language,
        period_since=since,
        period_until=until,
        due_on=_due(coming, model),
        created_at=at,
        request_id=uuid.uuid5(uuid.NAMESPACE_URL, f"courgette:occurrence:{coming.pk}"),
        **{name: getattr(model, name) for name in COPIED},
    )
    drafting.write(draft, [drafting.values_of_line(line) for line in model.lines.order_by("position")])
    AgreedPart.objects.bulk_create(_part(part, quantity, draft, coming) for part, quantity in _agreed(model))
    return draft


def _agreed(model: Invoice) -> list[tuple[AgreedPart, Decimal]]:
    """Return the agreed parts of a model, and how many units of each: those too that did not come one month, and that
    an invoice which took its place left out for that reason alone."""
    mine = [(part, part.quantity) for part in model.agreed_parts.order_by("position")]
    if model.replaces is None:
        return mine
    for before, quantity in _agreed(model.replaces):
        short = sum((row.quantity for row in before.shortfalls.all()), Decimal(0))
        alike = [i for i, (part, _units) in enumerate(mine) if _is_same(part, before)]
        if short and not alike and short == before.quantity:
            mine.append((before, quantity))
        elif short and alike and mine[alike[0]][0].quantity == before.quantity - short:
            mine[alike[0]] = (mine[alike[0]][0], quantity)
    return mine


def _is_same(part: AgreedPart, other: AgreedPart) -> bool:
    return (part.kind, part.unit, part.label) == (other.kind, other.unit, other.label)


def _standing(model: Invoice) -> Invoice:
    """Return the model, or the invoice that has taken its place."""
    while (next_one := Invoice.objects.filter(replaces=model, issued_at__isnull=False).first()) is not None:
        model = next_one
    return model


def titled(title: str, since: date, until: date, language: str) -> str:
    """Return the title with its months: « Maintenance du site, janvier 2027 »."""
    with override(language):
        words = {"title": title, "months": rhythm.months_written(since, until, language)}
        return _("%(title)s, %(months)s") % words


def _due(coming: Occurrence, model: Invoice) -> date | None:
    """Return a day as long after this one as the model's was after its own; none when that is past already."""
    if model.due_on is None or model.issued_on is None:
        return None
    due = coming.planned_on + (model.due_on - _counted_from(model, model.due_on))
    return due if due >= clock.today(coming.recurrence.business.time_zone) else None


def _part(part: AgreedPart, quantity: Decimal, draft: Invoice, coming: Occurrence) -> AgreedPart:
    copied = AgreedPart(invoice=draft, quantity=quantity, value=cents(euros(quantity * part.unit_value.amount)))
    for name in ("position", "kind", "label", "unit", "unit_value", "valuation"):
        setattr(copied, name, getattr(part, name))
    if part.due_on:
        copied.due_on = coming.planned_on + (part.due_on - _counted_from(part.invoice, part.due_on))
    return copied


def _counted_from(model: Invoice, due_on: date) -> date:
    """Return the day from which a model gave time until a day: a replacement that kept the day gives no less time."""
    while model.replaces and due_on in {
        model.replaces.due_on,
        *(one.due_on for one in model.replaces.agreed_parts.all()),
    }:
        model = model.replaces
    return model.issued_on or due_on
