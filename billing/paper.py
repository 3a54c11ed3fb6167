"""An invoice on paper: from the frozen rows to facts, and from facts to the page that is printed.

`invoice_facts()` reads rows; `invoice_html()` is pure. Everything on the page is in the language of the document,
whoever asks for it. Three lines are never merged: already received, to be received in kind, to be paid in euros.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import epc
from billing.facts import (
    CREDIT_NOTE,
    DEPOSIT,
    DEPOSIT_CREDIT_NOTE,
    FINAL,
    RECEIVED,
    STANDARD,
    TO_PAY,
    TO_RECEIVE,
    InvoiceFacts,
    Line,
    Part,
    Party,
)
from lib import pdf
from lib.bars import Segment, mix_bar, swatch
from lib.colours import legible
from lib.money import euros, number_written, percent_written, written
from quotes.models import Unit

BAR_WIDTH, BAR_HEIGHT = 660, 16


def invoice_html(facts: InvoiceFacts, *, preview: bool = False) -> str:
    """Return the page of an invoice, for `lib.pdf.render`; a preview prints "preview" for its number."""
    with override(facts.language):
        return render_to_string("documents/invoice.html", _page(facts, preview=preview))


def _page(facts: InvoiceFacts, *, preview: bool) -> dict[str, Any]:
    return {
        **frame(facts, title=document_title(facts), preview=preview),
        "name": name_of(facts),
        "number": facts.number or _("preview"),
        "landmarks": list(_landmarks(facts)),
        "object": facts.title,
        "reason": facts.reason,
        "corrects": _corrected(facts),
        "lines": table_of_lines(facts.lines, facts.language, franchise=facts.franchise),
        "franchise": facts.franchise,
        "totals": list(totals(facts)),
        "taxes": [] if facts.franchise else list(taxes(facts)),
        "exemption": next((tax.reason for tax in facts.taxes if tax.reason), ""),
        "deductions": list(_deductions(facts)),
        "settlement": None if facts.is_credit else settlement(facts),
        "notes": [note.text for note in facts.notes if note.on_paper],
        "terms": facts.terms,
    }


def document_title(facts: InvoiceFacts) -> str:
    return f"{name_of(facts)} {facts.number or _('preview')} – {facts.seller.name}"


def name_of(facts: InvoiceFacts) -> str:
    """Return what the document is called, by its kind."""
    return {
        DEPOSIT: _("Deposit invoice"),
        STANDARD: _("Invoice"),
        FINAL: _("Final invoice"),
        CREDIT_NOTE: _("Credit note"),
        DEPOSIT_CREDIT_NOTE: _("Credit note for a deposit"),
    }[facts.kind]


def day(value: date) -> str:
    return str(date_format(value, "DATE_FORMAT"))


# What every document of a business carries ------------------------------------------------------------------------


def frame(facts: Any, *, title: str, preview: bool) -> dict[str, Any]:
    """Return what the base of every document needs: language, accent, logo, parties, foot of the page."""
    return {
        "language": facts.language,
        "title": title,
        "accent": legible(facts.accent),
        "logo": pdf.picture_url(facts.logo) if facts.logo else "",
        "seller": facts.seller,
        "seller_lines": list(seller_lines(facts.seller)),
        "buyer": facts.buyer,
        "buyer_lines": list(buyer_lines(facts.buyer)),
        "foot": foot(facts.seller),
        "preview": preview,
        "demonstration": facts.is_demonstration,
    }


def seller_lines(seller: Party) -> Iterable[str]:
    yield from seller.address_lines
    yield from (line for line in (seller.phone, seller.email, seller.website.removeprefix("https://")) if line)


def buyer_lines(buyer: Party) -> Iterable[str]:
    if buyer.contact:
        yield buyer.contact
    yield from buyer.address_lines
    if buyer.country != "FR":
        yield buyer.country


def foot(seller: Party) -> str:
    """Return who sells, as the law wants it on each document (c. com. R123-237, R526-27; 242 nonies A, 1° and 2°)."""
    identity = (
        seller.name,
        seller.registration,
        _("SIRET %(number)s") % {"number": spaced(seller.siret, (3, 3, 3, 5))} if seller.siret else "",
        _("SIREN %(number)s") % {"number": spaced(seller.siren, (3, 3, 3))} if not seller.siret else "",
        _("VAT %(number)s") % {"number": seller.vat_number} if seller.vat_number else "",
    )
    return " · ".join(part for part in identity if part)


def identity_lines(buyer: Party) -> Iterable[str]:
    """Return the client's numbers, which 242 nonies A asks for (1°) and accountants look for."""
    if buyer.siret or buyer.siren:
        yield _("SIREN %(number)s") % {"number": spaced(buyer.siren or buyer.siret[:9], (3, 3, 3))}
    if buyer.vat_number:
        yield _("VAT %(number)s") % {"number": buyer.vat_number}
    if buyer.rna:
        yield _("RNA %(number)s") % {"number": buyer.rna}
    if buyer.court_register:
        yield buyer.court_register
    if buyer.service_code:
        yield _("Service code %(code)s") % {"code": buyer.service_code}


