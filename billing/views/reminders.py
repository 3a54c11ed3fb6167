"""Reminders: the next one is proposed with its whole text, sent by a person, cancelled until it leaves."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.dunning import overdue, reminder_words, reminding
from billing.dunning.forms import HoursForm, ReminderForm, first_words
from billing.models import Invoice, PaymentRequest, Reminder, ReminderHours
from billing.views.common import invoice_or_404, say, today_of
from billing.views.requests import request_or_404
from lib import clock
from lib.days import when_written
from people.access import BusinessRequest, in_business, owner_only, visible_activities, writers_only
from people.models import Contact
from records import keeping


@writers_only
@require_http_methods(["GET", "POST"])
def invoice_remind(request: BusinessRequest, pk: int) -> HttpResponse:
    """Propose the next reminder of an overdue invoice, show its whole text, and send it when a person says so."""
    return _remind(request, invoice_or_404(request, pk), None)


@writers_only
@require_http_methods(["GET", "POST"])
def request_remind(request: BusinessRequest, pk: int) -> HttpResponse:
    """The same for a payment request, overdue on its own day."""
    found = request_or_404(request, pk)
    return _remind(request, found.invoice, found)


def _remind(request: BusinessRequest, invoice: Invoice, asked: PaymentRequest | None) -> HttpResponse:
    if invoice.issued_at is None or invoice.corrects_id:
        raise Http404
    at = clock.now()
    claim = overdue.claim_on(invoice, today_of(request), asked)
    last, waiting = reminding.last_sent(invoice, asked), reminding.waiting_for(invoice, asked)
    level = _level(request, last)
    context: dict[str, Any] = {"invoice": invoice, "asked": asked, "claim": claim, "waiting": waiting, "last": last}
    if waiting or not claim.is_overdue(today_of(request)):
        return render(request, "billing/remind.html", context)
    form = _form(request, claim, level, last)
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        try:
            reminder = reminding.remind(
                invoice=invoice, request=asked, choice=form.choice(), contacts=list(form.cleaned_data["contacts"]),
                by=request.user, at=at, request_id=form.cleaned_data["request_id"],
            )  # fmt: skip
        except reminding.ReminderError as refusal:
            say(form, refusal)
        else:
            messages.success(request, leaves(reminder))
            return redirect(invoice)
    made = reminding.preview(claim, form.choice(), at)
    with override(invoice.language):
        context["greeting"] = _("Hello %(name)s,") % {"name": _first_name(_contacts(invoice))}
    context |= {
        "form": form,
        "level": level,
        "levels": _levels(level),
        "preview": made,
        "when": when_written(made.due_at),
    }
    context |= {"is_later": made.due_at > at, "contacts": _contacts(invoice)}
    status = 422 if form.errors and "look" not in request.POST else 200
    return render(request, "billing/remind.html", context, status=status)


def _form(request: BusinessRequest, claim: overdue.Claim, level: str, last: Reminder | None) -> ReminderForm:
    opening, closing = reminder_words.proposed(claim, level, last)
    empty = reminding.preview(claim, reminder_words.Choice(level, opening), clock.now())
    return ReminderForm(
        request.POST if request.method == "POST" else None,
        level=level,
        contacts=_contacts(claim.invoice),
        charges=empty.charges,
        initial=first_words(opening, closing, empty.dated),
    )


def _level(request: BusinessRequest, last: Reminder | None) -> str:
    """Return the level asked for, else the next one."""
    wanted = request.GET.get("level", "")
    return wanted if wanted in Reminder.Level.values else reminder_words.next_level(last.level if last else None)


def _levels(level: str) -> list[dict[str, Any]]:
    return [{"key": key, "word": word, "here": key == level} for key, word in Reminder.Level.choices]


def _first_name(contacts: QuerySet[Contact]) -> str:
    """Return whom the preview greets; each contact gets a mail of their own."""
    first = contacts.first()
    return first.name if first else ""


def _contacts(invoice: Invoice) -> QuerySet[Contact]:
    return Contact.objects.filter(client=invoice.client_id, archived_at=None).order_by("pk")


def leaves(reminder: Reminder) -> str:
    """Say when a reminder leaves: « partira lundi à 8 h »."""
    if not reminder.contacts:
        return _("The letter is being made: print it and post it.")
    if reminder.due_at <= reminder.written_at:
        return _("The reminder leaves now.")
    return _("The reminder will leave %(when)s; until then you may cancel it.") % {
        "when": when_written(reminder.due_at)
    }


def reminder_or_404(request: BusinessRequest, pk: int) -> Reminder:
    rows = Reminder.objects.filter(visible_activities(request.membership), business=request.business)
    found = rows.select_related("invoice", "business", "outcome", "payment_request__invoice").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@in_business
@require_POST
def reminder_cancel(request: BusinessRequest, pk: int) -> HttpResponse:
    """Keep a reminder that waits from leaving."""
    found = reminder_or_404(request, pk)
    try:
        reminding.cancel(reminder=found, by=request.user, at=clock.now())
    except reminding.ReminderError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The reminder is cancelled: it will not leave."))
    return redirect(found.invoice)


@in_business
@require_GET
def reminder_letter(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Serve the letter of a formal notice; while it is being made, go back to the page that says so."""
    found = reminder_or_404(request, pk)
    if found.level != Reminder.Level.FORMAL:
        raise Http404
    document = reminding.letter_of(found)
    if document is None:
        messages.info(request, _("The letter is being made: it will be here in a moment."))
        return redirect(found.invoice)
    return keeping.response(document, inline="inline" in request.GET)


@owner_only
@require_http_methods(["GET", "POST"])
def reminder_hours(request: BusinessRequest) -> HttpResponse:
    """Say when reminders may leave."""
    kept = ReminderHours.objects.filter(business=request.business).first() or ReminderHours(business=request.business)
    form = HoursForm(request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except IntegrityError:  # another window saved the first ones
            messages.error(request, _("These hours were just changed elsewhere: look again."))
        else:
            messages.success(request, _("Saved. Reminders that already wait keep the hour they were promised."))
        return redirect("reminder_hours", request.business.slug)
    return render(request, "billing/reminder_hours.html", {"form": form, "section": "reminders"})
