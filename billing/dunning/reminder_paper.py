"""A formal notice as a letter, to be sent by registered post: printed from its frozen row alone. Pure."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing import epc
from billing.models import Reminder
from lib import law, pdf
from lib.money import written
from people import letterhead
from quotes.paper import day


def title_of(reminder: Reminder) -> str:
    with override(reminder.language):
        words = {"reference": _reference(reminder), "seller": reminder.seller["name"]}
        return _("Formal notice %(reference)s – %(seller)s") % words


def file_name(reminder: Reminder) -> str:
    with override(reminder.language):
        name = _("formal-notice")
        return f"{name}-{_reference(reminder).replace(' ', '-')}-{reminder.dated:%Y-%m-%d}.pdf"


def letter_html(reminder: Reminder) -> str:
    """Return the page of a letter, for `lib.pdf.render`."""
    with override(reminder.language):
        return render_to_string("documents/reminder.html", _page(reminder))


def _page(reminder: Reminder) -> dict[str, Any]:
    seller, buyer = letterhead.party(reminder.seller), letterhead.party(reminder.buyer)
    frame = letterhead.frame(
        seller=seller,
        buyer=buyer,
        language=reminder.language,
        accent=reminder.seller.get("accent_colour", "#2f6b3c"),
        logo=letterhead.picture(reminder.logo),
        title=title_of(reminder),
        stamp=letterhead.stamp(preview=False, demonstration=bool(reminder.seller.get("is_demonstration"))),
    )
    return frame | {
        "place_and_day": _("%(place)s, %(day)s") % {"place": seller.city, "day": day(reminder.dated)},
        "by_post": law.fact("dunning.registered_post", reminder.dated).text(reminder.language),
        "reference": _reference(reminder),
        "opening": reminder.opening,
        "rows": reminder.rows,
        "notices": reminder.notices,
        "closing": reminder.closing,
        "signed": reminder.written_by.name or seller.name,
        "code": _code(reminder),
        "amount": written(reminder.left, reminder.language),
        "code_words": _("QR code for a bank transfer of %(amount)s to %(name)s")
        % {"amount": written(reminder.left, reminder.language), "name": seller.name},
    }


def _reference(reminder: Reminder) -> str:
    return reminder.payment_request.reference if reminder.payment_request else reminder.invoice.number or ""


def _code(reminder: Reminder) -> str:
    """Return the EPC069-12 code of what is left of the claim: never of what is asked for beside it."""
    seller = reminder.seller
    if not seller.get("iban"):
        return ""
    content = epc.text(
        name=seller["name"],
        iban=seller["iban"],
        bic=seller.get("bic", ""),
        amount=reminder.left,
        message=_reference(reminder),
    )
    return pdf.inline_picture(epc.picture(content))
