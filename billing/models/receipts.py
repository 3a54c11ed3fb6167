"""What was received, of every kind, and which invoice it settles. Append-only: a mistake is reversed by a row."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from billing.models.invoices import AgreedPart, Invoice
from lib.fields import money_field, only_euros, request_id_field
from lib.money import total
from people.models import Activity, Business, Client, User
from quotes.models import Kind, RemunerationTerm

CAME = Q(reverses=None, reversed_by=None, gives_back=None)  # what came and was not undone


class Receipt(models.Model):
    """What came, on a day, worth so much (BOI-BNC-BASE-20-10-10: value on the day of transfer).

    Belongs to the accepted quote's term, or to a client; never needs an invoice. A reversal mirrors another row with
    opposite quantity and value. What was given back of a receipt is a negative row on the day it went.
    """

    class Means(models.TextChoices):
        TRANSFER = "TRANSFER", _("bank transfer")
        CARD = "CARD", _("card")
        CHEQUE = "CHEQUE", _("cheque")
        CASH = "CASH", _("cash")
        DIRECT_DEBIT = "DIRECT_DEBIT", _("direct debit")
        GOODS = "GOODS", _("in kind")
        TIME = "TIME", _("in hours")
        LOCAL_PAPER = "LOCAL_PAPER", _("local currency, notes")
        LOCAL_DIGITAL = "LOCAL_DIGITAL", _("local currency, account")
        SET_OFF = "SET_OFF", _("set-off")

    class Destination(models.TextChoices):
        PERSONAL = "PERSONAL", _("for me")
        BUSINESS = "BUSINESS", _("for the business")

    business = models.ForeignKey(Business, models.PROTECT, related_name="receipts")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="receipts")
    client = models.ForeignKey(Client, models.PROTECT, related_name="receipts")
    term = models.ForeignKey(RemunerationTerm, models.PROTECT, null=True, blank=True, related_name="receipts")
    part = models.ForeignKey(
        AgreedPart, models.PROTECT, null=True, blank=True, related_name="receipts"
    )  # of an invoice without a quote
    kind = models.CharField(max_length=16, choices=Kind.choices)
    received_on = models.DateField(_("received on"))
    planned_on = models.DateField(null=True, blank=True)
    label = models.CharField(_("what"), max_length=120, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2, null=True, blank=True)
    unit_value = money_field()
    value = money_field()
    valuation = models.CharField(_("why this value"), max_length=200, blank=True)
    means = models.CharField(_("means"), max_length=16, choices=Means.choices)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    destination = models.CharField(_("where it went"), max_length=10, choices=Destination.choices, blank=True)
    delivered_by = models.CharField(_("delivered by"), max_length=120, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    gives_back = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="given_back")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["received_on", "pk"]
        constraints = [
            only_euros("receipt"),
            models.CheckConstraint(
                condition=Q(reverses=None, gives_back=None, value__gt=0)
                | Q(reverses__isnull=False, gives_back=None, value__lt=0)
                | Q(reverses=None, gives_back__isnull=False, value__lt=0)
                | Q(reverses__isnull=False, gives_back__isnull=False, value__gt=0),  # given back by mistake
                name="only_what_takes_back_is_negative",
            ),
            models.CheckConstraint(
                condition=(Q(kind="money") & Q(quantity=None)) | (~Q(kind="money") & Q(quantity__isnull=False)),
                name="a_receipt_in_kind_counts_units",
            ),
            models.CheckConstraint(
                condition=(Q(kind="goods") & ~Q(destination="")) | (~Q(kind="goods") & Q(destination="")),
                name="goods_say_where_they_went",
            ),
        ]
        indexes = [models.Index("business", "received_on", name="receipts_by_day")]

    def __str__(self) -> str:
        return f"{self.received_on:%Y-%m-%d} {self.label}"

    @property
    def came(self) -> bool:
        """It came, and nobody has said since that this was a mistake."""
        return self.reverses_id is None and self.gives_back_id is None and not hasattr(self, "reversed_by")

    @property
    def kept(self) -> Money:
        """What it is worth, less what was given back. Reads `given_back`: prefetch it for a list."""
        kept: Money = self.value + total(row.value for row in self.given_back.all())
        return kept

    @property
    def kept_quantity(self) -> Decimal:
        """How many units came, less those that were given back."""
        return sum((row.quantity or Decimal(0) for row in self.given_back.all()), self.quantity or Decimal(0))


class Allocation(models.Model):
    """How much of a receipt settles which invoice. A negative row takes back what a reversed receipt had settled."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    value = money_field()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            only_euros("allocation"),
            models.CheckConstraint(condition=~Q(value=0), name="an_allocation_is_never_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} → {self.invoice}"


class MissedDelivery(models.Model):
    """A planned day on which nothing came. What follows is the rule agreed in the quote's term.

    A mistake is undone by a second row that mirrors the first, with opposite quantity and value, so that sums need no
    exception. The same day may then be missed after all: that row `follows` the reversal.
    """

    term = models.ForeignKey(RemunerationTerm, models.PROTECT, related_name="missed")
    planned_on = models.DateField(_("planned day"))
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    value = money_field()  # rounded once, here, as what comes is
    note = models.CharField(_("note"), max_length=200, blank=True)  # of a reversal: its reason
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    follows = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    request_id = request_id_field()

    class Meta:
        verbose_name_plural = "missed deliveries"
        ordering = ["planned_on", "pk"]
        constraints = [
            only_euros("missed_delivery"),
            # Whether a row was reversed is written in another row, and this one never changes: so the first miss of a
            # day is unique, and any other is unique after the reversal that it names.
            models.UniqueConstraint(
                "term", "planned_on", condition=Q(reverses=None, follows=None), name="a_day_is_missed_once"
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, quantity__gt=0, value__gte=0)
                | Q(reverses__isnull=False, follows=None, quantity__lt=0, value__lte=0),
                name="only_a_miss_undone_is_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.planned_on}"

    @property
    def stands(self) -> bool:
        """Nothing came that day, and nobody has said since that this was a mistake."""
        return self.reverses_id is None and not hasattr(self, "reversed_by")
