"""A payment request on paper: what it asks for, why, by when and how to pay it; and that it is no invoice. Pure but for
`facts_of`, which reads frozen rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import epc
from billing.models import PaymentRequest
from lib import law, pdf
from lib.money import written
from people import letterhead
from people.letterhead import Party
from quotes.paper import day


@dataclass(frozen=True)
class RequestFacts:
    """All that a payment request says."""

    reference: str
    requested_on: date
    due_on: date
    seller: Party
    buyer: Party
    label: str
    reason: str
    value: Money
    invoice_number: str
    invoice_on: date
    invoice_title: str
    language: str = "fr"
    iban: str = ""
    bic: str = ""
    logo: bytes | None = None
    accent: str = "#2f6b3c"
    is_demonstration: bool = False


def facts_of(request: PaymentRequest) -> RequestFacts:
    """Return what a recorded request says, from its own frozen row and its invoice's."""
    invoice, seller = request.invoice, request.seller
    assert invoice.issued_on is not None
    return RequestFacts(
        reference=request.reference,
        requested_on=request.requested_on,
        due_on=request.due_on,
        seller=letterhead.party(seller),
        buyer=letterhead.party(request.buyer),
        label=request.label,
        reason=request.reason,
        value=request.value,
        invoice_number=invoice.number or "",
        invoice_on=invoice.issued_on,
        invoice_title=invoice.title,
        language=request.language,
        iban=seller.get("iban", ""),
        bic=seller.get("bic", ""),
        logo=letterhead.picture(request.logo),
        accent=seller.get("accent_colour", "#2f6b3c"),
        is_demonstration=bool(seller.get("is_demonstration")),
    )


def title_of(facts: RequestFacts) -> str:
    with override(facts.language):
        words = {"reference": facts.reference, "seller": facts.seller.name}
        return _("Payment request %(reference)s – %(seller)s") % words


def request_html(facts: RequestFacts) -> str:
    """Return the page of a request, for `lib.pdf.render`."""
    with override(facts.language):
        return render_to_string("documents/payment_request.html", _page(facts))


def _page(facts: RequestFacts) -> dict[str, Any]:
    frame = letterhead.frame(
        seller=facts.seller,
        buyer=facts.buyer,
        language=facts.language,
        accent=facts.accent,
        logo=facts.logo,
        title=title_of(facts),
        stamp=letterhead.stamp(preview=False, demonstration=facts.is_demonstration),
    )
    said = law.fact("request.not_an_invoice", facts.requested_on)
    return frame | {
        "number": facts.reference,
        "landmarks": letterhead.in_rows(
            (
                (_("Date"), day(facts.requested_on)),
                (_("To be paid by"), day(facts.due_on)),
                (_("Invoice"), facts.invoice_number),
            )
        ),
        "not_an_invoice": said.text(facts.language, number=facts.invoice_number, day=day(facts.invoice_on)),
        "rows": [
            (_("For what was agreed in kind"), facts.label),
            (_("Why it is asked for in euros"), facts.reason),
            (_("Invoice"), f"{facts.invoice_number} · {day(facts.invoice_on)} · {facts.invoice_title}"),
        ],
        "amount": written(facts.value, facts.language),
        "payment": payment(facts),
    }


def payment(facts: RequestFacts) -> dict[str, Any]:
    """Return how to pay: bank account, what to write on the transfer, and the EPC069-12 code."""
    words = {"amount": written(facts.value, facts.language), "name": facts.seller.name}
    return {
        "due": _("by %(day)s at the latest") % {"day": day(facts.due_on)},
        "iban": letterhead.spaced(facts.iban, (4,) * 9),
        "bic": facts.bic,
        "reference": facts.reference,
        "code": _code(facts) if facts.iban else "",
        "code_words": _("QR code for a bank transfer of %(amount)s to %(name)s") % words,
    }


def _code(facts: RequestFacts) -> str:
    content = epc.text(
        name=facts.seller.name, iban=facts.iban, bic=facts.bic, amount=facts.value, message=facts.reference
    )
    return pdf.inline_picture(epc.picture(content))
