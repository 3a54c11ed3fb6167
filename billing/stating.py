"""What an invoice says, as InvoiceFacts: read back from frozen rows, or computed for the preview of a draft.

Both go through the same `_facts`; an issued invoice is stated from its own columns alone, never from a live business or
client, so that its PDF is the same whenever it is made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import facts as f
from billing.mixing import units_in, values_of
from billing.models import Deduction, Invoice, InvoiceTerm, Receipt
from billing.roles import role_of
from lib.money import euros
from people import letterhead
from quotes.models import Kind
from quotes.vat import EXEMPT, STANDARD, WITHOUT_VAT, ZERO
from quotes.wording import headline

KINDS = {
    Invoice.Type.DEPOSIT: f.DEPOSIT,
    Invoice.Type.STANDARD: f.STANDARD,
    Invoice.Type.FINAL: f.FINAL,
    Invoice.Type.PROGRESS: f.PROGRESS,
    Invoice.Type.REPLACEMENT: f.REPLACEMENT,
    Invoice.Type.CREDIT_NOTE: f.CREDIT_NOTE,
}
PARTY_FIELDS = frozenset(f.Party.__dataclass_fields__) - {"is_consumer", "is_outside_vat"}


def facts_of(invoice: Invoice) -> f.InvoiceFacts:
    """Return what an issued invoice says. Raises ValueError for a draft."""
    if invoice.issued_on is None:
        raise ValueError("A draft says nothing yet: see stating.stated().")
    return stated(
        invoice,
        on=invoice.issued_on,
        taxes=invoice.taxes.all(),
        terms=invoice.terms.select_related("term", "part"),
        deductions=invoice.deductions.select_related("deposit"),
    )


def stated(
    invoice: Invoice, *, on: date, taxes: Iterable[Any], terms: Iterable[Any], deductions: Iterable[Deduction]
) -> f.InvoiceFacts:
    """Return the facts of an invoice whose set-once columns are filled, saved or not."""
    seller, buyer, mentions = invoice.seller or {}, invoice.buyer or {}, invoice.mentions or {}
    deducted = tuple(_deduction(row) for row in deductions)
    quote = invoice.acceptance.version if invoice.acceptance else None
    return f.InvoiceFacts(
        kind=kind_of(invoice, has_deductions=bool(deducted)),
        number=invoice.number or "",
        issued_on=on,
        due_on=invoice.due_on,
        delivered_on=invoice.delivered_on or on,
        seller=letterhead.party(seller),
        buyer=letterhead.party(buyer),
        lines=_lines(invoice, mentions.get("categories") or ()),
        taxes=tuple(_tax(tax, mentions) for tax in taxes),
        net=invoice.net,
        vat=invoice.vat,
        total=invoice.total,
        parts=() if invoice.corrects_id else tuple(_parts(terms, invoice.language)),
        deductions=deducted,
        notes=tuple(f.Note(**note) for note in mentions.get("notes", ())),
        corrects=_reference(invoice.corrects),
        replaces=_reference(invoice.replaces),
        title=invoice.title,
        reason=invoice.reason,
        terms=mentions.get("terms", ""),
        language=invoice.language,
        second_language=invoice.second_language,
        nature=mentions.get("nature", "S"),
        franchise=seller.get("vat_regime") in WITHOUT_VAT,
        vat_on_debits=bool(seller.get("vat_on_debits")),
        iban=seller.get("iban", ""),
        bic=seller.get("bic", ""),
        order_reference=invoice.order_reference,
        engagement=invoice.engagement,
        buyer_accounting_reference=invoice.buyer_accounting_reference,
        period=(invoice.period_since, invoice.period_until) if invoice.period_since and invoice.period_until else None,
        quote_number=quote.number if quote else "",
        quote_on=quote.sent_on if quote else None,
        logo=bytes(invoice.logo) if invoice.logo else None,
        accent=seller.get("accent_colour", "#2f6b3c"),
        is_demonstration=bool(seller.get("is_demonstration")),
        set_off=euros(mentions.get("set_off") or 0),
    )


def kind_of(invoice: Invoice, *, has_deductions: bool) -> str:
    """Return the kind that the document declares: a final invoice without any deposit left to deduct is standard."""
    if invoice.corrects and role_of(invoice.corrects) == Invoice.Type.DEPOSIT:
        return f.DEPOSIT_CREDIT_NOTE
    if invoice.type == Invoice.Type.FINAL and not has_deductions:
        return f.STANDARD
    return KINDS[Invoice.Type(invoice.type)]


def _lines(invoice: Invoice, categories: Sequence[str]) -> tuple[f.Line, ...]:
    """Return the lines, each with its VAT category as the mentions hold it; invoices of before it was held have one."""
    rows = list(invoice.lines.all())
    held = [*categories, *("" for _row in rows[len(categories) :])]
    return tuple(_line(row, category) for row, category in zip(rows, held, strict=False))


def _line(line: Any, category: str) -> f.Line:
    return f.Line(
        position=line.position,
        title=line.title,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        net=line.net,
        vat_rate=line.vat_rate if category in ("", STANDARD) else ZERO,
        discount_percent=line.discount_percent,
        description=line.description,
        section=line.section,
        nature=line.nature,
        category=category,
        done_percent=line.done_percent,
    )


def _tax(tax: Any, mentions: dict[str, Any]) -> f.Tax:
    why = mentions.get("exemptions", {}).get(tax.category) or {}
    if tax.category == EXEMPT and "exemption" in mentions:  # issued before there were other reasons than franchise
        why = mentions["exemption"] or {}
    return f.Tax(
        category=tax.category,
        rate=tax.rate,
        base=tax.base,
        amount=tax.amount,
        reason=why.get("text", ""),
        reason_code=why.get("code", ""),
    )


def _deduction(row: Deduction) -> f.Deduction:
    deposit = row.deposit
    return f.Deduction(
        number=deposit.number or "",
        issued_on=deposit.issued_on or date.min,
        net=row.value - row.vat,
        vat=row.vat,
    )


def _reference(invoice: Invoice | None) -> f.Reference | None:
    if invoice is None or invoice.issued_on is None:
        return None
    return f.Reference(number=invoice.number or "", issued_on=invoice.issued_on)


def _parts(terms: Iterable[InvoiceTerm], language: str) -> Iterable[f.Part]:
    with override(language):
        for term in terms:
            label = term.label or _("Balance in euros")
            outstanding = term.value - term.received
            if term.received.amount > 0:
                words = _counted(term, term.received, language) or label
                days = (term.received_since, term.received_on) if term.received_since and term.received_on else None
                yield f.Part(term.kind, words, term.received, f.RECEIVED, days)
            if outstanding.amount > 0:
                state = f.TO_PAY if term.kind == "money" else f.TO_RECEIVE
                words = _counted(term, outstanding, language) or label
                yield f.Part(term.kind, words, outstanding, state, due_on=term.due_on)


def _counted(part: InvoiceTerm, value: Money, language: str) -> str:
    """Return the words of a portion of a term in kind, « 13 paniers à 20 € l’unité »; "" where the agreed label says it
    all, or where units cannot be told from euros: some came at another value than the agreed one.

    Reads frozen rows only, and receipts of before the issue, which never change: the words are always the same.
    """
    agreed = part.term or part.part
    if agreed is None or agreed.kind == Kind.MONEY or value == agreed.value:
        return ""
    values = values_of(agreed)
    count = units_in(values, value)
    if count is None or any(price != agreed.unit_value.amount for price in _prices(part)):
        return ""
    return headline(replace(values, quantity=count, value=value), language)


def _prices(part: InvoiceTerm) -> Iterable[Decimal]:
    """Return at which value each unit came, of what an invoice claims, until it was issued."""
    issued_at = part.invoice.issued_at
    came = Receipt.objects.filter(term=part.term_id) if part.term_id else Receipt.objects.filter(part=part.part_id)
    before = came.filter(recorded_at__lte=issued_at) if issued_at else came
    prices = before.values_list("unit_value", flat=True)
    return [price.amount if isinstance(price, Money) else price for price in prices]


def texts(facts: f.InvoiceFacts) -> str:
    """Return every text that a person typed and that will be printed, to look for characters no font has."""
    parties = (facts.seller, facts.buyer)
    words = [getattr(party, name) for party in parties for name in sorted(PARTY_FIELDS)]
    words += [text for line in facts.lines for text in (line.section, line.title, line.description)]
    words += [facts.engagement, facts.buyer_accounting_reference]
    words += [facts.title, facts.reason, facts.terms, facts.order_reference, *(note.text for note in facts.notes)]
    return " ".join([*words, *(part.label for part in facts.parts)])
