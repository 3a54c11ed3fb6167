"""Invoices that come back: drafted by the clock from an issued one, read and issued by a person."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.invoices import Invoice
from lib.fields import request_id_field
from people.models import Activity, Business, Client, User


class Recurrence(models.Model):
    """« Maintenance every month, paid by a basket each »: a model, a rhythm, and which months each draft invoices."""

    class Rhythm(models.IntegerChoices):
        MONTHLY = 1, _("every month")
        QUARTERLY = 3, _("every quarter")
        HALF_YEARLY = 6, _("every six months")
        YEARLY = 12, _("every year")

    class Covers(models.TextChoices):
        BEFORE = "BEFORE", _("the time that ended the month before")
        ENDING = "ENDING", _("the time that ends with the month of the invoice")
        STARTING = "STARTING", _("the time that starts with the month of the invoice")

    business = models.ForeignKey(Business, models.PROTECT, related_name="recurrences")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="recurrences")
    client = models.ForeignKey(Client, models.PROTECT, related_name="recurrences")
    model = models.ForeignKey(Invoice, models.PROTECT, related_name="recurrences")  # issued, without a quote
    title = models.CharField(_("title"), max_length=160)  # the months are written after it
    every_months = models.PositiveSmallIntegerField(_("rhythm"), choices=Rhythm.choices, default=Rhythm.MONTHLY)
    day = models.PositiveSmallIntegerField(_("day of the month"))  # 31: the last one, whichever it is
    covers = models.CharField(_("what it invoices"), max_length=10, choices=Covers.choices, default=Covers.ENDING)
    until = models.DateField(_("until"), null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["client__name", "title", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=31), name="a_recurrence_has_a_day_of_the_month"),
            models.CheckConstraint(condition=Q(every_months__in=(1, 3, 6, 12)), name="a_recurrence_has_a_rhythm"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("recurrence", args=[self.business.slug, self.pk])


class Occurrence(models.Model):
    """One day of a recurrence: to come, drafted, or skipped. A draft that a person threw away is not drafted again."""

    recurrence = models.ForeignKey(Recurrence, models.CASCADE, related_name="occurrences")
    planned_on = models.DateField()
    invoice = models.OneToOneField(Invoice, models.SET_NULL, null=True, blank=True, related_name="occurrence")
    drafted_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["recurrence", "planned_on"]
        constraints = [
            models.UniqueConstraint("recurrence", "planned_on", name="a_day_of_a_recurrence_comes_once"),
            models.UniqueConstraint(
                "recurrence", condition=Q(drafted_at=None, skipped_at=None), name="a_recurrence_has_one_next_day"
            ),
            models.CheckConstraint(
                condition=Q(drafted_at=None) | Q(skipped_at=None), name="an_occurrence_is_drafted_or_skipped_not_both"
            ),
            models.CheckConstraint(
                condition=Q(invoice=None) | Q(drafted_at__isnull=False),
                name="an_invoice_that_came_back_was_drafted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recurrence} {self.planned_on}"
