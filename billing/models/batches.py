"""A month issued in one go: the drafts in an order, each issued by whichever worker comes next."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from billing.models.invoices import Invoice
from lib.fields import request_id_field
from people.models import Business, User


class IssueBatch(models.Model):
    """What a person wanted issued in one press. The same form twice is one batch."""

    business = models.ForeignKey(Business, models.PROTECT, related_name="issue_batches")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    mails_too = models.BooleanField(default=False)
    request_id = request_id_field()

    class Meta:
        verbose_name_plural = "issue batches"
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.business} {self.made_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("issue_batch", args=[self.business.slug, self.pk])


class BatchedInvoice(models.Model):
    """One draft of a batch, at its place: waiting, issued, or refused with the words why. Numbers follow the places."""

    batch = models.ForeignKey(IssueBatch, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, models.SET_NULL, null=True, related_name="batched")
    revision = models.PositiveIntegerField(null=True, blank=True)  # of the draft that the person saw
    title = models.CharField(max_length=420)  # what it was, should the draft be thrown away
    settled_at = models.DateTimeField(null=True, blank=True)
    refusal = models.TextField(blank=True)
    note = models.CharField(max_length=200, blank=True)  # issued, but nobody to mail it to

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint("batch", "position", name="a_place_in_a_batch_is_taken_once"),
            models.UniqueConstraint("batch", "invoice", name="an_invoice_is_in_a_batch_once"),
            models.CheckConstraint(
                condition=Q(refusal="") | Q(settled_at__isnull=False), name="a_refusal_of_a_batch_is_settled"
            ),
        ]
        indexes = [models.Index("batch", "position", condition=Q(settled_at=None), name="what_a_batch_waits_for")]

    def __str__(self) -> str:
        return f"{self.batch} {self.position}"
