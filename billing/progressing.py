"""An accepted quote is invoiced as the work goes on: by percentage of the whole, or line by line.

Percentages are cumulated: 30 %, then 70 %, then 100 %. A quote is invoiced either so or as a whole, never both: the
quote's lock keeps it.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing import progress
from billing.drafting import (
    DraftingError,
    DraftLine,
    lock_quote,
    of_quote,
    refuse_invoiced_whole,
    situation_of,
    standing_or_drafted,
    taxes_of,
    values_of_line,
    write,
)
from billing.models import Invoice
from billing.progress import WHOLE, Advance
from billing.roles import CLOSING, PROGRESS
from billing.splitting import credited, gross
from lib.money import percent_written, total
from people.models import User
from quotes.models import Acceptance
from quotes.pricing import priced


@transaction.atomic(durable=True)
def draft_progress(
    *, acceptance: Acceptance, done: Mapping[int, Decimal] | Decimal, by: User, at: datetime, request_id: uuid.UUID
) -> Invoice:
    """Draft the next progress invoice. `done`: how far the whole is, or each line of the quote by its id, in percent.

    A line that is not named stays where it is. The same `request_id` again returns the first draft. Raises
    DraftingError when nothing is due at that point, or another one is being prepared.
    """
    lock_quote(acceptance)
    if (found := Invoice.objects.filter(request_id=request_id).first()) is not None:
        if found.acceptance_id != acceptance.pk:
            raise DraftingError(_("This form was already used."))
        return found
    _refuse(acceptance)
    rows = progress.advances(acceptance)
    lines = _lines(rows, done if isinstance(done, Mapping) else {row.line.pk: done for row in rows}, acceptance)
    if not lines:
        raise DraftingError(_("Nothing is due at that point: say how far the work has come since."), "percent")
    draft = of_quote(acceptance, PROGRESS, at, request_id)
    draft.title = _title(acceptance)
    return write(draft, lines, vat=_vat(draft, lines))


def left_to_invoice(acceptance: Acceptance) -> Money:
    """Return what progress invoices have not claimed of a quote, VAT included."""
    return total(gross(tax) for tax in progress.left_of_quote(acceptance, taxes_of(acceptance.version)))


def _refuse(acceptance: Acceptance) -> None:
    refuse_invoiced_whole(acceptance)
    if standing_or_drafted(acceptance, *CLOSING) is not None:
        raise DraftingError(_("An invoice of the whole quote is being prepared: throw that draft away first."))
    if Invoice.objects.filter(acceptance=acceptance, type=PROGRESS, issued_at=None).exists():
        raise DraftingError(_("A progress invoice is being prepared already: issue it, or throw it away first."))
    if progress.is_complete(acceptance):
        raise DraftingError(_("Progress invoices have claimed the whole quote."))


def _lines(rows: Sequence[Advance], done: Mapping[int, Decimal], acceptance: Acceptance) -> list[DraftLine]:
    with override(acceptance.version.language):
        found = [_line(row, done[row.line.pk], acceptance.version.language) for row in rows if row.line.pk in done]
    return [line for line in found if line is not None]


def _line(row: Advance, done: Decimal, language: str) -> DraftLine | None:
    """Return what a line claims at that many percent; nothing when it claims nothing more."""
    if not 0 <= done <= WHOLE:
        raise DraftingError(_("A percentage is between 0 and 100."), "percent")
    net = row.due_at(done)
    if net.amount <= 0:
        return None
    agreed = values_of_line(row.line)
    return DraftLine(
        unit_price=net,
        vat_rate=agreed.vat_rate,
        title=agreed.title,
        unit="FLAT",
        description=_how_far(row, done, language),
        section=agreed.section,
        nature=agreed.nature,
        exemption=agreed.exemption,
        quote_line_id=row.line.pk,
        done_percent=done,
    )


def _how_far(row: Advance, done: Decimal, language: str) -> str:
    words = {"done": percent_written(done, language), "before": percent_written(row.done, language)}
    if row.taken.amount > 0:
        return _("Done at %(done)s, of which %(before)s invoiced before.") % words
    return _("Done at %(done)s.") % words


def _title(acceptance: Acceptance) -> str:
    version = acceptance.version
    with override(version.language):
        return _("Progress invoice %(rank)s on quote %(number)s: %(title)s") % {
            "rank": len(progress.claiming(acceptance)) + 1,
            "number": version.number,
            "title": version.title,
        }


def _vat(draft: Invoice, lines: Sequence[DraftLine]) -> Money:
    """Return the VAT of a progress invoice: with the last base of a rate goes all the VAT left of it."""
    assert draft.acceptance is not None
    left = progress.left_of_quote(draft.acceptance, taxes_of(draft.acceptance.version))
    return total(tax.amount for tax in credited(priced(lines, situation=situation_of(draft)).taxes, left))
