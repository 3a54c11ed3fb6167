"""Delivery slips: the paper for what came in kind when who delivered writes no invoice (C. com. L123-28)."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.receipts import Receipt
from lib.fields import money_field, only_euros, request_id_field
from people.models import Activity, Business, Client, User


def nothing_said() -> dict[str, Any]:
    return {}


class Slip(models.Model):
    """One slip, for one or several receipts in kind of one client. Frozen once made; signed on paper."""

    business = models.ForeignKey(Business, models.PROTECT, related_name="slips")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="slips")
    client = models.ForeignKey(Client, models.PROTECT, related_name="slips")
    number = models.CharField(max_length=35)
    made_on = models.DateField(_("made on"))
    handed_over_by = models.CharField(_("handed over by"), max_length=120, blank=True)  # blank: written by hand
    received_by = models.CharField(_("received by"), max_length=120, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    total = money_field()
    said = models.JSONField(default=nothing_said)  # both parties and what the slip refers to, as of that day
    language = models.CharField(max_length=5, default="fr")
    seal_version = models.PositiveSmallIntegerField(default=1)
    seal = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["-made_on", "-pk"]
        constraints = [
            only_euros("slip"),
            models.UniqueConstraint("business", "number", name="a_slip_number_is_given_once"),
            models.CheckConstraint(condition=Q(total__gt=0), name="a_slip_is_worth_something"),
        ]
        indexes = [models.Index("business", "made_on", name="slips_by_day")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("slip", args=[self.business.slug, self.pk])


class SlipLine(models.Model):
    """One receipt on a slip: a receipt is on one slip only."""

    slip = models.ForeignKey(Slip, models.PROTECT, related_name="lines")
    receipt = models.OneToOneField(Receipt, models.PROTECT, related_name="slip_line")
    position = models.PositiveSmallIntegerField()
    received_on = models.DateField()
    label = models.CharField(max_length=120)
    unit = models.CharField(max_length=40, blank=True)
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    unit_value = money_field()
    value = money_field()

    class Meta:
        ordering = ["slip", "position"]
        constraints = [
            only_euros("slip_line"),
            models.UniqueConstraint("slip", "position", name="a_slip_line_position_is_taken_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, value__gt=0), name="a_slip_line_is_worth_something"),
        ]

    def __str__(self) -> str:
        return f"{self.slip} {self.label}"
