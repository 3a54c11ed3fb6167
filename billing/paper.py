"""An invoice on paper: from what it says (billing.stating) to the page that is printed.

Pure. Everything on the page is in the language of the document, whoever asks for it. Three lines are never merged:
already received, to be received otherwise than in euros, to be paid in euros.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing import bilingual, epc
from billing.facts import (
    CREDIT_NOTE,
    DEPOSIT,
    DEPOSIT_CREDIT_NOTE,
    FINAL,
    PROGRESS,
    RECEIVED,
    REPLACEMENT,
    SELF_BILLED,
    SELF_BILLED_CREDIT,
    STANDARD,
    TO_PAY,
    TO_RECEIVE,
    InvoiceFacts,
    Note,
    Part,
)
from lib import pdf
from lib.bars import Segment, swatch
from lib.money import euros, written
from people import letterhead
from quotes.paper import bar, day, is_broad, summed, table_of_lines, taxes, totals
from quotes.wording import KINDS

GENERAL = "AAI"  # UNTDID 4451
GOODS = "B"  # the letter of BT-23 for goods alone
SHORT = 80  # characters: less than a line
MOST_IN_ONE_PIECE = 12  # parts of a payment that is never cut by the end of a page


def invoice_html(facts: InvoiceFacts, *, preview: bool = False, duplicate: bool = False) -> str:
    """Return the page of an invoice, for `lib.pdf.render`.

    A preview prints "preview" for its number; a duplicate says in its corner that it is no original.
    """
    with override(facts.language):
        page = _page(facts, preview=preview)
        if duplicate:
            page["stamp"] = " · ".join(filter(None, (_("duplicate"), page["stamp"])))
    if facts.second_language and facts.second_language != facts.language:
        page = _in_two_languages(page, facts, preview=preview)
    page["landmarks"] = letterhead.in_rows(page["landmarks"])
    with override(facts.language):
        return render_to_string("documents/invoice.html", page)


def _in_two_languages(page: dict[str, Any], facts: InvoiceFacts, *, preview: bool) -> dict[str, Any]:
    """Return the page with its labels and the law's sentences in the second language too."""
    languages = (facts.language, facts.second_language)
    with override(facts.second_language):
        other = _page(_said_otherwise(facts), preview=preview)
    texts = [note.text for note in facts.notes if note.on_paper]
    translated = [bilingual.in_second_language(text, facts.issued_on, *languages) for text in texts]
    notes = [said for text, said in zip(texts, translated, strict=True) if said != text]
    return bilingual.page_in_two(page, other, languages) | {"other_notes": notes}


def _said_otherwise(facts: InvoiceFacts) -> InvoiceFacts:
    """Return the facts as the second language writes them: days, amounts, and why no VAT is due."""
    languages = (facts.language, facts.second_language)
    taxes = tuple(
        replace(tax, reason=bilingual.in_second_language(tax.reason, facts.issued_on, *languages))
        for tax in facts.taxes
    )
    return replace(facts, language=facts.second_language, taxes=taxes)


def document_title(facts: InvoiceFacts, *, preview: bool = False) -> str:
    with override(facts.language):
        return f"{name_of(facts)} {_number(facts, preview)} – {facts.seller.name}"


def _number(facts: InvoiceFacts, preview: bool) -> str:
    return facts.number if facts.number and not preview else _("preview")


def _page(facts: InvoiceFacts, *, preview: bool) -> dict[str, Any]:
    return {
        **letterhead.frame(
            seller=facts.seller,
            buyer=facts.buyer,
            language=facts.language,
            accent=facts.accent,
            logo=facts.logo,
            title=document_title(facts, preview=preview),
            stamp=letterhead.stamp(preview=preview, demonstration=facts.is_demonstration),
            called=f"{name_of(facts)} {_number(facts, preview)}",
        ),
        "name": name_of(facts),
        "number": _number(facts, preview),
        "landmarks": list(_landmarks(facts)),
        "object": facts.title,
        "reason": facts.reason,
        "corrects": _corrected(facts),
        "lines": table_of_lines(facts.lines, facts.language, franchise=facts.franchise),
        "broad": is_broad(facts.lines, facts.total, facts.language),
        "totals": list(totals(facts)),
        "taxes": [] if facts.franchise else list(taxes(facts)),
        "exemptions": list(dict.fromkeys(tax.reason for tax in facts.taxes if tax.reason)),
        "deductions": list(_deductions(facts)),
        "rest": written(facts.total - facts.deducted, facts.language),
        "settlement": None if facts.is_credit else settlement(facts, preview=preview),
        "general": [note.text for note in facts.notes if note.on_paper and _is_paragraph(note)],
        "notes": [note.text for note in facts.notes if note.on_paper and not _is_paragraph(note)],
    }


