"""A draft's lines and terms are written whole; what no draft can hold is refused by field."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from lib.money import euros
from quotes import mixes
from quotes.models import ON_A_DATE, Kind, MoneyDue, Offer, QuoteLine, QuoteVersion, RemunerationTerm
from quotes.pricing import priced
from quotes.remuneration import TermValues, close_mix

MOST_ROWS = 200
MOST_EUROS = euros(1_000_000_000)  # columns hold a thousand times more
LINE_NAMES = (
    "section",
    "title",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_percent",
    "vat_rate",
    "nature",
    "exemption",
)


class DraftError(Exception):
    """Why a draft cannot be written, in words. `errors`: sentences by field, such as "lines.0.quantity"."""

    def __init__(self, message: str, errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.errors = dict(errors or {})


def write_lines(draft: QuoteVersion, lines: Sequence[Mapping[str, Any]]) -> None:
    """Replace a draft's lines."""
    rows = [_line(draft, position, values) for position, values in enumerate(lines, start=1)]
    _refuse_faults("lines", rows)
    nets = priced(mixes.line_values(rows)).nets
    for row, net in zip(rows, nets, strict=True):
        row.net = net
        if net > MOST_EUROS:
            raise DraftError(_("This amount is too large."), {"lines": [_("This amount is too large.")]})
    draft.lines.all().delete()
    QuoteLine.objects.bulk_create(rows)


def write_terms(draft: QuoteVersion, terms: Sequence[Mapping[str, Any]]) -> None:
    """Replace a draft's terms, the one that closes the mix taking what is left of the lines' total."""
    total = priced(mixes.line_values(draft.lines.all()), situation=mixes.situation_of(draft)).total
    values = close_mix(total, [_term_values(term) for term in terms])
    rows = [_term(draft, position, term) for position, term in enumerate(values, start=1)]
    _refuse_faults("terms", rows)
    if sum(row.closes for row in rows) > 1:
        message = _("Only one part can take what is left.")
        raise DraftError(message, {"terms": [message]})
    draft.terms.all().delete()
    RemunerationTerm.objects.bulk_create(rows)


def write_price(draft: QuoteVersion, *, for_good: bool = False) -> None:
    """Set the nets of a draft's lines, and its totals; the caller saves it. Who charges no VAT keeps no rate.

    `for_good`, when it is sent: each line holds the rate it is charged, 0 where no VAT is due.
    """
    rows = list(draft.lines.order_by("position"))
    situation = mixes.situation_of(draft)
    price = priced(mixes.line_values(rows), situation=situation)
    for row, net, treatment in zip(rows, price.nets, price.treatments, strict=True):
        row.net = net
        row.vat_rate = treatment.rate if for_good or situation.charges_no_vat else row.vat_rate
    QuoteLine.objects.bulk_update(rows, ["net", "vat_rate"])
    draft.net, draft.vat, draft.total = price.net, price.vat, price.total


def _line(draft: QuoteVersion, position: int, values: Mapping[str, Any]) -> QuoteLine:
    given = {name: values[name] for name in LINE_NAMES if values.get(name) is not None}
    return QuoteLine(version=draft, position=position, offer_id=_offer_of(draft, values.get("offer_id")), **given)


def _offer_of(draft: QuoteVersion, offer_id: int | None) -> int | None:
    """Return the offer a line comes from, if it is one of the same catalogue; a stranger's is forgotten."""
    if offer_id is None:
        return None
    mine = Offer.objects.filter(pk=offer_id, activity=draft.quote.activity_id)
    return offer_id if mine.exists() else None


def _term_values(values: Mapping[str, Any]) -> TermValues:
    """Return a term's values, without what its kind has no use for."""
    known = {name: values[name] for name in mixes.TERM_NAMES if values.get(name) is not None}
    term = TermValues(**known)
    if term.in_euros:
        return TermValues(
            kind=Kind.MONEY,
            label=term.label,
            value=term.value if term.percent is None else euros(0),
            percent=None if term.closes else term.percent,
            closes=term.closes,
            due=term.due or MoneyDue.DELIVERY,
            due_on=term.due_on if term.due in ON_A_DATE else None,
            due_days=term.due_days if term.due == MoneyDue.AFTER_INVOICE else None,
        )
    for name in ("percent", "due", "due_on", "due_days"):
        known.pop(name, None)
    return TermValues(**known | {"closes": False})


def _term(draft: QuoteVersion, position: int, values: TermValues) -> RemunerationTerm:
    given = {name: getattr(values, name) for name in mixes.TERM_NAMES}
    return RemunerationTerm(version=draft, position=position, **given)


def _refuse_faults(place: str, rows: Sequence[Model]) -> None:
    """Raise DraftError with what no column or constraint of the rows could hold."""
    errors: dict[str, list[str]] = defaultdict(list)
    if len(rows) > MOST_ROWS:
        errors[place].append(_("That is too many rows: %(most)s at most.") % {"most": MOST_ROWS})
    for index, row in enumerate(rows[:MOST_ROWS]):
        for name, messages in _faults(row).items():
            errors[f"{place}.{index}" if name == NON_FIELD_ERRORS else f"{place}.{index}.{name}"] += messages
    if errors:
        raise DraftError(_("Some of what was typed cannot be kept: see below."), errors)


def _faults(row: Model) -> dict[str, list[str]]:
    try:
        row.clean_fields(exclude={"version", "offer", "net", "value"})
    except ValidationError as error:
        return error.message_dict
    return {NON_FIELD_ERRORS: messages} if (messages := list(_beyond(row))) else {}


def _beyond(row: Model) -> list[str]:
    """Return the rows' own constraints that fail, in words."""
    if isinstance(row, QuoteLine):
        checks = [
            (row.quantity <= 0, _("A quantity is more than 0.")),
            (row.unit_price.amount < 0, _("A price is never negative: use the discount.")),
            (not 0 <= row.discount_percent <= 100, _("A discount is between 0 and 100 percent.")),
            (row.vat_rate < 0, _("A VAT rate is never negative.")),
        ]
    else:
        assert isinstance(row, RemunerationTerm)
        in_euros = row.kind == Kind.MONEY
        checks = [
            (not in_euros and not (row.quantity or 0) > 0, _("Say how much of it.")),
            (row.value.amount < 0 or row.unit_value.amount < 0, _("A part cannot be worth less than nothing.")),
            (row.value > MOST_EUROS, _("This amount is too large.")),
            (row.percent is not None and not 0 < row.percent <= 100, _("A percentage is more than 0 and at most 100.")),
        ]
    return [message for is_wrong, message in checks if is_wrong]
