"""What any priced line holds: of a quote, of an invoice, of an invoice written for a partner."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.fields import money_field
from quotes.models.offers import Nature, Unit


class PricedLine(models.Model):
    """BG-25: what is sold, how much of it, at what price before VAT, and how VAT looks at it.

    `nature` says goods or services (242 nonies A, I 8° bis); `exemption` names a reason in lib.law why no VAT is due,
    empty for what is taxed; `section` is the heading under which consecutive lines are grouped.
    """

    section = models.CharField(_("section"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=4, default=1)
    unit = models.CharField(_("unit"), max_length=16, choices=Unit.choices, default=Unit.FLAT)
    unit_price = money_field(decimals=6)
    discount_percent = models.DecimalField(_("discount"), max_digits=5, decimal_places=2, default=0)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2, default=0)
    nature = models.CharField(_("nature"), max_length=10, choices=Nature.choices, default=Nature.SERVICES)
    exemption = models.CharField(_("exempt from VAT because"), max_length=40, blank=True)
    net = money_field()
    category = ""  # of VAT (BT-151), not a column: set by whoever prints a line, from quotes.vat

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title
