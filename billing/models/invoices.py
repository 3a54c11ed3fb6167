"""Invoices: drafts until `issued_at`, then numbered, frozen and corrected only by another document."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib.fields import money_field, only_euros, request_id_field
from people.models import Activity, Business, Client, User
from quotes.models import Acceptance, Kind, PricedLine, QuoteLine, RemunerationTerm


class Invoice(models.Model):
    """A claim on a client (CGI 289, ann. II 242 nonies A). A credit note has positive amounts and `corrects`."""

    class Type(models.TextChoices):
        DEPOSIT = "DEPOSIT", _("deposit invoice")
        STANDARD = "STANDARD", _("invoice")
        FINAL = "FINAL", _("final invoice")
        PROGRESS = "PROGRESS", _("progress invoice")
        REPLACEMENT = "REPLACEMENT", _("replacement invoice")
        CREDIT_NOTE = "CREDIT_NOTE", _("credit note")

    business = models.ForeignKey(Business, models.PROTECT, related_name="invoices")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="invoices")
    client = models.ForeignKey(Client, models.PROTECT, related_name="invoices")
    acceptance = models.ForeignKey(Acceptance, models.PROTECT, null=True, blank=True, related_name="invoices")
    term = models.ForeignKey(
        RemunerationTerm, models.PROTECT, null=True, blank=True, related_name="deposit_invoices"
    )  # the deposit's term
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="credit_notes")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )  # cancelled by this one (CGI 289 I-5): at most one draft or invoice replaces another
    type = models.CharField(max_length=16, choices=Type.choices)
    stands_for = models.CharField(max_length=16, choices=Type.choices, blank=True)  # a replacement: as what it goes on
    deposit_month = models.DateField(null=True, blank=True)  # first day of the month whose goods it invoices
    title = models.CharField(_("title"), max_length=200)
    introduction = models.TextField(_("introduction"), blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    order_reference = models.CharField(_("order reference"), max_length=50, blank=True)
    engagement = models.CharField(_("engagement number"), max_length=50, blank=True)
    buyer_accounting_reference = models.CharField(_("client's accounting reference"), max_length=50, blank=True)
    period_since = models.DateField(_("period from"), null=True, blank=True)
    period_until = models.DateField(_("period to"), null=True, blank=True)
    delivered_on = models.DateField(_("done on"), null=True, blank=True)
    due_on = models.DateField(_("to be paid by"), null=True, blank=True)
    language = models.CharField(max_length=5, default="fr")
    second_language = models.CharField(max_length=5, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    request_id = request_id_field()

    # Set once by issuing.issue()
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    number = models.CharField(max_length=35, null=True, blank=True)
    seller = models.JSONField(null=True, blank=True)
    buyer = models.JSONField(null=True, blank=True)
    mentions = models.JSONField(null=True, blank=True)
    logo = models.BinaryField(null=True, blank=True)
    calculation_version = models.PositiveSmallIntegerField(default=1)
    net = money_field()
    vat = money_field()
    total = money_field()
    deducted = money_field()  # deposits already invoiced, VAT included
    settled_at_issue = money_field()  # received before issue and allocated to this invoice, every kind
    agreed_otherwise = money_field()  # agreed in goods, hours or local currency, not received yet
    payable = money_field()  # left in euros: total - deducted - settled_at_issue - agreed_otherwise (BT-115)
    in_kind = money_field()  # of a credit note: how much of it is off what was to come otherwise than in euros
    is_waiver = models.BooleanField(default=False)  # a credit note of what was missed and is waived, of nothing else
    seal_version = models.PositiveSmallIntegerField(default=1)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-issued_at", "-created_at", "-pk"]
        constraints = [
            only_euros("invoice"),
            models.UniqueConstraint("business", "number", name="an_invoice_number_is_given_once"),
            models.UniqueConstraint(
                "term", condition=Q(type="DEPOSIT", deposit_month=None), name="a_deposit_is_invoiced_once"
            ),
            models.UniqueConstraint(
                "term",
                "deposit_month",
                condition=Q(type="DEPOSIT", deposit_month__isnull=False),
                name="a_month_in_kind_is_invoiced_once",
            ),
            models.CheckConstraint(
                condition=(Q(type="REPLACEMENT") & Q(replaces__isnull=False))
                | (~Q(type="REPLACEMENT") & Q(replaces=None)),
                name="a_replacement_replaces_an_invoice",
            ),
            models.CheckConstraint(
                condition=(Q(type="REPLACEMENT") & Q(stands_for__in=("DEPOSIT", "STANDARD", "FINAL", "PROGRESS")))
                | (~Q(type="REPLACEMENT") & Q(stands_for="")),
                name="a_replacement_goes_on_as_what_it_replaces",
            ),
            models.CheckConstraint(
                condition=Q(period_since=None, period_until=None)
                | Q(period_since__isnull=False, period_until__gte=F("period_since")),
                name="an_invoiced_period_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=(Q(type="CREDIT_NOTE") & Q(corrects__isnull=False))
                | (~Q(type="CREDIT_NOTE") & Q(corrects=None)),
                name="a_credit_note_corrects_an_invoice",
            ),
            models.CheckConstraint(
                condition=Q(type="CREDIT_NOTE") | Q(in_kind=0, is_waiver=False),
                name="only_a_credit_note_is_off_what_was_to_come",
            ),
            models.CheckConstraint(
                condition=(Q(issued_at=None) & Q(number=None) & Q(seal=""))
                | (
                    Q(issued_at__isnull=False)
                    & Q(number__isnull=False)
                    & Q(issued_on__isnull=False)
                    & Q(seller__isnull=False)
                    & Q(buyer__isnull=False)
                    & Q(mentions__isnull=False)
                    & ~Q(seal="")
                ),
                name="an_issued_invoice_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None) | Q(total=Round(F("net") + F("vat"), 2)),
                name="an_issued_invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None)
                | Q(payable=Round(F("total") - F("deducted") - F("settled_at_issue") - F("agreed_otherwise"), 2)),
                name="what_is_payable_is_what_is_left",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None) | Q(due_on=None) | Q(due_on__gte=F("issued_on")) | Q(payable__lte=0),
                name="an_invoice_is_not_due_before_its_day",
            ),
        ]
        indexes = [models.Index("business", "issued_on", name="invoices_by_day")]

    def __str__(self) -> str:
        return self.number or f"({self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("invoice", args=[self.business.slug, self.pk])


class InvoiceLine(PricedLine):
    """A line of an invoice."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    quote_line = models.ForeignKey(
        QuoteLine, models.PROTECT, null=True, blank=True, related_name="+"
    )  # what a progress invoice claims a share of
    done_percent = models.DecimalField(
        _("done so far"), max_digits=5, decimal_places=2, null=True, blank=True
    )  # cumulated, this invoice included
    corrects_line = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )  # what a credit note takes units off

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            only_euros("invoice_line"),
            models.UniqueConstraint("invoice", "position", name="an_invoice_line_position_is_taken_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="an_invoice_line_has_a_quantity"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="an_invoice_line_is_never_negative"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="an_invoice_discount_is_a_percentage",
            ),
        ]