def spaced(number: str, groups: tuple[int, ...]) -> str:
    """Return a long number in groups, held together by no-break spaces."""
    parts, rest = [], number.replace(" ", "")
    for size in groups:
        parts.append(rest[:size])
        rest = rest[size:]
    return "\u00a0".join(part for part in (*parts, rest) if part)


# Lines and totals -------------------------------------------------------------------------------------------------


def table_of_lines(lines: Iterable[Line], language: str, *, franchise: bool) -> dict[str, Any]:
    """Return the table of what is sold. Under franchise no VAT column, and neither HT nor TTC (CGI 283-3)."""
    return {
        "has_vat": not franchise,
        "price": _("Price") if franchise else _("Price excl. VAT"),
        "amount": _("Amount") if franchise else _("Amount excl. VAT"),
        "rows": [_row(line, language) for line in lines],
    }


def _row(line: Line, language: str) -> dict[str, Any]:
    return {
        "title": line.title,
        "description": line.description.strip(),
        "quantity": number_written(line.quantity, language),
        "unit": unit_in_words(line.unit, line.quantity),
        "price": written(line.unit_price, language),
        "discount": _("discount %(percent)s") % {"percent": percent_written(line.discount_percent, language)}
        if line.discount_percent
        else "",
        "rate": percent_written(line.vat_rate, language),
        "net": written(line.net, language),
    }


def unit_in_words(unit: str, quantity: Decimal) -> str:
    return str(Unit(unit).label) if unit in Unit.values else unit


def totals(facts: Any) -> Iterable[dict[str, Any]]:
    """Return the sums: one under franchise; net, VAT and the whole otherwise."""
    if facts.franchise:
        yield _sum(_("Total"), facts.total, facts.language, main=True)
        return
    yield _sum(_("Total excl. VAT"), facts.net, facts.language)
    yield _sum(_("VAT"), facts.vat, facts.language)
    yield _sum(_("Total incl. VAT"), facts.total, facts.language, main=True)


def _sum(label: str, amount: Money, language: str, *, main: bool = False) -> dict[str, Any]:
    return {"label": label, "amount": written(amount, language), "main": main}


def taxes(facts: Any) -> Iterable[dict[str, str]]:
    for tax in facts.taxes:
        yield {
            "rate": percent_written(tax.rate, facts.language),
            "base": written(tax.base, facts.language),
            "amount": written(tax.amount, facts.language),
        }


def _deductions(facts: InvoiceFacts) -> Iterable[dict[str, str]]:
    """Return the deposits taken off, with the VAT they already carried."""
    for deduction in facts.deductions:
        words = _("Deposit invoice %(number)s of %(day)s") % {
            "number": deduction.number,
            "day": day(deduction.issued_on),
        }
        vat = _("including VAT %(amount)s") % {"amount": written(deduction.vat, facts.language)}
        yield {
            "label": words,
            "vat": vat if deduction.vat.amount else "",
            "amount": written(-deduction.amount, facts.language),
        }


