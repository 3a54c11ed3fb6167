"""How errands and the states of mails are called on pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from records.models import Errand, Mail

ERRANDS: dict[str, "Promise | str"] = {
    "send_mail": _("Send a mail"),
    "render_version": _("Make the PDF of a quote"),
    "mail_version": _("Mail a quote"),
    "mail_acceptance": _("Mail the agreement to both sides"),
    "mail_refusal": _("Mail the refusal to both sides"),
    "erase_evidence": _("Erase personal traces whose time is over"),
    "draft_deposit": _("Draft the deposit invoice"),
    "draft_dated_deposit": _("Draft the deposit invoice"),
    "draft_occurrence": _("Draft an invoice that comes back"),
    "issue_next": _("Issue the next invoice of a batch"),
    "render_invoice": _("Make the PDF of an invoice"),
    "mail_invoice": _("Mail an invoice"),
    "render_set_off": _("Make the statement of a set-off"),
    "render_slip": _("Make the PDF of a delivery slip"),
    "mail_partner_paper": _("Mail a set-off statement or a delivery slip"),
    "render_payment_request": _("Make the PDF of a payment request"),
    "mail_payment_request": _("Mail a payment request"),
    "render_reminder": _("Make the letter of a formal notice"),
    "send_reminder": _("Send a reminder in an open hour"),
    "render_mandate": _("Make the PDF of a mandate"),
    "mail_mandate_accepted": _("Mail the mandate given to both sides"),
    "mail_mandate_ended": _("Tell of the end of a mandate"),
    "render_self_billed": _("Make the PDF of a self-billed invoice"),
    "mail_self_billed_answer": _("Tell what a partner said of a self-billed invoice"),
    "build_export": _("Build the accountant’s archive"),
}
TONES = {
    Mail.State.WAITING: "wait",
    Mail.State.SENDING: "wait",
    Mail.State.SENT: "good",
    Mail.State.PERHAPS: "bad",
    Mail.State.FAILED: "bad",
    Mail.State.OUTDATED: "off",
}


def errand_words(errand: Errand) -> str:
    """Return what an errand is about; its code name when nobody gave it words yet."""
    return str(ERRANDS.get(errand.what, errand.what))


def mail_tone(mail: Mail) -> str:
    """Return the tone of the badge that says where a mail stands."""
    return TONES[Mail.State(mail.state)]
