"""The client's own invoices to the business: typed, read from their Factur-X, or made in the client's name.

Frozen once recorded. A mistake is withdrawn by a side row; the same number may then be recorded again: the new row
`follows` the withdrawn one. Numbers are told apart by their year: many start again each January.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round, Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from lib.fields import YearOf, money_field, only_euros, request_id_field
from people.models import Activity, Business, Client, User
from records.models import Document


def nothing_read() -> dict[str, Any]:
    return {}


def nothing_wrong() -> list[str]:
    return []


class ReceivedInvoice(models.Model):
    """An invoice that a client wrote to the business for what the client sold it. Negative when it `corrects` another.

    `read` holds what the file said, as plain values; `wrong` what did not agree when a person confirmed it, in words;
    `paid_before` what of its total was paid when it came, in the row's currency: null for nothing.
    """

    class Source(models.TextChoices):
        TYPED = "TYPED", _("typed")
        FACTURX = "FACTURX", _("read from its file")
        SELF_BILLED = "SELF_BILLED", _("made here, in the client's name")

    business = models.ForeignKey(Business, models.PROTECT, related_name="received_invoices")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="received_invoices")
    client = models.ForeignKey(Client, models.PROTECT, related_name="received_invoices")
    number = models.CharField(_("number"), max_length=60)
    issued_on = models.DateField(_("date of the invoice"))
    due_on = models.DateField(_("to be paid by"), null=True, blank=True)
    subject = models.CharField(_("what it is for"), max_length=200, blank=True)
    net = money_field()
    vat = money_field()
    total = money_field()
    paid_before = models.DecimalField(_("already paid"), max_digits=14, decimal_places=2, null=True, blank=True)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.TYPED)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    read = models.JSONField(default=nothing_read, blank=True)
    wrong = models.JSONField(default=nothing_wrong, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    follows = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["-issued_on", "-pk"]
        constraints = [
            only_euros("received_invoice"),
            models.UniqueConstraint(
                "client",
                Upper("number"),
                YearOf("issued_on"),  # many start again at 1 each year
                condition=Q(follows=None),
                name="a_clients_invoice_is_recorded_once",
            ),
            models.CheckConstraint(condition=Q(total=Round(F("net") + F("vat"), 2)), name="a_received_invoice_adds_up"),
            models.CheckConstraint(
                condition=Q(corrects=None, total__gt=0, net__gte=0, vat__gte=0)
                | Q(corrects__isnull=False, total__lt=0, net__lte=0, vat__lte=0),
                name="only_a_received_credit_note_is_negative",
            ),
            models.CheckConstraint(condition=~Q(number=""), name="a_received_invoice_has_a_number"),
            models.CheckConstraint(
                condition=Q(paid_before=None) | Q(corrects=None, paid_before__gt=0, paid_before__lte=F("total")),
                name="what_was_paid_of_a_received_invoice_is_part_of_it",
            ),
        ]
        indexes = [models.Index("business", "issued_on", name="received_by_day")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("received_invoice", args=[self.business.slug, self.pk])

    @property
    def already_paid(self) -> Money:
        """What of it was paid when it came, before any set-off (EN 16931 BT-113)."""
        return Money(self.paid_before or 0, self.total.currency)

    @property
    def stands(self) -> bool:
        """Nobody has withdrawn it since it was recorded."""
        return not hasattr(self, "withdrawal")


class ReceivedWithdrawal(models.Model):
    """That a received invoice should not have been recorded: it counts no more. Its row and its file stay."""

    received = models.OneToOneField(ReceivedInvoice, models.PROTECT, related_name="withdrawal")
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_withdrawal_says_why")]

    def __str__(self) -> str:
        return f"{self.received}: {self.reason}"


class ReceivedUpload(models.Model):
    """A file that a person brought and has not confirmed yet: what was read of it is proposed. Thrown away after."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    content = models.BinaryField()
    read = models.JSONField(default=nothing_read, blank=True)
    wrong = models.JSONField(default=nothing_wrong, blank=True)
    request_id = request_id_field()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.name
