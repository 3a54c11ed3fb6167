"""Invoices that the business writes in the name and on behalf of a partner: the partner sells, the business buys.

They are purchases: tables of their own, so that no balance, turnover or receipts book ever counts them as ours.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.mandates import Mandate, MandateLink
from billing.models.receipts import Receipt
from billing.models.received import ReceivedInvoice
from lib.fields import money_field, only_euros, request_id_field
from people.models import Activity, Business, Client, Contact, User
from quotes.models import PricedLine


class SelfBilledInvoice(models.Model):
    """A claim of the partner on the business (UNTDID 389), or what takes some or all of one off (261).

    A draft until `issued_at`.
    """

    class Type(models.TextChoices):
        INVOICE = "INVOICE", _("self-billed invoice")
        CREDIT_NOTE = "CREDIT_NOTE", _("self-billed credit note")

    class Settlement(models.TextChoices):
        SET_OFF = "SET_OFF", _("by set-off with what we invoice them")
        EUROS = "EUROS", _("in euros")

    business = models.ForeignKey(Business, models.PROTECT, related_name="self_billed")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="self_billed")
    client = models.ForeignKey(Client, models.PROTECT, related_name="self_billed")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="invoices")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="credit_notes")
    type = models.CharField(max_length=16, choices=Type.choices, default=Type.INVOICE)
    title = models.CharField(_("title"), max_length=200)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    delivered_on = models.DateField(_("delivered on"))
    period_since = models.DateField(_("period from"), null=True, blank=True)
    period_until = models.DateField(_("period to"), null=True, blank=True)
    settlement = models.CharField(
        _("how it is paid"), max_length=10, choices=Settlement.choices, default=Settlement.SET_OFF
    )
    due_on = models.DateField(_("to be paid by"), null=True, blank=True)
    language = models.CharField(max_length=5, default="fr")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    request_id = request_id_field()

    # Set once by selfbilling.issue()
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    number = models.CharField(max_length=35, null=True, blank=True)
    contest_until = models.DateField(null=True, blank=True)  # the last day, as the mandate says
    seller = models.JSONField(null=True, blank=True)
    buyer = models.JSONField(null=True, blank=True)
    mentions = models.JSONField(null=True, blank=True)
    calculation_version = models.PositiveSmallIntegerField(default=1)
    net = money_field()
    vat = money_field()
    total = money_field()
    agreed_otherwise = money_field()  # to be set off: never paid in euros
    payable = money_field()  # in euros: total - agreed_otherwise (BT-115)
    received = models.OneToOneField(
        ReceivedInvoice, models.PROTECT, null=True, blank=True, related_name="self_billed"
    )  # the same claim among what the client invoices us, to be set off
    seal_version = models.PositiveSmallIntegerField(default=1)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-issued_at", "-created_at", "-pk"]
        constraints = [
            only_euros("self_billed_invoice"),
            models.UniqueConstraint("client", "number", name="a_partners_number_is_given_once"),
            models.CheckConstraint(
                condition=(Q(type="CREDIT_NOTE") & Q(corrects__isnull=False)) | (Q(type="INVOICE") & Q(corrects=None)),
                name="a_self_billed_credit_note_corrects",
            ),
            models.CheckConstraint(
                condition=(Q(issued_at=None) & Q(number=None) & Q(seal=""))
                | (
                    Q(issued_at__isnull=False)
                    & Q(number__isnull=False)
                    & Q(issued_on__isnull=False)
                    & Q(contest_until__isnull=False)
                    & Q(seller__isnull=False)
                    & Q(buyer__isnull=False)
                    & Q(mentions__isnull=False)
                    & ~Q(seal="")
                ),
                name="an_issued_self_billed_invoice_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None)
                | Q(total=Round(F("net") + F("vat"), 2), payable=Round(F("total") - F("agreed_otherwise"), 2)),
                name="an_issued_self_billed_invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(period_since=None, period_until=None)
                | Q(period_since__isnull=False, period_until__gte=F("period_since")),
                name="a_self_billed_period_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index("business", "issued_on", name="self_billed_by_day")]

    def __str__(self) -> str:
        return self.number or f"({self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("self_billed", args=[self.business.slug, self.pk])


class SelfBilledLine(PricedLine):
    """A line of a self-billed invoice: what the partner sold."""

    invoice = models.ForeignKey(SelfBilledInvoice, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            only_euros("self_billed_line"),
            models.UniqueConstraint("invoice", "position", name="a_self_billed_position_is_taken_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_self_billed_line_has_a_quantity"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="a_self_billed_line_is_never_negative"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="a_self_billed_discount_is_a_percentage",
            ),
        ]


class SelfBilledTax(models.Model):
    """VAT of one rate, on the total of that rate (EN 16931 BG-23)."""

    invoice = models.ForeignKey(SelfBilledInvoice, models.CASCADE, related_name="taxes")
    category = models.CharField(max_length=2)
    rate = models.DecimalField(max_digits=5, decimal_places=2)
    base = money_field()
    amount = money_field()

    class Meta:
        verbose_name_plural = "self-billed taxes"
        ordering = ["invoice", "-rate"]
        constraints = [
            only_euros("self_billed_tax"),
            models.UniqueConstraint("invoice", "category", "rate", name="a_self_billed_rate_is_totalled_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} %"


class SelfBilledReceipt(models.Model):
    """A receipt in kind that a self-billed invoice is for, or that a credit note takes off: nothing is invoiced twice.

    Twice only once a credit note took the first off: selfbilling sees to it, under the client's lock.
    """

    invoice = models.ForeignKey(SelfBilledInvoice, models.CASCADE, related_name="receipts")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="self_billed")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("invoice", "receipt", name="a_receipt_is_self_billed_once")]

    def __str__(self) -> str:
        return f"{self.receipt} → {self.invoice}"


class SelfBilledAnswer(models.Model):
    """What the partner said to one invoice: that it is right, or what is wrong with it. Silence leaves no row."""

    class Kind(models.TextChoices):
        APPROVED = "APPROVED", _("approved")
        CONTESTED = "CONTESTED", _("contested")

    invoice = models.OneToOneField(SelfBilledInvoice, models.PROTECT, related_name="answer")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    link = models.ForeignKey(MandateLink, models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("your name"), max_length=120)
    reason = models.TextField(_("what is wrong"), blank=True, max_length=2000)
    at = models.DateTimeField()
    on = models.DateField()
    request_id = request_id_field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(link__isnull=False) | Q(recorded_by__isnull=False),
                name="an_answer_comes_by_a_link_or_is_recorded",
            ),
            models.CheckConstraint(
                condition=Q(kind="APPROVED") | ~Q(reason=""), name="who_contests_says_what_is_wrong"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.kind}"