def _landmarks(facts: InvoiceFacts) -> Iterable[tuple[str, str]]:
    yield _("Date"), day(facts.issued_on)
    yield (_("Paid on") if facts.kind == DEPOSIT and facts.all_received else _("Done on")), day(facts.delivered_on)
    if facts.due_on and facts.payable.amount > 0 and not facts.is_credit:
        yield _("To be paid by"), day(facts.due_on)
    if facts.quote_number:
        yield _("Quote"), facts.quote_number
    if facts.order_reference:
        yield _("Your order"), facts.order_reference
    for line in identity_lines(facts.buyer):
        yield _("Client"), line


def _corrected(facts: InvoiceFacts) -> str:
    if not facts.corrects:
        return ""
    return _("Credit note on invoice %(number)s of %(day)s.") % {
        "number": facts.corrects.number,
        "day": day(facts.corrects.issued_on),
    }


# How it is settled ------------------------------------------------------------------------------------------------


def settlement(facts: InvoiceFacts) -> dict[str, Any]:
    """Return the mix, part by part, the three lines, and how to pay what is left in euros."""
    language = facts.language
    return {
        "bar": bar(facts.parts, language) if _worth_a_bar(facts.parts) else "",
        "parts": [_part(part, language) for part in facts.parts],
        "states": list(_states(facts)),
        "payment": _payment(facts) if facts.payable.amount > 0 else None,
    }


def _worth_a_bar(parts: tuple[Part, ...]) -> bool:
    return len({part.kind for part in parts}) > 1


def bar(parts: Iterable[Any], language: str) -> SafeString:
    """Return the mix bar of parts, said in words in its title."""
    segments = [Segment(part.kind, part.value, part.label) for part in parts]
    said = "; ".join(f"{segment.label}: {written(segment.value, language)}" for segment in segments)
    return mix_bar(segments, width=BAR_WIDTH, height=BAR_HEIGHT, title=_("How the price is paid: %s") % said)


def kind_words() -> Mapping[str, str]:
    return {
        "money": _("in euros"),
        "goods": _("in kind"),
        "time": _("in hours"),
        "local_currency": _("in local currency"),
    }


def _part(part: Part, language: str) -> dict[str, Any]:
    words = {RECEIVED: _("received"), TO_RECEIVE: _("to be received"), TO_PAY: _("to be paid")}
    return {
        "swatch": swatch(part.kind, title=kind_words()[part.kind]),
        "label": part.label,
        "state": words[part.state],
        "value": written(part.value, language),
    }


def _states(facts: InvoiceFacts) -> Iterable[dict[str, Any]]:
    """Return the three lines that are never merged; one that is nothing is left out, save the euros."""
    received, to_receive, to_pay = (facts.sum_of(state) for state in (RECEIVED, TO_RECEIVE, TO_PAY))
    if received != euros(0):
        yield _sum(_("Already received"), received, facts.language)
    if to_receive != euros(0):
        yield _sum(_to_receive(facts.parts), to_receive, facts.language)
    yield _sum(_("To be paid in euros"), to_pay, facts.language, main=True)


def _to_receive(parts: Iterable[Part]) -> str:
    kinds = {part.kind for part in parts if part.state == TO_RECEIVE}
    if kinds == {"time"}:
        return _("To be received in hours")
    if kinds == {"local_currency"}:
        return _("To be received in local currency")
    return _("To be received in kind") if kinds == {"goods"} else _("To be received otherwise than in euros")


def _payment(facts: InvoiceFacts) -> dict[str, Any]:
    amount = written(facts.payable, facts.language)
    return {
        "amount": amount,
        "due": _("by %(day)s at the latest") % {"day": day(facts.due_on)} if facts.due_on else "",
        "iban": spaced(facts.iban, (4,) * 9),
        "bic": facts.bic,
        "reference": facts.number,
        "code": _code(facts, amount),
    }


def _code(facts: InvoiceFacts, amount: str) -> SafeString:
    """Return the EPC069-12 code by which a banking app fills in the transfer; none while there is no number."""
    if not (facts.iban and facts.number):
        return format_html("")
    words = _("QR code for a bank transfer of %(amount)s to %(name)s") % {"amount": amount, "name": facts.seller.name}
    text = epc.text(name=facts.seller.name, iban=facts.iban, bic=facts.bic, amount=facts.payable, message=facts.number)
    return epc.drawing(text, title=words)
