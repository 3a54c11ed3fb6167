"""Payment requests: what was agreed in kind and became due in euros is asked for, without a second invoice."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.invoices import AgreedPart, Invoice
from lib.fields import money_field, only_euros, request_id_field
from people.models import Activity, Business, Client, User
from quotes.models import RemunerationTerm


class PaymentRequest(models.Model):
    """Asks in euros for a part of an issued invoice: no number of its series, no VAT, no revenue. Frozen.

    DUE: it was due in euros already (a missed delivery whose rule says so, a shortfall); the request only asks.
    AGREED: the person and the client agree that so many units will not come: from this row on the balance counts them
    in euros. A request made by mistake is undone by a second row that mirrors it, so that sums need no exception.
    """

    class Basis(models.TextChoices):
        DUE = "DUE", _("it did not come, and is due in euros")
        AGREED = "AGREED", _("agreed with the client")

    business = models.ForeignKey(Business, models.PROTECT, related_name="payment_requests")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="payment_requests")
    client = models.ForeignKey(Client, models.PROTECT, related_name="payment_requests")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="payment_requests")
    term = models.ForeignKey(RemunerationTerm, models.PROTECT, null=True, blank=True, related_name="payment_requests")
    part = models.ForeignKey(AgreedPart, models.PROTECT, null=True, blank=True, related_name="payment_requests")
    basis = models.CharField(max_length=8, choices=Basis.choices)
    position = models.PositiveSmallIntegerField()  # first, second… of its invoice
    label = models.CharField(max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    value = money_field()
    reason = models.CharField(_("reason"), max_length=200)
    requested_on = models.DateField()
    due_on = models.DateField(_("to be paid by"))
    language = models.CharField(max_length=5, default="fr")
    seller = models.JSONField()
    buyer = models.JSONField()
    logo = models.BinaryField(null=True, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    seal = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            only_euros("payment_request"),
            models.UniqueConstraint(
                "invoice", "position", condition=Q(reverses=None), name="a_payment_request_has_a_place_of_its_own"
            ),
            models.CheckConstraint(
                condition=Q(term__isnull=False, part=None) | Q(term=None, part__isnull=False, basis="DUE"),
                name="a_payment_request_is_for_one_part",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, quantity__gt=0, value__gt=0)
                | Q(reverses__isnull=False, quantity__lt=0, value__lt=0),
                name="only_a_payment_request_undone_is_negative",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_payment_request_says_why"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("requested_on")), name="a_payment_request_is_not_due_before_its_day"
            ),
        ]
        indexes = [models.Index("business", "requested_on", name="payment_requests_by_day")]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("payment_request", args=[self.business.slug, self.pk])

    @property
    def reference(self) -> str:
        """What the client writes on the transfer: the invoice's number comes first, as it is what is being paid."""
        return f"{self.invoice.number} DP{self.position}"

    @property
    def stands(self) -> bool:
        """It undoes nothing, and was not undone."""
        return self.reverses_id is None and not hasattr(self, "reversed_by")

    def said(self) -> dict[str, Any]:
        """Return what its seal covers (version 1)."""
        names = ("basis", "position", "label", "quantity", "value", "reason", "requested_on", "due_on", "language")
        ids = ("business_id", "client_id", "invoice_id", "term_id", "part_id", "reverses_id")
        facts = {name: getattr(self, name) for name in (*names, *ids, "seller", "buyer")}
        return facts | {"document": "courgette payment request version 1"}
