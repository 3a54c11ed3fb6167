"""Who: people who log in, the businesses they work for, and their clients."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib.fields import money_field, only_euros, request_id_field


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in with an e-mail address."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, default="fr")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="an_email_belongs_to_one_user")]

    def __str__(self) -> str:
        return self.name or self.email


class Address(models.Model):
    """Where a business or a client is."""

    address = models.CharField(_("address"), max_length=200, blank=True)
    address_more = models.CharField(_("address, continued"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=16, blank=True)
    city = models.CharField(_("town"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FR")

    class Meta:
        abstract = True


class Business(Address):
    """The legal seller: identity, status, VAT regime, bank account; its number series hang on it."""

    class Status(models.TextChoices):
        MICRO = "MICRO", _("Sole trader, micro regime")
        REEL = "REEL", _("Sole trader, actual-profit regime")
        COMPANY = "COMPANY", _("Company")
        CAE = "CAE", _("Cooperative of activity and employment")
        ASSOCIATION = "ASSOCIATION", _("Association")

    class VatRegime(models.TextChoices):
        FRANCHISE = "FRANCHISE", _("Small-business exemption (franchise en base)")
        NORMAL = "NORMAL", _("Charges VAT")
        EXEMPT = "EXEMPT", _("Exempt by its activity")

    slug = models.SlugField(max_length=60, unique=True)
    legal_name = models.CharField(_("legal name"), max_length=200)
    trade_name = models.CharField(_("trade name"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.MICRO)
    siren = models.CharField(_("SIREN"), max_length=9)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    registration = models.CharField(
        _("registration"), max_length=200, blank=True, help_text=_("For a company: form, capital, RCS and town.")
    )
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    website = models.URLField(_("website"), blank=True)

    vat_regime = models.CharField(
        _("VAT regime"), max_length=16, choices=VatRegime.choices, default=VatRegime.FRANCHISE
    )
    vat_exemption = models.CharField(_("why it is exempt"), max_length=40, blank=True)  # a reason in lib.law
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    vat_on_debits = models.BooleanField(_("VAT on debits"), default=False)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)

    started_on = models.DateField(_("start of activity"), null=True, blank=True)
    turnover_already = money_field()
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Paris")
    logo = models.BinaryField(null=True, blank=True)
    accent_colour = models.CharField(_("accent colour"), max_length=7, default="#2f6b3c")

    accepts_goods = models.BooleanField(_("goods"), default=True)
    accepts_time = models.BooleanField(_("hours of work"), default=False)
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    request_id = request_id_field()

    class Meta:
        constraints = [
            only_euros("business"),
            models.CheckConstraint(
                condition=~Q(vat_regime="NORMAL") | ~Q(vat_number=""), name="who_charges_vat_has_a_vat_number"
            ),
            models.CheckConstraint(
                condition=~Q(vat_regime="EXEMPT") | ~Q(vat_exemption=""), name="who_is_exempt_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.trade_name or self.legal_name

    def get_absolute_url(self) -> str:
        return reverse("today", args=[self.slug])


class LocalCurrency(models.Model):
    """A complementary currency that a business accepts, at par with the euro (CMF L311-5)."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="local_currencies")
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint("business", Lower("name"), name="a_local_currency_is_listed_once")]

    def __str__(self) -> str:
        return self.name


class Activity(models.Model):
    """One person's trade within a business: its catalogue, clients and quotes."""

    business = models.ForeignKey(Business, models.PROTECT, related_name="activities")
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "OWNER", _("owner")
    FREELANCER = "FREELANCER", _("freelancer")
    ACCOUNTANT = "ACCOUNTANT", _("accountant")


class Membership(models.Model):
    """What one person may do in one business. Owners see all its activities, freelancers theirs, accountants read."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    business = models.ForeignKey(Business, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    activities = models.ManyToManyField(Activity, blank=True, related_name="memberships")
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("user", "business", name="a_person_joins_a_business_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"


class Invitation(models.Model):
    """A person asked to join: a business (with a role), or the site itself when `business` is empty."""

    email = models.EmailField(_("e-mail"))
    business = models.ForeignKey(Business, models.CASCADE, null=True, blank=True, related_name="invitations")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.ACCOUNTANT)
    generation = models.PositiveIntegerField(default=1)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    invited_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    request_id = request_id_field()

    def __str__(self) -> str:
        return self.email


class Client(Address):
    """Who orders and is invoiced."""

    class Kind(models.TextChoices):
        FARM = "FARM", _("farm")
        ASSOCIATION = "ASSOCIATION", _("association")
        AMAP = "AMAP", _("AMAP (community-supported agriculture)")
        COMPANY = "COMPANY", _("company")
        PUBLIC = "PUBLIC", _("public body")
        PERSON = "PERSON", _("private person")

    # In business: only they read of penalties and the 40 € (c. com. L441-10), and VAT is due where they are. Whether an
    # association or an AMAP trades is not known, so it is spared; a public body has rules of its own.
    TRADERS = (Kind.FARM, Kind.COMPANY)

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="clients")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    rna = models.CharField(_("RNA number"), max_length=10, blank=True)
    court_register = models.CharField(
        _("register of associations"),
        max_length=120,
        blank=True,
        help_text=_("Alsace and Moselle: court, volume and folio."),
    )
    service_code = models.CharField(_("service code (Chorus Pro)"), max_length=100, blank=True)
    language = models.CharField(
        _("language"), max_length=5, default="fr", choices=[("fr", "Français"), ("en", "English")]
    )
    second_language = models.CharField(
        _("second language of their documents"),
        max_length=5,
        blank=True,
        choices=[("fr", "Français"), ("en", "English")],
    )
    delivery_address = models.CharField(_("delivery address"), max_length=200, blank=True)
    delivery_postal_code = models.CharField(_("postal code"), max_length=16, blank=True)
    delivery_city = models.CharField(_("town"), max_length=100, blank=True)
    delivery_country = models.CharField(_("country"), max_length=2, blank=True)
    notes = models.TextField(_("private notes"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    request_id = request_id_field()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index("activity", "name", name="clients_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("client", args=[self.activity.business.slug, self.pk])

    @property
    def is_consumer(self) -> bool:
        return self.kind == self.Kind.PERSON


class Contact(models.Model):
    """A person at a client's, who receives links by mail."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    capacity = models.CharField(
        _("capacity"), max_length=120, blank=True, help_text=_("For example: president, farmer.")
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    receives_quotes = models.BooleanField(_("receives quotes"), default=True)
    receives_invoices = models.BooleanField(_("receives invoices"), default=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("client", Lower("email"), name="a_contact_is_listed_once_by_email")]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


def new_request_id() -> uuid.UUID:
    """Return the identity of a form that is about to be shown."""
    return uuid.uuid4()
