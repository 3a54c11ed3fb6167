"""Links by which people without a login read and answer a quote, and what they ask."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.fields import request_id_field
from people.models import Contact, User
from quotes.models.quotes import Quote, QuoteLine, QuoteVersion
from records.models import Mail


class QuoteLink(models.Model):
    """One contact's way to one quote. The token is made from (id, generation): nothing secret is stored.

    A revoked link keeps its row; asking for a new one raises the generation. `generation` 0 never matches.
    """

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="links")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="links")
    generation = models.PositiveIntegerField(default=1)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("quote", "contact", name="a_contact_has_one_link_per_quote")]

    def __str__(self) -> str:
        return f"{self.quote} → {self.contact}"


class Sending(models.Model):
    """A version was sent to a contact by their link; `mail` is the mail that carried it, once its PDF was made.

    Frozen but for `mail`: it says to whom a version was addressed.
    """

    version = models.ForeignKey(QuoteVersion, models.PROTECT, related_name="sendings")
    link = models.ForeignKey(QuoteLink, models.PROTECT, related_name="sendings")
    at = models.DateTimeField()
    mail = models.OneToOneField(Mail, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("version", "link", name="a_version_is_sent_once_by_a_link")]

    def __str__(self) -> str:
        return f"{self.version} → {self.link.contact}"


class Visit(models.Model):
    """A link was opened: nothing else happened. Append-only; the page is served even if this fails."""

    link = models.ForeignKey(QuoteLink, models.CASCADE, related_name="visits")
    at = models.DateTimeField()
    probably_automatic = models.BooleanField(default=False)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.link} {self.at:%Y-%m-%d %H:%M}"


class Question(models.Model):
    """A client's question on a quote or one of its lines, and its answer."""

    link = models.ForeignKey(QuoteLink, models.CASCADE, related_name="questions")
    version = models.ForeignKey(QuoteVersion, models.CASCADE, related_name="questions")
    line = models.ForeignKey(QuoteLine, models.CASCADE, null=True, blank=True, related_name="questions")
    text = models.TextField(_("your question"), max_length=2000)
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    request_id = request_id_field()

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return self.text[:60]
