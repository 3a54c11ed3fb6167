"""Reminders of what is overdue in euros: written by a person, frozen, sent in an open hour, or not sent after all."""

from datetime import time
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.dunning.quiet_hours import QuietHours
from billing.models.invoices import Invoice
from billing.models.requests import PaymentRequest
from lib.fields import money_field, only_euros, request_id_field
from people.models import Activity, Business, User


def nothing_yet() -> list[Any]:
    return []


class ReminderHours(models.Model):
    """When a business lets its reminders leave. A business without a row keeps the usual hours."""

    business = models.OneToOneField(Business, models.CASCADE, related_name="reminder_hours")
    quiet_since = models.TimeField(_("nothing leaves from"), default=time(19))
    quiet_until = models.TimeField(_("until, the next morning"), default=time(8))
    quiet_sundays = models.BooleanField(_("nor on Sundays"), default=True)
    quiet_holidays = models.BooleanField(_("nor on public holidays"), default=True)
    alsace_moselle = models.BooleanField(_("those of Alsace and Moselle too"), default=False)

    class Meta:
        verbose_name_plural = "reminder hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_until__lt=F("quiet_since")), name="quiet_hours_leave_an_open_hour_each_day"
            ),
            models.CheckConstraint(
                condition=Q(alsace_moselle=False) | Q(quiet_holidays=True),
                name="the_days_of_alsace_and_moselle_are_public_holidays",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiet_since} – {self.quiet_until}"

    @property
    def quiet(self) -> QuietHours:
        return QuietHours(
            self.quiet_since, self.quiet_until, self.quiet_sundays, self.quiet_holidays, self.alsace_moselle
        )


class Reminder(models.Model):
    """One reminder of one claim: an invoice, or a payment request about it. What became of it is a ReminderOutcome.

    `left` is what was owed in euros when it was written; it is not sent when that is no longer so. The 40 € and the
    interest are said beside it: they are no part of the invoice, and bear no VAT (c. com. L441-10, II).
    """

    class Level(models.TextChoices):
        FRIENDLY = "FRIENDLY", _("friendly reminder")
        FIRM = "FIRM", _("firm reminder")
        FORMAL = "FORMAL", _("formal notice")

    business = models.ForeignKey(Business, models.PROTECT, related_name="reminders")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="reminders")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="reminders")
    payment_request = models.ForeignKey(PaymentRequest, models.PROTECT, null=True, blank=True, related_name="reminders")
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    language = models.CharField(max_length=5, default="fr")
    subject = models.CharField(_("subject"), max_length=200)
    opening = models.TextField(_("first words"))
    rows = models.JSONField(default=nothing_yet)  # what the claim is: [[label, value], …], never typed
    notices = models.JSONField(default=nothing_yet)  # the law's sentences, never typed
    closing = models.TextField(_("last words"), blank=True)
    contacts = models.JSONField(default=nothing_yet)  # [{"id", "name", "email"}]; none for a letter alone
    seller = models.JSONField()
    buyer = models.JSONField()
    logo = models.BinaryField(null=True, blank=True)
    left = money_field()
    indemnity = money_field()
    interest = money_field()
    was_due_on = models.DateField()
    pay_by = models.DateField(_("to be paid by"), null=True, blank=True)
    due_at = models.DateTimeField()  # when it leaves: in an open hour
    dated = models.DateField()  # the day of `due_at` where the business is
    seal = models.CharField(max_length=64)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [
            only_euros("reminder"),
            models.CheckConstraint(condition=Q(left__gt=0), name="a_reminder_asks_for_something"),
            models.CheckConstraint(
                condition=Q(indemnity__gte=0, interest__gte=0) & (~Q(level="FRIENDLY") | Q(indemnity=0, interest=0)),
                name="a_friendly_reminder_asks_for_no_more",
            ),
            models.CheckConstraint(
                condition=Q(level="FRIENDLY", pay_by=None)
                | (~Q(level="FRIENDLY") & Q(pay_by__isnull=False, pay_by__gt=F("dated"))),
                name="who_is_pressed_has_a_day_to_pay",
            ),
            models.CheckConstraint(condition=Q(was_due_on__lt=F("dated")), name="only_what_is_overdue_is_reminded_of"),
            models.CheckConstraint(condition=Q(due_at__gte=F("written_at")), name="a_reminder_leaves_once_written"),
        ]
        indexes = [models.Index("business", "written_at", name="reminders_by_day")]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_waiting(self) -> bool:
        return not hasattr(self, "outcome")


class ReminderOutcome(models.Model):
    """What became of a reminder: one row, for ever."""

    class What(models.TextChoices):
        MAILED = "MAILED", _("sent by mail")
        LETTER = "LETTER", _("letter made, to be posted")
        CANCELLED = "CANCELLED", _("cancelled")
        PAID = "PAID", _("not sent: paid meanwhile")
        CHANGED = "CHANGED", _("not sent: what is left has changed")
        OUTDATED = "OUTDATED", _("not sent: what it says is no longer true, write it again")

    reminder = models.OneToOneField(Reminder, models.PROTECT, related_name="outcome")
    what = models.CharField(max_length=10, choices=What.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(what="CANCELLED") | Q(by__isnull=False), name="a_reminder_is_cancelled_by_somebody"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reminder}: {self.what}"
