"""Offers: frugal, reusable services with a price."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib.fields import money_field, only_euros, request_id_field
from people.models import Activity


class Unit(models.TextChoices):
    """What a quantity counts; each has its EN 16931 BT-130 code in lib/law."""

    PIECE = "PIECE", _("piece")
    FLAT = "FLAT", _("flat fee")
    HOUR = "HOUR", _("hour")
    HALF_DAY = "HALF_DAY", _("half-day")
    DAY = "DAY", _("day")
    MONTH = "MONTH", _("month")
    YEAR = "YEAR", _("year")
    PAGE = "PAGE", _("page")
    KILOGRAM = "KILOGRAM", _("kilogram")


class Nature(models.TextChoices):
    """What kind of operation a line is (242 nonies A, I 8° bis; the letter of EN 16931 BT-23)."""

    SERVICES = "SERVICES", _("service")
    GOODS = "GOODS", _("goods delivered")


class Offer(models.Model):
    """A reusable service: what is in it, what is left out on purpose, what it reuses, its price."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="offers")
    title = models.CharField(_("title"), max_length=160)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    included = models.TextField(_("what is included"), blank=True)
    left_out = models.TextField(_("left out on purpose"), blank=True)
    reused = models.TextField(_("what is reused"), blank=True, help_text=_("Open-source parts: links and licences."))
    licence = models.CharField(_("licence of what is delivered"), max_length=80, blank=True)
    published_at_url = models.URLField(_("where its code will be published"), blank=True)
    hours = models.DecimalField(_("hours it really takes"), max_digits=7, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=16, choices=Unit.choices, default=Unit.FLAT)
    unit_price = money_field(decimals=6)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2, default=0)
    nature = models.CharField(_("nature"), max_length=10, choices=Nature.choices, default=Nature.SERVICES)
    exemption = models.CharField(_("exempt from VAT because"), max_length=40, blank=True)
    tags = models.CharField(_("tags"), max_length=200, blank=True, help_text=_("Separated by commas."))
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    request_id = request_id_field()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            only_euros("offer"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="an_offer_never_has_a_negative_price"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("offer", args=[self.activity.business.slug, self.pk])
