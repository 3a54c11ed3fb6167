"""What a self-billed invoice says, as InvoiceFacts: the partner is the seller, the business the buyer.

Read back from frozen rows, or computed for a draft whose set-once columns are filled in memory. The mentions come from
lib.law by day (242 nonies A, I 14°: « Autofacturation »).
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing import facts as f
from billing.models import SelfBilledInvoice, SelfBilledTax
from billing.selfbilled.drafting import SET_OFF, charges_no_vat
from lib.days import day_written
from lib.law import fact
from lib.money import written
from people.letterhead import party
from people.models import Business
from quotes.models import Nature

NATURES = {
    frozenset({Nature.GOODS}): ("B", "mention.operations_goods"),
    frozenset({Nature.SERVICES}): ("S", "mention.operations_services"),
}
MIXED = ("M", "mention.operations_mixed")
BETWEEN_PROFESSIONALS = (
    ("PMD", "mention.late_penalty"),
    ("PMT", "mention.recovery_indemnity"),
    ("AAB", "mention.no_early_discount"),
)
FRANCHISE = "FRANCHISE"


def facts_of(invoice: SelfBilledInvoice) -> f.InvoiceFacts:
    """Return what an issued self-billed invoice says. Raises ValueError for a draft."""
    if invoice.issued_on is None:
        raise ValueError("A draft says nothing yet: see stated().")
    return stated(invoice, on=invoice.issued_on, taxes=invoice.taxes.all())


def stated(invoice: SelfBilledInvoice, *, on: date, taxes: Iterable[SelfBilledTax]) -> f.InvoiceFacts:
    """Return the facts of an invoice whose set-once columns are filled, saved or not."""
    seller, buyer, mentions = invoice.seller or {}, invoice.buyer or {}, invoice.mentions or {}
    return f.InvoiceFacts(
        kind=f.SELF_BILLED_CREDIT if invoice.corrects_id else f.SELF_BILLED,
        number=invoice.number or "",
        issued_on=on,
        due_on=invoice.due_on,
        delivered_on=invoice.delivered_on,
        seller=party(seller),
        buyer=party(buyer),
        lines=tuple(_line(line, seller) for line in invoice.lines.order_by("position")),
        taxes=tuple(_tax(tax, mentions) for tax in taxes),
        net=invoice.net,
        vat=invoice.vat,
        total=invoice.total,
        parts=() if invoice.corrects_id else tuple(_parts(invoice)),
        notes=tuple(f.Note(**note) for note in mentions.get("notes", ())),
        corrects=_corrected(invoice),
        title=invoice.title,
        reason=invoice.reason,
        terms=mentions.get("terms", ""),
        language=invoice.language,
        nature=mentions.get("nature", "B"),
        franchise=seller.get("vat_regime") == FRANCHISE,
        period=(invoice.period_since, invoice.period_until) if invoice.period_since and invoice.period_until else None,
        accent=buyer.get("accent_colour") or "#2f6b3c",
        is_demonstration=bool(buyer.get("is_demonstration")),
    )


def mentions_of(invoice: SelfBilledInvoice, *, on: date, contest_until: date) -> dict[str, Any]:
    """Return the sentences to copy onto an invoice, in its language. Raises law.UnknownFact for what no day has."""
    nature, operations = NATURES.get(frozenset(_natures(invoice)), MIXED)
    exemption = {}
    if charges_no_vat(invoice):
        code = fact("code.vatex", on).value[FRANCHISE]
        exemption = {"text": fact("mention.vat_franchise", on).text(invoice.language), "code": code}
    return {
        "exemption": exemption,
        "terms": _terms(invoice, on),
        "notes": list(_notes(invoice, on, contest_until, operations)),
        "nature": nature,
    }


def keys_of(invoice: SelfBilledInvoice) -> list[str]:
    """Return the keys of the legal facts that `mentions_of` prints."""
    franchise = ["mention.vat_franchise"] if charges_no_vat(invoice) else []
    terms = ["self_billing.set_off"] if invoice.settlement == SET_OFF else []
    own = ["mention.self_billed_on_behalf", "mention.self_billed_contest", *terms]
    own = ["mention.self_billed_credit_on_behalf"] if invoice.corrects_id else own
    operations = NATURES.get(frozenset(_natures(invoice)), MIXED)[1]
    return [*franchise, "mention.self_billing", *own, operations, *(key for _code, key in BETWEEN_PROFESSIONALS)]


def contest_until(invoice: SelfBilledInvoice, on: date) -> date:
    """Return the last day on which the partner may contest what is issued on a day, as the mandate says."""
    return on + timedelta(days=invoice.mandate.contest_days)


def _natures(invoice: SelfBilledInvoice) -> set[Nature]:
    return {Nature(nature) for nature in invoice.lines.values_list("nature", flat=True)}


def _terms(invoice: SelfBilledInvoice, on: date) -> str:
    """Return BT-20, where nothing is paid in euros (AFNOR XP Z12-014, cases 40 and 41)."""
    if invoice.corrects_id or invoice.settlement != SET_OFF:
        return ""
    words = {"amount": written(invoice.total, invoice.language), "agent": (invoice.buyer or {})["name"]}
    return fact("self_billing.set_off", on).text(invoice.language, **words)


def _notes(invoice: SelfBilledInvoice, on: date, until: date, operations: str) -> Iterator[dict[str, Any]]:
    language = invoice.language
    with override(language):
        signed = {
            "agent": (invoice.buyer or {})["name"],
            "principal": (invoice.seller or {})["name"],
            "day": day_written(_mandated_on(invoice)),
        }
        last = day_written(until)
    kind = "self_billed_credit" if invoice.corrects_id else "self_billed"
    yield _note("AAI", fact("mention.self_billing", on).text(language) + ".")
    yield _note("AAI", fact(f"mention.{kind}_on_behalf", on).text(language, **signed))
    if not invoice.corrects_id:
        yield _note("AAI", fact("mention.self_billed_contest", on).text(language, day=last))
    yield _note("AAI", fact(operations, on).text(language) + ".")
    if (invoice.seller or {}).get("registration"):
        yield _note("REG", (invoice.seller or {})["registration"], on_paper=False)  # the foot of the page prints it
    if (invoice.buyer or {}).get("is_demonstration"):
        yield _note("AAI", fact("mention.simulation", on).text(language) + ".")
    yield from (_between_professionals(invoice, on, code, key) for code, key in BETWEEN_PROFESSIONALS)


def _between_professionals(invoice: SelfBilledInvoice, on: date, code: str, key: str) -> dict[str, Any]:
    """The buyer is the business: penalties are owed between professionals (c. com. L441-10), where euros are due."""
    sentence = fact(key, on).text(invoice.language)
    if (invoice.buyer or {}).get("status") == Business.Status.ASSOCIATION:
        said = fact("mention.between_professionals", on).text(invoice.language, mention=sentence)
        return _note(code, said, on_paper=False)
    return _note(code, sentence, on_paper=not invoice.corrects_id)


def _mandated_on(invoice: SelfBilledInvoice) -> date:
    """Return the day on which the mandate was given."""
    return invoice.mandate.acceptance.on


def _note(code: str, text: str, *, on_paper: bool = True) -> dict[str, Any]:
    return {"code": code, "text": text, "on_paper": on_paper}


def _line(line: Any, seller: dict[str, Any]) -> f.Line:
    return f.Line(
        position=line.position,
        title=line.title,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        net=line.net,
        vat_rate=line.vat_rate,
        discount_percent=line.discount_percent,
        description=line.description,
        section=line.section,
        nature=line.nature,
        category="E" if seller.get("vat_regime") == FRANCHISE else "S",
    )


def _tax(tax: SelfBilledTax, mentions: dict[str, Any]) -> f.Tax:
    why = mentions.get("exemption") or {}
    exempt = tax.category == "E"
    return f.Tax(
        category=tax.category,
        rate=tax.rate,
        base=tax.base,
        amount=tax.amount,
        reason=why.get("text", "") if exempt else "",
        reason_code=why.get("code", "") if exempt else "",
    )


def _corrected(invoice: SelfBilledInvoice) -> f.Reference | None:
    corrected = invoice.corrects
    if corrected is None or corrected.issued_on is None:
        return None
    return f.Reference(number=corrected.number or "", issued_on=corrected.issued_on)


def _parts(invoice: SelfBilledInvoice) -> Iterator[f.Part]:
    with override(invoice.language):
        if invoice.settlement == SET_OFF:
            label = _("By set-off with the invoices of %(name)s") % {"name": (invoice.buyer or {})["name"]}
            yield f.Part("goods", label, invoice.total, f.TO_RECEIVE)
        else:
            yield f.Part("money", _("By bank transfer"), invoice.total, f.TO_PAY)