def name_of(facts: InvoiceFacts) -> str:
    """Return what the document is called, by its kind."""
    return {
        DEPOSIT: _("Deposit invoice"),
        STANDARD: _("Invoice"),
        FINAL: _("Final invoice"),
        PROGRESS: _("Progress invoice"),
        REPLACEMENT: _("Replacement invoice"),
        SELF_BILLED: _("Self-billed invoice"),
        SELF_BILLED_CREDIT: _("Self-billed credit note"),
        CREDIT_NOTE: _("Credit note"),
        DEPOSIT_CREDIT_NOTE: _("Credit note for a deposit"),
    }[facts.kind]


def _is_paragraph(note: Note) -> bool:
    """Return whether a note stands alone: what a person wrote. The law's sentences run on, to spare lines."""
    return note.code == GENERAL and ("\n" in note.text or len(note.text) > SHORT or not note.text.endswith("."))


def _landmarks(facts: InvoiceFacts) -> Iterable[tuple[str, str]]:
    yield _("Date"), day(facts.issued_on)
    if facts.period:
        yield _("Period"), _("%(since)s to %(until)s") % {"since": day(facts.period[0]), "until": day(facts.period[1])}
    elif not facts.is_credit and facts.kind != DEPOSIT:
        yield _("Delivered on") if facts.nature == GOODS else _("Done on"), day(facts.delivered_on)
    if facts.due_on and facts.payable.amount > 0 and not facts.is_credit:
        yield _("To be paid by"), day(facts.due_on)
    if facts.quote_number:
        yield _("Quote"), facts.quote_number
    if facts.order_reference:
        yield _("Your order"), facts.order_reference
    if facts.engagement:
        yield _("Engagement"), facts.engagement
    if facts.buyer_accounting_reference:
        yield _("Your reference"), facts.buyer_accounting_reference
    if facts.nature != "S" and (place := "\n".join(letterhead.delivery_lines(facts.buyer))):
        yield _("Delivered to"), place
    if numbers := "\n".join(letterhead.identity_lines(facts.buyer)):
        yield _("Client"), numbers


def _corrected(facts: InvoiceFacts) -> str:
    """Return which invoice a credit note corrects, or a replacement cancels (CGI 289 I-5), unless its title is that."""
    if facts.replaces:
        words = {"number": facts.replaces.number, "day": day(facts.replaces.issued_on)}
        return _("Cancels and replaces invoice %(number)s of %(day)s.") % words
    if not facts.corrects:
        return ""
    words = {"number": facts.corrects.number, "day": day(facts.corrects.issued_on)}
    if facts.title == _("Credit note on invoice %(number)s of %(day)s") % words:
        return ""
    return _("Credit note on invoice %(number)s of %(day)s.") % words


def _deductions(facts: InvoiceFacts) -> Iterable[dict[str, str]]:
    """Return the deposits taken off, with the VAT they already carried."""
    for deduction in facts.deductions:
        of_day = _("of %(day)s") % {"day": day(deduction.issued_on)}
        vat = _("including VAT %(amount)s") % {"amount": written(deduction.vat, facts.language)}
        yield {
            "label": _("Deposit, invoice %(number)s") % {"number": deduction.number},
            "said": f"{of_day}, {vat}" if deduction.vat.amount else of_day,
            "amount": written(-deduction.amount, facts.language),
        }


# How it is settled ------------------------------------------------------------------------------------------------


