"""What the accountant takes: one archive for a period, made by the worker, kept, downloadable again."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib.fields import request_id_field
from people.models import Business, User
from records.models import Document


class Export(models.Model):
    """One archive asked for."""

    class Basis(models.TextChoices):
        ISSUE = "ISSUE", _("by day of issue")
        RECEIPT = "RECEIPT", _("by day of receipt")

    business = models.ForeignKey(Business, models.PROTECT, related_name="exports")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="exports")
    asked_at = models.DateTimeField()
    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    basis = models.CharField(_("which day counts"), max_length=10, choices=Basis.choices, default=Basis.ISSUE)
    language = models.CharField(max_length=5, default="fr")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    request_id = request_id_field()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="a_period_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(finished_at=None, document=None) | Q(finished_at__isnull=False, document__isnull=False),
                name="a_finished_export_has_its_archive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since} – {self.until}"

    def get_absolute_url(self) -> str:
        return reverse("export", args=[self.business.slug, self.pk])


class DownloadLog(models.Model):
    """Who took an archive, and when. Append-only."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="downloads")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d %H:%M}"
