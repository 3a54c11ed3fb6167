"""The mandate by which a partner lets the business write the partner's invoices (CGI 289 I-2; ann. II 242 nonies I).

Frozen when it is proposed; what the partner says to it is another row, and so is its end. Where it stands is computed.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib.fields import request_id_field
from people.models import Activity, Address, Business, Client, Contact, User


def no_rates() -> list[str]:
    return []


class Mandate(Address):
    """Who gives it (the seller, a client of ours), for which sales, and how long an invoice may be contested.

    The name, the address and the numbers are those that the invoices will print as the seller's.
    """

    class VatRegime(models.TextChoices):
        FRANCHISE = "FRANCHISE", _("Small-business exemption: the seller charges no VAT")
        NORMAL = "NORMAL", _("The seller charges VAT")

    business = models.ForeignKey(Business, models.PROTECT, related_name="mandates")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="mandates")
    client = models.ForeignKey(Client, models.PROTECT, related_name="mandates")
    legal_name = models.CharField(_("legal name"), max_length=200)
    siren = models.CharField(_("SIREN"), max_length=9)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    registration = models.CharField(_("registration"), max_length=200, blank=True)
    vat_regime = models.CharField(_("VAT regime"), max_length=16, choices=VatRegime.choices)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    vat_rates = models.JSONField(default=no_rates, blank=True)  # as text: ["5.5", "20"]
    covers = models.CharField(_("what it covers"), max_length=300)
    contest_days = models.PositiveSmallIntegerField(_("days to contest an invoice"))
    starts_on = models.DateField(_("from"))
    language = models.CharField(max_length=5, default="fr")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    request_id = request_id_field()

    # Set once by mandating.propose()
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_on = models.DateField(null=True, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    agent = models.JSONField(null=True, blank=True)  # the business, as copied
    clauses = models.JSONField(null=True, blank=True)  # the text, sentence by sentence, as dated data had it
    seal_version = models.PositiveSmallIntegerField(default=1)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(vat_regime="FRANCHISE") | (Q(vat_regime="NORMAL") & ~Q(vat_number="")),
                name="who_sells_with_vat_has_a_vat_number",
            ),
            models.CheckConstraint(condition=Q(contest_days__gte=1), name="there_is_a_day_to_contest"),
            models.CheckConstraint(
                condition=(Q(proposed_at=None) & Q(proposed_on=None) & Q(seal=""))
                | (
                    Q(proposed_at__isnull=False)
                    & Q(proposed_on__isnull=False)
                    & Q(agent__isnull=False)
                    & Q(clauses__isnull=False)
                    & ~Q(seal="")
                    & ~Q(siren="")
                ),
                name="a_proposed_mandate_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.legal_name} → {self.business}"

    def get_absolute_url(self) -> str:
        return reverse("mandate", args=[self.business.slug, self.pk])

    def identity(self) -> dict[str, Any]:
        """Return who sells, as the partner's documents print it: the same keys as `people.parties.seller`."""
        return {
            "name": self.legal_name,
            "address": self.address,
            "address_more": self.address_more,
            "postal_code": self.postal_code,
            "city": self.city,
            "country": self.country,
            "siren": self.siren,
            "siret": self.siret,
            "registration": self.registration,
            "vat_regime": self.vat_regime,
            "vat_number": self.vat_number,
        }


class MandateLink(models.Model):
    """One contact's way to one mandate and its invoices. The token is made from (id, generation): nothing secret."""

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="links")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    generation = models.PositiveIntegerField(default=1)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("mandate", "contact", name="a_contact_has_one_link_per_mandate")]

    def __str__(self) -> str:
        return f"{self.mandate} → {self.contact}"


class MandateAcceptance(models.Model):
    """The partner's yes to a proposed mandate, by a link or on paper. Frozen; no address nor device is collected."""

    class How(models.TextChoices):
        ONLINE = "ONLINE", _("online")
        OTHERWISE = "OTHERWISE", _("received otherwise")

    mandate = models.OneToOneField(Mandate, models.PROTECT, related_name="acceptance")
    how = models.CharField(max_length=10, choices=How.choices, default=How.ONLINE)
    link = models.ForeignKey(MandateLink, models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("your name"), max_length=120)
    capacity = models.CharField(_("in what capacity"), max_length=120)
    consent = models.TextField()
    power = models.TextField(blank=True)
    mandate_seal = models.CharField(max_length=64)
    document_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    on = models.DateField()
    request_id = request_id_field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how="ONLINE", link__isnull=False) | Q(how="OTHERWISE", recorded_by__isnull=False),
                name="a_mandate_is_accepted_by_a_link_or_recorded",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mandate}: {self.name}"


class MandateEnd(models.Model):
    """Either side ends a mandate: from `ends_on` no invoice is issued under it. Without a yes before, it is a no."""

    mandate = models.OneToOneField(Mandate, models.PROTECT, related_name="end")
    by_partner = models.BooleanField()
    link = models.ForeignKey(MandateLink, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ends_on = models.DateField(_("from which day"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField()
    request_id = request_id_field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(link__isnull=False, by_partner=True) | Q(link=None, recorded_by__isnull=False),
                name="a_mandate_is_ended_by_a_link_or_recorded",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mandate} ⊣ {self.ends_on}"
