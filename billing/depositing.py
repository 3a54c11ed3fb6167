"""Deposit invoices are drafted (CGI 289 I-1-c): by the yes, by the clock before an agreed day, or by a person.

What came in kind for an accepted quote before anything claims it is invoiced month by month in the same way.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from djmoney.money import Money

from billing import balances, progress
from billing.deducting import left_to_deduct
from billing.drafting import (
    DraftingError,
    likeness_of,
    lines_of_taxes,
    lock_quote,
    of_quote,
    situation_of,
    taxes_of,
    values_of_line,
    write,
)
from billing.mixing import kept_of
from billing.models import Invoice
from billing.roles import CLOSING, DEPOSIT, FINAL, NOT_REPLACED, STANDARD, issued_of, role_is
from billing.splitting import credited, exceed, gross, remaining, shared
from lib.money import euros, share, total, written
from people.models import User
from quotes.models import Acceptance, Kind, MoneyDue, RemunerationTerm
from quotes.pricing import Tax, priced
from records.models import Errand
from records.subjects import id_of


def draft_deposit(errand: Errand) -> None:
    """Draft the deposit invoices that a yes calls for at once; none when the quote asks for no deposit."""
    rows = Acceptance.objects.select_related("version", "quote__business", "quote__client")
    acceptance = rows.get(pk=id_of(errand.subject, "acceptance"))
    with transaction.atomic(durable=True):
        lock_quote(acceptance)
        deposits_for(acceptance, at=errand.made_at)


def draft_dated_deposit(errand: Errand) -> None:
    """Draft the deposit invoice of a term some days before its day, unless the whole quote is invoiced by then."""
    rows = RemunerationTerm.objects.select_related("version__acceptance__quote__business")
    term = rows.get(pk=id_of(errand.subject, "remuneration_term"))
    acceptance = term.version.acceptance
    with transaction.atomic(durable=True):
        lock_quote(acceptance)
        deposit_for(acceptance, term, at=max(errand.due_at, errand.made_at))


def deposits_for(acceptance: Acceptance, *, at: datetime) -> list[Invoice]:
    """Return the deposit invoices of an accepted quote, drafting those that are missing. Needs a transaction."""
    terms = acceptance.version.terms.filter(kind=Kind.MONEY, due=MoneyDue.ACCEPTANCE, value__gt=0).order_by("position")
    found = (deposit_for(acceptance, term, at=at) for term in terms)
    return [deposit for deposit in found if deposit is not None]


def deposit_for(acceptance: Acceptance, term: RemunerationTerm, *, at: datetime) -> Invoice | None:
    """Return the deposit invoice of a term, drafting it if there is none; None when other invoices ask for all that was
    agreed in euros. Needs the quote's lock."""
    if (found := Invoice.objects.filter(term=term, type=DEPOSIT, deposit_month=None).first()) is not None:
        return found
    value = min(term.value, left_to_ask(acceptance, with_drafts=False))
    if value.amount <= 0:
        return None
    draft = of_quote(acceptance, DEPOSIT, at, uuid.uuid5(uuid.NAMESPACE_URL, f"courgette:deposit:{term.pk}"))
    draft.term = term
    return write_deposit(draft, value)


@transaction.atomic(durable=True)
def ask_deposit(*, acceptance: Acceptance, value: Money, by: User, at: datetime, request_id: uuid.UUID) -> Invoice:
    """Draft a deposit invoice that no term foresaw, of a value with VAT; the same `request_id` returns the first one.

    It is an advance on what was agreed in euros. Raises DraftingError for nothing, or for more than is left.
    """
    lock_quote(acceptance)
    if (found := Invoice.objects.filter(request_id=request_id).first()) is not None:
        if found.acceptance_id != acceptance.pk:
            raise DraftingError(_("This form was already used."))
        return found
    left = left_to_ask(acceptance)
    if left.amount <= 0:
        raise DraftingError(_("Nothing is left of this quote that a deposit could ask for in euros."), "amount")
    if not euros(0) < value <= left:
        words = {"left": written(left, get_language() or "fr")}
        raise DraftingError(
            _("A deposit asks for something, and for no more than is left: %(left)s.") % words, "amount"
        )
    return write_deposit(of_quote(acceptance, DEPOSIT, at, request_id), value)