def settlement(facts: InvoiceFacts, *, preview: bool = False) -> dict[str, Any]:
    """Return the mix, part by part, the three lines, and how to pay what is left in euros."""
    mixed = len({part.kind for part in facts.parts}) > 1
    segments = [Segment(part.kind, part.value, part.label) for part in facts.parts]
    plain_sum = len(facts.parts) == 1 and facts.parts[0].state == TO_PAY
    return {
        "bar": bar(segments, facts.language) if mixed else "",
        "parts": [] if plain_sum else [_part(part, facts) for part in facts.parts],
        "long": len(facts.parts) > MOST_IN_ONE_PIECE,
        "states": list(_states(facts)),
        "payment": _payment(facts, preview=preview) if facts.to_transfer.amount > 0 else None,
    }


def _part(part: Part, facts: InvoiceFacts) -> dict[str, Any]:
    return {
        "swatch": swatch(part.kind, title=str(KINDS[part.kind])),  # type: ignore[index]
        "label": part.label,
        "state": _state(part, facts),
        "value": written(part.value, facts.language),
    }


def _state(part: Part, facts: InvoiceFacts) -> str:
    """Say of a part whether it came, and when, or by when it is to come: together they are the schedule."""
    if part.state == RECEIVED:
        return _came(part.days) if part.days else _("received")
    if part.state == TO_RECEIVE and facts.kind == SELF_BILLED:
        return _("to be set off")
    day = f"{part.due_on:%d/%m/%Y}" if part.due_on else ""
    if part.state == TO_PAY:
        return _("to be paid by %(day)s") % {"day": day} if facts.instalments else _("to be paid")
    return _("to be received by %(day)s") % {"day": day} if day else _("to be received")


def _came(days: tuple[date, date]) -> str:
    """Say when what was received came (242 nonies A, I 10°)."""
    since, until = (f"{day:%d/%m/%Y}" for day in days)
    if since == until:
        return _("received on %(day)s") % {"day": since}
    return _("received from %(since)s to %(until)s") % {"since": since, "until": until}


def _states(facts: InvoiceFacts) -> Iterable[dict[str, Any]]:
    """Return the three lines that are never merged; one that is nothing is left out, save the euros."""
    received, to_receive, to_pay = (facts.sum_of(state) for state in (RECEIVED, TO_RECEIVE, TO_PAY))
    if received != euros(0):
        yield summed(_("Already received"), received, facts.language)
    if to_receive != euros(0):
        words = _("To be set off") if facts.kind == SELF_BILLED else _to_receive(facts.parts)
        yield summed(words, to_receive, facts.language)
    yield summed(_("To be paid in euros"), to_pay, facts.language, main=True)
    if facts.set_off != euros(0):
        yield summed(_("of which by set-off"), facts.set_off, facts.language)
        yield summed(_("left to be paid"), facts.to_transfer, facts.language)


def _to_receive(parts: Iterable[Part]) -> str:
    kinds = {part.kind for part in parts if part.state == TO_RECEIVE}
    if kinds == {"time"}:
        return _("To be received in hours")
    if kinds == {"local_currency"}:
        return _("To be received in local currency")
    return _("To be received in kind") if kinds == {"goods"} else _("To be received otherwise than in euros")


def _payment(facts: InvoiceFacts, *, preview: bool) -> dict[str, Any]:
    amount = written(facts.next_transfer, facts.language)
    by = _("as set out above, by %(day)s at the latest") if facts.instalments else _("by %(day)s at the latest")
    return {
        "due": by % {"day": day(facts.due_on)} if facts.due_on else "",
        "iban": letterhead.spaced(facts.iban, (4,) * 9),
        "bic": facts.bic,
        "reference": "" if preview else facts.number,
        "code": _code(facts) if not preview else "",
        "first": _("The code pays the first instalment, %(amount)s.") % {"amount": amount} if facts.instalments else "",
        "code_words": _("QR code for a bank transfer of %(amount)s to %(name)s")
        % {"amount": amount, "name": facts.seller.name},
    }


def _code(facts: InvoiceFacts) -> str:
    """Return the address of the EPC069-12 code by which a banking app fills in the transfer, where there can be one."""
    if not (facts.iban and facts.number and epc.is_possible(facts.next_transfer)):
        return ""
    content = epc.text(
        name=facts.seller.name, iban=facts.iban, bic=facts.bic, amount=facts.next_transfer, message=facts.number
    )
    return pdf.inline_picture(epc.picture(content))