class InvoiceTax(models.Model):
    """VAT of one rate, on the total of that rate (EN 16931 BG-23)."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="taxes")
    category = models.CharField(max_length=2)
    rate = models.DecimalField(max_digits=5, decimal_places=2)
    base = money_field()
    amount = money_field()

    class Meta:
        verbose_name_plural = "invoice taxes"
        ordering = ["invoice", "-rate"]
        constraints = [
            only_euros("invoice_tax"),
            models.UniqueConstraint("invoice", "category", "rate", name="a_rate_is_totalled_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} %"


class Deduction(models.Model):
    """A deposit invoice taken off a final invoice, or what of it fits off a progress invoice (EN 16931 BG-3, BT-113).

    Twice only when the first invoice was wholly credited: issuing sees to it, under the deposit's lock.
    """

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="deductions")
    deposit = models.ForeignKey(Invoice, models.PROTECT, related_name="deducted_by")
    value = money_field()
    vat = money_field()
    by_rate = models.JSONField(null=True, blank=True)  # [category, rate, base, amount] as text, of what is taken off

    class Meta:
        constraints = [
            only_euros("deduction"),
            models.UniqueConstraint("invoice", "deposit", name="an_invoice_deducts_a_deposit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.deposit} → {self.invoice}"


class InvoiceTerm(models.Model):
    """One part of how an invoice is paid, as frozen at issue: what of each agreed term was received by then."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="terms")
    position = models.PositiveSmallIntegerField()
    term = models.ForeignKey(RemunerationTerm, models.PROTECT, null=True, blank=True, related_name="+")
    part = models.ForeignKey(
        "AgreedPart", models.PROTECT, null=True, blank=True, related_name="claimed"
    )  # of an invoice without a quote
    kind = models.CharField(max_length=16, choices=Kind.choices)
    label = models.CharField(max_length=200, blank=True)
    value = money_field()
    received = money_field()
    not_coming = money_field()  # of the agreed value, what was missed by then and due in euros: not in `value`
    received_since = models.DateField(null=True, blank=True)  # first and last day of what was received
    received_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            only_euros("invoice_term"),
            models.UniqueConstraint("invoice", "position", name="an_invoice_term_position_is_taken_once"),
        ]

    def __str__(self) -> str:
        return self.label


class AgreedPart(models.Model):
    """How an invoice without a quote is to be paid otherwise than in euros: so many units at so much.

    Written on the draft by a person; what is left of the total is in euros. Frozen with the invoice.
    """

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="agreed_parts")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    label = models.CharField(_("what"), max_length=120)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    unit_value = money_field()
    value = money_field()
    valuation = models.CharField(_("how its value was found"), max_length=200, blank=True)
    due_on = models.DateField(_("date"), null=True, blank=True)

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            only_euros("agreed_part"),
            models.UniqueConstraint("invoice", "position", name="an_agreed_part_position_is_taken_once"),
            models.CheckConstraint(condition=~Q(kind="money"), name="an_agreed_part_is_not_in_euros"),
            models.CheckConstraint(condition=Q(quantity__gt=0, value__gt=0), name="an_agreed_part_is_worth_something"),
        ]

    def __str__(self) -> str:
        return self.label
