"""How a quote is to be paid: terms in euros, goods, hours and local currency that add up to its total."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from lib.fields import money_field, only_euros
from quotes.models.quotes import QuoteVersion


class Kind(models.TextChoices):
    MONEY = "money", _("euros")
    GOODS = "goods", _("goods")
    TIME = "time", _("hours")
    LOCAL_CURRENCY = "local_currency", _("local currency")


class MoneyDue(models.TextChoices):
    ACCEPTANCE = "ACCEPTANCE", _("at acceptance (deposit)")
    DELIVERY = "DELIVERY", _("on delivery")
    DEPOSIT_DATE = "DEPOSIT_DATE", _("on a date, as a deposit")
    DATE = "DATE", _("on a date")
    AFTER_INVOICE = "AFTER_INVOICE", _("days after the invoice")


ON_A_DATE = (MoneyDue.DATE, MoneyDue.DEPOSIT_DATE)


class Rhythm(models.TextChoices):
    ONCE = "ONCE", _("once")
    WEEKLY = "WEEKLY", _("every week")
    FORTNIGHTLY = "FORTNIGHTLY", _("every two weeks")
    MONTHLY = "MONTHLY", _("every month")


class IfMissed(models.TextChoices):
    CARRIED_OVER = "CARRIED_OVER", _("carried over to the end")
    REPLACED = "REPLACED", _("replaced by something of the same value")
    DUE_IN_EUROS = "DUE_IN_EUROS", _("due in euros")
    WAIVED = "WAIVED", _("waived, by a credit note")


class RemunerationTerm(models.Model):
    """One agreed way of paying a part of the price, with its value in euros.

    MONEY: `percent` of the total or an amount, `due`. GOODS, TIME, LOCAL_CURRENCY: `quantity` × `unit_value`, whole
    units for goods; `first_on` and `rhythm` say when. The one term that `closes` the mix takes what is left.
    """

    version = models.ForeignKey(QuoteVersion, models.CASCADE, related_name="terms")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    label = models.CharField(_("what"), max_length=120, blank=True)
    value = money_field()
    percent = models.DecimalField(_("percent"), max_digits=7, decimal_places=4, null=True, blank=True)
    closes = models.BooleanField(_("takes what is left"), default=False)

    due = models.CharField(_("due"), max_length=16, choices=MoneyDue.choices, blank=True)
    due_on = models.DateField(_("date"), null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)

    unit = models.CharField(_("unit"), max_length=40, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2, null=True, blank=True)
    per_delivery = models.DecimalField(_("each time"), max_digits=10, decimal_places=2, null=True, blank=True)
    unit_value = money_field()
    valuation = models.CharField(
        _("how its value was found"), max_length=200, blank=True, help_text=_("For example: price at the farm's stall.")
    )
    first_on = models.DateField(_("first day"), null=True, blank=True)
    rhythm = models.CharField(_("rhythm"), max_length=16, choices=Rhythm.choices, blank=True)
    if_missed = models.CharField(_("if one is missed"), max_length=16, choices=IfMissed.choices, blank=True)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            only_euros("term"),
            models.UniqueConstraint("version", "position", name="a_term_position_is_taken_once"),
            models.UniqueConstraint("version", condition=Q(closes=True), name="one_term_closes_the_mix"),
            models.CheckConstraint(condition=Q(value__gte=0), name="a_term_is_never_negative"),
            models.CheckConstraint(
                condition=(Q(kind="money") & ~Q(due="")) | (~Q(kind="money") & Q(due="")),
                name="only_euros_have_a_due_day",
            ),
            models.CheckConstraint(
                condition=(Q(kind="money") & Q(quantity=None)) | (~Q(kind="money") & Q(quantity__gt=0)),
                name="what_is_not_euros_has_a_quantity",
            ),
            models.CheckConstraint(
                # within a cent: SQLite multiplies floats, and only lib.money rounds half up
                condition=Q(kind="money")
                | Q(
                    value__gte=Round(F("quantity") * F("unit_value") - Decimal("0.01"), 2),
                    value__lte=Round(F("quantity") * F("unit_value") + Decimal("0.01"), 2),
                ),
                name="a_term_in_kind_is_worth_its_units",
            ),
            models.CheckConstraint(
                condition=~Q(kind="money", closes=False) | Q(percent=None) | Q(percent__gt=0, percent__lte=100),
                name="a_share_is_a_percentage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}".strip()
