"""Quotes and their versions. A sent version never changes; a change is a new version."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib.fields import money_field, only_euros, request_id_field
from people.models import Activity, Business, Client
from quotes.models.lines import PricedLine
from quotes.models.offers import Offer

if TYPE_CHECKING:
    from quotes.models.acceptance import Acceptance


class Quote(models.Model):
    """A proposal to one client. Its number is given when it is first sent."""

    business = models.ForeignKey(Business, models.PROTECT, related_name="quotes")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="quotes")
    client = models.ForeignKey(Client, models.PROTECT, related_name="quotes")
    number = models.CharField(max_length=35, null=True, blank=True)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    request_id = request_id_field()

    acceptance: "Acceptance"

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint("business", "number", name="a_quote_number_is_given_once")]

    def __str__(self) -> str:
        return self.number or f"({self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("quote", args=[self.business.slug, self.pk])


class QuoteVersion(models.Model):
    """One text of a quote: a draft until `sent_at`, then frozen with the parties and mentions copied onto it."""

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(_("title"), max_length=160)
    introduction = models.TextField(_("introduction"), blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    language = models.CharField(max_length=5, default="fr")
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    # Set once by sending.send()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    number = models.CharField(max_length=35, blank=True)
    seller = models.JSONField(null=True, blank=True)
    buyer = models.JSONField(null=True, blank=True)
    mentions = models.JSONField(null=True, blank=True)
    logo = models.BinaryField(null=True, blank=True)
    calculation_version = models.PositiveSmallIntegerField(default=1)
    net = money_field()
    vat = money_field()
    total = money_field()
    seal_version = models.PositiveSmallIntegerField(default=1)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["quote", "-version"]
        constraints = [
            only_euros("quote_version"),
            models.UniqueConstraint("quote", "version", name="a_version_number_is_given_once"),
            models.UniqueConstraint("quote", condition=Q(sent_at=None), name="a_quote_has_one_draft"),
            models.CheckConstraint(
                condition=Q(sent_at=None)
                | (
                    Q(seller__isnull=False)
                    & Q(buyer__isnull=False)
                    & Q(valid_until__isnull=False)
                    & ~Q(number="")
                    & ~Q(seal="")
                ),
                name="a_sent_version_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(total=Round(F("net") + F("vat"), 2)),
                name="a_sent_version_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quote} v{self.version}"


class QuoteLine(PricedLine):
    """A line of a version: from an offer, or free."""

    version = models.ForeignKey(QuoteVersion, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    offer = models.ForeignKey(Offer, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            only_euros("quote_line"),
            models.UniqueConstraint("version", "position", name="a_line_position_is_taken_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_quote_line_has_a_quantity"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="a_quote_line_is_never_negative"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100), name="a_discount_is_a_percentage"
            ),
        ]
