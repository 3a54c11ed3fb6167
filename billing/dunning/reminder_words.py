"""What a reminder says, in the client's language. What the claim is, and what the law says, is never typed; the first
and the last words are proposed, and a person may write others. Pure but for lib.law."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from djmoney.money import Money

from billing.dunning.overdue import Charges, Claim
from billing.models import Reminder
from lib import law
from lib.days import day_written
from lib.money import NO_BREAK_SPACE, euros, written
from people import letterhead

FRIENDLY, FIRM, FORMAL = Reminder.Level.FRIENDLY, Reminder.Level.FIRM, Reminder.Level.FORMAL
DAYS_TO_PAY = 8  # proposed; a person may choose another day
LONGEST_OPENING, LONGEST_CLOSING = 1500, 800


@dataclass(frozen=True)
class Choice:
    """What a person chooses and types."""

    level: str
    opening: str
    closing: str = ""
    pay_by: date | None = None
    with_indemnity: bool = False
    with_interest: bool = False


@dataclass(frozen=True)
class Words:
    """All that a reminder says, but for the name of whom it greets."""

    subject: str
    opening: str
    rows: list[list[str]]
    notices: list[str]
    closing: str
    indemnity: Money
    interest: Money


def next_level(last: str | None) -> str:
    """Return the level after the last one sent; a formal notice may only be repeated."""
    if last is None:
        return FRIENDLY
    return FIRM if last == FRIENDLY else FORMAL


def words_of(claim: Claim, choice: Choice, charges: Charges, on: date, seller: Mapping[str, Any]) -> Words:
    """Return the whole text of a reminder that leaves on a day; `seller` is who is paid, as frozen with it."""
    language = claim.invoice.language
    with override(language):
        indemnity, interest = _asked(choice, charges)
        return Words(
            subject=subject_of(claim, choice.level),
            opening=choice.opening.strip(),
            rows=[list(row) for row in (*_rows(claim, choice, on, language), *_account(claim, seller))],
            notices=[*_account_changed(claim, seller), *_notices(claim, choice, charges, on, language)],
            closing=choice.closing.strip(),
            indemnity=indemnity,
            interest=interest,
        )


def _asked(choice: Choice, charges: Charges) -> tuple[Money, Money]:
    """Return what is asked for beside the claim, as amounts: nothing in a friendly reminder."""
    if choice.level == FRIENDLY:
        return euros(0), euros(0)
    indemnity = charges.indemnity if choice.with_indemnity else None
    interest = charges.interest.amount if choice.with_interest and charges.interest else None
    return indemnity or euros(0), interest or euros(0)


def subject_of(claim: Claim, level: str) -> str:
    words = {"reference": claim.reference}
    if claim.request:
        return {
            FRIENDLY: _("Payment request %(reference)s: a reminder"),
            FIRM: _("Payment request %(reference)s: payment is overdue"),
            FORMAL: _("Payment request %(reference)s: formal notice to pay"),
        }[Reminder.Level(level)] % words
    return {
        FRIENDLY: _("Invoice %(reference)s: a reminder"),
        FIRM: _("Invoice %(reference)s: payment is overdue"),
        FORMAL: _("Invoice %(reference)s: formal notice to pay"),
    }[Reminder.Level(level)] % words


def proposed(claim: Claim, level: str, last: Reminder | None) -> tuple[str, str]:
    """Return the first and the last words that are proposed for a level, in the client's language."""
    with override(claim.invoice.language):
        return _opening(level, last), _closing(level)


