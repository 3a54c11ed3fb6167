"""What the document is: its frame, its kind, its day, its notes (BG-1, BG-2)."""

from django.utils.translation import gettext as _
from lxml import etree

from billing.facts import FINAL, TYPE_CODES, InvoiceFacts, Note
from billing.facturx.parties import treatment
from billing.facturx.writing import add, add_date
from lib.money import plain

GUIDELINE = "urn:cen.eu:en16931:2017"


def frame(facts: InvoiceFacts) -> str:
    """Return BT-23: what is sold (B goods, S services, M both) and 4 after deposits, 2 all received, 1 otherwise."""
    if facts.kind == FINAL and facts.deductions:
        return f"{facts.nature}4"
    return f"{facts.nature}{2 if facts.all_received else 1}"


def notes(facts: InvoiceFacts) -> list[Note]:
    """Return BG-1: the notes of the facts, how a mixed payment is made (PAI, AFNOR case 41), and the treatment."""
    kept = [note for note in facts.notes if note.text.strip()]
    if _is_mixed(facts) and not any(note.code == "PAI" for note in kept):
        kept.append(Note("PAI", _payment_in_words(facts)))
    if facts.engagement and facts.order_reference:  # BT-13 holds one of them
        kept.append(Note("AAI", _("Your order: %(number)s") % {"number": facts.order_reference}))
    return [*kept, Note("BAR", treatment(facts.buyer))]


def add_context(root: etree._Element, facts: InvoiceFacts) -> None:
    context = add(root, "rsm:ExchangedDocumentContext")
    add(add(context, "ram:BusinessProcessSpecifiedDocumentContextParameter"), "ram:ID", frame(facts))
    add(add(context, "ram:GuidelineSpecifiedDocumentContextParameter"), "ram:ID", GUIDELINE)


def add_document(root: etree._Element, facts: InvoiceFacts) -> None:
    document = add(root, "rsm:ExchangedDocument")
    add(document, "ram:ID", facts.number)
    add(document, "ram:TypeCode", TYPE_CODES[facts.kind])
    add_date(document, "ram:IssueDateTime", facts.issued_on)
    for note in notes(facts):
        included = add(document, "ram:IncludedNote")
        add(included, "ram:Content", note.text)
        if note.code:
            add(included, "ram:SubjectCode", note.code)


def _is_mixed(facts: InvoiceFacts) -> bool:
    return not facts.is_credit and any(part.kind != "money" for part in facts.parts)


def _payment_in_words(facts: InvoiceFacts) -> str:
    words = {
        "received": _("already received"),
        "to_receive": _("to be received"),
        "to_pay": _("to be paid in euros"),
    }
    said = "; ".join(f"{part.label}: {plain(part.value)} EUR ({words[part.state]})" for part in facts.parts)
    return _("How this price is paid: %(parts)s.") % {"parts": said}
