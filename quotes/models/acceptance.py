"""The yes and the no. Both are frozen; personal traces sit in a side row that can be erased."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.fields import request_id_field
from people.models import Contact, User
from quotes.models.links import QuoteLink
from quotes.models.quotes import Quote, QuoteVersion


class Acceptance(models.Model):
    """The yes to one sent version (C. civ. 1121, 1366). A quote is accepted once."""

    class How(models.TextChoices):
        ONLINE = "ONLINE", _("online")
        OTHERWISE = "OTHERWISE", _("received otherwise")

    quote = models.OneToOneField(Quote, models.PROTECT, related_name="acceptance")
    version = models.OneToOneField(QuoteVersion, models.PROTECT, related_name="acceptance")
    how = models.CharField(max_length=10, choices=How.choices, default=How.ONLINE)
    link = models.ForeignKey(QuoteLink, models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("your name"), max_length=120)
    capacity = models.CharField(_("in what capacity"), max_length=120)
    consent = models.TextField()
    power = models.TextField()
    version_seal = models.CharField(max_length=64)
    document_sha256 = models.CharField(max_length=64)
    traces_digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    on = models.DateField()
    request_id = request_id_field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how="ONLINE", link__isnull=False) | Q(how="OTHERWISE", recorded_by__isnull=False),
                name="a_yes_comes_by_a_link_or_is_recorded_by_someone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.name}"


class Evidence(models.Model):
    """Personal traces of a yes (address, device), kept until `erase_after`, then erased; the salted digest stays."""

    acceptance = models.OneToOneField(Acceptance, models.PROTECT, related_name="evidence")
    address = models.CharField(max_length=64, blank=True)
    device = models.CharField(max_length=300, blank=True)
    trail = models.JSONField(default=list)
    salt = models.CharField(max_length=64, blank=True)
    erase_after = models.DateField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{self.acceptance}"


class Refusal(models.Model):
    """The no to one sent version, with a reason if they wish."""

    version = models.OneToOneField(QuoteVersion, models.PROTECT, related_name="refusal")
    link = models.ForeignKey(QuoteLink, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(_("why, if you wish"), blank=True, max_length=2000)
    at = models.DateTimeField()
    request_id = request_id_field()

    def __str__(self) -> str:
        return f"{self.version}"