def _opening(level: str, last: Reminder | None) -> str:
    words = {"day": day_written(last.dated)} if last else {}
    if level == FRIENDLY:
        return _(
            "Unless we are mistaken, we have not yet received the payment below. Anybody may forget: thank you for "
            "looking into it when you can."
        )
    if level == FIRM and last:
        return _("In spite of our message of %(day)s, the amount below is still unpaid. Please pay it now.") % words
    if level == FIRM:
        return _("The amount below is still unpaid, and its day is past. Please pay it now.")
    if last:
        return _(
            "In spite of our message of %(day)s, the amount below is still unpaid. We hereby give you formal notice to "
            "pay it by the day said below."
        ) % words  # fmt: skip
    return _("The amount below is still unpaid. We hereby give you formal notice to pay it by the day said below.")


def _closing(level: str) -> str:
    if level == FRIENDLY:
        return _(
            "If your payment has already left, please ignore this message. Is something the matter? Answer us: we will "
            "find a way."
        )
    if level == FIRM:
        return _("If you dispute this amount, or cannot pay it all at once, tell us now: we will find a way.")
    return _("Without payment by that day, we will have to bring the matter before the competent court.")


def _rows(claim: Claim, choice: Choice, on: date, language: str) -> Iterable[tuple[str, str]]:
    yield _what(claim)
    yield _("Left to pay in euros"), written(claim.left, language)
    if claim.due_on:
        late = claim.days_late(on)
        ago = ngettext("%(count)d day ago", "%(count)d days ago", late) % {"count": late}
        yield _("Was to be paid by"), f"{day_written(claim.due_on)} ({ago})"
    if choice.pay_by and choice.level != FRIENDLY:
        yield _("Please pay by"), day_written(choice.pay_by)


def _account(claim: Claim, seller: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield the account that the business uses now: the one of the letter's code. An old invoice may name another."""
    if seller.get("iban"):
        yield "IBAN", letterhead.spaced(seller["iban"], (4,) * 9).replace(NO_BREAK_SPACE, " ")
        if seller.get("bic"):
            yield "BIC", seller["bic"]
        yield _("Reference to give"), claim.reference


def _account_changed(claim: Claim, seller: Mapping[str, Any]) -> Iterable[str]:
    """Say so: whoever reads another account than the invoice's, which is attached, has reason to doubt."""
    before = (claim.request.seller if claim.request else claim.invoice.seller or {}).get("iban")
    if before and seller.get("iban") and before != seller["iban"]:
        yield _(
            "Our bank account is no longer the one on that document: please pay to the one above. If in doubt, ask us "
            "first."
        )


def _what(claim: Claim) -> tuple[str, str]:
    if claim.request:
        words = {"day": day_written(claim.request.requested_on), "label": claim.request.label}
        return _("Payment request"), f"{claim.reference} – " + _("of %(day)s, for %(label)s") % words
    assert claim.invoice.issued_on is not None
    words = {"day": day_written(claim.invoice.issued_on), "title": claim.invoice.title}
    return _("Invoice"), f"{claim.reference} – " + _("of %(day)s, %(title)s") % words


def _notices(claim: Claim, choice: Choice, charges: Charges, on: date, language: str) -> Iterable[str]:
    if claim.in_kind.amount > 0:
        yield _("What is agreed otherwise than in euros is no part of this reminder.")
    if choice.level == FORMAL:
        yield law.fact("dunning.formal_notice", on).text(language)
    if choice.level == FRIENDLY:
        return
    if choice.with_indemnity and charges.indemnity is not None:
        said = law.fact(f"dunning.indemnity{charges.suffix}", on)
        yield said.text(language, amount=written(charges.indemnity, language))
    if choice.with_interest and charges.has_interest:
        yield _interest_said(charges, on, language)


def _interest_said(charges: Charges, on: date, language: str) -> str:
    rate = law.fact(f"dunning.penalty_rate{charges.suffix}", on).text(language)
    if charges.interest is None:
        return law.fact(f"dunning.penalty_without_amount{charges.suffix}", on).text(language, rate=rate)
    amount = written(charges.interest.amount, language)
    said = law.fact(f"dunning.penalty_amount{charges.suffix}", on)
    return said.text(language, amount=amount, day=day_written(on), rate=rate)
