"""What of an agreed part of an invoice will not come, as a person decided: it is due in euros. Append-only."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.invoices import AgreedPart
from lib.fields import money_field, only_euros, request_id_field
from people.models import User


class Shortfall(models.Model):
    """So many units of an agreed part that will not come: worth so much, due in euros from now on.

    Nothing is written on the invoice: its claim stays whole, and its balance moves from one line to the other. A
    decision that was a mistake is undone by a second row that mirrors it.
    """

    part = models.ForeignKey(AgreedPart, models.PROTECT, related_name="shortfalls")
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    value = money_field()
    reason = models.CharField(_("reason"), max_length=200)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["pk"]
        constraints = [
            only_euros("shortfall"),
            models.CheckConstraint(
                condition=Q(reverses=None, quantity__gt=0, value__gt=0)
                | Q(reverses__isnull=False, quantity__lt=0, value__lt=0),
                name="only_a_shortfall_undone_is_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} −{self.quantity}"