def share_of(acceptance: Acceptance, percent: Decimal) -> Money:
    """Return so many percent of the agreed price, VAT included."""
    return share(acceptance.version.total, percent)


def left_to_ask(acceptance: Acceptance, *, with_drafts: bool = True) -> Money:
    """Return the most that a new deposit may ask for: what was agreed in euros and no invoice asks for, and no more
    than is left of the quote. Without `with_drafts`, what the issued invoices leave of those euros alone."""
    if any(balances.stands(row) for row in issued_of(acceptance.pk, *CLOSING)):
        return euros(0)
    deposits = [row for row in _deposits(acceptance) if with_drafts or row.issued_at]
    agreed = acceptance.version.terms.filter(kind=Kind.MONEY)
    issued = [row for row in [*deposits, *progress.claiming(acceptance)] if row.issued_at and balances.stands(row)]
    asked = total(value for row in issued for part, value in kept_of(row) if part.kind == Kind.MONEY)
    drafted = total(row.total for row in deposits if row.issued_at is None and row.deposit_month is None)
    in_euros = total(term.value for term in agreed) - asked - drafted
    whole = total(gross(tax) for tax in _not_asked(acceptance)) if with_drafts else in_euros
    return max(min(in_euros, whole), euros(0))


def is_left_of_quote(deposit: Invoice) -> bool:
    """Tell whether a draft still asks, at each VAT rate, for no more than the issued invoices leave of its quote."""
    assert deposit.acceptance is not None
    agreed = progress.left_of_quote(deposit.acceptance, taxes_of(deposit.acceptance.version))
    issued = [row for row in _deposits(deposit.acceptance) if row.issued_at is not None]
    left = remaining(agreed, [tax for row in issued for tax in _said(row)])
    return not exceed(credited(_said(deposit), left), left)


# Written ----------------------------------------------------------------------------------------------------------


def write_deposit(draft: Invoice, value: Money, *, title: str = "", line: str = "") -> Invoice:
    """Save a new deposit invoice of a quote, its value shared out over the VAT rates that other deposits have left."""
    assert draft.acceptance is not None
    version = draft.acceptance.version
    left = _not_asked(draft.acceptance)
    with override(version.language):
        words = {"number": version.number, "title": version.title}
        draft.title = title or _("Deposit on quote %(number)s: %(title)s") % words
        parts = shared(min(value, total(gross(tax) for tax in left)), left)
        said = line or _("Deposit on quote %(number)s") % words
        lines = lines_of_taxes(parts, said, version.language, likeness_of(version))
    _deducted_in_what_is_drafted_already(draft.acceptance)
    return write(draft, lines)


def _not_asked(acceptance: Acceptance) -> list[Tax]:
    """Return what of the quote, per VAT rate, neither progress invoices claim nor deposits ask for."""
    left = progress.left_of_quote(acceptance, taxes_of(acceptance.version))
    return remaining(left, [tax for row in _deposits(acceptance) for tax in _said(row)])


def _deposits(acceptance: Acceptance) -> list[Invoice]:
    rows = Invoice.objects.filter(NOT_REPLACED, role_is(DEPOSIT), acceptance=acceptance, corrects=None)
    return list(rows.filter(replaces=None) | rows.filter(issued_at__isnull=False))


def _said(deposit: Invoice) -> Sequence[Tax]:
    """Return what of a deposit is not taken off yet, per rate; of a draft, what it would ask for."""
    if deposit.issued_at is not None:
        return left_to_deduct(deposit)
    return priced((values_of_line(line) for line in deposit.lines.all()), situation=situation_of(deposit)).taxes


def _deducted_in_what_is_drafted_already(acceptance: Acceptance) -> None:
    """Whoever was quicker than the worker has drafted the whole as if there were no deposit: it deducts this one."""
    Invoice.objects.filter(acceptance=acceptance, type=STANDARD, issued_at=None).update(type=FINAL)
