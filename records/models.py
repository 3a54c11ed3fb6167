"""What is kept: number series, the sealed ledger, documents, errands (work promised) and mails."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Activity, Business, Client, User


class NumberSeries(models.Model):
    """Gapless numbers of one kind of document of one business (CGI ann. II 242 nonies A, I 7°).

    A row is a pattern in use: when a person chooses another one, the row is closed and the next one goes on counting
    where it stopped. `partner`: a series dedicated to one client (CGI ann. II 242 nonies: self-billed invoices).
    """

    class Kind(models.TextChoices):
        QUOTE = "QUOTE", _("quotes")
        INVOICE = "INVOICE", _("invoices")
        DEPOSIT = "DEPOSIT", _("deposit invoices")
        CREDIT_NOTE = "CREDIT_NOTE", _("credit notes")
        SELF_BILLED = "SELF_BILLED", _("self-billed invoices")
        SELF_BILLED_CREDIT = "SELF_BILLED_CREDIT", _("self-billed credit notes")
        DELIVERY_SLIP = "DELIVERY_SLIP", _("delivery slips")
        SET_OFF = "SET_OFF", _("set-off statements")

    business = models.ForeignKey(Business, models.PROTECT, related_name="series")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    partner = models.ForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="series")
    pattern = models.CharField(max_length=60)  # such as F{year}-{counter:4}: see patterns.py
    last_number = models.PositiveIntegerField(default=0)
    last_on = models.DateField(null=True, blank=True)
    given = models.PositiveIntegerField(default=0)  # numbers that this very row gave
    closed_at = models.DateTimeField(null=True, blank=True)  # another pattern took over

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(
                "business",
                "kind",
                condition=Q(partner=None, closed_at=None),
                name="one_open_series_per_kind",
            ),
            models.UniqueConstraint(
                "business",
                "kind",
                "partner",
                condition=Q(partner__isnull=False, closed_at=None),
                name="one_open_series_per_kind_and_partner",
            ),
            models.CheckConstraint(
                condition=Q(last_number=0, last_on=None) | Q(last_number__gt=0, last_on__isnull=False),
                name="a_series_has_a_last_day_once_it_has_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pattern}"


class Ledger(models.Model):
    """The head of a business's chain of facts; it betrays a cut tail."""

    business = models.OneToOneField(Business, models.PROTECT, related_name="ledger")
    position = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.business} · {self.position}"


class LedgerEntry(models.Model):
    """One fact, chained to the one before. Holds ids and digests, never names or addresses."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="entries")
    position = models.PositiveBigIntegerField()
    event = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    facts = models.TextField()
    at = models.DateTimeField()
    seal_version = models.PositiveSmallIntegerField(default=1)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ["ledger", "position"]
        constraints = [models.UniqueConstraint("ledger", "position", name="a_ledger_position_is_taken_once")]

    def __str__(self) -> str:
        return f"{self.position} {self.event} {self.subject}"


class Document(models.Model):
    """A kept file: inserted once, when the bytes exist in storage under their SHA-256."""

    business = models.ForeignKey(Business, models.PROTECT, related_name="documents")
    what = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("what", "subject", name="a_document_is_made_once")]
        indexes = [models.Index("business", "made_at", name="documents_by_day")]

    def __str__(self) -> str:
        return self.name


class Errand(models.Model):
    """Something that must happen: a row first, a task after. `what` is looked up in config/errands.py."""

    what = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    business = models.ForeignKey(Business, models.CASCADE, null=True, blank=True, related_name="errands")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("what", "subject", name="an_errand_is_wanted_once"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(failed_at=None), name="an_errand_is_done_or_failed_not_both"
            ),
        ]
        indexes = [models.Index("due_at", condition=Q(done_at=None, failed_at=None), name="errands_that_are_open")]

    def __str__(self) -> str:
        return f"{self.what} {self.subject}"


class Mail(models.Model):
    """A mail as a row: written in the transaction that wants it, sent by the worker, shown if it could not be.

    `body` holds placeholders for links (`{{ link }}`), filled at sending from `link_id` and `link_generation`: no
    secret is stored. `SENDING` that a dead worker left behind is shown as "perhaps sent" and re-sent by a person
    only, with the same Message-ID. Owners see all mails of their business, freelancers those of their `activity`.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting to be sent")
        SENDING = "SENDING", _("being sent")
        SENT = "SENT", _("sent")
        PERHAPS = "PERHAPS", _("perhaps sent")
        FAILED = "FAILED", _("not sent")
        OUTDATED = "OUTDATED", _("not sent: its link was replaced")

    business = models.ForeignKey(Business, models.PROTECT, null=True, blank=True, related_name="mails")
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, blank=True, related_name="mails")
    event = models.CharField(max_length=60)
    subject_ref = models.CharField(max_length=60, blank=True)
    to = models.EmailField()
    reply_to = models.EmailField(blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, default="fr")
    subject = models.CharField(max_length=250)
    body = models.TextField()
    link_path = models.CharField(max_length=60, blank=True)  # such as /d/{token}/
    link_purpose = models.CharField(max_length=16, blank=True)
    link_id = models.BigIntegerField(null=True, blank=True)
    link_generation = models.PositiveIntegerField(null=True, blank=True)
    documents: "models.ManyToManyField[Document, models.Model]" = models.ManyToManyField(
        Document, blank=True, related_name="mails"
    )
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_sha256 = models.CharField(max_length=64, blank=True)
    last_error = models.TextField(blank=True)
    resent_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    copy_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="copies")

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["business", "-made_at"], name="mails_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="SENT", sent_at__isnull=False) | (~Q(state="SENT") & Q(sent_at=None)),
                name="a_sent_mail_says_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"


class ClockTick(models.Model):
    """When the clock last swept: one row, read by /healthz and doctor."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.at.isoformat()
