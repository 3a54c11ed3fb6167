"""The compensated pair: an issued invoice and one that the same client wrote are set off (C. civ. 1347 s., 1348-2)."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.invoices import Invoice
from billing.models.receipts import Receipt
from billing.models.received import ReceivedInvoice
from lib.fields import money_field, only_euros, request_id_field
from people.models import Activity, Business, Client, User


def nothing_said() -> dict[str, Any]:
    return {}


class SetOff(models.Model):
    """How much of two debts disappears on one day: both are deemed paid then (AFNOR XP Z12-014, case 40).

    value = covered + rest. `covered` is what had come in kind and was recorded as receipts already: the client's
    invoice is for these very goods or hours, and nothing is received twice. `rest` was received by the set-off itself:
    that is the new `receipt`. A set-off is undone by a row that mirrors it with opposite values. Frozen.
    """

    business = models.ForeignKey(Business, models.PROTECT, related_name="set_offs")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="set_offs")
    client = models.ForeignKey(Client, models.PROTECT, related_name="set_offs")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="set_offs")
    received = models.ForeignKey(ReceivedInvoice, models.PROTECT, related_name="set_offs")
    receipt = models.OneToOneField(Receipt, models.PROTECT, null=True, blank=True, related_name="set_off")
    number = models.CharField(max_length=35)
    settled_on = models.DateField(_("set off on"))
    value = money_field()
    covered = money_field()
    rest = money_field()
    said = models.JSONField(default=nothing_said)  # both parties, both invoices and what was left, as of that day
    language = models.CharField(max_length=5, default="fr")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    seal_version = models.PositiveSmallIntegerField(default=1)
    seal = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["settled_on", "pk"]
        constraints = [
            only_euros("set_off"),
            models.UniqueConstraint("business", "number", name="a_set_off_number_is_given_once"),
            models.CheckConstraint(
                condition=Q(value=Round(F("covered") + F("rest"), 2)), name="a_set_off_is_what_came_and_the_rest"
            ),
            models.CheckConstraint(
                condition=(Q(rest=0) & Q(receipt=None)) | (~Q(rest=0) & Q(receipt__isnull=False)),
                name="the_rest_of_a_set_off_is_a_receipt",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, value__gt=0, covered__gte=0, rest__gte=0)
                | (Q(reverses__isnull=False, value__lt=0, covered__lte=0, rest__lte=0) & ~Q(reason="")),
                name="only_a_set_off_undone_is_negative",
            ),
        ]
        indexes = [models.Index("business", "settled_on", name="set_offs_by_day")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("set_off", args=[self.business.slug, self.pk])

    @property
    def stands(self) -> bool:
        """It was not undone, and undoes nothing."""
        return self.reverses_id is None and not hasattr(self, "reversed_by")


class SetOffCover(models.Model):
    """How much of a receipt in kind a set-off covers: the client's invoice is for what came that day."""

    set_off = models.ForeignKey(SetOff, models.PROTECT, related_name="covers")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="covers")
    value = money_field()

    class Meta:
        ordering = ["pk"]
        constraints = [
            only_euros("set_off_cover"),
            models.UniqueConstraint("set_off", "receipt", name="a_set_off_covers_a_receipt_once"),
            models.CheckConstraint(condition=~Q(value=0), name="a_set_off_covers_something"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} → {self.set_off}"


class PlannedSetOff(models.Model):
    """What a draft invoice says will be set off against a received invoice; printed, and frozen with the invoice."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="planned_set_offs")
    received = models.ForeignKey(ReceivedInvoice, models.PROTECT, related_name="planned_set_offs")
    value = money_field()

    class Meta:
        ordering = ["pk"]
        constraints = [
            only_euros("planned_set_off"),
            models.UniqueConstraint("invoice", "received", name="a_pair_is_announced_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="an_announced_set_off_is_worth_something"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} ↔ {self.received}"
