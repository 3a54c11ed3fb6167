"""What an invoice says, as plain frozen values: the one source of its PDF, its XML and its exports.

Pure: no table, no clock. Amounts are Money in euros, whole cents, positive on credit notes too; unit prices have up
to six decimals; rates are Decimal percent. `problems()` finds what public validators let pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from djmoney.money import Money
from stdnum import iban as iban_numbers
from stdnum.eu import vat as vat_numbers
from stdnum.fr import siren as siren_numbers
from stdnum.fr import siret as siret_numbers

from lib.money import euros, line_net, total, vat_of
from people.letterhead import Party as Party

DEPOSIT, STANDARD, FINAL, PROGRESS, REPLACEMENT = "deposit", "standard", "final", "progress", "replacement"
CREDIT_NOTE, DEPOSIT_CREDIT_NOTE = "credit_note", "deposit_credit_note"
SELF_BILLED, SELF_BILLED_CREDIT = "self_billed", "self_billed_credit"
TYPE_CODES = {  # UNTDID 1001 (BR-FR-04)
    DEPOSIT: "386",
    STANDARD: "380",
    FINAL: "380",
    PROGRESS: "380",
    REPLACEMENT: "384",
    CREDIT_NOTE: "381",
    DEPOSIT_CREDIT_NOTE: "503",
    SELF_BILLED: "389",
    SELF_BILLED_CREDIT: "261",
}
CREDITS = (CREDIT_NOTE, DEPOSIT_CREDIT_NOTE, SELF_BILLED_CREDIT)

RECEIVED, TO_RECEIVE, TO_PAY = "received", "to_receive", "to_pay"
STATES = (RECEIVED, TO_RECEIVE, TO_PAY)
LAST_ROUNDINGS = euros("0.05")  # the last credit note, or progress invoice, takes the VAT left by those that rounded
COUNTRIES_OF_VAT = frozenset(country.upper() for country in vat_numbers.MEMBER_STATES) | {"EL"}  # whose keys are known
NOTES_ALWAYS = ("PMT", "PMD", "AAB")  # BR-FR-05


@dataclass(frozen=True)
class Line:
    """BG-25. `net` is BT-131: quantity × unit price less discount, rounded once."""

    position: int
    title: str
    quantity: Decimal
    unit: str
    unit_price: Money
    net: Money
    vat_rate: Decimal = Decimal(0)
    discount_percent: Decimal = Decimal(0)
    description: str = ""
    section: str = ""
    nature: str = "SERVICES"
    category: str = ""  # BT-151; empty: the one of the tax that has its rate
    done_percent: Decimal | None = None  # of a progress invoice: cumulated, this one included


@dataclass(frozen=True)
class Tax:
    """BG-23: the VAT of one category and rate, computed on its whole base."""

    category: str
    rate: Decimal
    base: Money
    amount: Money
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True)
class Reference:
    """BG-3: an earlier document of the same seller."""

    number: str
    issued_on: date


@dataclass(frozen=True)
class Deduction(Reference):
    """A deposit already invoiced, taken off a final invoice with its VAT (BOI-TVA-DECLA-30-20-20-20 §60)."""

    net: Money = field(default_factory=lambda: euros(0))
    vat: Money = field(default_factory=lambda: euros(0))

    @property
    def amount(self) -> Money:
        return self.net + self.vat


@dataclass(frozen=True)
class Part:
    """A part of what this invoice claims: received already, to be received otherwise, or to be paid in euros.

    `state` is RECEIVED, TO_RECEIVE (never in euros) or TO_PAY (always in euros). The three are never merged.
    """

    kind: str
    label: str
    value: Money
    state: str
    days: tuple[date, date] | None = None  # the first and the last on which what was received came
    due_on: date | None = None  # by when the rest is to come


@dataclass(frozen=True)
class Note:
    """BG-1: a text and its UNTDID 4451 code. Some are owed to the XML only (`on_paper` False)."""

    code: str
    text: str
    on_paper: bool = True


@dataclass(frozen=True)
class InvoiceFacts:
    """All that one invoice says. `number` is empty in a preview."""

    kind: str
    number: str
    issued_on: date
    due_on: date | None
    delivered_on: date
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    taxes: tuple[Tax, ...]
    net: Money
    vat: Money
    total: Money
    parts: tuple[Part, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    notes: tuple[Note, ...] = ()
    corrects: Reference | None = None
    replaces: Reference | None = None
    title: str = ""
    reason: str = ""
    terms: str = ""
    language: str = "fr"
    second_language: str = ""
    nature: str = "S"
    franchise: bool = False
    vat_on_debits: bool = False
    iban: str = ""
    bic: str = ""
    order_reference: str = ""
    engagement: str = ""
    buyer_accounting_reference: str = ""
    quote_number: str = ""
    quote_on: date | None = None
    period: tuple[date, date] | None = None
    logo: bytes | None = None
    accent: str = "#2f6b3c"
    is_demonstration: bool = False
    set_off: Money = field(default_factory=lambda: euros(0))  # of what is payable: announced, not done yet

    @property
    def is_credit(self) -> bool:
        return self.kind in CREDITS

    @property
    def deducted(self) -> Money:
        return total(deduction.amount for deduction in self.deductions)

    @property
    def payable(self) -> Money:
        """BT-115: the euros left. A credit note says what it takes off."""
        return self.total - self.prepaid

    @property
    def to_transfer(self) -> Money:
        """What of the euros is left beside a set-off that the invoice announces (AFNOR XP Z12-014, case 40)."""
        return self.payable - self.set_off

    @property
    def instalments(self) -> tuple[Part, ...]:
        """The parts in euros that are due on different days, in their order; none where there is one day for all."""
        due = sorted((part for part in self.parts if part.state == TO_PAY and part.due_on), key=_due_on)
        return tuple(due) if len({part.due_on for part in due}) > 1 else ()

    @property
    def next_transfer(self) -> Money:
        """What is to be transferred first: the first instalment, or all of it."""
        first = total(part.value for part in self.instalments if part.due_on == self.instalments[0].due_on)
        return min(first, self.to_transfer) if self.instalments else self.to_transfer

    @property
    def prepaid(self) -> Money:
        """BT-113: deposits, what was received and what was agreed otherwise than in euros (AFNOR case 41)."""
        if self.is_credit:
            return euros(0)
        return self.deducted + self.sum_of(RECEIVED) + self.sum_of(TO_RECEIVE)

    def sum_of(self, state: str) -> Money:
        return total(part.value for part in self.parts if part.state == state)

    @property
    def references(self) -> tuple[Reference, ...]:
        return (*self.deductions, *(found for found in (self.corrects, self.replaces) if found))

    @property
    def paid_on(self) -> date | None:
        """The day from which nothing is left to come (242 nonies A, I 10°); None while something is."""
        days = [part.days[1] for part in self.parts if part.days]
        return max(days) if days and self.all_received else None

    @property
    def all_received(self) -> bool:
        """Nothing is left to come, in euros or otherwise (cadre S2)."""
        return bool(self.parts) and not self.is_credit and all(part.state == RECEIVED for part in self.parts)


def _due_on(part: Part) -> date:
    return part.due_on or date.max


def problems(facts: InvoiceFacts) -> list[str]:
    """Return, in English for logs and tests, what is wrong with an invoice although validators accept it.

    EN 16931's rules tolerate VAT that is off by less than a euro, a false SIREN or IBAN, a missing due date, an
    empty note and a final invoice that refers to no deposit.
    """
    return [*_sums(facts), *_identities(facts.seller), *_identities(facts.buyer), *_vat(facts), *_statements(facts)]


def _sums(facts: InvoiceFacts) -> Iterator[str]:
    yield from (f"Line {line.position} is not its quantity at its price." for line in facts.lines if _is_off(line))
    if total(line.net for line in facts.lines) != facts.net:
        yield "The lines do not add up to the net total."
    if total(tax.base for tax in facts.taxes) != facts.net:
        yield "The bases of the VAT do not add up to the net total."
    if total(tax.amount for tax in facts.taxes) != facts.vat or facts.net + facts.vat != facts.total:
        yield "Net and VAT do not add up to the total."
    for tax in facts.taxes:
        allowed = LAST_ROUNDINGS if facts.is_credit or _is_last_of(tax, facts) else euros(0)
        if _error(tax) > allowed:
            yield f"The VAT at {tax.rate} is not that of its base."
    if not facts.is_credit and facts.deducted + total(p.value for p in facts.parts) != facts.total:
        yield "What was received, what is to come and what is to be paid do not add up to the total."
    if facts.franchise and facts.vat.amount:
        yield "Under franchise there is no VAT (CGI 293 B)."
    if facts.vat.amount and not facts.seller.vat_number:
        yield "The seller charges VAT without a VAT number (CGI ann. II 242 nonies A, I 2°)."
    if any((part.kind == "money") != (part.state == TO_PAY) for part in facts.parts if part.state != RECEIVED):
        yield "Only euros are to be paid, and only the rest is to be received otherwise."


def _is_off(line: Line) -> bool:
    return line_net(line.quantity, line.unit_price, line.discount_percent) != line.net


def _is_last_of(tax: Tax, facts: InvoiceFacts) -> bool:
    """Tell whether a progress invoice finishes every line of a rate: it takes all the VAT that is left of it."""
    lines = [line for line in facts.lines if line.vat_rate == tax.rate]
    return bool(lines) and all(line.done_percent == 100 for line in lines)


def _error(tax: Tax) -> Money:
    return abs(vat_of(tax.base, tax.rate) - tax.amount)


def _identities(party: Party) -> Iterator[str]:
    checks = (("SIREN", party.siren, siren_numbers), ("SIRET", party.siret, siret_numbers))
    for name, value, numbers in checks:
        if value and not numbers.is_valid(value):
            yield f"{party.name}: {value} is not a {name}."
    if party.siret and party.siren and not party.siret.startswith(party.siren):
        yield f"{party.name}: the SIRET is not one of the SIREN."
    if party.country == "FR" and party.siren and party.vat_number[:2] == "FR" and party.vat_number[4:] != party.siren:
        yield f"{party.name}: the VAT number is not that of the SIREN."
    if party.vat_number[:2] in COUNTRIES_OF_VAT and not vat_numbers.is_valid(party.vat_number):
        yield f"{party.name}: {party.vat_number} is not a VAT number."


def _vat(facts: InvoiceFacts) -> Iterator[str]:
    """What each VAT category needs (242 nonies A, I 3° to 5°, 12° and 13°), beyond what the rules ask."""
    categories = {tax.category for tax in facts.taxes}
    untaxed = [tax for tax in facts.taxes if tax.category != "S"]
    yield from (f"Category {tax.category} has no reason." for tax in untaxed if not (tax.reason or tax.reason_code))
    yield from (f"Category {tax.category} has VAT." for tax in untaxed if tax.amount.amount)
    if any(line.category and line.category not in categories for line in facts.lines):
        yield "A line is of a category that is not totalled."
    for category in sorted(categories & {"AE", "K"}):
        if facts.buyer.vat_number[:2] in ("", "FR"):
            yield f"Category {category} needs the buyer's VAT number of another member state."
        if not facts.seller.vat_number:
            yield f"Category {category} needs the seller's VAT number."
    where = facts.buyer.delivery_country or facts.buyer.country
    if categories & {"K", "G"} and where in ("", "FR", "MC"):
        yield "Goods that stay in France are neither exported nor supplied to another member state."
    if "K" in categories and facts.nature == "S":
        yield "An intra-Community supply is one of goods: nothing would say where they went."


def _statements(facts: InvoiceFacts) -> Iterator[str]:
    said = {note.code for note in facts.notes if note.text.strip()}
    yield from (f"The note {code} is missing or empty." for code in NOTES_ALWAYS if code not in said)
    if any(not note.text.strip() for note in facts.notes):
        yield "A note is empty."
    if facts.payable.amount > 0 and facts.due_on is None and not facts.is_credit:
        yield "There are euros to pay and no day to pay them by (c. com. L441-9)."
    if facts.iban and not iban_numbers.is_valid(facts.iban):
        yield f"{facts.iban} is not an IBAN."
    yield from _references(facts)
    if not facts.buyer.siren and not facts.buyer.email:
        yield "The buyer has neither SIREN nor e-mail: no electronic address (BR-FR-12)."


def _references(facts: InvoiceFacts) -> Iterator[str]:
    if facts.kind == FINAL and not facts.deductions:
        yield "A final invoice refers to the deposits it deducts."
    if facts.is_credit and facts.corrects is None:
        yield "A credit note refers to what it corrects."
    if facts.kind == REPLACEMENT and facts.replaces is None:
        yield "A replacement refers to what it replaces."
    yield from (f"{one.number} is of a later day." for one in facts.references if one.issued_on > facts.issued_on)
